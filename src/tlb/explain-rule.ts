/**
 * The rule that ended a walk, with its place in the manual.
 *
 * @module
 */
import { hex } from '../bits.ts'
import { Access } from './access.ts'
import { stage2IsDevice } from './attributes.ts'
import { FaultKind } from './fault.ts'
import type { TableParameters } from './parameters.ts'
import { isAssuredOnly, refused, stage1Permissions, stage2Permissions } from './permissions.ts'
import type { TranslationRegime } from './regime.ts'
import { Permission, type StageState, type Translation } from './translation.ts'

/** Why a walk ended as it did. */
export interface ExplainedRule {
  readonly text: string
  /** Function of the pseudocode, and section of DDI 0487. */
  readonly reference: string
}

/**
 * The rule that decided `out`, the result of a walk with this regime and access.
 *
 * @param readsAtEnd descriptors that the walk read at the stage, and in the translation, that ended it: 0 when it ended
 * before the first.
 */
export function decidingRule(
  regime: TranslationRegime,
  upper: boolean,
  access: number,
  out: Translation,
  readsAtEnd: number,
): ExplainedRule {
  const stage1 = out.stage === 1
  const p = stage1 ? (upper ? regime.upper : regime.lower) : regime.stage2
  const s = stage1 ? out.stage1 : out.stage2
  switch (out.fault) {
    case FaultKind.NONE:
      return success(regime, out)
    case FaultKind.TRANSLATION:
      return readsAtEnd === 0 ? notWalked(p, upper, access) : notMapped(s)
    case FaultKind.ADDRESS_SIZE:
      return addressSize(regime, stage1, readsAtEnd)
    case FaultKind.ACCESS_FLAG:
      return rule('AF is 0 and hardware does not manage it', 'AArch64.S1HasAccessFlagFault, D8.5')
    case FaultKind.PERMISSION:
      return stage1 ? stage1Denial(p, s, access, out) : stage2Denial(p, s, access, out)
    case FaultKind.EXTERNAL_ON_WALK:
      return rule(`no memory at ${hex(s.entryPa)}, where the descriptor should be`, 'FetchDescriptor, D8.2')
    default:
      return rule('the descriptor kept changing under the walk', 'AArch64.MemSwapTableDesc')
  }
}

function rule(text: string, reference: string): ExplainedRule {
  return { text, reference }
}

function success(regime: TranslationRegime, out: Translation): ExplainedRule {
  if (out.stage === 0) {
    return rule('stage 1 is off: the address is the output address', 'AArch64.S1DisabledOutput, D8.2')
  }
  const permitted = 'the leaf permits the access'
  if (out.stage === 3) return rule(`${permitted} at both stages`, 'AArch64.FullTranslate, D8.1')
  return regime.stage1Enabled || out.stage === 1
    ? rule(permitted, 'AArch64.S1CheckPermissions, D8.4')
    : rule(permitted, 'AArch64.S2CheckPermissions, D8.4')
}

/** Level 0 Translation faults without a read. */
function notWalked(p: TableParameters, upper: boolean, access: number): ExplainedRule {
  if (p.stage === 2) {
    return p.invalid
      ? rule('VTCR_EL2.T0SZ, SL0 or SL2 is not a legal start', 'AArch64.S2InvalidSL, AArch64.S2InconsistentSL, D8.2')
      : rule(`the IPA has more than ${p.iaSize} bits (VTCR_EL2.T0SZ)`, 'AArch64.IPAIsOutOfRange, D8.2')
  }
  const half = upper ? 1 : 0
  if (p.invalid) return rule(`TCR_EL1.T${half}SZ is out of range`, 'AArch64.S1TxSZFaults, D8.2')
  if (p.epd) return rule(`TCR_EL1.EPD${half} is 1`, 'AArch64.S1EPD, D8.2')
  const unprivileged = (access & Access.UNPRIVILEGED) !== 0
  return p.e0pd && unprivileged
    ? rule(`TCR_EL1.E0PD${half} is 1 and the access has EL0's permissions`, 'AArch64.S1Translate, D8.2')
    : rule(
        `the VA's upper bits are not all ${half} down to bit ${p.iaSize} (TCR_EL1.T${half}SZ)`,
        'AArch64.VAIsOutOfRange, D8.2',
      )
}

function notMapped(s: StageState): ExplainedRule {
  const reference = 'AArch64.DecodeDescriptorType, D8.3'
  return (s.lo & 1) === 0
    ? rule('bit 0 of the descriptor is 0: invalid', reference)
    : rule(`there is no block at level ${s.level} with this granule`, 'AArch64.BlockDescSupported, D8.3')
}

function addressSize(regime: TranslationRegime, stage1: boolean, reads: number): ExplainedRule {
  const size = stage1 ? 'TCR_EL1.IPS' : 'VTCR_EL2.PS'
  if (stage1 && !regime.stage1Enabled) {
    return rule('stage 1 is off and the address is beyond the PA size', 'AArch64.S1DisabledOutput, D8.2')
  }
  return reads === 0
    ? rule(`the first table's address is beyond ${size}`, 'AArch64.S1TTBaseAddress, AArch64.OAOutOfRange, D8.2')
    : rule(`the address in the descriptor is beyond ${size}`, 'AArch64.OAOutOfRange, D8.2')
}

function stage1Denial(p: TableParameters, s: StageState, access: number, out: Translation): ExplainedRule {
  const permissions = stage1Permissions(p, s, access)
  const denied = refused(permissions, access)
  const check = 'AArch64.S1CheckPermissions'
  if (out.dirtyBit) return rule('the page is clean (nDirty) and hardware does not manage dirty state', `${check}, D8.5`)
  const el0 = (access & Access.UNPRIVILEGED) !== 0
  const who = el0 ? 'EL0' : 'EL1'
  if (out.overlay) {
    const text = `the field of POR_EL${el0 ? 0 : 1} that POIndex selects refuses it`
    return rule(text, 'AArch64.S1OverlayPermissions, D8.4')
  }
  if ((access & Access.GCS) !== 0) {
    const text = `${who} has no Guarded Control Stack in the page: PIIndex selects no field 0b1001`
    return rule(text, 'AArch64.S1IndirectBasePermissions, D8.4')
  }
  if (p.pie) {
    const register = el0 ? 'PIRE0_EL1' : 'PIR_EL1'
    return rule(`the field of ${register} that PIIndex selects refuses it`, 'AArch64.S1IndirectBasePermissions, D8.4')
  }
  const direct = 'AArch64.S1DirectBasePermissions, D8.4'
  if ((denied & (Access.READ | Access.WRITE)) !== 0) {
    const own = refused(permissions, access & ~Access.PAN)
    if (own === 0) return rule('PSTATE.PAN is 1 and EL0 may access the page (with EPAN: execute it)', `${check}, D8.4`)
    return el0 && (permissions & Permission.UNPRIVILEGED_READ) === 0
      ? rule('AP[1] is 0 or APTable[0] is 1: EL0 has no access', direct)
      : rule('AP[2] is 1 or APTable[1] is 1: read-only', direct)
  }
  const never = el0 ? 1 << 22 : 1 << 21
  const name = el0 ? 'UXN' : 'PXN'
  const table = (s.tableAttributes & (el0 ? 2 : 1)) !== 0 && !p.hpd
  if ((s.hi & never) !== 0 || table)
    return rule(`${name}${table ? 'Table' : ''} is 1: ${who} does not execute it`, direct)
  return p.wxn && (el0 || (permissions & Permission.UNPRIVILEGED_WRITE) === 0)
    ? rule(`SCTLR_EL1.WXN is 1 and ${who} can write the page`, direct)
    : rule('EL0 can write the page: EL1 does not execute it', direct)
}

function stage2Denial(p: TableParameters, s: StageState, access: number, out: Translation): ExplainedRule {
  const check = 'AArch64.S2CheckPermissions, D8.4'
  if (out.topLevel) {
    return rule('VTCR_EL2.TL0 or TL1: the page is not for the first table of this half of stage 1', check)
  }
  if (out.assuredOnly) {
    return isAssuredOnly(p, s)
      ? rule('AssuredOnly is 1, and not all tables of stage 1 are protected and mostly read-only', check)
      : rule('VTCR_EL2.GCSH is 1: privileged Guarded Control Stacks are in AssuredOnly pages alone', check)
  }
  if (out.noTagAccess) return rule("MemAttr denies the page's Allocation Tags", check)
  if (out.overlay) {
    const text = 'the field of S2POR_EL1 that POIndex selects refuses it'
    return rule(out.s1ptw ? `${text} to the walk of stage 1` : text, 'AArch64.S2OverlayPermissions, D8.4')
  }
  if (out.s1ptw) {
    const read = stage2Permissions(p, s, access) & Permission.PRIVILEGED_READ
    return p.ptw && read !== 0 && stage2IsDevice((s.lo >>> 2) & 15, p.fwb)
      ? rule('HCR_EL2.PTW is 1 and the stage 1 table is in Device memory', check)
      : rule('stage 2 refuses the walk of stage 1', check)
  }
  if (out.dirtyBit) return rule('the page is clean (Dirty) and hardware does not manage dirty state', check)
  if (p.pie)
    return rule('the field of S2PIR_EL2 that PIIndex selects refuses it', 'AArch64.S2IndirectBasePermissions, D8.4')
  const direct = 'AArch64.S2DirectBasePermissions, D8.4'
  return (access & Access.EXECUTE) !== 0 && (stage2Permissions(p, s, access) & Permission.PRIVILEGED_READ) !== 0
    ? rule('XN refuses the fetch', direct)
    : rule('S2AP refuses the access', direct)
}
