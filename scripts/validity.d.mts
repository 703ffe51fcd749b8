import type { decodeInto, Instruction } from '../src/decode/index.ts'

export interface Block {
  readonly valid: number
  readonly soft: number
  readonly fnv: string
}

export interface Deviation {
  readonly mask: number
  readonly value: number
  readonly rule: string
  readonly terms: readonly ((word: number) => boolean)[]
  readonly status: number
  readonly count: number
  readonly reason: string
}

export const STATUS_OF_VERDICT: Uint8Array
export function readTable(file: string | URL): Block[]
export function readDeviations(file: string | URL): Deviation[]
export function sweepBlock(
  block: number,
  decode: typeof decodeInto,
  insn: Instruction,
  deviations: readonly Deviation[],
  deviated: Float64Array,
): Block & { readonly statuses: Uint8Array }
export function blocksOf(deviation: Deviation): number[]
