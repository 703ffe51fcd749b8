import { Reg, type RegisterFile } from '../../mmio/index.ts'
import type { RecordedAccess, RecordedFault } from './recording.ts'

/** One byte of an access: `r` or `w`, offset into the device window, value. Sizes are not graded, order is. */
export interface ByteAccess {
  readonly kind: 'r' | 'w'
  readonly offset: number
  readonly value: number
}

/** A place where the replay and the recording differ. */
export interface Mismatch {
  /** Register name, or `access N` for the N-th byte. */
  readonly what: string
  readonly expected: string
  readonly got: string
}

/** Cuts recorded accesses into bytes: recorder and device may cut differently, the bytes and their order may not. */
export function recordedBytes(accesses: readonly RecordedAccess[]): ByteAccess[] {
  return accesses.flatMap(({ kind, offset, bytes }) =>
    Array.from(bytes, (value, i) => ({ kind, offset: offset + i, value })),
  )
}

/** The first 64 differences between two byte lists. */
export function compareAccesses(expected: readonly ByteAccess[], got: readonly ByteAccess[]): Mismatch[] {
  const found: Mismatch[] = []
  for (let i = 0; i < Math.max(expected.length, got.length) && found.length < 64; i++) {
    const a = accessText(expected[i])
    const b = accessText(got[i])
    if (a !== b) found.push({ what: `access byte ${i}`, expected: a, got: b })
  }
  return found
}

function accessText(access: ByteAccess | undefined): string {
  if (!access) return 'none'
  return `${access.kind} 0x${access.offset.toString(16)} = ${access.value.toString(16).padStart(2, '0')}`
}

/** Every register that differs from what the recording has after the fault: those listed, and those that must not change. */
export function compareRegisters(fault: RecordedFault, regs: RegisterFile): Mismatch[] {
  const found: Mismatch[] = []
  const check = (what: string, before: bigint, got: bigint): void => {
    const expected = fault.after.get(what) ?? before
    if (expected !== got) found.push({ what, expected: `0x${expected.toString(16)}`, got: `0x${got.toString(16)}` })
  }
  for (let r = 0; r < 31; r++) check(`x${r}`, fault.x[r] as bigint, regs.get(Reg.X0 + r))
  check('spEl0', fault.spEl0, regs.get(Reg.SP_EL0))
  check('spEl1', fault.spEl1, regs.get(Reg.SP_EL1))
  check('pc', fault.pc, regs.get(Reg.PC))
  check('pstate', fault.pstate, regs.get(Reg.PSTATE))
  for (let v = 0; v < 32; v++) check(`v${v}`, vectorBefore(fault, v), vector(regs, v))
  return found
}

function vectorBefore(fault: RecordedFault, v: number): bigint {
  const bytes = fault.v.get(v)
  return bytes === undefined ? 0n : bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)
}

function vector(regs: RegisterFile, v: number): bigint {
  return (regs.get(Reg.V0 + 2 * v + 1) << 64n) | regs.get(Reg.V0 + 2 * v)
}
