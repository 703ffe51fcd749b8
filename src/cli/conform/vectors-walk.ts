import { hex } from '../../bits.ts'
import { AddressSpace } from '../../mmio/index.ts'
import { Access, accessOf, FaultKind, RegimeRegister, Tlb, Translation, TranslationRegime } from '../../tlb/index.ts'
import type { RegisterValues, VectorMachine, VectorStep, WalkEnd } from './vectors-case.ts'
import { VectorRam } from './vectors-ram.ts'

const KINDS = { read: Access.READ, write: Access.WRITE, fetch: Access.EXECUTE } as const

/** HCRX_EL2.TCR2En: without it TCR2_EL1 reads zero. */
const TCR2_ENABLED = 1n << 14n
/** A CPU whose EL2 does not disable it. */
const HCRX_DEFAULT = TCR2_ENABLED

/** The translations of a case, through one TLB: a step may change registers, and what was cached must not show. */
export class WalkPlayer {
  readonly #registers: Map<string, bigint> = new Map()
  readonly #space: AddressSpace = new AddressSpace()
  readonly #ram: VectorRam
  readonly #regime: TranslationRegime = new TranslationRegime()
  readonly #tlb: Tlb = new Tlb()
  readonly #page: Translation = new Translation()

  constructor(machine: VectorMachine) {
    this.#ram = new VectorRam(machine, this.#space)
    this.#set(machine.registers)
  }

  step(step: VectorStep & { readonly kind: 'translate' }): WalkEnd {
    this.#set(step.registers)
    this.#ram.begin()
    const pstate = Number((this.#registers.get('pstate') ?? 0n) & 0xffff_ffffn)
    const access = accessOf(KINDS[step.access], (pstate & ~0xc) | (step.el << 2))
    const { va } = step
    const [hi, lo] = [Number(va >> 32n), Number(va & 0xffff_ffffn)]
    const fault = this.#tlb.translate(this.#regime, this.#space, hi, lo, access, this.#page)
    const memory = this.#ram.changed()
    return fault === FaultKind.NONE ? { pa: hex(this.#page.pa), memory } : { fsc: hex(this.#page.fsc, 2), memory }
  }

  #set(values: RegisterValues): void {
    for (const [name, value] of values) if (typeof value === 'bigint') this.#registers.set(name, value)
    const enabled = ((this.#registers.get('hcrx_el2') ?? HCRX_DEFAULT) & TCR2_ENABLED) !== 0n
    for (const [name, index] of Object.entries(RegimeRegister)) {
      const given = this.#registers.get(name.toLowerCase())
      if (given === undefined) continue
      const value = name === 'TCR2_EL1' && !enabled ? 0n : given
      this.#regime.set(index, Number(value >> 32n), Number(value & 0xffff_ffffn))
    }
    this.#regime.update()
  }
}
