/**
 * Physical address spaces: which one a translation ends in, what may be executed there, how PAR_EL1 tells it.
 *
 * @module
 */
import type { TranslationRegime } from './regime.ts'
import { Regime, SecurityState } from './regime-register.ts'
import { NS_TABLE, Permission, type StageState, type Translation } from './translation.ts'

/** NS, and at EL3 NSE where others have nG, of stage 1's leaves. */
const NS = 1 << 5
const NSE = 1 << 11
/** NS of stage 2's leaves in Realm state. */
const STAGE2_NS = 1 << (55 - 32)

const NO_EXECUTION =
  Permission.PRIVILEGED_EXECUTE |
  Permission.UNPRIVILEGED_EXECUTE |
  Permission.PRIVILEGED_GCS |
  Permission.UNPRIVILEGED_GCS
const NO_GCS = Permission.PRIVILEGED_GCS | Permission.UNPRIVILEGED_GCS

/** Space of the table that a stage 1 walk has come to: NSTable counts in Secure state (`AArch64.S1NextWalkStateTable`). */
export function tableSpace(security: number, s: StageState): number {
  return security === SecurityState.SECURE && (s.tableAttributes & NS_TABLE) !== 0 ? SecurityState.NON_SECURE : security
}

/** Space of the output address of stage 1's leaf in the state (`AArch64.S1NextWalkStateLeaf`). */
export function stage1OutputSpace(regime: TranslationRegime, s: StageState): number {
  const ns = (s.lo & NS) !== 0
  switch (s.paspace) {
    case SecurityState.SECURE:
      return ns ? SecurityState.NON_SECURE : SecurityState.SECURE
    case SecurityState.ROOT: {
      const space = ((s.lo & NSE) !== 0 ? 2 : 0) | (ns ? 1 : 0)
      return space === SecurityState.SECURE && !regime.features.sel2 ? SecurityState.NON_SECURE : space
    }
    case SecurityState.REALM:
      return ns && regime.kind !== Regime.EL10 ? SecurityState.NON_SECURE : SecurityState.REALM
    default:
      return SecurityState.NON_SECURE
  }
}

/** Space of the output address of stage 2's leaf in Realm state (`AArch64.S2NextWalkStateLeaf`). */
export function realmOutputSpace(s: StageState): number {
  return (s.hi & STAGE2_NS) !== 0 ? SecurityState.NON_SECURE : SecurityState.REALM
}

/**
 * Permissions that a page has lost by its address space, whatever the descriptor says: there is no execution outside
 * Root, of EL2 outside Realm, nor with SCR_EL3.SIF outside Secure memory (`AArch64.S1DirectBasePermissions`,
 * `S1IndirectBasePermissions`).
 */
export function deniedBySpace(regime: TranslationRegime, space: number): number {
  const { security } = regime
  if (space === security) return 0
  if (security === SecurityState.SECURE) return regime.sif ? NO_EXECUTION : NO_GCS
  return security === SecurityState.REALM && regime.kind === Regime.EL10 ? 0 : NO_EXECUTION
}

/** Writes the output address's space, and PAR_EL1.NS and NSE (`AArch64.EncodePAR`), which UNKNOWN are 1. */
export function setSpace(regime: TranslationRegime, space: number, out: Translation): void {
  out.paspace = space
  if (regime.security === SecurityState.ROOT) {
    out.ns = space & 1
    out.nse = space >> 1
  } else {
    out.ns = regime.security === SecurityState.NON_SECURE || space !== regime.security ? 1 : 0
    out.nse = 1
  }
}
