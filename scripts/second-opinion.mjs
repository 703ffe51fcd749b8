#!/usr/bin/env node
/**
 * LLVM 22 against binutils, and nisv between them: `npm run conform:binutils`. On words that share equally among the
 * values of bits 31:21, every word that one takes for an instruction and the other does not has to fall under a rule
 * (llvm/second-opinion-rules.mjs), and nisv on the side that the rule says; a word that both refuse or both take and
 * nisv judges otherwise has to be in `validity-deviations.txt`.
 *
 *   --words N (2000000), --seed N (1), --dist DIR (build)
 *   --write         renews the table of docs/second-opinion.md; without it, at the default words and seed, the
 *                   table has to be the one found
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { askOpcodes, buildJudge, bytesOf, opcodeNames, runTool } from './llvm/judge.mjs'
import { RULES } from './llvm/second-opinion-rules.mjs'
import { stratified } from './llvm/words.mjs'
import { progress } from './progress.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const document = join(root, 'docs/second-opinion.md')
const MARKS = ['<!-- counts: npm run conform:binutils -- --write -->\n', '<!-- end of counts -->']
const CHUNK = 1 << 17
const DEFAULTS = { words: '2000000', seed: '1' }

const { values: options } = parseArgs({
  options: {
    words: { type: 'string', default: DEFAULTS.words },
    seed: { type: 'string', default: DEFAULTS.seed },
    dist: { type: 'string', default: join(root, 'build') },
    write: { type: 'boolean', default: false },
  },
})
const dist = resolve(options.dist)
if (!existsSync(join(dist, 'decode/index.js'))) throw new Error(`${dist} has no build: run npm run build`)
const { decodeInto, Instruction } = await import(pathToFileURL(join(dist, 'decode/index.js')).href)
const { DEVIATIONS_FILE, readDeviations } = await import(pathToFileURL(join(dist, 'cli/llvm-status.js')).href)
const deviations = readDeviations(DEVIATIONS_FILE)
const program = buildJudge()
const names = opcodeNames(program)
const insn = new Instruction()

const rows = new Map()
const unclassified = new Map()
const found = { words: 0, agree: 0, onlyLlvm: 0, onlyBinutils: 0, onlyNisv: 0, deviated: 0 }
compare(Number(options.words), Number(options.seed))

const version = runTool('aarch64-linux-gnu-objdump', ['--version'], 'binutils-aarch64-linux-gnu')
console.log(version.toString().split('\n')[0])
const table = tableText()
console.log(table)
let failed = 0
for (const [key, { count, examples }] of unclassified) {
  failed += count
  console.log(`unclassified: ${key}, ${count} words: ${examples.join(', ')}`)
}
if (options.write) {
  const [before, after] = splitDocument()
  writeFileSync(document, before + table + after)
} else if (options.words === DEFAULTS.words && options.seed === DEFAULTS.seed && failed === 0) {
  const [before, after] = splitDocument()
  if (readFileSync(document, 'utf8') !== before + table + after) {
    console.log(`${document} has another table: npm run conform:binutils -- --write`)
    failed++
  }
}
console.log(`${found.words - failed} passed, ${failed} failed`)
if (failed > 0 || found.words === 0) process.exitCode = 1

function compare(count, seed) {
  const bar = progress(Math.ceil(count / CHUNK))
  for (let from = 0, chunk = 0; from < count; from += CHUNK) {
    const words = stratified(Math.min(CHUNK, count - from), seed, chunk)
    const answers = askOpcodes(program, words)
    const texts = binutils(words)
    for (let i = 0; i < words.length; i++) judge(words[i], answers[i], texts[i])
    bar(++chunk)
  }
}

function judge(word, answer, text) {
  const llvm = answer >>> 16
  const verdict = decodeInto(word, insn)
  found.words++
  if ((llvm !== 0) === (text !== '')) {
    found.agree++
    if ((verdict !== 0) === (llvm !== 0)) return
    found.onlyNisv++
    if (isDeviation(word, verdict, llvm)) found.deviated++
    else refuse(`nisv alone, verdict ${verdict}`, word, answer, text)
    return
  }
  if (llvm !== 0) found.onlyLlvm++
  else found.onlyBinutils++
  const facts = { word, llvm, insn, text }
  const rule = RULES.find((r) => r.holds(facts))
  const side = (verdict !== 0) === (llvm !== 0) ? 'LLVM' : 'binutils'
  if (!rule || (rule.nisv !== side && !isDeviation(word, verdict, llvm))) {
    refuse(rule ? `${rule.id}, nisv with ${side}` : `${llvm ? 'LLVM' : 'binutils'} alone`, word, answer, text)
    return
  }
  const key = rule.split ? `${rule.id}\t${rule.split(facts)}` : rule.id
  const row = rows.get(key) ?? { rule, part: rule.split?.(facts) ?? '', count: 0, example: word }
  row.count++
  rows.set(key, row)
}

/** A word of the list on which LLVM is known to judge otherwise than the manual. */
function isDeviation(word, verdict, llvm) {
  const reason = verdict === 0 ? 'UNALLOCATED' : verdict === 2 ? 'ALLOCATED' : insn.unpredictable
  return deviations.some(
    (d) =>
      ((word ^ d.value) & d.mask) === 0 &&
      d.rule === reason &&
      d.status === llvm &&
      d.terms.every((holds) => holds(word)),
  )
}

function refuse(what, word, answer, text) {
  const key = `${what}, ${answer >>> 16 ? names[answer & 0xffff] : text.split('\t')[0]}`
  const entry = unclassified.get(key) ?? { count: 0, examples: [] }
  entry.count++
  if (entry.examples.length < 3) entry.examples.push(hex(word))
  unclassified.set(key, entry)
}

/** objdump's text of each word; `''` where it has none (`.inst`, undefined or not yet implemented). */
function binutils(words) {
  const folder = mkdtempSync(join(tmpdir(), 'second-opinion-'))
  try {
    const file = join(folder, 'words')
    writeFileSync(file, bytesOf(words))
    const args = ['-D', '-z', '-b', 'binary', '-m', 'aarch64', file]
    const out = runTool('aarch64-linux-gnu-objdump', args, 'binutils-aarch64-linux-gnu').toString('latin1')
    const texts = []
    for (const m of out.matchAll(/^ *[0-9a-f]+:\t[0-9a-f]{8} \t(.*)$/gm))
      texts.push(m[1].startsWith('.inst') ? '' : m[1])
    if (texts.length !== words.length) throw new Error(`objdump gave ${texts.length} lines for ${words.length} words`)
    return texts
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function tableText() {
  const number = (n) => n.toLocaleString('en')
  const lines = [
    `${number(found.words)} words (seed ${options.seed}): both take or both refuse ${number(found.agree)}, only LLVM takes ` +
      `${number(found.onlyLlvm)}, only binutils ${number(found.onlyBinutils)}. Where they agree, nisv refuses ${number(found.onlyNisv)} ` +
      `that both take: system registers with op0 0 and 1 (\`deviations.md\`).`,
    '',
    '| rule | words | taken by | nisv as | why | such as |',
    '|---|---:|---|---|---|---|',
  ]
  const order = (row) => RULES.indexOf(row.rule)
  for (const { rule, part, count, example } of [...rows.values()].sort(
    (a, b) => order(a) - order(b) || b.count - a.count,
  )) {
    const name = part ? `\`${rule.id}\`: ${part.replaceAll('|', ' or ')}` : `\`${rule.id}\``
    lines.push(`| ${name} | ${number(count)} | ${rule.accepts} | ${rule.nisv} | ${rule.why} | \`${hex(example)}\` |`)
  }
  return `${lines.join('\n')}\n`
}

function splitDocument() {
  const text = readFileSync(document, 'utf8')
  const start = text.indexOf(MARKS[0])
  const end = text.indexOf(MARKS[1])
  if (start < 0 || end < start) throw new Error(`${document} has lost its marks`)
  return [text.slice(0, start + MARKS[0].length), text.slice(end)]
}

function hex(n) {
  return (n >>> 0).toString(16).padStart(8, '0')
}
