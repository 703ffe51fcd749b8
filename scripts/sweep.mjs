#!/usr/bin/env node
/**
 * Walks all 2^32 words and compares validity with LLVM 22.1.8, block by block (see validity.mjs): `npm run conform:sweep`.
 *
 *   node scripts/sweep.mjs                          everything
 *   node scripts/sweep.mjs --group x1x0             top-level groups by bits 28:25 (x: either)
 *   node scripts/sweep.mjs --range 3c00-3dff,f940   blocks, by bits 31:16
 *
 * Options: `--workers N` (all cores), `--dist DIR` (build), `--explain N` (3): of that many differing blocks prints the
 * ranges of differing words, asking llvm-mc (`--llvm-mc PROGRAM`), `--fresh` forgets an interrupted run.
 * An interrupted run resumes: finished blocks are kept in `.sweep/`, per build of the decoder.
 * Exit status 1 when a block differs or a deviation has another number of words than its line says.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { readDeviations } from '../build/cli/llvm-status.js'
import { progress } from './progress.mjs'
import { blocksOf, readTable, sweepBlock } from './validity.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const conformance = join(root, 'tests/conformance')
const deviations = readDeviations(join(conformance, 'validity-deviations.txt'))

if (isMainThread) await main()
else await work()

/** A worker sweeps the blocks it is sent, one batch at a time. */
async function work() {
  const { decodeInto, Instruction } = await import(workerData.decoder)
  const insn = new Instruction()
  parentPort.on('message', (batch) => {
    parentPort.postMessage(
      batch.map((block) => {
        const deviated = new Float64Array(deviations.length)
        const { valid, soft, fnv } = sweepBlock(block, decodeInto, insn, deviations, deviated)
        return { block, valid, soft, fnv, deviated: [...deviated] }
      }),
    )
  })
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      group: { type: 'string' },
      range: { type: 'string' },
      workers: { type: 'string', default: String(availableParallelism()) },
      dist: { type: 'string', default: join(root, 'build') },
      explain: { type: 'string', default: '3' },
      'llvm-mc': { type: 'string', default: 'llvm-mc-22' },
      fresh: { type: 'boolean', default: false },
    },
  })
  const folder = resolve(options.dist, 'decode')
  const decoder = pathToFileURL(join(folder, 'index.js')).href
  if (!existsSync(join(folder, 'index.js'))) throw new Error(`${folder} has no build: run npm run build`)
  const table = readTable(join(conformance, 'a64-validity-llvm22.tsv.gz'))
  const wanted = selectBlocks(options)

  const state = join(root, '.sweep', `${fingerprint(folder)}.tsv`)
  mkdirSync(join(root, '.sweep'), { recursive: true })
  if (options.fresh) rmSync(state, { force: true })
  const done = readState(state)
  const todo = wanted.filter((block) => !done.has(block))
  if (todo.length < wanted.length) console.log(`${wanted.length - todo.length} blocks are done, from ${state}`)

  const start = performance.now()
  await sweepAll(todo, Number(options.workers), decoder, (results) => {
    for (const r of results) done.set(r.block, r)
    appendFileSync(
      state,
      results.map((r) => `${[r.block, r.valid, r.soft, r.fnv, ...r.deviated].join('\t')}\n`).join(''),
    )
  })
  const seconds = (performance.now() - start) / 1000
  if (todo.length > 0)
    console.log(
      `${todo.length * 65536} words in ${seconds.toFixed(1)} s, ${(todo.length / 15.2587890625 / seconds).toFixed(1)} M words/s`,
    )

  const failed = wanted.filter((block) => {
    const { valid, soft, fnv } = done.get(block)
    const e = table[block]
    return valid !== e.valid || soft !== e.soft || fnv !== e.fnv
  })
  const { decodeInto, Instruction } = await import(decoder)
  for (const block of failed.slice(0, 10)) {
    const { valid, soft } = done.get(block)
    const e = table[block]
    console.log(`block ${hex(block, 4)}: LLVM has ${e.valid} valid (${e.soft} soft), we have ${valid} (${soft})`)
  }
  if (failed.length > 10) console.log(`and ${failed.length - 10} more: ${ranges(failed).join(' ')}`)
  for (const block of failed.slice(0, Number(options.explain)))
    explain(block, decodeInto, new Instruction(), options['llvm-mc'])

  let wrong = 0
  const swept = new Set(wanted)
  for (let i = 0; i < deviations.length; i++) {
    const d = deviations[i]
    if (!blocksOf(d).every((block) => swept.has(block))) continue
    let count = 0
    for (const block of wanted) count += done.get(block).deviated[i]
    const ok = count === d.count
    if (!ok) wrong++
    console.log(
      `${ok ? 'ok' : 'WRONG'} deviation ${hex(d.mask, 8)} ${hex(d.value, 8)} ${d.rule} ${d.status}: ${count} words${ok ? '' : `, not ${d.count}`} (${d.reason})`,
    )
  }
  let valid = 0
  let soft = 0
  for (const block of wanted) {
    valid += done.get(block).valid
    soft += done.get(block).soft
  }
  console.log(`${valid} words valid, ${soft} of them CONSTRAINED UNPREDICTABLE, counted as LLVM counts`)
  console.log(`${wanted.length - failed.length} passed, ${failed.length} failed`)
  if (failed.length > 0 || wrong > 0) process.exitCode = 1
}

function selectBlocks({ group, range }) {
  const inRange = new Set()
  for (const piece of range?.split(',') ?? []) {
    const m = /^([0-9a-f]{1,4})(?:-([0-9a-f]{1,4}))?$/i.exec(piece)
    if (!m) throw new Error(`--range: '${piece}' is not a block or two joined by '-', such as 3c00-3dff`)
    const last = Number.parseInt(m[2] ?? m[1], 16)
    for (let block = Number.parseInt(m[1], 16); block <= last; block++) inRange.add(block)
  }
  const groups = (group ?? 'xxxx').split(',').map((g) => {
    if (!/^[01x]{4}$/.test(g)) throw new Error(`--group: '${g}' is not four of 0, 1 and x: bits 28:25`)
    return new RegExp(`^${g.replaceAll('x', '.')}$`)
  })
  const blocks = []
  for (let block = 0; block < 65536; block++) {
    const op0 = ((block >>> 9) & 15).toString(2).padStart(4, '0')
    if ((range === undefined || inRange.has(block)) && groups.some((g) => g.test(op0))) blocks.push(block)
  }
  return blocks
}

/** Names a build: results of another decoder or another list of deviations are not taken up. */
function fingerprint(folder) {
  const hash = createHash('sha256')
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith('.js'))
    .sort()
  for (const f of files) hash.update(f).update(readFileSync(join(folder, f)))
  hash.update(readFileSync(join(folder, '../bits.js')))
  for (const f of ['tests/conformance/validity-deviations.txt', 'scripts/validity.mjs'])
    hash.update(readFileSync(join(root, f)))
  return hash.digest('hex').slice(0, 16)
}

function readState(file) {
  const done = new Map()
  if (!existsSync(file)) return done
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [block, valid, soft, fnv, ...deviated] = line.split('\t')
    // A run killed while it wrote leaves a short last line, which is swept again.
    if (fnv?.length !== 16 || deviated.length !== deviations.length) continue
    done.set(Number(block), {
      block: Number(block),
      valid: Number(valid),
      soft: Number(soft),
      fnv,
      deviated: deviated.map(Number),
    })
  }
  return done
}

function sweepAll(blocks, workers, decoder, take) {
  if (blocks.length === 0) return Promise.resolve()
  const batch = 64
  let next = 0
  let finished = 0
  const bar = progress(blocks.length)
  const run = () =>
    new Promise((done, fail) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { decoder } })
      const send = () => {
        if (next >= blocks.length) {
          worker.terminate().then(done, fail)
          return
        }
        worker.postMessage(blocks.slice(next, next + batch))
        next += batch
      }
      worker.on('error', fail)
      worker.on('message', (results) => {
        take(results)
        finished += results.length
        bar(finished)
        send()
      })
      send()
    })
  return Promise.all(Array.from({ length: Math.min(workers, Math.ceil(blocks.length / batch)) }, run))
}

/** Prints where a block differs, by asking LLVM for each of its words. */
function explain(block, decodeInto, insn, program) {
  const folder = mkdtempSync(join(tmpdir(), 'sweep-'))
  try {
    const input = join(folder, 'in')
    const lines = []
    for (let low = 0; low < 65536; low++) lines.push(`${low & 255} ${low >>> 8} ${block & 255} ${block >>> 8}`)
    writeFileSync(input, `${lines.join('\n')}\n`)
    const run = spawnSync(program, ['--disassemble', '--triple=aarch64', '--mattr=+all', input], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    })
    if (run.error) {
      console.log(`  (${program} does not run: ${run.error.message})`)
      return
    }
    const llvm = new Uint8Array(65536).fill(3)
    for (const m of run.stderr.matchAll(/in:(\d+):\d+: warning: (invalid|potentially)/g))
      llvm[Number(m[1]) - 1] = m[2] === 'invalid' ? 0 : 1
    const { statuses } = sweepBlock(block, decodeInto, insn, deviations, new Float64Array(deviations.length))
    let shown = 0
    for (let low = 0; low < 65536 && shown < 8; low++) {
      if (statuses[low] === llvm[low]) continue
      const from = low
      while (low < 65535 && statuses[low + 1] === statuses[from] && llvm[low + 1] === llvm[from]) low++
      console.log(
        `  ${hex(block, 4)}${hex(from, 4)}..${hex(block, 4)}${hex(low, 4)}: LLVM ${llvm[from]}, we ${statuses[from]}`,
      )
      shown++
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Ascending blocks as `from-to` ranges. */
function ranges(blocks) {
  const out = []
  for (let i = 0; i < blocks.length; i++) {
    const from = blocks[i]
    while (blocks[i + 1] === blocks[i] + 1) i++
    out.push(from === blocks[i] ? hex(from, 4) : `${hex(from, 4)}-${hex(blocks[i], 4)}`)
  }
  return out
}

function hex(n, digits) {
  return (n >>> 0).toString(16).padStart(digits, '0')
}
