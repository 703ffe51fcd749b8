/**
 * What an atomic memory operation stores (DDI 0487, C3.2 "Atomic memory operations"; pseudocode
 * `MemAtomic`). Values are little-endian bytes: element `e` of `size` bytes at `e * size`.
 *
 * @module
 */

import type { AtomicOperation } from '../decode/index.ts'

/**
 * Computes the new value of one element: `next[at ..] = old[at ..] <op> operand[at ..]`.
 *
 * @param operation - an integer operation or `swp`; floating-point ones are refused before.
 * @param size - bytes, 1, 2, 4 or 8.
 * @returns whether the operation is one of these; otherwise `next` is untouched.
 */
export function combine(
  operation: AtomicOperation | '',
  size: number,
  at: number,
  old: Uint8Array,
  operand: Uint8Array,
  next: Uint8Array,
): boolean {
  switch (operation) {
    case 'swp':
      for (let i = at; i < at + size; i++) next[i] = operand[i] as number
      return true
    case 'clr':
      for (let i = at; i < at + size; i++) next[i] = (old[i] as number) & ~(operand[i] as number)
      return true
    case 'eor':
      for (let i = at; i < at + size; i++) next[i] = (old[i] as number) ^ (operand[i] as number)
      return true
    case 'set':
      for (let i = at; i < at + size; i++) next[i] = (old[i] as number) | (operand[i] as number)
      return true
    case 'add': {
      let carry = 0
      for (let i = at; i < at + size; i++) {
        carry += (old[i] as number) + (operand[i] as number)
        next[i] = carry & 0xff
        carry >>>= 8
      }
      return true
    }
    case 'smax':
    case 'smin':
    case 'umax':
    case 'umin': {
      const greater = compare(operation === 'smax' || operation === 'smin', size, at, operand, old) > 0
      const takesOperand = greater === (operation === 'smax' || operation === 'umax')
      const from = takesOperand ? operand : old
      for (let i = at; i < at + size; i++) next[i] = from[i] as number
      return true
    }
    default:
      return false
  }
}

/** The sign of `a - b`. */
function compare(signed: boolean, size: number, at: number, a: Uint8Array, b: Uint8Array): number {
  const top = at + size - 1
  // Flipping the sign bits turns the signed order into the unsigned one.
  const flip = signed ? 0x80 : 0
  const difference = ((a[top] as number) ^ flip) - ((b[top] as number) ^ flip)
  if (difference !== 0) return difference
  for (let i = top - 1; i >= at; i--) {
    const d = (a[i] as number) - (b[i] as number)
    if (d !== 0) return d
  }
  return 0
}
