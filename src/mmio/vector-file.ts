/**
 * Scalable registers: Z, P, FFR, ZA and ZT0. A vCPU that has them gives them apart from its other registers, because
 * they are large and few instructions need them.
 *
 * @module
 */

/** Bytes of the longest Z register: 2048 bits. Each register has as much room in the file. */
export const MAX_VECTOR_BYTES = 256
/** Bytes of the longest P register. */
const MAX_PREDICATE_BYTES = 32

/** Numbers of the registers, for `pull` and `push`. */
export const VectorReg = {
  /** First of the 32 Z registers. */
  Z0: 0,
  /** First of the 16 P registers. */
  P0: 32,
  FFR: 48,
  ZT0: 49,
  /** First of the 256 vectors of ZA, as many of which exist as a streaming vector has bytes. */
  ZA0: 50,
} as const

const PREDICATES = 32 * MAX_VECTOR_BYTES
const TABLE = PREDICATES + 17 * MAX_PREDICATE_BYTES
const ARRAY = TABLE + 64
const BYTES = ARRAY + MAX_VECTOR_BYTES * MAX_VECTOR_BYTES

/** A block of bytes with room for every scalable register at its longest, little-endian. */
export class VectorFile {
  readonly bytes: Uint8Array = new Uint8Array(BYTES)

  /** The bytes of a register, from its first. @param reg - a value of {@link VectorReg}, or one that follows. */
  view(reg: number): Uint8Array {
    const at = vectorOffset(reg)
    return this.bytes.subarray(at, at + vectorRoom(reg))
  }
}

/** Where a register begins in the file. */
export function vectorOffset(reg: number): number {
  if (reg < VectorReg.P0) return reg * MAX_VECTOR_BYTES
  if (reg < VectorReg.ZT0) return PREDICATES + (reg - VectorReg.P0) * MAX_PREDICATE_BYTES
  return reg === VectorReg.ZT0 ? TABLE : ARRAY + (reg - VectorReg.ZA0) * MAX_VECTOR_BYTES
}

function vectorRoom(reg: number): number {
  if (reg < VectorReg.P0 || reg >= VectorReg.ZA0) return MAX_VECTOR_BYTES
  return reg === VectorReg.ZT0 ? 64 : MAX_PREDICATE_BYTES
}

/**
 * The scalable registers of a stopped vCPU. The low 16 bytes of Zn are Vn: a shim keeps both, whichever of them is
 * pushed.
 */
export interface VectorRegisters {
  readonly file: VectorFile
  /** Bytes of a Z register as the vCPU executes now, 16 to 256, a power of two: of a streaming vector in Streaming mode. */
  readonly length: number
  /** Bytes of a vector of ZA; {@link length} unless told. */
  readonly streamingLength?: number
  /** Make register `reg` (a value of {@link VectorReg}) current in {@link file}. */
  pull(reg: number): void
  /** Register `reg` has a new value that must reach the guest. */
  push(reg: number): void
}

/** Whether a vector length is one of the architecture's. */
export function isVectorLength(length: number): boolean {
  return length >= 16 && length <= MAX_VECTOR_BYTES && (length & (length - 1)) === 0
}
