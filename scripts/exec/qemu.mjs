/** Runs records with harness.S under QEMU's user mode. */
import { fileURLToPath } from 'node:url'
import { assembleProgram, runProgram } from '../tools/binutils.mjs'
import { MOST_RECORDS, RECORD } from './record.mjs'

const source = fileURLToPath(new URL('harness.S', import.meta.url))

/** What QEMU calls itself. */
export function qemuVersion() {
  return /version (\S+)/.exec(runProgram('qemu-aarch64', ['--version'], 'qemu-user').stdout.toString())[1]
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
  const program = assembleProgram(source, { name: 'exec', text: '0x0c000000' })
  const args = ['-cpu', 'max', program, ...(tagged ? ['tagged'] : [])]
  const { status, signal, stdout, stderr } = runProgram('qemu-aarch64', args, 'qemu-user', {
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
