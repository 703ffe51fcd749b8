import { bits } from '../bits.ts'
import {
  CONSTRAINED,
  decode,
  explainUnallocated,
  type FeatureSet,
  format,
  type Instruction,
  info,
  type MemoryAccess,
  type Operand,
  operands,
} from '../decode/index.ts'
import { operandWords } from './operand-text.ts'
import { featureText, reasonText } from './unallocated.ts'

/**
 * A word explained field by field: its bits under the names of their fields, the operands, what it does to memory;
 * or why it is unallocated, for a CPU with `features` (all unless told).
 */
export function explainWord(word: number, features?: FeatureSet): string {
  const head = `0x${word.toString(16).padStart(8, '0')}`
  const only = features && { features }
  const insn = decode(word, only)
  if (!insn) {
    const reason = explainUnallocated(word, features)
    return `${head}  unallocated: UNDEFINED${reason ? `\n  why        ${reasonText(reason)}` : ''}`
  }
  const { encoding } = insn
  const needed = info(insn).features
  const written = format(insn, only)
  const lines = [
    `${head}  ${written}`,
    `  encoding   ${encoding.id} (${encoding.group})`,
    `  needs      ${needed.length > 0 ? needed.map(featureText).join(', ') : 'Armv8.0'}`,
  ]
  const raw = format(insn, { ...only, aliases: false })
  if (raw !== written) lines.push(`  no aliases ${raw}`)
  if (insn.verdict === CONSTRAINED) lines.push(`  warning    CONSTRAINED UNPREDICTABLE: ${insn.unpredictable}`)
  lines.push('', ...fieldDiagram(insn), '')
  lines.push(...operandLines(operands(insn)))
  if (encoding.access) lines.push(`  access     ${accessDetail(encoding.access)}`)
  return lines.join('\n')
}

/** Two lines: the bits in their groups, and the names (or the fixed bits' positions) above them. */
function fieldDiagram({ word, encoding }: Instruction): string[] {
  const columns: { name: string; text: string }[] = []
  const fields = [...encoding.fields].sort((a, b) => b.lsb - a.lsb)
  let position = 32
  const fixed = (down: number): void => {
    if (position > down) columns.push({ name: '', text: bitText(word, down, position - down) })
    position = down
  }
  for (const { name, lsb, width } of fields) {
    fixed(lsb + width)
    columns.push({ name: `${name}=${bits(word, lsb, width)}`, text: bitText(word, lsb, width) })
    position = lsb
  }
  fixed(0)
  const widths = columns.map((c) => Math.max(c.name.length, c.text.length))
  const row = (pick: (c: { name: string; text: string }) => string): string =>
    `  ${columns.map((c, i) => pick(c).padEnd(widths[i] as number)).join(' ')}`.trimEnd()
  return [row((c) => c.name), row((c) => c.text)]
}

function bitText(word: number, lsb: number, width: number): string {
  return bits(word, lsb, width).toString(2).padStart(width, '0')
}

/** A line an operand: what it is, how it is written, what it means. */
function operandLines(list: readonly Operand[]): string[] {
  const rows = list.map((o) => [KINDS[o.kind] ?? o.kind, ...operandWords(o)])
  const width = Math.max(0, ...rows.map(([, written = '']) => written.length))
  return rows.map(([kind = '', written = '', meaning]) =>
    `  ${kind.padEnd(10)} ${written.padEnd(width)}  ${meaning}`.trimEnd(),
  )
}

/** Kinds whose names are longer than their column. */
const KINDS: Readonly<Partial<Record<Operand['kind'], string>>> = {
  'byte-mask': 'immediate',
  'shifted-immediate': 'immediate',
  shifted: 'register',
  'system-register': 'system',
}

function accessDetail(a: MemoryAccess): string {
  const direction = a.load && a.store ? 'load and store' : a.load ? 'load' : a.store ? 'store' : 'none'
  const parts = [direction, a.form]
  if (a.size > 0) parts.push(`${a.size} ${a.size === 1 ? 'byte' : 'bytes'} an element`)
  if (a.signed > 0) parts.push(`sign-extended to ${a.signed} bits`)
  if (a.order !== 'plain') parts.push(a.order)
  if (a.unprivileged) parts.push('unprivileged')
  if (a.nonTemporal) parts.push('non-temporal')
  if (a.operation !== '') parts.push(a.operation)
  return parts.join(', ')
}
