import type { RegisterOperand } from '../operand.ts'
import { type BitRange, type RegisterFile, type RegisterUse, SCALABLE, type WriteKind } from './types.ts'

/**
 * What an operand is to an instruction: `r`ead, `w`ritten in full, `b`oth, written in `p`art, `m`erged into, or written
 * `c`onditionally.
 */
export type Role = 'r' | 'w' | 'b' | 'p' | 'm' | 'c'

const WRITES: Readonly<Record<Role, WriteKind>> = {
  r: 'none',
  w: 'full',
  b: 'full',
  p: 'partial',
  m: 'merging',
  c: 'conditional',
}

/** All of a scalable register. */
const WHOLE: BitRange = { lsb: 0, width: SCALABLE }

const ranges = new Map<number, BitRange>()

/** A range, made once. */
export function bitRange(lsb: number, width: number): BitRange {
  const key = lsb * 1024 + width
  let range = ranges.get(key)
  if (!range) {
    range = { lsb, width }
    ranges.set(key, range)
  }
  return range
}

/** Bits of the registers that do not scale; `undefined` for V, P, FFR and ZA. */
const WIDTHS: Partial<Record<RegisterFile, number>> = {
  X: 64,
  SP: 64,
  PC: 64,
  ZT0: 512,
  NZCV: 32,
  FPCR: 32,
  FPSR: 32,
  FPMR: 64,
  SYSTEM: 64,
}

/** All of a register of this file. */
export function whole(file: RegisterFile): BitRange {
  const width = WIDTHS[file]
  return width === undefined ? WHOLE : bitRange(0, width)
}

const SCALARS: Readonly<Record<string, number>> = { B: 8, H: 16, S: 32, D: 64, Q: 128 }
const SIZES: Readonly<Record<string, number>> = { b: 8, h: 16, s: 32, d: 64, q: 128 }

/** The bits of its register that an operand names. */
function operandBits(r: RegisterOperand, lane: number): BitRange {
  if (r.class === 'W') return bitRange(0, 32)
  if (r.class === 'X') return bitRange(0, 64)
  const scalar = SCALARS[r.class]
  if (scalar !== undefined) return bitRange(0, scalar)
  if (r.class !== 'V') return WHOLE
  const size = SIZES[r.arrangement.slice(-1)]
  if (size === undefined) return bitRange(0, 128)
  const count = Number(r.arrangement.slice(0, -1) || '1')
  return bitRange(lane < 0 ? 0 : lane * size * count, size * count)
}

interface Draft {
  file: RegisterFile
  number: number
  reads: BitRange | undefined
  writes: BitRange | undefined
  write: WriteKind
  implicit: boolean
}

const STRENGTH: readonly WriteKind[] = ['none', 'conditional', 'merging', 'partial', 'full']

/** Collects the registers of one instruction, each once. */
export class RegisterUses {
  readonly #drafts: Draft[] = []

  /** Adds what one operand, or one implicit effect, does to a register. */
  add(
    file: RegisterFile,
    number: number,
    reads: BitRange | undefined,
    write: WriteKind = 'none',
    writes: BitRange | undefined = write === 'none' ? undefined : whole(file),
    implicit = true,
  ): void {
    const old = this.#drafts.find((d) => d.file === file && d.number === number)
    if (!old) {
      this.#drafts.push({ file, number, reads, writes, write, implicit })
      return
    }
    old.reads = hull(old.reads, reads)
    old.writes = hull(old.writes, writes)
    if (STRENGTH.indexOf(write) > STRENGTH.indexOf(old.write)) old.write = write
    old.implicit &&= implicit
  }

  /** Adds an operand by its role. */
  operand(r: RegisterOperand, role: Role, lane: number = r.index): void {
    if (r.class === 'ZA') {
      this.za(tilesOf(r.number, r.arrangement), role)
      return
    }
    const general = r.class === 'W' || r.class === 'X'
    if (general && r.number === 31 && !r.sp) return
    const file = general ? (r.number === 31 ? 'SP' : 'X') : r.class === 'P' || r.class === 'PN' ? 'P' : 'V'
    const bits = operandBits(r, lane)
    const reads = role === 'r' || role === 'b' || role === 'm' ? bits : undefined
    const writes = role === 'r' ? undefined : role === 'p' ? bits : whole(file)
    this.add(file, file === 'SP' ? 0 : r.number, reads, WRITES[role], writes, false)
  }

  /** Adds 128-bit tiles of ZA: what a slice or a group of vectors leaves alone keeps its value. */
  za(tiles: number, role: Role): void {
    const reads = role === 'w' ? undefined : WHOLE
    this.add('ZA', tiles, reads, WRITES[role], role === 'r' ? undefined : WHOLE, false)
  }

  /** What was collected: operands first. */
  list(): RegisterUse[] {
    return [...this.#drafts.filter((d) => !d.implicit), ...this.#drafts.filter((d) => d.implicit)]
  }
}

const TILES: Readonly<Record<string, number>> = { b: 1, h: 2, s: 4, d: 8, q: 16 }

/** The 128-bit tiles that a tile consists of; all of them for the array. */
export function tilesOf(tile: number, arrangement: string): number {
  const step = tile < 0 ? 1 : (TILES[arrangement] ?? 1)
  let tiles = 0
  for (let n = Math.max(tile, 0); n < 16; n += step) tiles |= 1 << n
  return tiles
}

/** The smallest range that has both. */
function hull(a: BitRange | undefined, b: BitRange | undefined): BitRange | undefined {
  if (!a || !b || a === b) return a ?? b
  const lsb = Math.min(a.lsb, b.lsb)
  if (a.width < 0 || b.width < 0) return bitRange(lsb, SCALABLE)
  return bitRange(lsb, Math.max(a.lsb + a.width, b.lsb + b.width) - lsb)
}
