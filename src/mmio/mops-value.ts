import { TWO32 } from '../bits.ts'

/** A 64-bit register or address, in halves. */
export class Value {
  hi = 0
  lo = 0

  /** Takes both halves, signed or unsigned. */
  set(hi: number, lo: number): void {
    this.hi = hi >>> 0
    this.lo = lo >>> 0
  }

  /** Adds a number between -2^31 and 2^32. */
  add(n: number): void {
    const sum = this.lo + n
    this.hi = (this.hi + Math.floor(sum / TWO32)) >>> 0
    this.lo = sum >>> 0
  }

  /** Adds or subtracts another. */
  plus(other: Value, sign: 1 | -1): void {
    const sum = this.lo + sign * other.lo
    this.hi = (this.hi + sign * other.hi + Math.floor(sum / TWO32)) >>> 0
    this.lo = sum >>> 0
  }
}

/** Whether `a` is below `b` as 56-bit addresses. */
export function below(a: Value, b: Value): boolean {
  const x = a.hi & 0xff_ffff
  const y = b.hi & 0xff_ffff
  return x < y || (x === y && a.lo < b.lo)
}
