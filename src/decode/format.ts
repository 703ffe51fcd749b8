import { ALIAS_RULES } from './alias-rules.ts'
import { type Encoding, matches } from './encoding.ts'
import type { Instruction } from './instruction.ts'
import type {
  ImmediateOperand,
  ListOperand,
  MemoryOperand,
  Operand,
  PatternOperand,
  RegisterOperand,
  ZaOperand,
} from './operand.ts'
import { CONDITIONS } from './operands/condition.ts'
import { operandCodecs } from './syntax.ts'

/** How {@link format} writes. */
export interface FormatOptions {
  /** Prefer the alias that the manual prefers, and leave out zero offsets. `true` unless told. */
  readonly aliases?: boolean
}

const DEFAULTS: FormatOptions = {}

/**
 * The instruction in LLVM's syntax: one space after the mnemonic, decimal immediates, branch targets as byte offsets.
 * An unallocated word gives `.inst 0x........`, which assembles to itself.
 *
 * @example
 * ```ts
 * format(decode(0xa9400440)!) // 'ldp x0, x1, [x2]'
 * format(decode(0xa9400440)!, { aliases: false }) // 'ldp x0, x1, [x2, #0]'
 * ```
 */
export function format(insn: Instruction, options: FormatOptions = DEFAULTS): string {
  const { encoding, word } = insn
  if (encoding.index < 0) return `.inst 0x${word.toString(16).padStart(8, '0')}`
  const aliases = options.aliases ?? true
  const spelled = encoding.aliases.length === 0 ? encoding : preferred(encoding, word, aliases)
  let text = spelled.mnemonic.endsWith('>') ? mnemonicText(spelled, word) : spelled.mnemonic
  let separator = ' '
  for (const codec of operandCodecs(spelled)) {
    const part = operandText(codec.read(word), aliases)
    if (part === '') continue
    text += separator + part
    separator = ', '
  }
  return text
}

/** The row that spells the word: the first alias that matches it, or the encoding itself. */
export function preferred(encoding: Encoding, word: number, all: boolean): Encoding {
  const { aliases } = encoding
  for (let i = 0; i < aliases.length; i++) {
    const alias = aliases[i] as Encoding
    if (!all && !alias.always) continue
    if (matches(alias, word) && (alias.when === undefined || ALIAS_RULES[alias.when](word))) return alias
  }
  return encoding
}

/** A mnemonic whose end the word chooses: `b.<cond>` by the condition, `saddl<|2>` by Q. */
function mnemonicText({ mnemonic, fields }: Encoding, word: number): string {
  const bar = mnemonic.indexOf('|')
  if (bar >= 0) {
    const open = mnemonic.indexOf('<')
    const end = ((word >>> 30) & 1) === 0 ? mnemonic.slice(open + 1, bar) : mnemonic.slice(bar + 1, -1)
    return mnemonic.slice(0, open) + end
  }
  const cond = fields.find((f) => f.name === 'cond')
  return cond ? mnemonic.replace('<cond>', CONDITIONS[(word >>> cond.lsb) & 15] as string) : mnemonic
}

/** One operand in LLVM's syntax; `''` for one that is left out. */
export function operandText(o: Operand, aliases: boolean): string {
  switch (o.kind) {
    case 'register':
      return registerText(o)
    case 'immediate':
      return immediateText(o)
    case 'byte-mask':
      return byteMaskText(o.value)
    case 'float':
      return `#${o.value.toFixed(o.digits)}`
    case 'pattern':
      return patternText(o, aliases)
    case 'slice':
      return `${registerText(o.register)}[${registerText(o.select)}, ${o.offset}]`
    case 'za':
      return zaText(o)
    case 'tiles':
      return tilesText(o.mask, aliases)
    case 'table':
      return `zt0[${o.offset}${o.mulVl ? ', mul vl' : ''}]`
    case 'memory':
      return memoryText(o, aliases)
    case 'list':
      return listText(o)
    case 'label':
      return `#${o.offset}`
    case 'name':
    case 'system-register':
      return o.name
    case 'shifted':
      return registerText(o.register) + shiftText(o)
    case 'shifted-immediate':
      return immediateText(o) + shiftText(o)
  }
}

/** The name of a register as assemblers write it, such as `x3`, `wsp`, `v2.8h`, `p1/z`. */
export function registerText(r: RegisterOperand): string {
  const { number } = r
  let text: string
  if (number === 31 && r.class === 'X') text = r.sp ? 'sp' : 'xzr'
  else if (number === 31 && r.class === 'W') text = r.sp ? 'wsp' : 'wzr'
  else text = r.class.toLowerCase() + number
  if (r.arrangement !== '') text += `.${r.arrangement}`
  if (r.index >= 0) text += `[${r.index}]`
  if (r.mode === '') return text
  return r.mode === '!' ? `${text}!` : `${text}/${r.mode}`
}

function immediateText(i: Pick<ImmediateOperand, 'value' | 'radix'>): string {
  return i.radix === 10 ? `#${i.value}` : `#0x${i.value.toString(16)}`
}

/** LLVM pads to 16 characters, of which `0x` takes two when the value is not 0. */
function byteMaskText(value: bigint): string {
  return value === 0n ? '#0000000000000000' : `#0x${value.toString(16).padStart(14, '0')}`
}

function shiftText(o: { readonly shift: string; readonly amount: number; readonly shown: boolean }): string {
  if (!o.shown) return ''
  return o.amount === 0 && o.shift.length === 4 ? `, ${o.shift}` : `, ${o.shift} #${o.amount}`
}

/** With aliases, the defaults are left out: all elements, times 1. */
function patternText(p: PatternOperand, aliases: boolean): string {
  const name = p.name === '' ? `#${p.value}` : p.name
  if (aliases && p.multiplier <= 1) return p.name === 'all' ? '' : name
  return p.multiplier === 0 ? name : `${name}, mul #${p.multiplier}`
}

function zaText(o: ZaOperand): string {
  const tile = o.tile < 0 ? '' : `${o.tile}${o.direction}`
  const offset = o.count === 1 ? o.offset : `${o.offset}:${o.offset + o.count - 1}`
  const size = o.arrangement === '' ? '' : `.${o.arrangement}`
  const group = o.group === 0 ? '' : `, vgx${o.group}`
  const text = `za${tile}${size}[${registerText(o.select)}, ${offset}${group}]`
  return o.braces ? `{${text}}` : text
}

/** 64-bit tiles, or with aliases the larger tiles that they make up, where they do. */
function tilesText(mask: number, aliases: boolean): string {
  if (aliases && mask === 0xff) return '{za}'
  if (aliases && (mask === 0x55 || mask === 0xaa)) return mask === 0x55 ? '{za0.h}' : '{za1.h}'
  const wide = aliases && mask >>> 4 === (mask & 15)
  const names: string[] = []
  for (let n = 0; n < (wide ? 4 : 8); n++) if ((mask >>> n) & 1) names.push(`za${n}.${wide ? 's' : 'd'}`)
  return `{${names.join(wide ? ',' : ', ')}}`
}

/** Three and more consecutive scalable vectors are a range, unless they wrap around. */
function listText(l: ListOperand): string {
  const first = l.registers[0]
  const last = l.registers.at(-1)
  if (first?.class === 'Z' && last && l.registers.length > 2 && last.number === first.number + l.registers.length - 1)
    return `{ ${registerText(first)} - ${registerText(last)} }`
  let text = '{ '
  for (let i = 0; i < l.registers.length; i++)
    text += (i === 0 ? '' : ', ') + registerText(l.registers[i] as RegisterOperand)
  return l.index < 0 ? `${text} }` : `${text} }[${l.index}]`
}

function memoryText(m: MemoryOperand, aliases: boolean): string {
  const base = registerText(m.base)
  if (m.mode === 'post') return `[${base}], ${m.index ? registerText(m.index) : `#${m.offset}`}`
  const end = m.mode === 'pre' ? ']!' : ']'
  if (!m.index) {
    const shown = m.mode === 'pre' ? m.hasOffset : m.hasOffset && (m.offset !== 0 || !aliases)
    return shown ? `[${base}, #${m.offset}${m.mulVl ? ', mul vl' : ''}${end}` : `[${base}${end}`
  }
  const index = registerText(m.index)
  if (aliases && m.indexOptional && m.index.class === 'X' && m.index.number === 31) return `[${base}]`
  // SVE's addresses have no `lsl #0` to show.
  if (m.extend === 'lsl' && !m.amountShown && (aliases || m.index.class === 'Z' || !m.hasOffset))
    return `[${base}, ${index}]`
  if (m.extend !== 'lsl' && !m.amountShown) return `[${base}, ${index}, ${m.extend}]`
  return `[${base}, ${index}, ${m.extend} #${m.scale}]`
}
