import {
  type ListOperand,
  type MemoryOperand,
  type Operand,
  operandText,
  type RegisterOperand,
  registerText,
  type TableOperand,
  type TilesOperand,
  type ZaOperand,
} from '../decode/index.ts'

/**
 * An operand in words: how it is written, where that is not the words themselves, and what it means.
 * The two are columns of `nisv decode`.
 */
export function operandWords(o: Operand): readonly [written: string, meaning: string] {
  switch (o.kind) {
    case 'register':
      return [registerText(o), registerWords(o)]
    case 'list':
      return [listText(o), listWords(o)]
    case 'immediate':
      return [`#${o.value}`, hex(o.value)]
    case 'byte-mask':
      return [`#${hex(o.value)}`, 'bytes of all zeros or all ones']
    case 'float':
      return [`#${o.value}`, 'floating-point constant']
    case 'pattern':
      return [
        o.name === '' ? `#${o.value}` : o.name,
        o.multiplier > 0 ? `element count times ${o.multiplier}` : 'element count',
      ]
    case 'slice':
      return [registerText(o.register), `element ${registerText(o.select)} + ${o.offset}`]
    case 'za':
    case 'tiles':
    case 'table':
      return [operandText(o, true), zaWords(o)]
    case 'memory':
      return [memoryText(o), memoryWords(o)]
    case 'label':
      return [`#${o.offset}`, `${Math.abs(o.offset)} bytes ${o.offset < 0 ? 'back' : 'ahead'}`]
    case 'name':
      return [o.name, '']
    case 'system-register':
      return [o.name, systemWords(o.encoding)]
    case 'shifted':
      return [registerText(o.register), [registerWords(o.register), ...shiftWords(o.shift, o.amount)].join(', ')]
    case 'shifted-immediate':
      return [`#${o.value}`, [hex(o.value), ...shiftWords(o.shift, o.amount)].join(', ')]
  }
}

const BANKS: Readonly<Record<RegisterOperand['class'], string>> = {
  W: '32 bits',
  X: '64 bits',
  B: '8 bits of V',
  H: '16 bits of V',
  S: '32 bits of V',
  D: '64 bits of V',
  Q: '128 bits of V',
  V: 'vector',
  Z: 'scalable vector',
  P: 'predicate',
  PN: 'predicate as counter',
  ZA: 'tile of ZA',
}

function registerWords(r: RegisterOperand): string {
  const general = r.class === 'W' || r.class === 'X'
  const parts = [BANKS[r.class]]
  if (general && r.number === 31) parts.unshift(r.sp ? 'stack pointer' : 'zero register')
  if (r.arrangement !== '') parts.push(arrangementWords(r.arrangement))
  if (r.index >= 0) parts.push(`lane ${r.index}`)
  if (r.mode === 'z') parts.push('inactive elements are zeroed')
  if (r.mode === 'm') parts.push('inactive elements stay')
  if (r.mode === '!') parts.push('written back')
  return parts.join(', ')
}

const ELEMENT_BITS: Readonly<Record<string, number>> = { b: 8, h: 16, s: 32, d: 64, q: 128 }

/** `16b`: 16 elements of 8 bits. */
function arrangementWords(arrangement: string): string {
  const bits = ELEMENT_BITS[arrangement.slice(-1)]
  const count = arrangement.slice(0, -1)
  if (bits === undefined) return arrangement
  return `${count === '' ? 'elements' : count === '1' ? '1 element' : `${count} elements`} of ${bits} bits`
}

function listText(o: ListOperand): string {
  return `{ ${o.registers.map(registerText).join(', ')} }${o.index < 0 ? '' : `[${o.index}]`}`
}

function listWords(o: ListOperand): string {
  const count = o.registers.length === 1 ? '1 register' : `${o.registers.length} registers`
  return o.index < 0 ? count : `${count}, lane ${o.index}`
}

function memoryText(m: MemoryOperand): string {
  const offset = m.index ? `, ${registerText(m.index)}` : m.hasOffset || m.offset !== 0 ? `, #${m.offset}` : ''
  if (m.mode === 'post') return `[${registerText(m.base)}]${offset}`
  return `[${registerText(m.base)}${offset}]${m.mode === 'pre' ? '!' : ''}`
}

function memoryWords(m: MemoryOperand): string {
  const parts = [`base ${registerText(m.base).toUpperCase()}`]
  if (m.index) {
    parts.push(`index ${registerText(m.index).toUpperCase()}`, ...shiftWords(m.extend, m.amount))
  } else parts.push(m.mulVl ? `offset ${m.offset} vector lengths` : `offset ${m.offset}`)
  if (m.mode === 'pre') parts.push('base written back before')
  if (m.mode === 'post') parts.push('base written back after')
  return parts.join(', ')
}

const SHIFTS: Readonly<Record<string, string>> = {
  lsl: 'shifted left',
  lsr: 'shifted right',
  asr: 'shifted right with its sign',
  ror: 'rotated right',
  msl: 'shifted left, ones in',
}

/** What is done to a value before it is used; nothing for a shift by 0. */
function shiftWords(shift: string, amount: number): string[] {
  const how = SHIFTS[shift]
  if (how !== undefined) return amount > 0 ? [`${how} by ${amount}`] : []
  const from = ELEMENT_BITS[{ b: 'b', h: 'h', w: 's', x: 'd' }[shift.slice(-1)] ?? ''] ?? 0
  const extended = `${shift.startsWith('s') ? 'sign' : 'zero'}-extended from ${from} bits`
  return amount > 0 ? [extended, `shifted left by ${amount}`] : [extended]
}

function zaWords(o: ZaOperand | TilesOperand | TableOperand): string {
  if (o.kind === 'tiles') return `tiles of 64 bits: ${hex(o.mask)}, a bit each`
  if (o.kind === 'table') return o.mulVl ? `vector ${o.offset} of ZT0` : `ZT0 from byte ${o.offset}`
  const what = o.direction === '' ? 'vector' : o.direction === 'h' ? 'horizontal slice' : 'vertical slice'
  const words = `${o.count === 1 ? what : `${o.count} ${what}s from`} ${registerText(o.select)} + ${o.offset}`
  return o.group === 0 ? words : `${words}, ${o.group} of each`
}

function hex(value: bigint | number): string {
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`
}

/** op0:op1:CRn:CRm:op2. */
function systemWords(encoding: number): string {
  const part = (lsb: number, width: number): number => (encoding >>> lsb) & ((1 << width) - 1)
  return `op0=${part(14, 2)} op1=${part(11, 3)} CRn=${part(7, 4)} CRm=${part(3, 4)} op2=${part(0, 3)}`
}
