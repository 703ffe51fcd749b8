/**
 * Read-check-write (FEAT_THE; DDI 0487, D8.8 "Read-Check-Write"; pseudocode `RCWCheck`): whether a translation table
 * descriptor may be changed as an instruction wants it, under the masks of RCWMASK_EL1 and RCWSMASK_EL1.
 *
 * @module
 */

import { bit } from '../bits.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg, type RegisterFile } from './register-file.ts'

/** NZCV of a change that was made: the only one under which memory is written. */
export const RCW_DONE = 0b0010
/** NZCV of a comparison that failed. */
export const RCW_DIFFERS = 0b1010

/** TCR2_EL1.PnCH: descriptors have a Protected bit. */
const PNCH = 0

/** Bits of a 128-bit descriptor that no mask covers, as bytes from the lowest: [126:125], [120:119], [107:101], [90:56], [1:0]. */
const FIXED_128: Uint8Array = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 7, 0xe0, 0x0f, 0x80, 0x61)

/** Makes the registers current that {@link rcwCheck} reads: call before memory is accessed. */
export function readRcwRegisters(registers: RegisterAccess, size: number, soft: boolean): void {
  registers.read(Reg.RCWMASK_EL1)
  if (soft) registers.read(Reg.RCWSMASK_EL1)
  if (size === 8) {
    registers.read(Reg.TCR2_EL1)
    return
  }
  registers.read(Reg.RCWMASK_EL1 + 1)
  if (soft) registers.read(Reg.RCWSMASK_EL1 + 1)
}

/**
 * Checks a change of a descriptor.
 *
 * @param old - the descriptor in memory, as values of registers: little-endian, of a pair the first register's first.
 * @param next - what the instruction wants it to be.
 * @param size - bytes, 8 or 16.
 * @param soft - RCWS: the software mask counts too.
 * @param swapped - of 16 bytes the first register holds the upper half: a big-endian access.
 * @returns NZCV: {@link RCW_DONE}, or Z for a check that failed and C clear for a software check that failed.
 */
export function rcwCheck(
  regs: RegisterFile,
  old: Uint8Array,
  next: Uint8Array,
  size: number,
  soft: boolean,
  swapped: boolean,
): number {
  const wide = size === 16
  const flip = wide && swapped ? 8 : 0
  // 128-bit instructions exist under 128-bit tables only, where protection is always on.
  const protection = wide || bit(regs.lo(Reg.TCR2_EL1), PNCH) === 1
  const protectedBit = wide ? 114 : 52
  const oldValid = bitOf(old, 0, flip) === 1
  const validDiffers = oldValid !== (bitOf(next, 0, flip) === 1)
  const oldProtected = bitOf(old, protectedBit, flip) === 1
  const protectedDiffers = oldProtected !== (bitOf(next, protectedBit, flip) === 1)
  let fails = false
  if (protection) {
    fails = protectedDiffers || (oldProtected && validDiffers)
    if (oldProtected && oldValid && changesOutside(regs, Reg.RCWMASK_EL1, old, next, size, flip, -1)) fails = true
  }
  let softFails = false
  if (soft) {
    softFails = validDiffers && (oldValid || !protection || !oldProtected)
    const unmasked = protection ? protectedBit : -1
    if (oldValid && changesOutside(regs, Reg.RCWSMASK_EL1, old, next, size, flip, unmasked)) softFails = true
  }
  return (fails ? 0b0100 : 0) | (softFails ? 0 : 0b0010)
}

/** Whether a bit changes that the mask in `slot` does not cover. @param unmasked - a bit that it never covers, or -1. */
function changesOutside(
  regs: RegisterFile,
  slot: number,
  old: Uint8Array,
  next: Uint8Array,
  size: number,
  flip: number,
  unmasked: number,
): boolean {
  const { bytes } = regs
  const wide = size === 16
  // One bit of the mask stands for the whole output address.
  const address = bit(regs.lo(slot), wide ? 16 : 17) === 1
  // The bits of the output address that follow another bit of the mask.
  const low = wide ? 17 : 18
  const high = wide ? 55 : 49
  for (let n = 0; n < size * 8; n++) {
    if (bitOf(old, n, flip) === bitOf(next, n, flip)) continue
    const fixed = wide ? ((FIXED_128[n >>> 3] as number) >>> (n & 7)) & 1 : n === 0 ? 1 : 0
    if (fixed === 1 || n === unmasked) return true
    const covered = n >= low && n <= high ? address : (((bytes[slot * 8 + (n >>> 3)] as number) >>> (n & 7)) & 1) === 1
    if (!covered) return true
  }
  return false
}

function bitOf(value: Uint8Array, n: number, flip: number): number {
  return ((value[(n >>> 3) ^ flip] as number) >>> (n & 7)) & 1
}
