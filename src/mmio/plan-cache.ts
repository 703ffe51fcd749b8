import { Plan } from './plan.ts'
import { buildPlan } from './plan-build.ts'

/**
 * Plans by word, direct-mapped: a hit is one multiplication and one comparison and allocates nothing, a miss makes the
 * plan in place of another. Its size never changes, whatever words a guest executes.
 *
 * @example
 * ```ts
 * const plans = new PlanCache()
 * plans.get(0xa9400440).count // 2: ldp x0, x1, [x2]
 * ```
 */
export class PlanCache {
  readonly #plans: readonly Plan[]
  readonly #shift: number

  /**
   * @param log2 - log2 of the number of plans, 0..16; 512 plans unless told, about 150 KB.
   * @throws RangeError for another value.
   */
  constructor(log2 = 9) {
    if (!Number.isInteger(log2) || log2 < 0 || log2 > 16) {
      throw new RangeError(`PlanCache: log2 is ${log2}; give an integer in 0..16`)
    }
    this.#plans = Array.from({ length: 1 << log2 }, () => new Plan())
    this.#shift = 32 - log2
  }

  /**
   * The plan of `word`, valid until another word takes its place.
   * @param word - an integer, taken modulo 2^32.
   */
  get(word: number): Plan {
    // Fibonacci hashing; a shift by 32 is a shift by 0 in JavaScript, so one plan needs the mask.
    const at = (Math.imul(word, 0x9e37_79b1) >>> this.#shift) & (this.#plans.length - 1)
    const plan = this.#plans[at] as Plan
    if ((plan.word | 0) !== (word | 0) || plan.word < 0) buildPlan(word >>> 0, plan)
    return plan
  }
}
