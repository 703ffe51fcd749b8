import { VectorFile, VectorReg, type VectorRegisters } from '../../../src/mmio/index.ts'
import { vectorOffset } from '../../../src/mmio/vector-file.ts'

/** Scalable registers whose truth is elsewhere: a register that nobody pulled is poison. */
export class LazyVectors implements VectorRegisters {
  readonly file: VectorFile = new VectorFile()
  readonly truth: Uint8Array = new Uint8Array(this.file.bytes.length)
  readonly pushed: number[] = []
  length = 16
  streamingLength = 16

  begin(): void {
    this.file.bytes.fill(0xa5)
    this.pushed.length = 0
  }

  pull(reg: number): void {
    const at = vectorOffset(reg)
    this.file.bytes.set(this.truth.subarray(at, at + this.#lengthOf(reg)), at)
  }

  push(reg: number): void {
    const at = vectorOffset(reg)
    this.pushed.push(reg)
    this.truth.set(this.file.bytes.subarray(at, at + this.#lengthOf(reg)), at)
  }

  #lengthOf(reg: number): number {
    if (reg < VectorReg.P0) return this.length
    if (reg < VectorReg.ZT0) return this.length / 8
    return reg === VectorReg.ZT0 ? 64 : this.streamingLength
  }
}
