import type { Deviation } from '../src/cli/llvm-status.ts'
import type { decodeInto, Instruction } from '../src/decode/index.ts'

export interface Block {
  readonly valid: number
  readonly soft: number
  readonly fnv: string
}

export const STATUS_OF_VERDICT: Uint8Array
export function readTable(file: string | URL): Block[]
export function sweepBlock(
  block: number,
  decode: typeof decodeInto,
  insn: Instruction,
  deviations: readonly Deviation[],
  deviated: Float64Array,
): Block & { readonly statuses: Uint8Array }
export function blocksOf(deviation: Deviation): number[]
