import { type RegisterClass, type RegisterOperand, registerSet } from '../operand.ts'

const NUMBERED = /^(pn|za|[wxbhsdqvzp])(\d{1,2})(?:\.(\d{0,2}[bhsdq]))?$/
/** Element sizes, and the arrangements of Advanced SIMD: nothing else is put into the cache of register sets. */
const ARRANGEMENTS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '8b',
  '16b',
  '4b',
  '2b',
  '4h',
  '8h',
  '2h',
  '2s',
  '4s',
  '1d',
  '2d',
  '1q',
  'b',
  'h',
  's',
  'd',
  'q',
])
const COUNTS: Readonly<Partial<Record<RegisterClass, number>>> = { W: 31, X: 31, P: 16, PN: 16, ZA: 16 }

const NAMED: Readonly<Record<string, readonly [RegisterClass, number, boolean]>> = {
  sp: ['X', 31, true],
  wsp: ['W', 31, true],
  xzr: ['X', 31, false],
  wzr: ['W', 31, false],
  fp: ['X', 29, false],
  lr: ['X', 30, false],
  x31: ['X', 31, false],
  w31: ['W', 31, false],
}

/** The register of a name in lower case, without lane and mode, or `undefined`: `x3`, `wsp`, `v2.8h`, `za0.s`. */
export function registerNamed(name: string): RegisterOperand | undefined {
  if (Object.hasOwn(NAMED, name)) {
    const [cls, number, sp] = NAMED[name] as (typeof NAMED)[string]
    return registerSet(cls, { sp })[number]
  }
  const m = NUMBERED.exec(name)
  if (!m) return undefined
  const cls = (m[1] as string).toUpperCase() as RegisterClass
  const number = Number(m[2])
  const arrangement = m[3] ?? ''
  if (number >= (COUNTS[cls] ?? 32) || (arrangement !== '' && !ARRANGEMENTS.has(arrangement))) return undefined
  if (arrangement === '' ? cls === 'ZA' : !['V', 'Z', 'P', 'PN', 'ZA'].includes(cls)) return undefined
  return registerSet(cls, { arrangement })[number]
}

/** The same register in another mode. */
export function withMode(r: RegisterOperand, mode: RegisterOperand['mode']): RegisterOperand {
  return registerSet(r.class, { sp: r.sp, arrangement: r.arrangement, mode })[r.number] as RegisterOperand
}
