import { bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import { findField } from '../encoding.ts'
import {
  type ListOperand,
  type OperandReader,
  type RegisterClass,
  type RegisterOperand,
  registerSet,
  type SliceOperand,
} from '../operand.ts'
import { elementSize, laneOfLowest } from './sve-element.ts'

const SIZE = String.raw`(T\w*(?:[*/][24])?|[bhsdq])`
const REGISTER = new RegExp(String.raw`^(PN|[ZPV])([a-z]+)(\*[24])?(\+16)?(?:\.${SIZE})?(?:/([mzM]))?(?:\[(.+)\])?$`)
const LIST = new RegExp(
  String.raw`^\{([TD]:)?([ZP])([a-z]+)(\*[24])?(\+16)?(?:\.${SIZE})? x([1-4])(?: by ([48]))?\}(?:\[(.+)\])?$`,
)
const SLICE = new RegExp(String.raw`^P([a-z])\.${SIZE}\[Wv\+12, (.+)\]$`)
const SCALAR = /^([BHSDQWX]|<[VR]>|<Vlow>)([a-z]+)(\|SP)?$/

/**
 * Registers of SVE. A token is the name of the manual's field, so `Zdn.T` reads the field Zdn:
 *
 * | token | meaning |
 * |---|---|
 * | `Zd.s`, `Zd.T`, `Zd` | a vector with that element size, with the one the word chooses (`elementSize`), or without |
 * | `Zn*2.s` | the first of a pair: the field's number times 2 |
 * | `Zm.h[i3h:i3l]`, `Zm[i2]` | an element; the bits between brackets are its index |
 * | `Zn.Tlow[low]` | an element whose size is the lowest set bit of tsz and whose index is the bits above it |
 * | `Pd.T`, `Pg/m`, `Pg/z`, `Pg/M` | a predicate, its mode as written or by the field M (1 merges) |
 * | `PNd.T`, `PNn[imm2]` | a predicate as counter; a field of 3 bits names PN8 to PN15 |
 * | `{Zn.T x2}` | consecutive registers from Zn, modulo 32 (predicates modulo 16) |
 * | `{Zn*2.T x2}`, `{Zn*4.T x4}` | a multi-vector group, which begins at a multiple of its length; so does `{Pd*2.T x2}` |
 * | `{T:Zt.b x2 by 8}`, `{D:Zd.b x4 by 4}` | a strided group: T or D is bit 4 of the first register, Zt its low bits |
 * | `Zm*2+16.s`, `{Zm*2+16.s x2}` | the same from Z16 on |
 * | `{Zn*2 x2}`, `{Zm x2}[i1]` | registers without an element size; a part of them |
 * | `Vd.Tfull`, `<V>d`, `Dd` | SIMD&FP register Vd: 16b, 8h, 4s or 2d; B to D by size; D |
 * | `<Vlow>n` | the scalar in the lowest element of Zn, B to Q as Tlow says |
 * | `Xdn`, `<R>n`, `<R>n\|SP` | general-purpose register: X or W by sf, or by size (X for 11) |
 * | `Pm.Tlow[Wv+12, low]` | the element of Pm that W12 to W15 plus a constant selects (PSEL) |
 */
export function sveRegisterReader(encoding: Encoding, token: string): OperandReader | undefined {
  return (
    register(encoding, token) ?? list(encoding, token) ?? scalar(encoding, token) ?? selectedElement(encoding, token)
  )
}

const SIZES = ['b', 'h', 's', 'd', 'q'] as const
const FULL = ['16b', '8h', '4s', '2d'] as const

type Choose = (word: number) => readonly RegisterOperand[]

/** The register set that a word chooses by element size. */
function sized(encoding: Encoding, cls: RegisterClass, size: string | undefined, mode: string): Choose | undefined {
  const of = (arrangement: string): readonly RegisterOperand[] =>
    registerSet(cls, { arrangement, mode: mode as RegisterOperand['mode'] })
  if (size === undefined) {
    const set = of('')
    return () => set
  }
  if (/^[bhsdq]$/.test(size)) {
    const set = of(size)
    return () => set
  }
  const full = size === 'Tfull'
  const log2 = elementSize(encoding, full ? 'T' : size)
  if (!log2) return undefined
  const sets = (full ? FULL : SIZES).map(of)
  return (word) => sets[log2(word)] as readonly RegisterOperand[]
}

/** The register number that the field of a token holds. */
function numbered(
  encoding: Encoding,
  name: string,
  factor: string | undefined,
  from = 0,
): ((word: number) => number) | undefined {
  const field = findField(encoding, name)
  if (!field) return undefined
  const { lsb, width } = field
  const ones = (1 << width) - 1
  const scale = factor === undefined ? 1 : Number(factor.slice(1))
  const base = name.startsWith('PN') && width === 3 ? 8 : from
  return (word) => ((word >>> lsb) & ones) * scale + base
}

function register(encoding: Encoding, token: string): OperandReader | undefined {
  const m = REGISTER.exec(token)
  if (!m) return undefined
  const [, cls, name, factor, high, size, mode, index] = m
  const number = numbered(encoding, `${cls}${name}`, factor, high === undefined ? 0 : 16)
  if (!number) return undefined
  if (mode === 'M') {
    const merging = findField(encoding, 'M')
    const modes = (['z', 'm'] as const).map((each) => registerSet(cls as RegisterClass, { mode: each }))
    if (!merging) return undefined
    return (word) => at(modes[(word >>> merging.lsb) & 1] as readonly RegisterOperand[], number(word))
  }
  const set = sized(encoding, cls as RegisterClass, size, mode ?? '')
  if (!set) return undefined
  if (index === undefined) return (word) => at(set(word), number(word))
  const lane = index === 'low' ? laneOfLowest(encoding) : laneOf(encoding, index)
  return lane && ((word) => ({ ...at(set(word), number(word)), index: lane(word) }))
}

function laneOf(encoding: Encoding, index: string): ((word: number) => number) | undefined {
  if (/^\d+$/.test(index)) return () => Number(index)
  return bitExpression(encoding, index)?.read
}

function list(encoding: Encoding, token: string): OperandReader | undefined {
  const m = LIST.exec(token)
  if (!m) return undefined
  const [, strided, cls, name, factor, high, size, countText, step, index] = m
  const number = numbered(encoding, `${cls}${name}`, factor, high === undefined ? 0 : 16)
  const set = sized(encoding, cls as RegisterClass, size, '')
  const top = strided === undefined ? undefined : findField(encoding, strided.slice(0, 1))
  const lane = index === undefined ? undefined : laneOf(encoding, index)
  if (!number || !set || (strided !== undefined && !top) || (index !== undefined && !lane)) return undefined
  const topLsb = top ? top.lsb : -1
  const count = Number(countText)
  const last = cls === 'P' ? 15 : 31
  const by = step === undefined ? 1 : Number(step)
  return (word): ListOperand => {
    const first = number(word) + (topLsb < 0 ? 0 : ((word >>> topLsb) & 1) << 4)
    const registers: RegisterOperand[] = []
    for (let i = 0; i < count; i++) registers.push(at(set(word), (first + i * by) & last))
    return { kind: 'list', registers, index: lane ? lane(word) : -1 }
  }
}

function scalar(encoding: Encoding, token: string): OperandReader | undefined {
  const m = SCALAR.exec(token)
  if (!m) return undefined
  const [, cls, name, sp] = m
  const general = cls === 'W' || cls === 'X' || cls === '<R>'
  const number = numbered(encoding, `${general ? 'R' : cls === '<Vlow>' ? 'Z' : 'V'}${name}`, undefined)
  if (!number) return undefined
  if (cls === '<V>' || cls === '<Vlow>') {
    const log2 = elementSize(encoding, cls === '<V>' ? 'T' : 'Tlow')
    const sets = (['B', 'H', 'S', 'D', 'Q'] as const).map((each) => registerSet(each))
    return log2 && ((word) => at(sets[log2(word)] as readonly RegisterOperand[], number(word)))
  }
  if (cls === '<R>') {
    const chosen = findField(encoding, 'sf') ?? findField(encoding, 'size')
    if (!chosen) return undefined
    const { lsb, width } = chosen
    const wide = (1 << width) - 1
    const w = registerSet('W', { sp: sp !== undefined })
    const x = registerSet('X', { sp: sp !== undefined })
    return (word) => at(((word >>> lsb) & wide) === wide ? x : w, number(word))
  }
  const set = registerSet(cls as RegisterClass, { sp: sp !== undefined })
  return (word) => at(set, number(word))
}

function selectedElement(encoding: Encoding, token: string): OperandReader | undefined {
  const m = SLICE.exec(token)
  const number = m && numbered(encoding, `P${m[1]}`, undefined)
  const set = m && sized(encoding, 'P', m[2], '')
  const rv = findField(encoding, 'Rv')
  const offset = m && (m[3] === 'low' ? laneOfLowest(encoding) : laneOf(encoding, m[3] as string))
  if (!number || !set || !rv || !offset) return undefined
  const select = registerSet('W')
  return (word): SliceOperand => ({
    kind: 'slice',
    register: at(set(word), number(word)),
    select: at(select, 12 + ((word >>> rv.lsb) & 3)),
    offset: offset(word),
  })
}

function at(set: readonly RegisterOperand[] | undefined, number: number): RegisterOperand {
  return set?.[number] as RegisterOperand
}
