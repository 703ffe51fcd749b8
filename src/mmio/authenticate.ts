/**
 * LDRAA, LDRAB (FEAT_PAuth; DDI 0487, D8.10; pseudocode `AuthDA`, `AuthDB`, `Auth`): the base register holds a signed
 * pointer.
 *
 * @module
 */

import { bit, bits } from '../bits.ts'
import { ignoresTopByte } from './regime-slots.ts'
import type { RegisterAccess } from './register-access.ts'
import { ExceptionClass, IL } from './syndrome.ts'
import type { Vcpu } from './vcpu.ts'

/** SCTLR_ELx: the keys are in use. */
const ENDA = 27
const ENDB = 13
/** TCR_ELx, where there are two ranges. */
const T1SZ = 16
const BIT_55 = 1 << (55 - 32)

/** A signed pointer, in halves: the callback's to change. Reused. */
export class SignedPointer {
  hi = 0
  lo = 0
  /** Which key: APDAKey_EL1 or APDBKey_EL1, whatever the Exception level. The modifier is zero. */
  key: 'DA' | 'DB' = 'DA'
}

/**
 * Authenticates a data pointer with a modifier of zero as the vCPU would, leaving in `pointer` what `AuthDA` or `AuthDB`
 * returns.
 * @returns whether the code in the pointer was right.
 */
export type Authenticate = (vcpu: Vcpu, pointer: SignedPointer) => boolean

/**
 * Makes an address of a signed pointer: by the host's callback; or, without one, by taking the code away: the CPU that
 * reports a stage 2 abort of LDRAA authenticated the pointer before it translated the address, and FAR is held against
 * the outcome.
 */
export class Authenticator {
  readonly #callback: Authenticate | undefined
  readonly #pointer: SignedPointer = new SignedPointer()

  constructor(callback: Authenticate | undefined) {
    this.#callback = callback
  }

  /** Upper and lower half of the last {@link authenticate}. */
  get hi(): number {
    return this.#pointer.hi
  }
  get lo(): number {
    return this.#pointer.lo
  }

  /** @returns whether `hi:lo`, best as signed numbers, is authentic, or its key not in use. */
  authenticate(vcpu: Vcpu, registers: RegisterAccess, key: 'DA' | 'DB', hi: number, lo: number): boolean {
    const pointer = this.#pointer
    const { regs, regime } = registers
    pointer.hi = hi >>> 0
    pointer.lo = lo >>> 0
    pointer.key = key
    registers.read(regime.sctlr)
    if (bit(regs.lo(regime.sctlr), key === 'DA' ? ENDA : ENDB) === 0) return true
    if (this.#callback) {
      const authentic = this.#callback(vcpu, pointer)
      pointer.hi >>>= 0
      pointer.lo >>>= 0
      return authentic
    }
    registers.read(regime.tcr)
    const upper = (hi & BIT_55) !== 0
    const tagged = ignoresTopByte(regs, regime, upper ? 1 : 0)
    // Bits 54 to VA size, and the top byte unless ignored, are copies of bit 55 in a pointer that is not signed.
    const size = 64 - bits(regs.lo(regime.tcr), upper && regime.ranges ? T1SZ : 0, 6)
    const from = Math.max(size - 32, 0)
    const code = ((tagged ? 0x00ff_ffff : 0xffff_ffff) & (from > 31 ? 0 : -1 << from) & ~BIT_55) >>> 0
    pointer.hi = (upper ? hi | code : hi & ~code) >>> 0
    return true
  }
}

/**
 * ESR_ELx of an authentication that failed (FEAT_FPACCOMBINE; pseudocode `AArch64.PACFailException`).
 *
 * @returns 32 bits, unsigned.
 */
export function authenticationSyndrome(key: 'DA' | 'DB'): number {
  return ((ExceptionClass.PAC_FAIL << 26) | IL | (key === 'DA' ? 0b10 : 0b11)) >>> 0
}
