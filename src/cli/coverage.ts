import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { preferred } from '../decode/format.ts'
import {
  A64,
  decodeInto,
  type Encoding,
  featureList,
  Instruction,
  systemOperations,
  systemRegisters,
} from '../decode/index.ts'
import { type Command, UsageError } from './command.ts'
import { countWords } from './count-words.ts'
import { table } from './terminal.ts'

const HELP = `nisv coverage [--json | --features]

Counts what the decoder knows, by group of the manual: encodings, aliases, FEAT_ names, the words among all 2^32 that
belong to the group, and the golden vectors of its rows (in a checkout: packages hold no tests). Names the rows that
have no vector; exit status 1 when there is one.

--features   what each FEAT_ name brings: encodings, aliases, system registers, system operations
`

/** What one group holds. */
export interface GroupCoverage {
  readonly group: string
  readonly encodings: number
  readonly aliases: number
  /** FEAT_ names without the prefix, in alphabetical order. */
  readonly features: readonly string[]
  /** Words that decode to a row of the group, of all 2^32. */
  readonly words: number
  /** Golden vectors of the group's rows; `undefined` where the vectors are not at hand. */
  readonly vectors: number | undefined
  /** Ids of encodings and aliases that no vector shows. */
  readonly withoutVectors: readonly string[]
}

/** Rows of the encodings and aliases that a set of vectors shows, by id. */
export type VectorCounts = ReadonlyMap<string, number>

/** All groups, in the manual's order. Counts the words of a group exactly, without visiting them. */
export function coverage(vectors: VectorCounts | undefined): GroupCoverage[] {
  const names = [...new Set(A64.encodings.map((e) => e.group))]
  return names.map((group) => {
    const encodings = A64.encodings.filter((e) => e.group === group)
    const aliases = A64.aliases.filter((e) => e.group === group)
    const rows = [...encodings, ...aliases]
    return {
      group,
      encodings: encodings.length,
      aliases: aliases.length,
      features: featuresOf(rows),
      words: encodings.reduce((sum, e) => sum + countWords(e), 0),
      vectors: vectors && encodings.reduce((sum, e) => sum + (vectors.get(e.id) ?? 0), 0),
      withoutVectors: vectors ? rows.map((e) => e.id).filter((id) => !vectors.has(id)) : [],
    }
  })
}

function featuresOf(rows: readonly Encoding[]): string[] {
  return [...new Set(rows.flatMap((e) => e.features.flatMap((f) => f.split('|'))))].sort()
}

/** What needs one feature, alone or among others. */
export interface FeatureCoverage {
  /** FEAT_ name without the prefix. */
  readonly feature: string
  readonly encodings: number
  readonly aliases: number
  readonly registers: number
  readonly operations: number
}

/** Every feature that the decoder knows, in alphabetical order. */
export function featureCoverage(): FeatureCoverage[] {
  const count = (rows: readonly { readonly features: readonly string[] }[]): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>()
    for (const { features } of rows)
      for (const name of new Set(features.flatMap((f) => f.split('|')))) counts.set(name, (counts.get(name) ?? 0) + 1)
    return counts
  }
  const tables = [A64.encodings, A64.aliases, systemRegisters(), systemOperations()].map(count)
  return featureList().map(({ name }) => {
    const [encodings = 0, aliases = 0, registers = 0, operations = 0] = tables.map((each) => each.get(name) ?? 0)
    return { feature: name, encodings, aliases, registers, operations }
  })
}

const VECTORS = fileURLToPath(new URL('../../tests/decode/vectors/', import.meta.url))

/** How many golden vectors decode to each row, and how many each alias spells; `undefined` outside a checkout. */
export function countVectors(folder: string = VECTORS): VectorCounts | undefined {
  if (!existsSync(folder)) return undefined
  const counts = new Map<string, number>()
  const count = (id: string): void => void counts.set(id, (counts.get(id) ?? 0) + 1)
  const insn = new Instruction()
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.txt')) continue
    for (const line of readFileSync(`${folder}/${file}`, 'utf8').trimEnd().split('\n')) {
      const [word = '', id = ''] = line.split('\t')
      count(id)
      decodeInto(Number.parseInt(word, 16), insn)
      const spelled = preferred(insn.encoding, insn.word, true)
      if (spelled !== insn.encoding) count(spelled.id)
    }
  }
  return counts
}

/** `nisv coverage`. */
export const coverageCommand: Command = {
  name: 'coverage',
  summary: 'count encodings, features, words and vectors',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false }, features: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.length > 0) throw new UsageError('coverage takes no file')
    if (values.features) {
      const rows = featureCoverage()
      process.stdout.write(`${values.json ? JSON.stringify(rows, undefined, 2) : featureTable(rows)}\n`)
      return 0
    }
    const groups = coverage(countVectors())
    process.stdout.write(`${values.json ? json(groups) : text(groups)}\n`)
    return groups.some((g) => g.withoutVectors.length > 0) ? 1 : 0
  },
}

function featureTable(rows: readonly FeatureCoverage[]): string {
  const cells = rows.map(({ feature, ...counts }) => [`FEAT_${feature}`, ...Object.values(counts).map(thousands)])
  return table([['feature', 'encodings', 'aliases', 'registers', 'operations'], ...cells])
}

function totals(groups: readonly GroupCoverage[]): GroupCoverage {
  const sum = (pick: (g: GroupCoverage) => number): number => groups.reduce((s, g) => s + pick(g), 0)
  return {
    group: 'all',
    encodings: sum((g) => g.encodings),
    aliases: sum((g) => g.aliases),
    features: [...new Set(groups.flatMap((g) => g.features))].sort(),
    words: sum((g) => g.words),
    vectors: groups.some((g) => g.vectors === undefined) ? undefined : sum((g) => g.vectors ?? 0),
    withoutVectors: groups.flatMap((g) => g.withoutVectors),
  }
}

function json(groups: readonly GroupCoverage[]): string {
  const all = totals(groups)
  const system = { systemRegisters: systemRegisters().length, systemOperations: systemOperations().length }
  return JSON.stringify({ groups, all, ...system }, undefined, 2)
}

function text(groups: readonly GroupCoverage[]): string {
  const all = totals(groups)
  const rows = [...groups, all].map((g) => [
    g.group,
    thousands(g.encodings),
    thousands(g.aliases),
    thousands(g.features.length),
    thousands(g.words),
    g.vectors === undefined ? '-' : thousands(g.vectors),
  ])
  const lines = [
    table([['group', 'encodings', 'aliases', 'features', 'words', 'vectors'], ...rows]),
    '',
    `  ${thousands(systemRegisters().length)} system registers, ${thousands(systemOperations().length)} system operations`,
  ]
  if (all.vectors === undefined) lines.push('  vectors: not at hand outside a checkout')
  else if (all.withoutVectors.length === 0) lines.push('  rows without a vector: none')
  else lines.push('  rows without a vector:', ...all.withoutVectors.map((id) => `    ${id}`))
  return lines.join('\n')
}

function thousands(n: number): string {
  return n.toLocaleString('en')
}
