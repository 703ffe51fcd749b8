/** Any load or store aimed at the device of the test machine. */

import fc from 'fast-check'
import { A64, type Encoding } from '../../src/decode/index.ts'
import { BASE_PC, BASE_SP, buildPlan, Plan, PlanStatus, Reg, Writeback } from '../../src/mmio/index.ts'
import { instructionWord } from '../../src/testing/index.ts'
import type { Machine } from './machine.ts'

/** Where aimed words point, unless told: aligned for every form, far from the ends of the page. */
export const TARGET = 0x800

/** Forms that have one address, from one base register. */
const FORMS: readonly string[] = [
  ...['register', 'pair', 'multiple', 'lane', 'replicate', 'exclusive', 'exclusive-pair', 'compare', 'compare-pair'],
  ...['atomic', 'atomic-pair', 'block64', 'zero', 'tag', 'tag-zero', 'tag-pair'],
]

/** Whether a row is one of these forms, on general-purpose or SIMD&FP registers. */
function isAimed(row: Encoding): boolean {
  const { access, id } = row
  if (access === undefined || !FORMS.includes(access.form) || id.startsWith('SET')) return false
  return access.bank === 'X' || access.bank === 'V'
}

/** Every row of these forms whose words are emulated, literal loads aside, with the first words of a sample. */
export function emulatedRows(words: number): readonly (readonly [string, readonly number[]])[] {
  const rows: (readonly [string, readonly number[]])[] = []
  for (const row of A64.encodings) {
    if (!isAimed(row)) continue
    const list = fc.sample(instructionWord(row), { numRuns: 4 * words, seed: row.index }).filter(aimable)
    if (list.length > 0) rows.push([row.id, list.slice(0, words)])
  }
  return rows
}

/** Whether {@link aim} can choose the address of a word: not where a register is both base and index. */
function aimable(word: number): boolean {
  const plan = planOf(word)
  return plan.status === PlanStatus.ACCESS && plan.base !== BASE_PC && (plan.index < 0 || plan.index !== plan.base)
}

/** The plan of a word, in an object of its own. */
export function planOf(word: number): Plan {
  const plan = new Plan()
  buildPlan(word, plan)
  return plan
}

/** Puts `va` in the base register of `word`, so that its access begins there; marks the monitor for a store-exclusive. */
export function aim(m: Machine, word: number, va: number): void {
  const plan = planOf(word)
  if (plan.index >= 0 && plan.index !== Reg.XZR) m.setX(plan.index, 0)
  const base = BigInt(va) - (plan.index < 0 && plan.writeback !== Writeback.POST ? BigInt(plan.offset) : 0n)
  if (plan.result >= 0 && plan.form.startsWith('exclusive')) {
    // ldxp x29, x30, [x28], with the registers as before.
    const kept = [28, 29, 30, Reg.PC].map((r) => [r, m.x(r)] as const)
    m.setX(28, va & ~15)
    m.run(0xc87f_7b9d, { far: va & ~15 })
    for (const [r, x] of kept) m.setX(r, x)
  }
  m.setX(plan.base === BASE_SP ? Reg.SP_EL1 : plan.base, base)
  controlStack(m, plan)
}

/**
 * Makes the page that a test maps for EL0, of PIIndex 1, a control stack for the words that want one: of
 * the level whose permissions they use. Pages of PIIndex 0 have code.
 */
function controlStack(m: Machine, plan: Plan): void {
  m.setX(Reg.TCR2_EL1, plan.guarded ? 2 : 0)
  m.setX(Reg.GCSCR_EL1, 1 << 9)
  m.setX(Reg.PIR_EL1, plan.unprivileged ? 0x13 : 0x97)
  m.setX(Reg.PIRE0_EL1, plan.unprivileged ? 0x93 : 0)
}
