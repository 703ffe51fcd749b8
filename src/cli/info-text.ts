import { type InstructionInfo, type MemoryUse, type RegisterUse, SCALABLE, systemRegister } from '../decode/index.ts'

/**
 * What `info` tells, a line each: label and text. Parts that say nothing are left out.
 *
 * @example
 * ```ts
 * infoLines(info(decode(0xb8e01041)!)) // ldclral w0, w1, [x2]
 * // [['reads', 'x0<31:0>, x2'], ['writes', 'x1'],
 * //  ['memory', 'atomic 4 bytes, acquire-release, tag checked'], ['needs', 'FEAT_LSE']]
 * ```
 */
export function infoLines(told: InstructionInfo): (readonly [label: string, text: string])[] {
  const registers = told.registers.filter((r) => r.file !== 'NZCV')
  const { kind, target } = told.flow
  const lines: [string, string[]][] = [
    ['reads', registers.filter((r) => r.reads).map(readText)],
    ['writes', registers.filter((r) => r.write !== 'none').map(writeText)],
    ['flags', flagTexts(told)],
    ...told.memory.map((m): [string, string[]] => ['memory', memoryTexts(m)]),
    ['flow', kind === 'next' ? [] : [target === undefined ? kind : `${kind} to ${target < 0 ? '' : '+'}${target}`]],
    ['GCS', controlStackTexts(told)],
    ['needs', told.features.map((f) => f.replace(/[^|]+/g, 'FEAT_$&').replaceAll('|', ' or '))],
  ]
  return lines.filter(([, texts]) => texts.length > 0).map(([label, texts]) => [label, texts.join(', ')])
}

function controlStackTexts({ controlStack: { kind, always, size } }: InstructionInfo): string[] {
  return kind === 'none' ? [] : [`${kind} ${size} bytes${always ? '' : ' where GCSCR_ELx.PCRSEL is 1'}`]
}

function nameOf({ file, number, implicit }: RegisterUse): string {
  const mark = implicit ? ' (implicit)' : ''
  if (file === 'X' || file === 'V' || file === 'P') return `${file.toLowerCase()}${number}${mark}`
  if (file === 'ZA') return `za${number === 0xffff ? '' : ` (tiles ${number.toString(16)})`}${mark}`
  if (file !== 'SYSTEM') return `${file.toLowerCase()}${mark}`
  return ((systemRegister(number, false) ?? systemRegister(number, true))?.name ?? `0x${number.toString(16)}`) + mark
}

/** The bits that count, where they are not the whole of a general or a SIMD&FP register. */
function readText(r: RegisterUse): string {
  const { lsb, width } = r.reads as NonNullable<RegisterUse['reads']>
  const whole = width === SCALABLE || width >= (r.file === 'V' ? 128 : 64) || !/^[XV]$/.test(r.file)
  return nameOf(r) + (whole ? '' : `<${lsb + width - 1}:${lsb}>`)
}

function writeText(r: RegisterUse): string {
  if (r.write !== 'partial' || !r.writes) return nameOf(r) + (r.write === 'full' ? '' : ` ${r.write}`)
  return `${nameOf(r)}<${r.writes.lsb + r.writes.width - 1}:${r.writes.lsb}>`
}

function flagTexts({ flags }: InstructionInfo): string[] {
  return (['n', 'z', 'c', 'v'] as const).flatMap((name) => {
    const { read, write } = flags[name]
    const written = { none: '', clear: 'cleared', result: 'written' }[write]
    if (!read && written === '') return []
    return [`${name.toUpperCase()} ${read ? 'read' : ''}${read && written !== '' ? ' and ' : ''}${written}`]
  })
}

function memoryTexts(m: MemoryUse): string[] {
  const both = m.load === m.store || m.kind === 'load' || m.kind === 'store'
  const kind = both ? m.kind : `${m.kind} (${m.load ? 'load' : 'store'})`
  const bytes = m.size === 0 ? '' : ` ${m.count === 1 ? '' : `${m.count} x `}${m.size} byte${m.size === 1 ? '' : 's'}`
  const tags = m.tags === '' ? '' : `tags ${m.tags === 'load' ? 'loaded' : 'stored'}`
  return [
    kind + bytes,
    m.order === 'plain' ? '' : m.order,
    m.exclusive ? 'exclusive' : '',
    m.unprivileged ? 'unprivileged' : '',
    m.nonTemporal ? 'non-temporal' : '',
    m.scattered ? 'scattered' : '',
    tags,
    m.checked ? 'tag checked' : '',
  ].filter((text) => text !== '')
}
