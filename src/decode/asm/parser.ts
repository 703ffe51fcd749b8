import type {
  ListOperand,
  MemoryOperand,
  Operand,
  PatternOperand,
  RegisterOperand,
  ShiftKind,
  TilesOperand,
  ZaOperand,
} from '../operand.ts'
import { AsmError } from './error.ts'
import type { Cursor } from './lexer.ts'
import { number } from './number.ts'
import { registerNamed, withMode } from './register.ts'

const SHIFTS: readonly string[] = ['lsl', 'lsr', 'asr', 'ror', 'msl']
const EXTENDS: readonly string[] = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx']
const ZA = /^za(?:(\d{1,2})([hv]))?(?:\.([bhsdq]))?$/

/** An operand as written, before the row is known: what it may be besides its kind, `adapt` knows. */
export interface Written {
  readonly operand: Operand
  readonly column: number
  /** As written, the first word of it: the name of a symbol keeps its case. */
  readonly text: string
  /** A number with `#`: an offset where an address could be. */
  readonly hash: boolean
}

/**
 * All operands up to the end.
 *
 * @throws AsmError where the text has no operand.
 */
export function writtenOperands(cursor: Cursor): Written[] {
  const found: Written[] = []
  if (cursor.atEnd()) return found
  do {
    const { column, text } = cursor.next
    found.push({ operand: operand(cursor), column, text, hash: text === '#' })
  } while (cursor.accept(','))
  if (!cursor.atEnd()) throw cursor.error(`',' or the end`)
  return found
}

function operand(cursor: Cursor): Operand {
  const { kind, text } = cursor.next
  if (text === '[') return memory(cursor)
  if (text === '{') return braces(cursor)
  if (kind === 'number' || text === '#' || text === '-' || text === '+') return shiftedNumber(cursor)
  if (kind === 'word') return word(cursor)
  throw cursor.error('an operand')
}

/** `#1`, `#1, lsl #12`, `#3, mul #2`, `#1.5`; `0x400 <main>`, as objdump writes a target. */
function shiftedNumber(cursor: Cursor): Operand {
  const value = number(cursor)
  if (value.kind === 'immediate' && cursor.accept('<')) {
    skipSymbol(cursor)
  }
  if (value.kind === 'float') return value
  const by = shiftAhead(cursor)
  if (by) {
    const { shift, amount } = by
    if (typeof value.value === 'bigint') throw cursor.error('a smaller number to shift')
    return { kind: 'shifted-immediate', value: value.value, radix: 10, shift, amount, shown: true }
  }
  return multiplied(cursor, '', Number(value.value)) ?? value
}

/** The rest of `<main>`. */
function skipSymbol(cursor: Cursor): void {
  while (!cursor.accept('>')) if (cursor.take().kind === 'end') throw cursor.error(`'>'`)
}

/** `, mul #2` after a predicate constraint. */
function multiplied(cursor: Cursor, name: string, value: number): PatternOperand | undefined {
  if (cursor.next.text !== ',' || cursor.peek(1).lower !== 'mul') return undefined
  cursor.take()
  cursor.take()
  return { kind: 'pattern', value, name, multiplier: integer(cursor) }
}

/** `, lsl #3`, `, sxtw`. */
function shiftAhead(
  cursor: Cursor,
): { readonly shift: ShiftKind; readonly amount: number; readonly shown: boolean } | undefined {
  if (!cursor.ahead(',')) return undefined
  const { lower } = cursor.peek(1)
  const extend = EXTENDS.includes(lower)
  if (!extend && !SHIFTS.includes(lower)) return undefined
  cursor.take()
  cursor.take()
  const { text, kind } = cursor.next
  const shown = !extend || text === '#' || kind === 'number'
  return { shift: lower as ShiftKind, amount: shown ? integer(cursor) : 0, shown }
}

function integer(cursor: Cursor): number {
  const { column } = cursor.next
  const value = number(cursor)
  if (value.kind !== 'immediate' || typeof value.value !== 'number')
    throw new AsmError(column, 'a small integer is expected')
  return value.value
}

function word(cursor: Cursor): Operand {
  const { lower } = cursor.take()
  const register = registerNamed(lower)
  if (register) return shiftedRegister(cursor, register)
  if (cursor.next.text === '[') {
    if (lower === 'zt0') return table(cursor)
    const m = ZA.exec(lower)
    if (m) return slices(cursor, m, false)
  }
  return multiplied(cursor, lower, -1) ?? { kind: 'name', name: lower }
}

function shiftedRegister(cursor: Cursor, plain: RegisterOperand): Operand {
  if (cursor.next.text === '[' && plain.class === 'P' && cursor.peek(1).kind === 'word') {
    cursor.take()
    const select = registerIn(cursor)
    cursor.expect(',')
    const offset = integer(cursor)
    cursor.expect(']')
    return { kind: 'slice', register: plain, select, offset }
  }
  const register = suffixes(cursor, plain)
  const by = shiftAhead(cursor)
  return by ? { kind: 'shifted', register, ...by } : register
}

/** Lane and mode. */
function suffixes(cursor: Cursor, plain: RegisterOperand): RegisterOperand {
  const index = lane(cursor)
  if (index >= 0) return { ...plain, index }
  if (cursor.accept('!')) return withMode(plain, '!')
  if (cursor.next.text !== '/') return plain
  cursor.take()
  if (cursor.accept('z')) return withMode(plain, 'z')
  if (cursor.accept('m')) return withMode(plain, 'm')
  throw cursor.error('z or m')
}

/** `[3]`; -1 for none. */
function lane(cursor: Cursor): number {
  if (!cursor.accept('[')) return -1
  const { column } = cursor.next
  const index = integer(cursor)
  if (index < 0) throw new AsmError(column, 'a lane is not negative')
  cursor.expect(']')
  return index
}

function registerIn(cursor: Cursor): RegisterOperand {
  const register = registerNamed(cursor.next.lower)
  if (!register) throw cursor.error('a register')
  cursor.take()
  return register
}

/** `zt0[8]`, `zt0[1, mul vl]`. */
function table(cursor: Cursor): Operand {
  cursor.expect('[')
  const offset = integer(cursor)
  const mulVl = mulVlAhead(cursor)
  cursor.expect(']')
  return { kind: 'table', offset, mulVl }
}

function mulVlAhead(cursor: Cursor): boolean {
  if (cursor.next.text !== ',' || cursor.peek(1).lower !== 'mul') return false
  cursor.take()
  cursor.take()
  cursor.expect('vl')
  return true
}

/** `za0h.s[w12, 0:1]`, `za.d[w8, 0, vgx2]`. */
function slices(cursor: Cursor, m: RegExpExecArray, inBraces: boolean): ZaOperand {
  cursor.expect('[')
  const select = registerIn(cursor)
  cursor.expect(',')
  const offset = integer(cursor)
  let count = 1
  if (cursor.accept(':')) {
    const { column } = cursor.next
    count = integer(cursor) - offset + 1
    if (count !== 2 && count !== 4) throw new AsmError(column, 'a range holds 2 or 4')
  }
  let group = 0
  if (cursor.accept(',')) {
    if (cursor.accept('vgx2')) group = 2
    else if (cursor.accept('vgx4')) group = 4
    else throw cursor.error('vgx2 or vgx4')
  }
  cursor.expect(']')
  return {
    kind: 'za',
    tile: m[1] === undefined ? -1 : Number(m[1]),
    direction: (m[2] ?? '') as ZaOperand['direction'],
    arrangement: m[3] ?? '',
    select,
    offset,
    count: count as ZaOperand['count'],
    group: group as ZaOperand['group'],
    braces: inBraces,
  }
}

/** A list, tiles, slices in braces. */
function braces(cursor: Cursor): Operand {
  cursor.expect('{')
  if (cursor.accept('}')) return { kind: 'tiles', mask: 0 }
  const { lower, column } = cursor.next
  if (cursor.peek(1).text === '}' && (lower === 'zt0' || lower === 'za')) {
    cursor.take()
    cursor.take()
    return lower === 'za' ? { kind: 'tiles', mask: 0xff } : { kind: 'name', name: '{ zt0 }' }
  }
  const za = cursor.peek(1).text === '[' ? ZA.exec(lower) : null
  if (za) {
    cursor.take()
    const operand = slices(cursor, za, true)
    cursor.expect('}')
    return operand
  }
  const registers = registerList(cursor)
  const first = registers[0] as RegisterOperand
  if (registers.some((r) => r.class !== first.class))
    throw new AsmError(column, 'registers of one list are of one kind')
  return first.class === 'ZA' ? tiles(registers, column) : { kind: 'list', registers, index: lane(cursor) }
}

/** Up to the brace: `z0.s, z1.s`, `z0.s - z3.s`. */
function registerList(cursor: Cursor): ListOperand['registers'] {
  const registers = [registerIn(cursor)]
  if (cursor.accept('-')) {
    const first = registers[0] as RegisterOperand
    const { column } = cursor.next
    const last = registerIn(cursor)
    if (last.class !== first.class || last.arrangement !== first.arrangement)
      throw new AsmError(column, 'a range ends with a register of the kind it begins with')
    const from = first.class === 'P' ? 'p' : first.class.toLowerCase()
    const size = first.arrangement === '' ? '' : `.${first.arrangement}`
    const modulo = first.class === 'P' ? 16 : 32
    for (let n = first.number; n !== last.number && registers.length <= 8; ) {
      n = (n + 1) % modulo
      const next = registerNamed(`${from}${n}${size}`)
      if (!next) throw new AsmError(column, 'these registers have no range')
      registers.push(next)
    }
  } else while (registers.length <= 8 && cursor.accept(',')) registers.push(registerIn(cursor))
  cursor.expect('}')
  return registers
}

/** The 64-bit tiles that a list of tiles is made of. */
function tiles(registers: readonly RegisterOperand[], column: number): TilesOperand {
  let mask = 0
  for (const { number: n, arrangement } of registers) {
    const tile = { b: 0xff, h: 0x55, s: 0x11, d: 1 }[arrangement]
    if (tile === undefined || tile << n > 0xff)
      throw new AsmError(column, `there is no such tile as za${n}.${arrangement}`)
    mask |= tile << n
  }
  return { kind: 'tiles', mask }
}

/** `[x0]`, `[x0, #8]!`, `[x0], x1`, `[x0, w1, sxtw #2]`, `[z0.s, #4]`, `[x0, #1, mul vl]`. */
function memory(cursor: Cursor): MemoryOperand {
  cursor.expect('[')
  const base = registerIn(cursor)
  let offset = 0
  let index: RegisterOperand | undefined
  let by: ReturnType<typeof shiftAhead>
  let mulVl = false
  if (cursor.accept(',')) {
    if (cursor.next.kind === 'word') {
      index = registerIn(cursor)
      by = shiftAhead(cursor)
    } else {
      offset = integer(cursor)
      mulVl = mulVlAhead(cursor)
    }
  }
  cursor.expect(']')
  let mode: MemoryOperand['mode'] = cursor.accept('!') ? 'pre' : 'offset'
  if (mode === 'offset' && !index && offset === 0 && cursor.next.text === ',') {
    mode = 'post'
    cursor.take()
    if (cursor.next.kind === 'word') index = registerIn(cursor)
    else offset = integer(cursor)
  }
  return {
    kind: 'memory',
    base,
    offset,
    index,
    extend: (by?.shift ?? 'lsl') as MemoryOperand['extend'],
    amount: by?.amount ?? 0,
    scale: 0,
    amountShown: by?.shown ?? false,
    mode,
    mulVl,
    hasOffset: true,
  }
}
