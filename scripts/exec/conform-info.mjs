#!/usr/bin/env node
/**
 * nisv's `info` against instructions executed by QEMU's user mode: `npm run conform:info-exec`. Each word runs twice from
 * states that differ in everything that `info` does not list as read. Only what it lists as written may change, and that
 * must come out the same; all else must keep its own value.
 *
 *   --count N (250000) words that execute, --seed N (1), --dist DIR (dist), --rows REGEX of row ids, --list the rows that never execute
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { random } from '../llvm/words.mjs'
import { footprint, nameOf, OUTCOME, STATE, settable } from './info/footprint.mjs'
import { fillState } from './info/state.mjs'
import { skipReason, wordsOfRows } from './info/words.mjs'
import { qemuVersion, runRecords } from './qemu.mjs'
import { codeAddress, MEMORY, MODE, MOST_RECORDS, P, PC, RECORD, VECTOR, WORDS, Z } from './record.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '250000' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: join(root, 'dist') },
    rows: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
})
const dist = resolve(options.dist)
if (!existsSync(join(dist, 'decode/index.js'))) throw new Error(`${dist} has no build: run npm run build`)
const decoder = await import(pathToFileURL(join(dist, 'decode/index.js')).href)
const { A64, decode, format, info, operands } = decoder

const SIGTRAP = 5
const SIGILL = 4
const wanted = new RegExp(options.rows)
const seed = Number(options.seed)
const target = Number(options.count)
const next = random(seed, 0x73746174)
const SETTABLE = [settable(false), settable(true)]
/** By row: words executed, SIGILL, faults. */
const rows = new Map(A64.encodings.map((e) => [e.id, { executed: 0, undefined: 0, faulted: 0, skipped: 0 }]))
const skipped = new Map()
const findings = new Map()
const died = new Map()
let executed = 0
let undefinedWords = 0
let faulted = 0
let upperKept = 0

// Two batches in turn, the first states and the second, share a process: its keys for pointer authentication too.
const pairs = Buffer.alloc(2 * MOST_RECORDS * RECORD)
let batch = []
// Rows that QEMU does not have cost little: one word of each tells.
const perRow = Math.max(1, Math.ceil((1.15 * target) / 3200))
let round = 0
while (executed < target && round < 6) {
  for (const word of wordsOfRows(decoder, round === 0 ? 2 : perRow, seed + 7919 * round)) {
    const insn = decode(word)
    const { id } = insn.encoding
    const row = rows.get(id)
    if (!wanted.test(id) || (round > 0 && row.executed === 0 && row.faulted === 0)) continue
    const ops = operands(insn)
    const why = skipReason(insn, ops)
    if (why !== '') {
      row.skipped++
      skipped.set(why, (skipped.get(why) ?? 0) + 1)
      continue
    }
    batch.push({ word, insn, id, row, operands: ops, told: info(insn) })
    if (batch.length === MOST_RECORDS) flush()
    if (executed >= target) break
  }
  if (batch.length > 0) flush()
  round++
}
report()

function flush() {
  const { length } = batch
  const first = (i) => i * RECORD
  const second = (i) => (MOST_RECORDS + i) * RECORD
  pairs.fill(0)
  const reads = new Uint8Array(STATE)
  const writes = new Uint8Array(STATE)
  for (const [i, one] of batch.entries()) {
    const streaming = /^SME /.test(one.insn.encoding.group)
    const branches = !/^(?:next|exception)$/.test(one.told.flow.kind)
    fillState(pairs, first(i), one.word, { operands: one.operands, streaming, branches }, next)
    pairs.copy(pairs, second(i), first(i), first(i) + RECORD)
    footprint(one.told, reads, writes)
    one.loads = one.told.memory.some((m) => m.load)
    one.stores = one.told.memory.some((m) => m.store)
    const free = SETTABLE[streaming ? 1 : 0]
    for (let k = 0; k < STATE; k += 4) {
      const bits = next()
      for (let b = 0; b < 4; b++) pairs[second(i) + k + b] ^= (bits >>> (8 * b)) & free[k + b] & ~reads[k + b]
    }
    if (!one.loads) for (let k = MEMORY; k < RECORD; k++) pairs[second(i) + k] ^= k * 29
  }
  // Unused slots of the first half hold UDF.
  const { after, dead } = runRecords(pairs)
  const lost = new Map(dead.map(({ index, why }) => [index % MOST_RECORDS, why]))
  for (let i = 0; i < length; i++) {
    const one = batch[i]
    if (lost.has(i)) died.set(one.id, `${lost.get(i)}; ${textOf(one)}`)
    else judge(one, i, first(i), second(i), after, reads, writes)
  }
  batch = []
}

function judge(one, slot, a, b, after, reads, writes) {
  const signal = after.readUInt32LE(a + MODE)
  const flow = one.told.flow.kind
  // QEMU 7.2 reports the instruction before where DC ZVA faults.
  const from = BigInt(codeAddress(slot)) - after.readBigUInt64LE(a + PC)
  const stopped = signal !== 0 && (from === 0n || from === 4n)
  if (stopped && !(flow === 'exception' && signal === SIGTRAP)) {
    if (signal === SIGILL) {
      undefinedWords++
      one.row.undefined++
    } else {
      faulted++
      one.row.faulted++
    }
    return
  }
  executed++
  one.row.executed++
  footprint(one.told, reads, writes)
  if (signal !== 0 && /^(?:next)$/.test(flow))
    finding(one, 'branches, and its flow is next', `signal ${signal} at ${after.readBigUInt64LE(a + PC).toString(16)}`)
  const changed = new Set()
  const depends = new Set()
  let upper = false
  for (let k = 0; k < STATE; k++) {
    if (k >= OUTCOME[0] && k < OUTCOME[1]) {
      if (after[a + k] !== after[b + k]) depends.add(nameOf(k))
      continue
    }
    if (k >= WORDS && k < WORDS + 60) continue
    const w = writes[k]
    if ((pairs[a + k] ^ after[a + k]) & ~w) changed.add(nameOf(k))
    if (after[b + k] === ((after[a + k] & w) | (pairs[b + k] & ~w))) continue
    if (isUpperHalf(one, k) && after[a + k] === pairs[a + k] && after[b + k] === pairs[b + k]) upper = true
    else depends.add(nameOf(k))
  }
  for (let k = MEMORY; k < RECORD; k++) {
    const stored = pairs[a + k] !== after[a + k]
    if (stored && !one.stores) changed.add('memory')
    const same = after[b + k] === after[a + k]
    if (stored ? !same : !same && after[b + k] !== pairs[b + k]) depends.add('memory')
  }
  if (upper) upperKept++
  for (const name of changed) finding(one, `${name.replace(/\d+$/, '')} changes and is not written`, name)
  // What changes without being written differs in the second run for that reason alone.
  const names = [...depends].filter((name) => !changed.has(name))
  if (names.length > 0) finding(one, `${names[0].replace(/\d+$/, '')} depends on what is not read`, names.join())
}

/**
 * Bits above 127 of a SIMD&FP register, of an instruction that is not SVE's: a write zeroes them (DDI 0487, pseudocode
 * `V[]`). QEMU 7.2 leaves them in several instructions, all versions up to 11 in LD1 to LD4 of a single structure.
 */
function isUpperHalf({ insn }, k) {
  return k >= Z && k < P && (k - Z) % VECTOR >= 16 && !/^S[VM]E /.test(insn.encoding.group)
}

function textOf({ word, insn }) {
  return `${word.toString(16).padStart(8, '0')} ${format(insn)}`
}

function finding(one, what, detail = '') {
  const key = `${one.id}: ${what}`
  const entry = findings.get(key) ?? { count: 0, example: `${textOf(one)}${detail === '' ? '' : ` (${detail})`}` }
  entry.count++
  findings.set(key, entry)
}

function report() {
  const all = [...rows].filter(([id]) => wanted.test(id))
  const those = (holds) => all.filter(([, row]) => holds(row)).map(([id]) => id)
  const ran = those((r) => r.executed > 0)
  const absent = those((r) => r.executed === 0 && r.undefined > 0 && r.faulted === 0)
  const faults = those((r) => r.executed === 0 && r.faulted > 0)
  const none = those((r) => r.executed + r.undefined + r.faulted === 0)
  console.log(`QEMU ${qemuVersion()}, seed ${seed}: ${ran.length} rows executed of ${all.length}`)
  console.log(
    `rows that QEMU does not have: ${absent.length}; that only fault: ${faults.length}; never tried: ${none.length}`,
  )
  if (options.list) console.log(`absent: ${absent.join(' ')}\nfault: ${faults.join(' ')}\nnever: ${none.join(' ')}`)
  for (const [why, count] of skipped) console.log(`${String(count).padStart(7)} words skipped: ${why}`)
  console.log(`${String(undefinedWords).padStart(7)} words UNDEFINED for QEMU`)
  console.log(`${String(faulted).padStart(7)} words faulted`)
  console.log(`${String(upperKept).padStart(7)} words where QEMU leaves bits above 127 of V, which the manual zeroes`)
  for (const [id, text] of died) console.log(`QEMU died of ${id}: ${text}`)
  let failed = 0
  for (const [key, { count, example }] of findings) {
    failed += count
    console.log(`${key}: ${example}, ${count} times`)
  }
  console.log(`${executed - failed} passed, ${failed} failed`)
  if (failed > 0 || executed === 0) process.exitCode = 1
}
