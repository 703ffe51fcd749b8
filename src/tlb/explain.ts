/**
 * A walk told step by step: every descriptor read, the fields taken from it, and the rule that decided.
 *
 * @module
 */
import { Access } from './access.ts'
import { type DescriptorKind, descriptorFields, descriptorKind, type ExplainedField } from './explain-descriptor.ts'
import { registerFields } from './explain-registers.ts'
import { decidingRule, type ExplainedRule } from './explain-rule.ts'
import type { TableMemory } from './memory.ts'
import type { TranslationRegime } from './regime.ts'
import { type DescriptorRead, WalkTrace } from './trace.ts'
import { Translation } from './translation.ts'
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
  readonly kind: DescriptorKind
  readonly fields: readonly ExplainedField[]
  /** For a stage 1 descriptor under stage 2: the stage 2 descriptors read to find {@link pa}. */
  readonly nested: readonly ExplainedStep[]
}

/** A walk, told. */
export interface Explanation {
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
  const translation = new Translation()
  const trace = new WalkTrace()
  walk(regime, memory, vaHi, vaLo, access | Access.NO_UPDATE, translation, trace)
  const upper = (vaHi & (1 << 23)) !== 0
  const { steps, pending } = nest(regime, upper, trace.reads)
  const ended = translation.fault !== 0 && translation.stage === 2 ? pending.length : steps.length
  return {
    vaHi: vaHi >>> 0,
    vaLo: vaLo >>> 0,
    access,
    translation,
    registers: registerFields(regime, upper),
    steps: [...steps, ...pending],
    rule: decidingRule(regime, upper, access, translation, ended),
  }
}

/**
 * Puts the stage 2 reads before each stage 1 read under it. Those after the last are the output address's, or the start of
 * a stage 1 read that never came.
 */
function nest(
  regime: TranslationRegime,
  upper: boolean,
  reads: readonly DescriptorRead[],
): { steps: ExplainedStep[]; pending: ExplainedStep[] } {
  const steps: ExplainedStep[] = []
  let pending: ExplainedStep[] = []
  for (const read of reads) {
    const { stage, level, hi, lo } = read
    const p = stage === 2 ? regime.stage2 : upper ? regime.upper : regime.lower
    const fields = descriptorFields(regime, p, level, hi, lo)
    const step = { ...read, kind: descriptorKind(p, level, lo), fields, nested: stage === 1 ? pending : [] }
    if (stage === 2) pending.push(step)
    else {
      steps.push(step)
      pending = []
    }
  }
  return { steps, pending }
}
