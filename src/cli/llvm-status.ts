import { readFileSync } from 'node:fs'
import type { Instruction } from '../decode/index.ts'

/** What LLVM makes of a word: refuses it, prints it with a warning, prints it. */
export const LlvmStatus = { UNDECODABLE: 0, SOFTFAIL: 1, PLAIN: 3 } as const

/** LLVM's status where it judges as nisv does: by {@link Instruction.verdict}. */
const STATUS_OF_VERDICT = [LlvmStatus.UNDECODABLE, LlvmStatus.SOFTFAIL, LlvmStatus.PLAIN] as const

/**
 * Words on which the manual and LLVM 22 differ: those with `(word & mask) === value` for which the decoder gives the
 * reason {@link rule}, and of which all {@link terms} hold, have {@link status} in LLVM.
 */
export interface Deviation {
  readonly mask: number
  readonly value: number
  /** A CONSTRAINED UNPREDICTABLE rule of the table, `ALLOCATED` or `UNALLOCATED`. */
  readonly rule: string
  readonly terms: readonly ((word: number) => boolean)[]
  /** A value of {@link LlvmStatus}. */
  readonly status: number
  /** How many such words there are among all 2^32. */
  readonly count: number
  readonly reason: string
}

const FIELDS: Readonly<Record<string, number>> = { Rt: 0, Rn: 5, Rt2: 10, Rs: 16 }
const LINE = /^([0-9a-f]{8})\s+([0-9a-f]{8})\s+(\w+)(?::(\S+))?\s+([013])\s+(\d+)\s+(\S.*)$/
const TERM = /^(Rt|Rn|Rt2|Rs)(!?=)(?:(Rt|Rn|Rt2|Rs)|(\d+))$/

/**
 * Reads the list of deviations, one a line: `mask value rule[:term,...] status count reason`. The first line that
 * applies to a word counts. The sweep over all words proves the list (`npm run conform:sweep`).
 */
export function readDeviations(file: string | URL): Deviation[] {
  const deviations: Deviation[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const m = LINE.exec(line)
    if (!m) throw new Error(`${file}: '${line}' is not 'mask value rule status count reason'`)
    const [, mask = '', value = '', rule = '', terms, status, count, reason = ''] = m
    deviations.push({
      mask: Number.parseInt(mask, 16),
      value: Number.parseInt(value, 16),
      rule,
      terms: (terms?.split(',') ?? []).map((term) => readTerm(file, term)),
      status: Number(status),
      count: Number(count),
      reason,
    })
  }
  return deviations
}

/** `Rt=Rn`, `Rn!=31`: a test of a word. */
function readTerm(file: string | URL, text: string): (word: number) => boolean {
  const m = TERM.exec(text)
  if (!m) throw new Error(`${file}: '${text}' is not such as Rt=Rn or Rn!=31`)
  const left = FIELDS[m[1] as string] as number
  const right = m[3] === undefined ? -1 : (FIELDS[m[3]] as number)
  const constant = Number(m[4])
  const equal = m[2] === '='
  return (word) => (((word >>> left) & 31) === (right < 0 ? constant : (word >>> right) & 31)) === equal
}

/** The list that ships with the package. */
export const DEVIATIONS_FILE: URL = new URL('../../tests/conformance/validity-deviations.txt', import.meta.url)

let shipped: readonly Deviation[] | undefined

/**
 * What LLVM 22 makes of a decoded word: the verdict in LLVM's terms, but where the list says that LLVM judges
 * otherwise. A word that nisv does not decode stays undecodable: there is no text for it.
 */
export function llvmStatus({ word, verdict, unpredictable }: Instruction): number {
  const status = STATUS_OF_VERDICT[verdict]
  if (status === LlvmStatus.UNDECODABLE) return status
  shipped ??= readDeviations(DEVIATIONS_FILE)
  const reason = unpredictable === '' ? 'ALLOCATED' : unpredictable
  for (const d of shipped) {
    if (((word ^ d.value) & d.mask) === 0 && d.rule === reason && d.terms.every((holds) => holds(word))) return d.status
  }
  return status
}

/**
 * {@link text} as LLVM 22 spaces it. Some of its templates have two spaces: before the address of STFADD, STBFMAX and
 * their kin (atomic floating-point operations without a result), and before the `vgx` of SMLALL, FMLALL and their kin
 * (multiple and single vector).
 */
export function llvmSpacing(word: number, text: string): string {
  if ((word & 0x3fa0_8c1f) === 0x3c20_801f) return text.replace(', [', ',  [')
  if ((word & 0xffa0_9c00) >>> 0 === 0xc120_0000) return text.replace(', vgx', ',  vgx')
  return text
}
