import {
  type ImmediateOperand,
  type ListOperand,
  type MemoryOperand,
  type Operand,
  type PatternOperand,
  type RegisterOperand,
  registerName,
  type SliceOperand,
  type TableOperand,
  type ZaOperand,
} from '../operand.ts'
import { type Sink, TextSink } from './sink.ts'

/** How operands are written: {@link FormatOptions}, with nothing left to choose. */
export interface Style {
  readonly aliases: boolean
  readonly hex: boolean
  /** The address that labels are relative to (the page of an ADRP); `undefined` writes them as offsets. */
  readonly origin: bigint | undefined
  readonly symbol: ((address: bigint) => string | undefined) | undefined
}

/** What LLVM writes unless told otherwise, with and without aliases. */
const PLAIN: Style = { aliases: true, hex: false, origin: undefined, symbol: undefined }
const PLAIN_WITHOUT_ALIASES: Style = { ...PLAIN, aliases: false }

/** One operand in LLVM's syntax; `''` for one that is left out. */
export function operandText(o: Operand, aliases: boolean): string {
  if (isLeftOut(o, aliases)) return ''
  const out = new TextSink()
  writeOperand(o, aliases ? PLAIN : PLAIN_WITHOUT_ALIASES, out)
  return out.text
}

/** With aliases, a constraint that says nothing is left out: all elements, times 1. */
export function isLeftOut(o: Operand, aliases: boolean): boolean {
  return aliases && o.kind === 'pattern' && o.multiplier <= 1 && o.name === 'all'
}

/** Writes an operand, one that is not left out, in LLVM's syntax. */
export function writeOperand(o: Operand, style: Style, out: Sink): void {
  switch (o.kind) {
    case 'register':
      writeRegister(o, out)
      break
    case 'immediate':
      writeImmediate(o, style, out)
      break
    case 'byte-mask':
      out.put('immediate', byteMaskText(o.value))
      break
    case 'float':
      out.put('immediate', `#${o.value.toFixed(o.digits)}`)
      break
    case 'pattern':
      writePattern(o, style, out)
      break
    case 'slice':
      writeSlice(o, out)
      break
    case 'za':
      writeZa(o, out)
      break
    case 'tiles':
      writeTiles(o.mask, style, out)
      break
    case 'table':
      writeTable(o, out)
      break
    case 'memory':
      writeMemory(o, style, out)
      break
    case 'list':
      writeList(o, out)
      break
    case 'label':
      writeLabel(o.offset, style, out)
      break
    case 'name':
    case 'system-register':
      out.put('name', o.name)
      break
    case 'shifted':
      writeRegister(o.register, out)
      writeShift(o, out)
      break
    case 'shifted-immediate':
      writeImmediate(o, style, out)
      writeShift(o, out)
      break
  }
}

/** The name of a register as assemblers write it, such as `x3`, `wsp`, `v2.8h`, `p1/z`. */
export function registerText(r: RegisterOperand): string {
  const out = new TextSink()
  writeRegister(r, out)
  return out.text
}

function writeRegister(r: RegisterOperand, out: Sink): void {
  out.put('register', registerName(r))
  if (r.index >= 0) writeLane(r.index, out)
  if (r.mode === '!') out.put('punctuation', '!')
  else if (r.mode !== '') {
    out.put('punctuation', '/')
    out.put('keyword', r.mode)
  }
}

function writeLane(index: number, out: Sink): void {
  out.put('punctuation', '[')
  out.put('immediate', `${index}`)
  out.put('punctuation', ']')
}

function writeImmediate(i: Pick<ImmediateOperand, 'value' | 'radix'>, style: Style, out: Sink): void {
  out.put('immediate', style.hex || i.radix === 16 ? hexText(i.value) : `#${i.value}`)
}

/** `#0x10`, `#-0x10`. */
function hexText(value: number | bigint): string {
  return value < 0 ? `#-0x${(-value).toString(16)}` : `#0x${value.toString(16)}`
}

function writeOffset(offset: number, style: Style, out: Sink): void {
  out.put('immediate', style.hex ? hexText(offset) : `#${offset}`)
}

/** LLVM pads to 16 characters, of which `0x` takes two when the value is not 0. */
function byteMaskText(value: bigint): string {
  return value === 0n ? '#0000000000000000' : `#0x${value.toString(16).padStart(14, '0')}`
}

/** As llvm-objdump has it: an offset, or an address with its symbol in angle brackets. */
function writeLabel(offset: number, { hex, origin, symbol }: Style, out: Sink): void {
  if (origin === undefined) {
    out.put('label', hex ? hexText(offset) : `#${offset}`)
    return
  }
  const target = BigInt.asUintN(64, origin + BigInt(offset))
  out.put('label', `0x${target.toString(16)}`)
  const name = symbol?.(target)
  if (name === undefined) return
  out.put('punctuation', ' <')
  out.put('symbol', name)
  out.put('punctuation', '>')
}

function writeShift(o: { readonly shift: string; readonly amount: number; readonly shown: boolean }, out: Sink): void {
  if (!o.shown) return
  out.put('punctuation', ', ')
  writeExtension(o.shift, o.amount, o.amount !== 0 || o.shift.length !== 4, out)
}

/** `lsl #3`; `uxtw`, where the amount is not shown. */
function writeExtension(kind: string, amount: number, shown: boolean, out: Sink): void {
  out.put('keyword', kind)
  if (!shown) return
  out.put('punctuation', ' ')
  out.put('immediate', `#${amount}`)
}

function writeMulVl(out: Sink): void {
  out.put('punctuation', ', ')
  out.put('keyword', 'mul vl')
}

function writeSlice(o: SliceOperand, out: Sink): void {
  writeRegister(o.register, out)
  out.put('punctuation', '[')
  writeRegister(o.select, out)
  out.put('punctuation', ', ')
  out.put('immediate', `${o.offset}`)
  out.put('punctuation', ']')
}

function writeTable(o: TableOperand, out: Sink): void {
  out.put('register', 'zt0')
  out.put('punctuation', '[')
  out.put('immediate', `${o.offset}`)
  if (o.mulVl) writeMulVl(out)
  out.put('punctuation', ']')
}

function writePattern(p: PatternOperand, style: Style, out: Sink): void {
  if (p.name === '') writeOffset(p.value, style, out)
  else out.put('keyword', p.name)
  if (p.multiplier === 0 || (style.aliases && p.multiplier === 1)) return
  out.put('punctuation', ', ')
  writeExtension('mul', p.multiplier, true, out)
}

function writeZa(o: ZaOperand, out: Sink): void {
  if (o.braces) out.put('punctuation', '{')
  const size = o.arrangement === '' ? '' : `.${o.arrangement}`
  out.put('register', o.tile < 0 ? `za${size}` : `za${o.tile}${o.direction}${size}`)
  out.put('punctuation', '[')
  writeRegister(o.select, out)
  out.put('punctuation', ', ')
  out.put('immediate', `${o.offset}`)
  if (o.count > 1) {
    out.put('punctuation', ':')
    out.put('immediate', `${o.offset + o.count - 1}`)
  }
  if (o.group > 0) {
    out.put('punctuation', ', ')
    out.put('keyword', `vgx${o.group}`)
  }
  out.put('punctuation', o.braces ? ']}' : ']')
}

/** 64-bit tiles, or with aliases the larger tiles that they make up, where they do. */
function writeTiles(mask: number, { aliases }: Style, out: Sink): void {
  out.put('punctuation', '{')
  if (aliases && mask === 0xff) out.put('register', 'za')
  else if (aliases && mask === 0x55) out.put('register', 'za0.h')
  else if (aliases && mask === 0xaa) out.put('register', 'za1.h')
  else {
    const wide = aliases && mask >>> 4 === (mask & 15)
    let separator = ''
    for (let n = 0; n < (wide ? 4 : 8); n++) {
      if (((mask >>> n) & 1) === 0) continue
      if (separator !== '') out.put('punctuation', separator)
      out.put('register', `za${n}.${wide ? 's' : 'd'}`)
      separator = wide ? ',' : ', '
    }
  }
  out.put('punctuation', '}')
}

/** Three and more consecutive scalable vectors are a range, unless they wrap around. */
function writeList({ registers, index }: ListOperand, out: Sink): void {
  const first = registers[0]
  const last = registers[registers.length - 1]
  const range = registers.length > 2 && first?.class === 'Z' && last?.number === first.number + registers.length - 1
  out.put('punctuation', '{ ')
  for (let i = 0; i < registers.length; i += range ? registers.length - 1 : 1) {
    if (i > 0) out.put('punctuation', range ? ' - ' : ', ')
    writeRegister(registers[i] as RegisterOperand, out)
  }
  out.put('punctuation', ' }')
  if (index >= 0) writeLane(index, out)
}

function writeMemory(m: MemoryOperand, style: Style, out: Sink): void {
  out.put('punctuation', '[')
  writeRegister(m.base, out)
  if (m.mode === 'post') {
    out.put('punctuation', '], ')
    if (m.index) writeRegister(m.index, out)
    else writeOffset(m.offset, style, out)
    return
  }
  if (m.index) writeIndex(m, m.index, style, out)
  else if (m.hasOffset && (m.offset !== 0 || !style.aliases || m.mode === 'pre')) {
    out.put('punctuation', ', ')
    writeOffset(m.offset, style, out)
    if (m.mulVl) writeMulVl(out)
  }
  out.put('punctuation', m.mode === 'pre' ? ']!' : ']')
}

function writeIndex(m: MemoryOperand, index: RegisterOperand, { aliases }: Style, out: Sink): void {
  if (aliases && m.indexOptional && index.class === 'X' && index.number === 31) return
  out.put('punctuation', ', ')
  writeRegister(index, out)
  // SVE's addresses have no `lsl #0` to show.
  if (m.extend === 'lsl' && !m.amountShown && (aliases || index.class === 'Z' || !m.hasOffset)) return
  out.put('punctuation', ', ')
  writeExtension(m.extend, m.scale, m.extend === 'lsl' || m.amountShown, out)
}
