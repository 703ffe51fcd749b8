/** Has QEMU's system emulation work off batches of records, with bare-metal guests. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assembleProgram, runProgram } from '../tools/binutils.mjs'

const QEMU = 'qemu-system-aarch64'
const folder = fileURLToPath(new URL('.', import.meta.url))

/** RAM of QEMU's `virt` machine begins here. */
const RAM = 0x4000_0000
const RAM_BYTES = 2 ** 30
/** Where a guest is linked to, and the layout of a batch (guest.inc). */
const TEXT = '0x40080000'
const BATCH = 0x4800_0000
const COUNT = 0
const DONE = 8
/** First byte of what a guest tells of its CPU. */
export const TOLD = 16
const RECORDS = 256
/** Records that QEMU may die of before something else is wrong. */
const MOST_DEAD = 50
/** Bytes of records that a run of QEMU gets at most. */
const MOST = 24 << 20

/** QEMU with arguments. */
function run(args, options = {}) {
  return runProgram(QEMU, args, 'qemu-system-arm', options)
}

/** What QEMU calls itself. */
export function qemuVersion() {
  return /version (\S+)/.exec(run(['--version']).stdout.toString())[1]
}

/**
 * Runs records with a guest, which writes its results into them. Where QEMU itself dies of a record, it starts again
 * behind it.
 *
 * @param guest - a folder beside this file: its guest.S.
 * @param records - a Buffer each; the guest knows their form.
 * @param machine - options of `-machine virt`.
 * @param preload - addresses of RAM, and what is there.
 * @param args - further arguments of QEMU; a function of the run's own folder.
 * @param ended - is told of every run: its folder, the number of the first record, and how many were done.
 * @returns `results`, a Buffer of each record, `undefined` for those QEMU did not survive; `dead`, the numbers of the
 *   latter and why; `told`, the start of the batch.
 */
export function runRecords(guest, records, { machine = '', preload = [], args = () => [], ended = () => {} } = {}) {
  const program = assembleProgram(join(folder, guest, 'guest.S'), {
    name: `qemu-${guest}`,
    text: TEXT,
    included: [join(folder, 'guest.inc')],
  })
  const results = new Array(records.length)
  const dead = []
  let told = Buffer.alloc(0)
  for (let first = 0; first < records.length; ) {
    const batch = batchOf(records, first)
    const count = batch.readBigUInt64LE(COUNT)
    const own = mkdtempSync(join(tmpdir(), 'nisv-qemu-'))
    try {
      const ram = join(own, 'ram')
      const file = openSync(ram, 'w+')
      ftruncateSync(file, RAM_BYTES)
      for (const [address, bytes] of [...preload, [BATCH, batch]])
        writeSync(file, bytes, 0, bytes.length, address - RAM)
      const options = [...board(ram, machine), ...args(own), '-kernel', program]
      const { status, signal, stderr } = run(options, { timeout: 60_000 })
      readSync(file, batch, 0, batch.length, BATCH - RAM)
      closeSync(file)
      told = batch.subarray(0, RECORDS)
      const done = Number(batch.readBigUInt64LE(DONE))
      let at = RECORDS
      for (let i = 0; i < done; i++) {
        const { length } = records[first + i]
        results[first + i] = batch.subarray(at, at + length)
        at += length
      }
      ended(own, first, done)
      first += done
      const why = stderr.toString().trim().split('\n')[0] || `ended with ${signal ?? status}`
      if (BigInt(done) < count) dead.push({ index: first++, why })
      else if (status !== 0) throw new Error(`${guest}: QEMU ${why}`)
      if (dead.length > MOST_DEAD) throw new Error(`${guest}: QEMU died of ${dead.length} records, of the last: ${why}`)
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  }
  return { results, dead, told }
}

/** Header and records from the `first` on, as many as a run gets. */
function batchOf(records, first) {
  const parts = [Buffer.alloc(RECORDS)]
  let bytes = 0
  for (let i = first; i < records.length && bytes + records[i].length <= MOST; i++) {
    parts.push(records[i])
    bytes += records[i].length
  }
  parts[0].writeBigUInt64LE(BigInt(parts.length - 1), COUNT)
  return Buffer.concat(parts)
}

function board(ram, machine) {
  return [
    ...['-machine', `virt,memory-backend=ram${machine && `,${machine}`}`, '-cpu', 'max', '-accel', 'tcg,thread=single'],
    ...['-m', '1G', '-object', `memory-backend-file,id=ram,size=1G,mem-path=${ram},share=on`],
    ...['-nodefaults', '-display', 'none', '-semihosting', '-no-reboot'],
  ]
}
