/** Builds harness.S with binutils at first use, into `.cache/`, and runs records with QEMU's user mode. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MOST_RECORDS, RECORD } from './record.mjs'

const source = fileURLToPath(new URL('harness.S', import.meta.url))
const cache = fileURLToPath(new URL('../../.cache', import.meta.url))

function run(program, args, debian, options = {}) {
  const result = spawnSync(program, args, { ...options, maxBuffer: 1 << 30 })
  if (result.error?.code === 'ENOENT') {
    throw new Error(`${program} is missing: install the Debian package ${debian} (apt-get install ${debian})`)
  }
  if (result.error && result.error.code !== 'EPIPE') throw result.error
  return result
}

function tool(program, ...args) {
  const { status, stderr } = run(program, args, 'binutils-aarch64-linux-gnu')
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
}

/** The program's path; built when its source has changed. */
function buildHarness() {
  const key = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12)
  const program = join(cache, `exec-${key}`)
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  const building = `${program}.${process.pid}`
  tool('aarch64-linux-gnu-as', source, '-o', `${building}.o`)
  tool('aarch64-linux-gnu-ld', '-Ttext=0x0c000000', `${building}.o`, '-o', building)
  rmSync(`${building}.o`)
  renameSync(building, program)
  return program
}

/** What QEMU calls itself. */
export function qemuVersion() {
  return /version (\S+)/.exec(run('qemu-aarch64', ['--version'], 'qemu-user').stdout.toString())[1]
}

/** Batches a process gets: what they return has to fit into memory. */
const BATCHES = 4

/**
 * Runs records (at most {@link MOST_RECORDS} at a time share a process's pages; the `i`-th record is in slot
 * `i % MOST_RECORDS`).
 *
 * @param records - as many times RECORD bytes.
 * @param tagged - the window is tagged memory.
 * @returns the records afterwards, and the indices of those that QEMU did not survive, whose bytes are as before.
 */
export function runRecords(records, { tagged = false } = {}) {
  const count = records.length / RECORD
  const after = Buffer.from(records)
  const dead = []
  for (let first = 0; first < count; first += BATCHES * MOST_RECORDS) {
    runBatches(records, after, first, Math.min(first + BATCHES * MOST_RECORDS, count), tagged, dead)
  }
  return { after, dead }
}

function runBatches(records, after, first, end, tagged, dead) {
  const input = []
  for (let at = first; at < end; ) {
    // A batch ends where slots begin anew.
    const next = Math.min(end, at - (at % MOST_RECORDS) + MOST_RECORDS)
    const slot = at % MOST_RECORDS
    input.push(Buffer.from(Uint32Array.of(next - at, slot).buffer), records.subarray(at * RECORD, next * RECORD))
    at = next
  }
  const args = ['-cpu', 'max', buildHarness(), ...(tagged ? ['tagged'] : [])]
  const { status, signal, stdout, stderr } = run('qemu-aarch64', args, 'qemu-user', {
    input: Buffer.concat(input),
    timeout: 60_000,
  })
  if (status === 3) throw new Error(`the program of harness.S failed: ${stderr}`)
  const whole = stdout.length - (stdout.length % RECORD)
  stdout.copy(after, first * RECORD, 0, whole)
  const done = first + whole / RECORD
  if (done === end) return
  if (end - done === 1) {
    dead.push({ index: done, why: stderr.toString().trim().split('\n')[0] || String(signal ?? status) })
    return
  }
  // It is in the first batch that did not come back: halves of that, then the rest.
  const stop = Math.min(end, done - (done % MOST_RECORDS) + MOST_RECORDS)
  const half = done + Math.max(1, (stop - done) >> 1)
  runBatches(records, after, done, half, tagged, dead)
  if (half < stop) runBatches(records, after, half, stop, tagged, dead)
  if (stop < end) runBatches(records, after, stop, end, tagged, dead)
}
