/**
 * Numbers for the register states that TLB entries were made under.
 *
 * @module
 */
import type { Features } from './features.ts'
import type { TranslationRegime } from './regime.ts'
import { REGIME_REGISTERS, RegimeRegister } from './regime-register.ts'

/** Register states known at once; a guest has one or two. */
const CONTEXTS = 16
/** Every register, and which regime it is. */
const WIDTH = 2 * REGIME_REGISTERS + 1
const BASES: readonly number[] = [
  RegimeRegister.TTBR0_EL1,
  RegimeRegister.TTBR1_EL1,
  RegimeRegister.TTBR0_EL1_HIGH,
  RegimeRegister.TTBR1_EL1_HIGH,
  RegimeRegister.TTBR0_EL2,
  RegimeRegister.TTBR1_EL2,
  RegimeRegister.TTBR0_EL2_HIGH,
  RegimeRegister.TTBR1_EL2_HIGH,
  RegimeRegister.TTBR0_EL3,
  RegimeRegister.VTTBR_EL2,
  RegimeRegister.VTTBR_EL2_HIGH,
]

/**
 * Numbers register states but for the table bases, which change with every process and have the ASID and VMID for a tag.
 * All else that a translation depends on is part of the state: no entry is used under another one.
 */
export class ContextTable {
  private readonly values: Uint32Array = new Uint32Array(CONTEXTS * WIDTH)
  private readonly features: (Features | undefined)[] = new Array<Features | undefined>(CONTEXTS).fill(undefined)
  private readonly now: Uint32Array = new Uint32Array(WIDTH)
  private next = 0
  private regime: TranslationRegime | undefined
  private version = -1
  private current = 0
  /** The number that the last {@link of} took from another state, or -1: entries of it are void. */
  recycled = -1

  /** The number of the regime's state, 0..15, or -1 where it is to be looked up by {@link of}. Costs two compares. */
  known(regime: TranslationRegime): number {
    return regime === this.regime && regime.version === this.version ? this.current : -1
  }

  /** The number of the regime's state, 0..15; sets {@link recycled}. */
  of(regime: TranslationRegime): number {
    this.recycled = -1
    this.regime = regime
    this.version = regime.version
    for (let i = 0; i < REGIME_REGISTERS; i++) {
      const base = BASES.includes(i)
      this.now[2 * i] = base ? 0 : regime.lo(i)
      this.now[2 * i + 1] = base ? 0 : regime.hi(i)
    }
    this.now[2 * REGIME_REGISTERS] = regime.kind
    for (let context = 0; context < CONTEXTS; context++) {
      if (this.features[context] === regime.features && this.same(context)) {
        this.current = context
        return context
      }
    }
    this.current = this.next
    this.next = (this.next + 1) % CONTEXTS
    if (this.features[this.current] !== undefined) this.recycled = this.current
    this.values.set(this.now, this.current * WIDTH)
    this.features[this.current] = regime.features
    return this.current
  }

  private same(context: number): boolean {
    for (let i = 0; i < WIDTH; i++) if (this.values[context * WIDTH + i] !== this.now[i]) return false
    return true
  }
}
