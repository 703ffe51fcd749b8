#!/usr/bin/env node
/**
 * Golden vectors of the decoder: `word<TAB>id<TAB>text<TAB>text without aliases`, one line a word. The texts are LLVM's
 * (`llvm-mc` 22, every extension on), the id is the row that our decoder finds.
 *
 *   npm run build
 *   node scripts/vectors.mjs < words.txt                    hex words, one a line (what follows a word is ignored)
 *   node scripts/vectors.mjs --group 'Loads and Stores'     three words of every row of the group, and of its aliases
 *   node scripts/vectors.mjs --rows '^LD1_'                 the same of the rows whose id matches
 *
 * Options: `--count N` words a row, `--not REGEX` leaves out rows, `--dist DIR` for a build elsewhere, `--llvm-mc PROGRAM`.
 * The words of a row are its fields all 0, all 1, then pseudo-random: the same in every run.
 * A word that LLVM does not decode gets the id UNALLOCATED and the text `.inst 0x........`. Where LLVM and we disagree
 * about that, the line is left out and named on stderr, and the script fails: vectors never record a mismatch.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    dist: { type: 'string', default: 'build' },
    rows: { type: 'string' },
    group: { type: 'string' },
    not: { type: 'string' },
    count: { type: 'string', default: '3' },
    'llvm-mc': { type: 'string', default: 'llvm-mc-22' },
  },
})

const { A64, decode } = await import(pathToFileURL(resolve(options.dist, 'decode/index.js')).href)
const { preferred } = await import(pathToFileURL(resolve(options.dist, 'decode/format.js')).href)

const hex = (word) => (word >>> 0).toString(16).padStart(8, '0')

/** xorshift32: the same words in every run. */
let state = 0x9e3779b9
function random() {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return state >>> 0
}

/** Words of one row (or of one alias: words that it spells), without those that other rows or rules take from it. */
function fillings(row, count) {
  const target = row.aliasOf === undefined ? row : A64.encodings.find((e) => e.id === row.aliasOf)
  const mask = (row.mask | target.mask) >>> 0
  const value = (row.value | target.value) >>> 0
  const words = new Set()
  for (let tries = 0; words.size < count && tries < 20000; tries++) {
    const fill = tries === 0 ? 0 : tries === 1 ? 0xffff_ffff : random()
    const word = ((fill & ~mask) | value) >>> 0
    if (decode(word)?.encoding !== target) continue
    if (row === target || preferred(target, word, true) === row) words.add(word)
  }
  if (words.size === 0) throw new Error(`${row.id}: found no word that it spells`)
  return [...words]
}

/** LLVM's text of each word, undefined where it decodes none. One run of the program. */
function llvm(words, flags) {
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
  try {
    const bytes = words.map((w) =>
      [w & 255, (w >>> 8) & 255, (w >>> 16) & 255, w >>> 24].map((b) => `0x${b.toString(16)}`),
    )
    const input = join(folder, 'in')
    writeFileSync(input, `${bytes.map((b) => b.join(' ')).join('\n')}\n`)
    const run = spawnSync(options['llvm-mc'], ['--disassemble', '--triple=aarch64', '--mattr=+all', ...flags, input], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    })
    if (run.error) throw run.error
    const invalid = new Set()
    for (const m of run.stderr.matchAll(/in:(\d+):\d+: warning: invalid/g)) invalid.add(Number(m[1]))
    // LLVM writes two spaces in some (`stfadd s0,  [x1]`); comments follow `//`.
    const lines = run.stdout.split('\n').filter((l) => l.trim() !== '')
    const texts = lines.map((l) =>
      l
        .replace(/\s+\/\/.*$/, '')
        .trim()
        .replace(/\s+/g, ' '),
    )
    const out = words.map((_, i) => (invalid.has(i + 1) ? undefined : texts.shift()))
    if (texts.length > 0) throw new Error(`${options['llvm-mc']} printed ${texts.length} lines too many`)
    return out
  } finally {
    rmSync(folder, { recursive: true })
  }
}

let words
if (options.rows === undefined && options.group === undefined) {
  const lines = readFileSync(0, 'utf8')
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '')
  words = lines.map((l) => {
    const m = /^(?:0x)?([0-9a-f]{1,8})\b/i.exec(l)
    if (!m) throw new Error(`'${l}' does not begin with a hex word`)
    return Number.parseInt(m[1], 16)
  })
} else {
  const wanted = new RegExp(options.rows ?? '')
  const unwanted = options.not === undefined ? /(?!)/ : new RegExp(options.not)
  const rows = [...A64.encodings, ...A64.aliases].filter(
    (e) => wanted.test(e.id) && !unwanted.test(e.id) && (options.group === undefined || e.group === options.group),
  )
  words = rows.flatMap((row) => fillings(row, Number(options.count)))
}

const aliased = llvm(words, [])
const plain = llvm(words, ['-M', 'no-aliases'])
let disagreements = 0
for (let i = 0; i < words.length; i++) {
  const text = aliased[i]
  const id = decode(words[i])?.encoding.id ?? 'UNALLOCATED'
  if ((text === undefined) !== (id === 'UNALLOCATED')) {
    disagreements++
    process.stderr.write(`${hex(words[i])}: LLVM says ${text ?? 'undecodable'}, we say ${id}\n`)
    continue
  }
  const inst = `.inst 0x${hex(words[i])}`
  process.stdout.write(`${[hex(words[i]), id, text ?? inst, plain[i] ?? inst].join('\t')}\n`)
}
if (disagreements > 0) {
  process.stderr.write(`${disagreements} of ${words.length} words left out\n`)
  process.exitCode = 1
}
