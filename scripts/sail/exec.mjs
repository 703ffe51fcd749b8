/**
 * Loads and stores by Arm's own model: words of each row of nisv's table, executed by the Sail pseudocode of arm-v9.4-a on
 * random registers and memory. A JSON line a case, to stdout or to a file a group of rows.
 *
 *     git clone https://github.com/rems-project/sail-arm
 *     node scripts/sail/exec.mjs --sail sail-arm/arm-v9.4-a/src [--row REGEX]... [--seed 1] [--count 2] [--out FOLDER]
 *
 * `tests/mmio/vectors/sail` has some of each row. A case is at EL1, with one page of tagged memory at 0x20000000 and its
 * code at 0x10000100. `code` has the words; registers that are not those of `defaultState` in `exec-cases.mjs` are in `x`, `sp`,
 * `z`, `p`, `ffr`, `nzcv`, `regs`, `tags` (by granule of the window); `optionB` is the algorithm of memory copies, `uao` and `tco` are set
 * in PSTATE. `out` has how it ends (`ok`, `undefined`, `exception` with `esr` and `far`), and what differs
 * then. `log` has each word's accesses of memory in order: `r` or `w`, address, bytes from the lowest. An unaligned element is one
 * access. Choices that are CONSTRAINED UNPREDICTABLE are named in `exec-machine.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { wordsOfRows } from '../exec/info/words.mjs'
import { generator } from './cases.mjs'
import { defaultMemory, defaultState, makeCase } from './exec-cases.mjs'
import { ExecMachine } from './exec-machine.mjs'
import { hex } from './machine.mjs'

const { values: options } = parseArgs({
  options: {
    sail: { type: 'string' },
    row: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '2' },
    out: { type: 'string' },
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
  },
})
if (options.sail === undefined)
  throw new Error('--sail FOLDER is missing: arm-v9.4-a/src of a clone of rems-project/sail-arm')
const decoder = await import(pathToFileURL(join(resolve(options.dist), 'decode/index.js')).href)

const machine = new ExecMachine(options.sail)
const base = defaultState()

function merged(own) {
  const state = { ...base, registers: { ...base.registers, ...own.registers } }
  for (const bank of ['x', 'z', 'p']) {
    state[bank] = base[bank].slice()
    for (const [n, value] of Object.entries(own[bank])) state[bank][Number(n)] = BigInt(value)
  }
  for (const name of ['sp', 'ffr', 'nzcv', 'optionA', 'uao', 'tco'])
    if (own[name] !== undefined) state[name] = own[name]
  return state
}

/** Entries that differ, by number. */
function changed(before, after) {
  const all = after.map((value, n) => [n, value]).filter(([n, value]) => value !== before[n])
  return all.length === 0 ? undefined : Object.fromEntries(all.map(([n, value]) => [n, hex(value)]))
}

/** Doublewords of the window that differ. */
function stored(before, after) {
  const [b, a] = [before, after].map((bytes) => new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8))
  const all = [...a].map((word, k) => [k, word]).filter(([k, word]) => word !== b[k])
  return all.length === 0 ? undefined : Object.fromEntries(all.map(([k, word]) => [hex(8 * k), hex(word)]))
}

/** Executes the words of a case. */
function run(own) {
  const state = merged(own)
  defaultMemory(machine.window, machine.code, own.words)
  machine.beginCase(state)
  for (const [n, tag] of Object.entries(own.tags ?? {})) machine.tags[Number(n)] = Number(tag)
  const before = machine.state()
  let end = { end: 'ok' }
  const log = []
  for (const [k, word] of own.words.entries()) {
    machine.log = []
    end = machine.step(word)
    log.push(machine.log.map(([kind, at, bytes]) => `${kind} ${at.toString(16)} ${bytes}`))
    if (end.end === 'ok') continue
    end.word = k
    break
  }
  const after = machine.state()
  const out = { end: end.end }
  if (end.word) out.word = end.word
  if (end.end === 'exception') Object.assign(out, { esr: hex(end.esr), far: hex(end.far) })
  // What a load has written before its exception is UNKNOWN.
  const banks = end.end === 'ok' ? ['x', 'z', 'p', 'za'] : ['x']
  for (const bank of banks) out[bank] = changed(before[bank], after[bank])
  for (const name of ['sp', 'ffr', 'zt0', 'nzcv', 'tfsr'])
    if (after[name] !== before[name]) out[name] = hex(after[name])
  out.mem = stored(before.window, after.window)
  out.tags = changed([...before.tags], [...after.tags])
  return { log, out }
}

const shown = (bank) => {
  const entries = Object.entries(bank ?? {})
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([n, value]) => [n, hex(value)]))
}

/** Whether a word makes no access and has no exception of its own: stage 1 stops it, or nothing does. */
function nothing({ log, out }, cls) {
  if (/^(?:copy|set)$/.test(cls) && out.end === 'ok') return false
  const last = log.at(-1)
  if (last.length > 0) return log.some((each) => each.length === 0)
  if (out.end === 'ok') return true
  const [esr, far] = [BigInt(out.esr), BigInt(out.far)]
  // Stage 1 comes after an exception of alignment, and before stage 2.
  return (
    (esr >> 26n) % 64n === 0x25n && ((esr & 0x3cn) === 4n || machine.place(far & 0x00ff_ffff_ffff_ffffn) === undefined)
  )
}

const seed = Number(options.seed)
const wanted = (options.row ?? ['']).map((text) => new RegExp(text))
const lines = []
const failures = new Map()
/** Rows that the model does not know. */
const absent = new Set()
let serial = 0
for (const word of wordsOfRows(decoder, Number(options.count), seed)) {
  const insn = decoder.decode(word)
  const { access, id } = insn.encoding
  if (access === undefined || !wanted.some((row) => row.test(id))) continue
  const random = generator(seed * 1_000_003 + serial++)
  const own = makeCase(insn, decoder.operands(insn), random)
  let found
  try {
    found = run(own)
  } catch (e) {
    const why = `${e.message} (${machine.sail.stack.slice(-4).join(' > ')})`
    failures.set(why, [...(failures.get(why) ?? []), `${id} ${(word >>> 0).toString(16)}`])
    continue
  }
  if (machine.clause === undefined) absent.add(id)
  if (found.out.end === 'undefined') continue
  if (nothing(found, own.cls)) continue
  const { registers, words, x, z, p, sp, ffr, nzcv } = own
  const numbers = Object.entries({ sp, ffr, nzcv }).filter(([, value]) => value !== undefined)
  lines.push(
    JSON.stringify({
      id: `${id}/${seed}/${serial}`,
      code: words.map((w) => (w >>> 0).toString(16).padStart(8, '0')),
      x: shown(x),
      z: shown(z),
      p: shown(p),
      ...(own.optionA === false ? { optionB: true } : {}),
      ...(own.uao ? { uao: true } : {}),
      ...(own.tco ? { tco: true } : {}),
      ...Object.fromEntries(numbers.map(([name, value]) => [name, hex(value)])),
      regs: shown(registers),
      tags: shown(own.tags),
      ...found,
    }),
  )
}
for (const [why, words] of failures)
  process.stderr.write(`${words.length} not executed: ${why}: ${words.slice(0, 6).join(', ')}\n`)
if (absent.size > 0) process.stderr.write(`${absent.size} rows are not in the model: ${[...absent].join(', ')}\n`)
if (options.out === undefined) process.stdout.write(`${lines.join('\n')}\n`)
else {
  mkdirSync(options.out, { recursive: true })
  writeFileSync(join(options.out, `exec-${seed}.jsonl.gz`), gzipSync(`${lines.join('\n')}\n`, { level: 9 }))
}
