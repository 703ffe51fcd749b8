/**
 * The TPM CRB: register accesses and whole commands, beside QEMU's own tpm-crb on the same swtpm. QEMU is driven over
 * qtest: what it needs for an access is mostly the way there, as it is for a hypervisor's exit.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { measure } from 'mitata'
import ts from 'typescript'
import { EmbeddedTpm, TpmCrb } from '../dist/crb/index.js'
import { Swtpm } from '../dist/crb/swtpm/index.js'
import { AddressSpace } from '../dist/mmio/index.js'

const BASE = 0xfed4_0000
const BUFFER = BASE + 0x80
const LOC_CTRL = BASE + 0x08
const CTRL_REQ = BASE + 0x40
const START = BASE + 0x4c
const INTF_ID = BASE + 0x30
const STARTUP = Uint8Array.from([0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0])
const GET_RANDOM = Uint8Array.from([0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 16])
/** Bytes of its answer: header, size, 16 random bytes. */
const ANSWER = 28

const PACKAGES = { swtpm: 'swtpm', 'qemu-system-x86_64': 'qemu-system-x86' }

/** A guest of one of our devices. */
class Guest {
  constructor(tpm) {
    this.space = new TpmCrb({ tpm, base: BASE }).attach(new AddressSpace())
    this.given = new Uint8Array(4)
    this.got = new Uint8Array(4)
    this.answer = new Uint8Array(ANSWER)
    this.put(LOC_CTRL, 1)
    this.put(CTRL_REQ, 1)
  }

  put(pa, value) {
    this.given[0] = value
    this.space.write(pa, 4, this.given, 0)
  }

  get(pa) {
    this.space.read(pa, 4, this.got, 0)
    return this.got[0]
  }

  start(command) {
    this.space.write(BUFFER, command.length, command, 0)
    this.put(START, 1)
  }

  /** A command of a TPM that answers within the store to START. */
  run(command) {
    this.start(command)
    if (this.get(START) !== 0) throw new Error('START is still 1')
    this.space.read(BUFFER, ANSWER, this.answer, 0)
    return this.answer
  }

  /** A command of any other. */
  async wait(command) {
    this.start(command)
    while (this.get(START) !== 0) await new Promise((resolve) => setImmediate(resolve))
    this.space.read(BUFFER, ANSWER, this.answer, 0)
    return this.answer
  }
}

/** tests/live/qemu.ts, which starts QEMU: TypeScript, of no dependency. */
async function qemuClass() {
  const source = readFileSync(new URL('../tests/live/qemu.ts', import.meta.url), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: 'esnext', target: 'es2023' } })
  const dir = mkdtempSync(join(tmpdir(), 'nisv-bench-'))
  try {
    writeFileSync(join(dir, 'qemu.mjs'), outputText)
    return (await import(pathToFileURL(join(dir, 'qemu.mjs')).href)).Qemu
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** Median nanoseconds of one run. */
async function median(step) {
  return (await measure(step)).p50
}

async function check(name, step) {
  const answer = await step()
  if (answer.length !== ANSWER || answer[9] !== 0 || answer[5] !== ANSWER) throw new Error(`${name}: no random bytes`)
  return median(step)
}

async function withSwtpm(reconnect) {
  const tpm = await Swtpm.spawn({ reconnect })
  try {
    const guest = new Guest(tpm)
    await guest.wait(STARTUP)
    return await check(`swtpm, ${reconnect}`, () => guest.wait(GET_RANDOM))
  } finally {
    await tpm.stop()
  }
}

async function withQemu() {
  const Qemu = await qemuClass()
  const machine = await Qemu.start()
  try {
    await machine.run(STARTUP)
    const command = await check('QEMU', async () => {
      await machine.writeBytes(BUFFER, GET_RANDOM)
      await machine.write(START - BASE, 1)
      while ((await machine.read(START - BASE)) !== 0);
      return machine.readBytes(BUFFER, ANSWER)
    })
    const read = await median(() => machine.read(INTF_ID - BASE))
    const write = await median(() => machine.write(CTRL_REQ - BASE, 1))
    return { command, read, write }
  } finally {
    await machine.stop()
  }
}

/** Whether the programs are there; says what to install when one is not. */
function has(...names) {
  const missing = names.filter((name) => spawnSync(name, ['--version']).error !== undefined)
  for (const name of missing) {
    console.log(`${name} is missing: install the Debian package ${PACKAGES[name]} (apt-get install ${PACKAGES[name]})`)
  }
  return missing.length === 0
}

/** Prints accesses in nanoseconds and commands per second, each with its ratio to QEMU's. */
export async function crbBenches() {
  console.log(`\n${'TPM CRB, medians'.padEnd(60)}${'to QEMU'.padStart(10)}`)
  const embedded = new Guest(new EmbeddedTpm())
  embedded.start(STARTUP)
  const accesses = [
    ['read INTF_ID, ns', await median(() => embedded.get(INTF_ID)), 'read'],
    ['write CTRL_REQ, ns', await median(() => embedded.put(CTRL_REQ, 1)), 'write'],
  ]
  const commands = [['GetRandom, EmbeddedTpm, per second', await check('EmbeddedTpm', () => embedded.run(GET_RANDOM))]]
  if (has('swtpm')) {
    commands.push(['GetRandom, swtpm, per second', await withSwtpm('off')])
    commands.push(['GetRandom, swtpm, reconnect: resume, per second', await withSwtpm('resume')])
  }
  const qemu = has('swtpm', 'qemu-system-x86_64') ? await withQemu() : undefined
  const row = (name, value, ratio) =>
    console.log(name.padEnd(48) + value.padStart(12) + (ratio > 0 ? ratio.toFixed(2) : '').padStart(10))
  const rate = (ns) => (1e9 / ns).toFixed(0)
  for (const [name, ns, access] of accesses) row(name, ns.toFixed(1), qemu?.[access] / ns)
  for (const [name, ns] of commands) row(name, rate(ns), qemu?.command / ns)
  if (qemu === undefined) return
  row('QEMU: readl by qtest, ns', qemu.read.toFixed(0))
  row('QEMU: writel by qtest, ns', qemu.write.toFixed(0))
  row('QEMU: GetRandom, swtpm, per second', rate(qemu.command))
}
