/**
 * A walk told step by step: every descriptor read, the fields taken from it, and the rule that decided.
 *
 * @module
 */
import { Access } from './access.ts'
import type { ExplainedRule } from './explain-denial.ts'
import { type DescriptorKind, descriptorFields, descriptorKind } from './explain-descriptor.ts'
import type { ExplainedField } from './explain-field.ts'
import { type ExplainedGranuleEntry, explainGranuleEntry } from './explain-granule.ts'
import { registerFields } from './explain-registers.ts'
import { decidingRule } from './explain-rule.ts'
import { FaultKind } from './fault.ts'
import type { TableMemory } from './memory.ts'
import { tableSpace } from './physical-space.ts'
import type { TranslationRegime } from './regime.ts'
import { stage2Parameters } from './stage2.ts'
import { WalkTrace } from './trace.ts'
import { NS_TABLE, StageState, Translation } from './translation.ts'
import { walk } from './walk.ts'

/** A descriptor read by a walk. */
export interface ExplainedStep {
  readonly stage: number
  readonly level: number
  /** PA of the descriptor. */
  readonly pa: number
  /** Its address before stage 2: an IPA for stage 1's descriptors under stage 2, else `pa`. */
  readonly address: number
  readonly hi: number
  readonly lo: number
  /** Bits [127:96] and [95:64] of a 128-bit descriptor (FEAT_D128). */
  readonly topHi?: number
  readonly topLo?: number
  readonly kind: DescriptorKind
  readonly fields: readonly ExplainedField[]
  /** For a stage 1 descriptor under stage 2: the stage 2 descriptors read to find {@link pa}. */
  readonly nested: readonly ExplainedStep[]
  /** Entries of the granule protection tables read for {@link pa} (FEAT_RME). */
  readonly granules: readonly ExplainedGranuleEntry[]
}

/** A walk, told. */
export interface Explanation {
  /** The regime of the walk, a value of `Regime`. */
  readonly regime: number
  readonly vaHi: number
  readonly vaLo: number
  /** Bits of `Access`. */
  readonly access: number
  /** The walk's result. */
  readonly translation: Translation
  /** The registers that shaped it. */
  readonly registers: readonly ExplainedField[]
  /** Stage 1's descriptors, with what stage 2 did for each; then stage 2's of the output address. */
  readonly steps: readonly ExplainedStep[]
  /** Entries of the granule protection tables read for the output address, or for the descriptor that was not to be read. */
  readonly granules: readonly ExplainedGranuleEntry[]
  /** The rule that decided, and its place in DDI 0487. */
  readonly rule: ExplainedRule
}

/**
 * Walks an address without a trace in memory (`Access.NO_UPDATE`), and tells all about it.
 *
 * @param regime the parsed registers; call its `update()` before.
 * @param memory where tables are read.
 * @param vaHi bits [63:32] of the address.
 * @param vaLo bits [31:0].
 * @param access bits of `Access`.
 *
 * @example
 * ```ts
 * const told = explain(regime, memory, 0, 0x3000, LOAD)
 * told.steps.map((s) => s.kind) // ['table', 'table', 'invalid']
 * told.rule.text // 'bit 0 of the descriptor is 0: invalid'
 * told.rule.reference // 'AArch64.DecodeDescriptorType, D8.3'
 * ```
 */
export function explain(
  regime: TranslationRegime,
  memory: TableMemory,
  vaHi: number,
  vaLo: number,
  access: number,
): Explanation {
  const out = new Translation()
  const trace = new WalkTrace()
  walk(regime, memory, vaHi, vaLo, access | Access.NO_UPDATE, out, trace)
  const upper = regime.hasUnprivileged && (vaHi & (1 << 23)) !== 0
  const { steps, pending, ipaSpace } = nest(regime, upper, trace, out)
  const stage1 = upper ? regime.upper : regime.lower
  const stage2 = stage2Parameters(regime, ipaSpace)
  const inStage2 = out.fault !== FaultKind.NONE && out.stage === 2
  const reads = inStage2 ? pending.length : steps.length
  return {
    regime: regime.kind,
    vaHi: vaHi >>> 0,
    vaLo: vaLo >>> 0,
    access,
    translation: out,
    registers: registerFields(regime, upper, stage2 === regime.secureStage2),
    steps: [...steps, ...pending],
    granules: granulesOf(regime, trace, trace.reads.length, out.pa),
    rule: decidingRule({ regime, p: inStage2 ? stage2 : stage1, upper, access, out, reads }),
  }
}

/**
 * Puts the stage 2 reads before each stage 1 read under it. Those after the last are the output address's, or the start of
 * a stage 1 read that never came.
 */
function nest(
  regime: TranslationRegime,
  upper: boolean,
  trace: WalkTrace,
  out: Translation,
): { steps: ExplainedStep[]; pending: ExplainedStep[]; ipaSpace: number } {
  const steps: ExplainedStep[] = []
  let pending: ExplainedStep[] = []
  // The IPA space of a table, which chooses the tables of stage 2, follows from the descriptors above it.
  const state = new StageState()
  const inStage1 = (n: number): boolean => trace.reads.slice(n).some(({ stage }) => stage === 1)
  let ipaSpace = regime.stage1Enabled ? regime.security : out.stage1.oaSpace
  for (const [n, read] of trace.reads.entries()) {
    const { stage, level, hi, lo, topHi, topLo } = read
    if (!inStage1(n) && out.stage1.sizeLog2 !== 0) ipaSpace = out.stage1.oaSpace
    const p = stage === 2 ? stage2Parameters(regime, ipaSpace) : upper ? regime.upper : regime.lower
    const words = topHi === undefined || topLo === undefined ? [lo, hi] : [lo, hi, topLo, topHi]
    const step = {
      ...read,
      kind: descriptorKind(p, level, words),
      fields: descriptorFields(regime, p, level, words),
      nested: stage === 1 ? pending : [],
      granules: granulesOf(regime, trace, n, read.pa),
    }
    if (stage === 2) {
      pending.push(step)
      continue
    }
    steps.push(step)
    pending = []
    if (((topHi ?? hi) & (1 << 31)) !== 0) state.tableAttributes |= NS_TABLE
    ipaSpace = tableSpace(regime.security, state)
  }
  return { steps, pending, ipaSpace }
}

/** The entries read for the PA `granule`, that of the descriptor after the first `after` ones, or of the output. */
function granulesOf(
  regime: TranslationRegime,
  trace: WalkTrace,
  after: number,
  granule: number,
): ExplainedGranuleEntry[] {
  return trace.granules
    .filter((read) => read.after === after)
    .map(({ level, pa, hi, lo }) => explainGranuleEntry(regime.granuleProtection, level, pa, hi, lo, granule))
}
