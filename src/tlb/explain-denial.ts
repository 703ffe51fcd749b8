/**
 * Why permissions refused an access, with the place of the rule in the manual.
 *
 * @module
 */
import { Access } from './access.ts'
import { stage2IsDevice } from './attributes.ts'
import { levelOf, SPACES } from './explain-field.ts'
import type { TableParameters } from './parameters.ts'
import { isAssuredOnly, refused, stage1Permissions, stage2Permissions, stage2Refused } from './permissions.ts'
import { deniedBySpace } from './physical-space.ts'
import type { TranslationRegime } from './regime.ts'
import { SecurityState } from './regime-register.ts'
import { Permission, type StageState, type Translation } from './translation.ts'

/** Why a walk ended as it did. */
export interface ExplainedRule {
  readonly text: string
  /** Function of the pseudocode, and section of DDI 0487. */
  readonly reference: string
}

/** A rule by its text and place. */
export function ruleOf(text: string, reference: string): ExplainedRule {
  return { text, reference }
}

/** Why stage 1 refused the access. */
export function stage1Denial(
  regime: TranslationRegime,
  p: TableParameters,
  access: number,
  out: Translation,
): ExplainedRule {
  const s = out.stage1
  const el = levelOf(regime)
  const permissions = stage1Permissions(p, s, access)
  const denied = refused(permissions, access)
  const check = 'AArch64.S1CheckPermissions'
  if (out.dirtyBit)
    return ruleOf('the page is clean (nDirty) and hardware does not manage dirty state', `${check}, D8.5`)
  if (out.tagNotData) {
    const text = `TCR_${el}.MTX is 1 and the memory is Canonically Tagged: it has no Allocation Tags to store`
    return ruleOf(text, `${check}, D8.4`)
  }
  const el0 = (access & Access.UNPRIVILEGED) !== 0
  const who = el0 ? 'EL0' : el
  if (out.overlay) {
    const text = `the field of POR_${who} that POIndex selects refuses it`
    return ruleOf(text, 'AArch64.S1OverlayPermissions, D8.4')
  }
  if (denied === 0) return deniedSpace(regime, s, access)
  if ((access & Access.GCS) !== 0) {
    const text = `${who} has no Guarded Control Stack in the page: PIIndex selects no field 0b1001`
    return ruleOf(text, 'AArch64.S1IndirectBasePermissions, D8.4')
  }
  if (p.pie) {
    const register = el0 ? `PIRE0_${el}` : `PIR_${el}`
    return ruleOf(`the field of ${register} that PIIndex selects refuses it`, 'AArch64.S1IndirectBasePermissions, D8.4')
  }
  return directDenial(regime, p, s, access, permissions, denied)
}

/** By AP, UXN and PXN, those of the tables, PAN and WXN. */
function directDenial(
  regime: TranslationRegime,
  p: TableParameters,
  s: StageState,
  access: number,
  permissions: number,
  denied: number,
): ExplainedRule {
  const direct = 'AArch64.S1DirectBasePermissions, D8.4'
  const el = levelOf(regime)
  const el0 = (access & Access.UNPRIVILEGED) !== 0
  if ((denied & (Access.READ | Access.WRITE)) !== 0) {
    if (refused(permissions, access & ~Access.PAN) === 0) {
      const text = 'PSTATE.PAN is 1 and EL0 may access the page (with EPAN: execute it)'
      return ruleOf(text, 'AArch64.S1CheckPermissions, D8.4')
    }
    return el0 && (permissions & Permission.UNPRIVILEGED_READ) === 0
      ? ruleOf('AP[1] is 0 or APTable[0] is 1: EL0 has no access', direct)
      : ruleOf('AP[2] is 1 or APTable[1] is 1: read-only', direct)
  }
  // With one level alone XN is where UXN is: bit 54, and bit 60 of tables.
  const uxn = el0 || p.nv1
  const name = p.nv1 && !regime.hasUnprivileged ? 'XN' : el0 ? 'UXN' : 'PXN'
  const who = el0 ? 'EL0' : el
  const table = (s.tableAttributes & (uxn ? 2 : 1)) !== 0 && !p.hpd
  if ((s.hi & (uxn ? 1 << 22 : 1 << 21)) !== 0 || table)
    return ruleOf(`${name}${table ? 'Table' : ''} is 1: ${who} does not execute it`, direct)
  return p.wxn && (el0 || (permissions & Permission.UNPRIVILEGED_WRITE) === 0)
    ? ruleOf(`SCTLR_${el}.WXN is 1 and ${who} can write the page`, direct)
    : ruleOf(`EL0 can write the page: ${el} does not execute it`, direct)
}

/** The page's address space takes what its descriptor gives. */
function deniedSpace(regime: TranslationRegime, s: StageState, access: number): ExplainedRule {
  const reference = 'AArch64.S1DirectBasePermissions, D8.4'
  const memory = `${SPACES[s.oaSpace] as string} memory`
  const taken = deniedBySpace(regime, s.oaSpace)
  if (regime.security === SecurityState.SECURE && (taken & Permission.PRIVILEGED_EXECUTE) !== 0) {
    return ruleOf(`SCR_EL3.SIF is 1: Secure state executes nothing in ${memory}`, reference)
  }
  const state = `${SPACES[regime.security] as string} state`
  return (access & Access.GCS) !== 0
    ? ruleOf(`${state} has no Guarded Control Stack in ${memory}`, reference)
    : ruleOf(`${state} executes nothing in ${memory}`, reference)
}

/** Why stage 2, of these parameters, refused the access, or the walk of stage 1. */
export function stage2Denial(p: TableParameters, access: number, out: Translation): ExplainedRule {
  const s = out.stage2
  const check = 'AArch64.S2CheckPermissions, D8.4'
  if (out.topLevel) {
    return ruleOf('VTCR_EL2.TL0 or TL1: the page is not for the first table of this half of stage 1', check)
  }
  if (out.assuredOnly) {
    return isAssuredOnly(p, s)
      ? ruleOf('AssuredOnly is 1, and not all tables of stage 1 are protected and mostly read-only', check)
      : ruleOf('VTCR_EL2.GCSH is 1: privileged Guarded Control Stacks are in AssuredOnly pages alone', check)
  }
  if (out.noTagAccess) return ruleOf("MemAttr denies the page's Allocation Tags", check)
  if (out.overlay) {
    const text = 'the field of S2POR_EL1 that POIndex selects refuses it'
    return ruleOf(out.s1ptw ? `${text} to the walk of stage 1` : text, 'AArch64.S2OverlayPermissions, D8.4')
  }
  const permissions = stage2Permissions(p, s, access)
  const read = permissions & Permission.PRIVILEGED_READ
  if (p.outputSpace < 0 && s.oaSpace !== SecurityState.REALM && (out.s1ptw ? read : permissions) !== 0) {
    if (out.s1ptw || stage2Refused(permissions, access, false) === 0)
      return ruleOf('NS is 1: Realm state has its tables and its code in Realm memory', check)
  }
  if (out.s1ptw) {
    return p.ptw && read !== 0 && stage2IsDevice((s.lo >>> 2) & 15, p.fwb)
      ? ruleOf('HCR_EL2.PTW is 1 and the stage 1 table is in Device memory', check)
      : ruleOf('stage 2 refuses the walk of stage 1', check)
  }
  if (out.dirtyBit) return ruleOf('the page is clean (Dirty) and hardware does not manage dirty state', check)
  if (p.pie)
    return ruleOf('the field of S2PIR_EL2 that PIIndex selects refuses it', 'AArch64.S2IndirectBasePermissions, D8.4')
  const direct = 'AArch64.S2DirectBasePermissions, D8.4'
  return (access & Access.EXECUTE) !== 0 && read !== 0
    ? ruleOf('XN refuses the fetch', direct)
    : ruleOf('S2AP refuses the access', direct)
}
