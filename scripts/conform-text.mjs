#!/usr/bin/env node
/**
 * Compares what `nisv disasm` prints with LLVM 22, line by line: `npm run conform:text`.
 *
 *   --seed N        another seed is another test (1)
 *   --fillings N    words of each of LLVM's 7,491 opcodes (200)
 *   --top11 N       words that share equally among the values of bits 31:21 (2000000)
 *   --mutants N     fillings with one to three bits flipped (1000000)
 *   --packages      also every word of .text of arm64 Debian packages (`--package NAME`, repeatable, for others)
 *   --aliases WHICH on, off or both (both)
 *   --workers N     (all cores), --dist DIR (build)
 *   --out FILE      all differing lines
 *
 * Lines differ as docs/deviations.md allows only where `tests/conformance/` says so for a script: text-deviations.txt,
 * and the words of validity-deviations.txt that nisv has as unallocated. The other words of that list have to be
 * printed as LLVM prints them; they are counted as status deviations. Exit status 1 when any other line differs.
 */
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { askText, buildJudge, opcodeNames } from './llvm/judge.mjs'
import { PACKAGES, packageWords } from './llvm/packages.mjs'
import { fillings, mutants, readOpcodes, stratified } from './llvm/words.mjs'
import { progress } from './progress.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const conformance = join(root, 'tests/conformance')
const CHUNK = 1 << 15
/** Lines kept of each class of differences. */
const KEPT = 20

if (isMainThread) await main()
else await work()

/** `word id LLVM's text -> ours`, by word. */
function readTextDeviations(file) {
  const deviations = new Map()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const m = /^([0-9a-f]{8})\s+(\S+)\s+(\S.*?) -> (\S.*)$/.exec(line)
    if (!m) throw new Error(`${file}: '${line}' is not 'word id text -> text'`)
    deviations.set(Number.parseInt(m[1], 16), { id: m[2], llvm: m[3], ours: m[4] })
  }
  return deviations
}

/** A worker compares the chunks it is sent. */
async function work() {
  const { dist, program, fillings: base, extra, seed, aliases, keepAll } = workerData
  const { disassembleLine } = await import(pathToFileURL(join(dist, 'cli/disasm.js')).href)
  const { DEVIATIONS_FILE, readDeviations } = await import(pathToFileURL(join(dist, 'cli/llvm-status.js')).href)
  const { decodeInto, Instruction } = await import(pathToFileURL(join(dist, 'decode/index.js')).href)
  const validity = readDeviations(DEVIATIONS_FILE)
  const texts = readTextDeviations(join(conformance, 'text-deviations.txt'))
  const insn = new Instruction()
  const sources = {
    fillings: (from, count) => base.subarray(from, from + count),
    top11: (from, count) => stratified(count, seed, from + 1),
    mutants: (from, count) => mutants(base, count, seed, from + 2),
    packages: (from, count) => extra.subarray(from, from + count),
  }

  /** The line of the list that tells nisv's verdict from LLVM's, by its number; -1 when they agree, -2 for none. */
  const deviationOf = (word, status) => {
    const verdict = decodeInto(word, insn)
    if ([0, 1, 3][verdict] === status) return -1
    const rule = verdict === 0 ? 'UNALLOCATED' : verdict === 2 ? 'ALLOCATED' : insn.unpredictable
    const i = validity.findIndex(
      (d) => ((word ^ d.value) & d.mask) === 0 && d.rule === rule && d.terms.every((holds) => holds(word)),
    )
    return i >= 0 && validity[i].status === status ? i : -2
  }

  parentPort.on('message', ({ source, from, count }) => {
    const words = sources[source](from, count)
    const lines = askText(program, words)
    if (lines.length !== words.length) throw new Error(`LLVM gave ${lines.length} lines for ${words.length} words`)
    const result = { source, count, lines: 0, deviated: {}, status: {}, classes: new Map() }
    for (let i = 0; i < words.length; i++) {
      const word = words[i]
      const [opcode, digit, first, second] = lines[i].split('\t')
      const status = Number(digit)
      const verdict = deviationOf(word, status)
      if (verdict >= 0) result.status[verdict] = (result.status[verdict] ?? 0) + 1
      for (const on of aliases) {
        const text = on || second === '=' ? first : second
        const llvm = status === 0 ? '<undecodable>' : status === 1 ? `<softfail> ${text}` : text
        const ours = disassembleLine(word.toString(16), { aliases: on })
        result.lines++
        if (ours === llvm && verdict !== -2) continue
        const known = texts.get(word)
        if (known?.llvm === llvm && known.ours === ours) {
          result.deviated[known.id] = (result.deviated[known.id] ?? 0) + 1
          continue
        }
        if (verdict >= 0 && validity[verdict].rule === 'UNALLOCATED' && ours === '<undecodable>') {
          result.deviated.UNALLOCATED = (result.deviated.UNALLOCATED ?? 0) + 1
          continue
        }
        const key = `${classOf(status, ours, llvm)}\t${opcode || decodedId(word)}`
        const entry = result.classes.get(key) ?? { count: 0, group: groupOf(word), lines: [] }
        entry.count++
        if (entry.lines.length < KEPT || keepAll)
          entry.lines.push(`${hex(word)}${on ? '' : ' (no aliases)'}: LLVM '${llvm}', nisv '${ours}'`)
        result.classes.set(key, entry)
      }
    }
    parentPort.postMessage(result)
  })

  const decodedId = (word) => (decodeInto(word, insn) ? insn.encoding.id : '')
}

/** What differs: validity, verdict, mnemonic or operands. */
function classOf(status, ours, llvm) {
  if (status === 0) return 'only nisv decodes'
  if (ours === '<undecodable>') return 'only LLVM decodes'
  const plain = (line) => line.replace('<softfail> ', '')
  if (plain(ours) === plain(llvm)) return 'verdict'
  return plain(ours).split(' ')[0] === plain(llvm).split(' ')[0] ? 'operands' : 'mnemonic'
}

const GROUPS = [
  [/^0000/, 'SME, reserved'],
  [/^0010/, 'SVE'],
  [/^100/, 'data processing (immediate)'],
  [/^101/, 'branches, system'],
  [/^.1.0/, 'loads and stores'],
  [/^.101/, 'data processing (register)'],
  [/^.111/, 'floating-point and Advanced SIMD'],
]

function groupOf(word) {
  const op0 = ((word >>> 25) & 15).toString(2).padStart(4, '0')
  return GROUPS.find(([pattern]) => pattern.test(op0))?.[1] ?? 'unallocated'
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      fillings: { type: 'string', default: '200' },
      top11: { type: 'string', default: '2000000' },
      mutants: { type: 'string', default: '1000000' },
      packages: { type: 'boolean', default: false },
      package: { type: 'string', multiple: true },
      aliases: { type: 'string', default: 'both' },
      workers: { type: 'string', default: String(availableParallelism()) },
      dist: { type: 'string', default: join(root, 'build') },
      out: { type: 'string' },
    },
  })
  const number = (name) => {
    const n = Number(options[name])
    if (!Number.isSafeInteger(n) || n < 0) throw new Error(`--${name}: '${options[name]}' is not a number`)
    return n
  }
  const aliases = { on: [true], off: [false], both: [true, false] }[options.aliases]
  if (!aliases) throw new Error(`--aliases: '${options.aliases}' is not on, off or both`)
  const dist = resolve(options.dist)
  if (!existsSync(join(dist, 'cli/disasm.js'))) throw new Error(`${dist} has no build: run npm run build`)
  const seed = number('seed')
  const start = performance.now()

  const program = buildJudge()
  const opcodes = readOpcodes(join(conformance, 'a64-opcodes-llvm22.tsv.gz'))
  const filled = fillings(program, opcodeNames(program), opcodes, Math.max(1, number('fillings')), seed)
  console.log(`${filled.words.length} fillings of ${opcodes.length} opcodes, seed ${seed}`)
  for (const o of filled.short) console.log(`only ${o.found} words found of ${o.name}, which has ${o.words}`)
  let extra = { words: new Uint32Array(0), total: 0 }
  if (options.packages || options.package) {
    extra = packageWords(options.package ?? PACKAGES, (name, files, words) =>
      console.log(`${name}: ${words} words of .text in ${files} files`),
    )
    console.log(`${extra.total} words of packages, ${extra.words.length} of them different`)
  }

  const tasks = []
  const counts = {
    fillings: number('fillings') === 0 ? 0 : filled.words.length,
    packages: extra.words.length,
    top11: number('top11'),
    mutants: number('mutants'),
  }
  for (const [source, count] of Object.entries(counts))
    for (let from = 0; from < count; from += CHUNK) tasks.push({ source, from, count: Math.min(CHUNK, count - from) })
  const data = {
    dist,
    program,
    seed,
    aliases,
    keepAll: options.out !== undefined,
    fillings: shared(filled.words),
    extra: shared(extra.words),
  }
  const total = await runAll(tasks, number('workers'), data)

  for (const [source, { words, lines, failed }] of Object.entries(total.sources))
    console.log(`${source}: ${words} words, ${lines} lines, ${failed} differ`)
  for (const [id, count] of Object.entries(total.deviated)) console.log(`deviation ${id}: ${count} lines`)
  const { DEVIATIONS_FILE, readDeviations } = await import(pathToFileURL(join(dist, 'cli/llvm-status.js')).href)
  const validity = readDeviations(DEVIATIONS_FILE)
  for (const [i, count] of Object.entries(total.status).sort((a, b) => a[0] - b[0])) {
    const d = validity[i]
    console.log(`status deviation ${hex(d.mask)} ${hex(d.value)} ${d.rule}: ${count} words (${d.reason})`)
  }
  report(total.classes, options.out)
  let failed = 0
  for (const { count } of total.classes.values()) failed += count
  const lines = Object.values(total.sources).reduce((n, s) => n + s.lines, 0)
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`)
  console.log(`${lines - failed} passed, ${failed} failed`)
  // A script that compared nothing has shown nothing.
  if (failed > 0 || lines === 0 || filled.short.length > 0) process.exitCode = 1
}

function shared(words) {
  const copy = new Uint32Array(new SharedArrayBuffer(words.byteLength))
  copy.set(words)
  return copy
}

async function runAll(tasks, workers, data) {
  const total = { sources: {}, deviated: {}, status: {}, classes: new Map() }
  const add = (to, from) => {
    for (const [key, n] of Object.entries(from)) to[key] = (to[key] ?? 0) + n
  }
  const bar = progress(tasks.length)
  let next = 0
  let finished = 0
  const take = (result) => {
    total.sources[result.source] ??= { words: 0, lines: 0, failed: 0 }
    const source = total.sources[result.source]
    source.words += result.count
    source.lines += result.lines
    add(total.deviated, result.deviated)
    add(total.status, result.status)
    for (const [key, entry] of result.classes) {
      source.failed += entry.count
      const known = total.classes.get(key) ?? { count: 0, group: entry.group, lines: [] }
      known.count += entry.count
      known.lines = known.lines.concat(data.keepAll ? entry.lines : entry.lines.slice(0, KEPT - known.lines.length))
      total.classes.set(key, known)
    }
    bar(++finished)
  }
  const run = () =>
    new Promise((done, fail) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: data })
      const send = () => {
        if (next < tasks.length) worker.postMessage(tasks[next++])
        else worker.terminate().then(done, fail)
      }
      worker.on('error', fail)
      worker.on('message', (result) => {
        take(result)
        send()
      })
      send()
    })
  await Promise.all(Array.from({ length: Math.max(1, workers) }, run))
  return total
}

/** The differences: how many by group and kind, then the largest classes with lines of each. */
function report(classes, out) {
  // Missing rows hide nothing: what both decode comes first.
  const missing = (key) => Number(key.startsWith('only'))
  const sorted = [...classes].sort(([a, x], [b, y]) => missing(a) - missing(b) || y.count - x.count)
  if (out) {
    const file = createWriteStream(out)
    for (const [key, { group, lines }] of sorted) for (const line of lines) file.write(`${group}\t${key}\t${line}\n`)
    file.end()
  }
  const groups = {}
  for (const [key, { group, count }] of sorted) {
    const name = `${group}: ${key.split('\t')[0]}`
    groups[name] ??= { lines: 0, opcodes: 0 }
    groups[name].lines += count
    groups[name].opcodes++
  }
  for (const [name, { lines, opcodes }] of Object.entries(groups))
    console.log(`${name}: ${lines} lines of ${opcodes} opcodes`)
  for (const [key, { group, count, lines }] of sorted.slice(0, KEPT)) {
    console.log(`\n${group}: ${key.replace('\t', ', ')}, ${count} lines`)
    for (const line of lines.slice(0, 3)) console.log(`  ${line}`)
  }
}

function hex(n) {
  return (n >>> 0).toString(16).padStart(8, '0')
}
