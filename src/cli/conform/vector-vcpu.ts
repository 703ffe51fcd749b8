import { InProcessVcpu } from '../../host/index.ts'
import { Reg, type RegisterFile, VectorFile, VectorReg, type VectorRegisters } from '../../mmio/index.ts'

/** The 16 bytes of a SIMD&FP register. */
export function lowBytes(regs: RegisterFile, v: number): Uint8Array {
  const at = 8 * (Reg.V0 + 2 * v)
  return regs.bytes.subarray(at, at + 16)
}

/** A vCPU with vectors of a length, of which the SIMD&FP registers are the low 16 bytes. */
export class VectorVcpu extends InProcessVcpu {
  readonly vectors: VectorRegisters & { readonly file: VectorFile }

  /** @param length - bytes of a Z register. */
  constructor(length: number) {
    super()
    const file = new VectorFile()
    this.vectors = {
      file,
      length,
      pull: () => {},
      push: (reg) => {
        if (reg < VectorReg.P0) lowBytes(this.regs, reg).set(file.view(reg).subarray(0, 16))
      },
    }
  }

  /** A SIMD&FP register that is written zeroes the rest of its vector. */
  override push(reg: number): void {
    if (reg < Reg.V0 || reg >= Reg.V0 + 64) return
    const vector = (reg - Reg.V0) >> 1
    const bytes = this.vectors.file.view(vector)
    bytes.set(lowBytes(this.regs, vector))
    bytes.fill(0, 16)
  }
}
