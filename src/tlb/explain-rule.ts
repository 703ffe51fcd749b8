/**
 * The rule that ended a walk, with its place in the manual.
 *
 * @module
 */
import { hex } from '../bits.ts'
import { Access } from './access.ts'
import { type ExplainedRule, ruleOf, stage1Denial, stage2Denial } from './explain-denial.ts'
import { levelOf, SPACES } from './explain-field.ts'
import { FaultKind } from './fault.ts'
import { GranuleFault } from './granule-check.ts'
import type { TableParameters } from './parameters.ts'
import type { TranslationRegime } from './regime.ts'
import type { StageState, Translation } from './translation.ts'

/** Where a walk ended. */
export interface WalkEnd {
  readonly regime: TranslationRegime
  /** Parameters of the stage that ended it. */
  readonly p: TableParameters
  /** The VA is of the upper range. */
  readonly upper: boolean
  /** Bits of `Access`. */
  readonly access: number
  readonly out: Translation
  /**
   * Descriptors that the walk read at the stage, and in the translation, that ended it: 0 when it ended before the first.
   */
  readonly reads: number
}

/** The rule that decided the result of a walk. */
export function decidingRule(end: WalkEnd): ExplainedRule {
  const { regime, p, access, out, reads } = end
  const stage1 = p.stage === 1
  const s = stage1 ? out.stage1 : out.stage2
  switch (out.fault) {
    case FaultKind.NONE:
      return success(regime, out)
    case FaultKind.TRANSLATION:
      return reads === 0 ? notWalked(end) : notMapped(p, s)
    case FaultKind.ADDRESS_SIZE:
      return addressSize(end)
    case FaultKind.ACCESS_FLAG:
      return ruleOf('AF is 0 and hardware does not manage it', `AArch64.S${p.stage}Walk, D8.5`)
    case FaultKind.PERMISSION:
      return stage1 ? stage1Denial(regime, p, access, out) : stage2Denial(p, access, out)
    case FaultKind.EXTERNAL_ON_WALK:
      return ruleOf(`no memory at ${hex(s.entryPa)}, where the descriptor should be`, 'FetchDescriptor, D8.2')
    case FaultKind.GRANULE_PROTECTION:
    case FaultKind.GRANULE_PROTECTION_ON_WALK:
      return granuleProtection(regime, out)
    default:
      return ruleOf('the descriptor kept changing under the walk', 'AArch64.MemSwapTableDesc')
  }
}

function success(regime: TranslationRegime, out: Translation): ExplainedRule {
  if (out.stage === 0) {
    return ruleOf('stage 1 is off: the address is the output address', 'AArch64.S1DisabledOutput, D8.2')
  }
  const permitted = 'the leaf permits the access'
  if (out.stage === 3) return ruleOf(`${permitted} at both stages`, 'AArch64.FullTranslate, D8.1')
  return regime.stage1Enabled || out.stage === 1
    ? ruleOf(permitted, 'AArch64.S1CheckPermissions, D8.4')
    : ruleOf(permitted, 'AArch64.S2CheckPermissions, D8.4')
}

/** Level 0 Translation faults without a read. */
function notWalked({ regime, p, upper, access }: WalkEnd): ExplainedRule {
  if (p.stage === 2) {
    if (!p.invalid)
      return ruleOf(`the IPA has more than ${p.iaSize} bits (VTCR_EL2.T0SZ)`, 'AArch64.IPAIsOutOfRange, D8.2')
    return p.d128
      ? ruleOf('VTCR_EL2.T0SZ or VTTBR_EL2.SKL is not a legal start', 'AArch64.S2StartLevel, D8.2')
      : ruleOf('VTCR_EL2.T0SZ, SL0 or SL2 is not a legal start', 'AArch64.S2InvalidSL, AArch64.S2InconsistentSL, D8.2')
  }
  const half = upper ? 1 : 0
  const el = levelOf(regime)
  const skipsAll = p.startLevel > 3
  if (p.invalid && !skipsAll) return ruleOf(`TCR_${el}.T${half}SZ is out of range`, 'AArch64.S1TxSZFaults, D8.2')
  if (p.epd) return ruleOf(`TCR_${el}.EPD${half} is 1`, 'AArch64.S1EPD, D8.2')
  const unprivileged = (access & Access.UNPRIVILEGED) !== 0
  if (p.e0pd && unprivileged) {
    return ruleOf(`TCR_${el}.E0PD${half} is 1 and the access has EL0's permissions`, 'AArch64.S1Translate, D8.2')
  }
  if (p.nfd && unprivileged && (access & Access.NON_FAULT) !== 0) {
    return ruleOf(`TCR_${el}.NFD${half} is 1 and the access is EL0's and non-fault`, 'AArch64.S1Translate, D8.2')
  }
  return skipsAll
    ? ruleOf(`TTBR${half}_${el}.SKL skips all levels`, 'AArch64.S1StartLevel, D8.2')
    : ruleOf(
        `the VA's upper bits are not all ${half} down to bit ${p.iaSize} (TCR_${el}.T${half}SZ)`,
        'AArch64.VAIsOutOfRange, D8.2',
      )
}

function notMapped(p: TableParameters, s: StageState): ExplainedRule {
  const reference = 'AArch64.DecodeDescriptorType, D8.3'
  if ((s.lo & 1) === 0) return ruleOf('bit 0 of the descriptor is 0: invalid', reference)
  if (!p.d128)
    return ruleOf(`there is no block at level ${s.level} with this granule`, 'AArch64.BlockDescSupported, D8.3')
  const skl = (s.wide.topHi >>> (109 - 96)) & 3
  return s.level + skl > 3
    ? ruleOf(`SKL is ${skl}: there is no level so far below level ${s.level}`, reference)
    : ruleOf('SKL is 3, which needs the 4 KiB granule', reference)
}

function addressSize({ regime, p, reads }: WalkEnd): ExplainedRule {
  const el = levelOf(regime)
  if (p.stage === 1 && !regime.stage1Enabled) {
    return ruleOf('stage 1 is off and the address is beyond the PA size', 'AArch64.S1DisabledOutput, D8.2')
  }
  const size = p.stage === 2 ? 'VTCR_EL2.PS' : `TCR_${el}.${regime.hasUnprivileged ? 'IPS' : 'PS'}`
  return reads === 0
    ? ruleOf(
        `the first table's address is beyond ${size}`,
        `AArch64.S${p.stage}TTBaseAddress, AArch64.OAOutOfRange, D8.2`,
      )
    : ruleOf(`the address in the descriptor is beyond ${size}`, 'AArch64.OAOutOfRange, D8.2')
}

function granuleProtection(regime: TranslationRegime, out: Translation): ExplainedRule {
  const { fault, level } = out.granule
  const tables = regime.granuleProtection
  switch (fault) {
    case GranuleFault.ADDRESS_SIZE:
      return ruleOf('a granule protection table is beyond GPCCR_EL3.PPS', 'GPTWalk, D9.3')
    case GranuleFault.EXTERNAL:
      return ruleOf(`no memory where the granule protection entry of level ${level} should be`, 'GPTWalk, D9.3')
    case GranuleFault.WALK:
      return tables.consistent
        ? ruleOf(`the granule protection entry of level ${level} is not valid`, 'GPTWalk, D9.3')
        : ruleOf('GPCCR_EL3 is not valid', 'GPCRegistersConsistent, D9.3')
    default: {
      const text = `the granule at ${hex(out.pa)} is not in ${SPACES[out.paspace] as string} memory`
      return ruleOf(text, 'GPICheck, D9.3')
    }
  }
}
