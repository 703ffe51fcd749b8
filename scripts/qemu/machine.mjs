/** Builds bare-metal guests with binutils, into `.cache/`, and has QEMU's system emulation work off batches of records. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const QEMU = 'qemu-system-aarch64'
const folder = fileURLToPath(new URL('.', import.meta.url))
const cache = fileURLToPath(new URL('../../.cache', import.meta.url))

/** RAM of QEMU's `virt` machine begins here. */
const RAM = 0x4000_0000
const RAM_BYTES = 2 ** 30
/** Where a guest is linked to, and the layout of a batch (guest.inc). */
const TEXT = 0x4008_0000
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

function run(program, args, debian, options = {}) {
  const result = spawnSync(program, args, { ...options, maxBuffer: 1 << 28 })
  if (result.error?.code === 'ENOENT') {
    throw new Error(`${program} is missing: install the Debian package ${debian} (apt-get install ${debian})`)
  }
  if (result.error && result.error.code !== 'ETIMEDOUT') throw result.error
  return result
}

function tool(program, ...args) {
  const { status, stderr } = run(program, args, 'binutils-aarch64-linux-gnu')
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
}

/** The path of a guest, NAME/guest.S: built when it or guest.inc has changed. */
export function buildGuest(name) {
  const source = join(folder, name, 'guest.S')
  const key = createHash('sha256')
    .update(readFileSync(source))
    .update(readFileSync(join(folder, 'guest.inc')))
  const program = join(cache, `qemu-${name}-${key.digest('hex').slice(0, 12)}`)
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  const building = `${program}.${process.pid}`
  tool('aarch64-linux-gnu-as', '-I', folder, source, '-o', `${building}.o`)
  tool('aarch64-linux-gnu-ld', `-Ttext=0x${TEXT.toString(16)}`, `${building}.o`, '-o', building)
  rmSync(`${building}.o`)
  renameSync(building, program)
  return program
}

/** What QEMU calls itself. */
export function qemuVersion() {
  return /version (\S+)/.exec(run(QEMU, ['--version'], 'qemu-system-arm').stdout.toString())[1]
}

/**
 * Runs records with a guest, which writes its results into them. Where QEMU itself dies of a record, it starts again
 * behind it.
 *
 * @param guest - a name for {@link buildGuest}.
 * @param records - a Buffer each; the guest knows their form.
 * @param machine - options of `-machine virt`.
 * @param preload - addresses of RAM, and what is there.
 * @param args - further arguments of QEMU; a function of the run's own folder.
 * @param ended - is told of every run: its folder, the number of the first record, and how many were done.
 * @returns `results`, a Buffer of each record, `undefined` for those QEMU did not survive; `dead`, the numbers of the
 *   latter and why; `told`, the start of the batch.
 */
export function runRecords(guest, records, { machine = '', preload = [], args = () => [], ended = () => {} } = {}) {
  const program = buildGuest(guest)
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
      const { status, signal, stderr } = run(QEMU, options, 'qemu-system-arm', { timeout: 120_000 })
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
