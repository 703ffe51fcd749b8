#!/usr/bin/env node
/**
 * Cases for `nisv conform exec`: loads and stores of every row, executed by QEMU's user mode. One line a case; the first
 * line says what the state is where a case says nothing.
 *
 *   node scripts/exec-cases.mjs --seed N --words N (of each row, 2) [--rows REGEX] [--dist DIR] > FILE
 */
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { caseOf } from './exec/cases/case.mjs'
import { defaults } from './exec/cases/contract.mjs'
import { DOC, outcomeOf } from './exec/cases/outcome.mjs'
import { wordsOfRows } from './exec/info/words.mjs'
import { qemuVersion, runRecords } from './exec/qemu.mjs'
import { codeAddress, MOST_RECORDS, RECORD } from './exec/record.mjs'
import { random } from './llvm/words.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    words: { type: 'string', default: '2' },
    rows: { type: 'string', default: '' },
    dist: { type: 'string', default: join(root, 'dist') },
  },
})
const decoder = await import(pathToFileURL(join(resolve(options.dist), 'decode/index.js')).href)
const seed = Number(options.seed)
const next = random(seed, 0x63617365)
const wanted = new RegExp(options.rows)

console.log(
  JSON.stringify({ header: { seed, cpu: 'max', vl_bits: 256, doc: DOC, oracle: `QEMU ${qemuVersion()}, user mode` } }),
)
let batch = []
let count = 0
for (const word of wordsOfRows(decoder, Number(options.words), seed)) {
  const insn = decoder.decode(word)
  const { access, id, group } = insn.encoding
  // ZA is no part of the format; copies and LD64B are not known to all versions of QEMU alike.
  if (!access || access.form === 'none' || /^SME /.test(group) || !wanted.test(id)) continue
  batch.push(caseOf(insn, decoder.operands(insn), next))
  if (batch.length === MOST_RECORDS) flush()
}
if (batch.length > 0) flush()

function flush() {
  const records = Buffer.alloc(batch.length * RECORD)
  for (const [i, one] of batch.entries()) defaults(records, i * RECORD, one)
  const { after, dead } = runRecords(records, { tagged: true })
  const lost = new Set(dead.map(({ index }) => index))
  for (const [i, { cls, words, x, z, p, sp }] of batch.entries()) {
    const pc = codeAddress(i)
    const out = lost.has(i) ? undefined : outcomeOf(records, after, i * RECORD, pc)
    // Every word is allocated: SIGILL is an instruction that this QEMU does not have.
    if (out === undefined || out.end === 'SIGILL') continue
    // Which address of the block DC GVA and DC GZVA report differs between versions of QEMU.
    if (/^tag/.test(cls)) delete out.addr
    const code = words.map((word) => word.toString(16).padStart(8, '0'))
    const state = { ...some('x', x), ...some('z', z), ...some('p', p), ...(sp === undefined ? {} : { sp: hex(sp) }) }
    console.log(JSON.stringify({ id: `${seed}/${count++}`, cls, pc: hex(pc), code, ...state, out, oracles: 1 }))
  }
  batch = []
}

function some(name, values) {
  const entries = Object.entries(values).map(([k, v]) => [k, typeof v === 'string' ? v : hex(v)])
  return entries.length > 0 ? { [name]: Object.fromEntries(entries) } : {}
}

function hex(value) {
  return `0x${value.toString(16)}`
}
