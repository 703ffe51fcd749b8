/**
 * Saved VM states between nisv and a real QEMU 7.2: what it saves is read, what nisv writes is loaded and read back over
 * qtest, what it refuses nisv refuses with more to say.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { vmstate } from '../../src/cli/vmstate.ts'
import { TpmCrb } from '../../src/crb/device.ts'
import { StateError } from '../../src/crb/state/error.ts'
import { Swtpm } from '../../src/crb/swtpm/swtpm.ts'
import {
  crbStateOf,
  downgradeStream,
  injectState,
  parseQemuStream,
  readQemuTpm,
  upgradeStream,
} from '../../src/crb/vmstate/index.ts'
import { Guest } from '../crb/bus.ts'
import * as change from '../crb/stream.ts'
import { pcrExtend, pcrRead, responseCode, startup, toHex } from '../crb/tpm2.ts'
import { BASE, PPI, Qemu, QemuRefusal } from './qemu.ts'
import { requirePrograms } from './qemu-tool.ts'

const SHA256 = 0xb
const BUFFER = Uint8Array.from({ length: 0xf80 }, (_, i) => (i * 7 + (i >> 8)) & 0xff)
const PPI_BYTES = Uint8Array.from({ length: 0x400 }, (_, i) => (i * 3) & 0xff)
const RAM = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])
const RAM_AT = 0x10_0000

let saved: Uint8Array
let registers: number[]
const running: Qemu[] = []

async function qemu(incoming?: Uint8Array): Promise<Qemu> {
  const machine = await Qemu.start(incoming)
  running.push(machine)
  return machine
}

const pcr = async (machine: Qemu, n: number): Promise<string> =>
  toHex((await machine.run(pcrRead(SHA256, n))).subarray(-32))

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(QemuRefusal)
  return (error as Error).message
}

function ownRefusal(bytes: Uint8Array): StateError {
  try {
    readQemuTpm(parseQemuStream(bytes))
  } catch (error) {
    if (error instanceof StateError) return error
    throw error
  }
  throw new Error('nisv reads it')
}

beforeAll(async () => {
  requirePrograms('qemu-system-x86_64', 'swtpm')
  const machine = await qemu()
  expect(responseCode(await machine.run(startup()))).toBe(0)
  expect(responseCode(await machine.run(pcrExtend(16, SHA256, 'ab'.repeat(32))))).toBe(0)
  await machine.writeBytes(BASE + 0x80, BUFFER)
  await machine.writeBytes(PPI, PPI_BYTES)
  await machine.writeBytes(RAM_AT, RAM)
  registers = await machine.registers()
  saved = await machine.save()
  await machine.stop()
})
afterEach(async () => {
  for (const machine of running.splice(0)) await machine.stop()
})

/** Everything that the machine above had. */
async function expectAsSaved(machine: Qemu): Promise<void> {
  expect(await machine.registers()).toEqual(registers)
  expect(toHex(await machine.readBytes(BASE + 0x80, 0xf80))).toBe(toHex(BUFFER))
  expect(toHex(await machine.readBytes(PPI, 0x400))).toBe(toHex(PPI_BYTES))
  expect(toHex(await machine.readBytes(RAM_AT, 8))).toBe(toHex(RAM))
  expect(await pcr(machine, 16)).toBe(change.PCR16)
}

describe('what QEMU saved', () => {
  it('is read by nisv as QEMU loads it, and goes on in a device of ours', async () => {
    await expectAsSaved(await qemu(saved))
    const tpm = readQemuTpm(parseQemuStream(saved))
    expect([tpm.form, tpm.notes]).toEqual(['version-0', []])
    const state = crbStateOf(tpm)
    expect(toHex(state.buffer)).toBe(toHex(BUFFER))
    expect(toHex(state.ppi as Uint8Array)).toBe(toHex(PPI_BYTES))
    const swtpm = await Swtpm.spawn()
    try {
      const g = new Guest({ tpm: swtpm, bus: 'legacy-isa' })
      await g.crb.restore(state)
      expect(Array.from({ length: 32 }, (_, i) => g.read(i * 4))).toEqual(registers)
      g.submit(pcrRead(SHA256, 16))
      while (g.read(0x4c) === 1) await new Promise((resolve) => setTimeout(resolve, 1))
      expect(toHex(g.answer().subarray(-32))).toBe(change.PCR16)
    } finally {
      await swtpm.stop()
    }
  })

  it('goes from file to swtpm directory by the command', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nisv-live-'))
    try {
      writeFileSync(join(dir, 'vm'), saved)
      expect(await vmstate.run(['extract', join(dir, 'vm'), '-o', join(dir, 'state'), '--swtpm', dir])).toBe(0)
      expect(await vmstate.run(['inject', join(dir, 'vm'), join(dir, 'state'), '-o', join(dir, 'again')])).toBe(0)
      expect(readFileSync(join(dir, 'again')).equals(saved)).toBe(true)
      const swtpm = await Swtpm.spawn({ stateDir: dir, resume: true })
      const answer = await new Promise<Uint8Array | undefined>((done) => swtpm.execute(pcrRead(SHA256, 16), 0, done))
      expect(toHex((answer as Uint8Array).subarray(-32))).toBe(change.PCR16)
      await swtpm.stop()

      // Blobs that libtpms refuses: neither record nor directory change.
      const { body } = change.sectionOf(saved, 'tpm-emulator')
      writeFileSync(join(dir, 'vm'), change.splice(saved, body + 40, body + 60, new Uint8Array(20).fill(0x5a)))
      const before = readdirSync(dir).map((name) => [name, readFileSync(join(dir, name)).toString('hex')])
      const refused = vmstate.run(['extract', join(dir, 'vm'), '-o', join(dir, 'state'), '--swtpm', dir])
      await expect(refused).rejects.toThrow('swtpm answered')
      expect(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name)).toString('hex')])).toEqual(before)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})

describe('what nisv writes', () => {
  it('the state of a device of ours is loaded by QEMU: registers, buffer, PPI, PCRs', async () => {
    const swtpm = await Swtpm.spawn()
    const g = new Guest({ tpm: swtpm, bus: 'legacy-isa' })
    const run = async (command: Uint8Array): Promise<void> => {
      g.submit(command)
      while (g.read(0x4c) === 1) await new Promise((resolve) => setTimeout(resolve, 1))
      expect(responseCode(g.answer())).toBe(0)
    }
    await run(startup())
    await run(pcrExtend(10, SHA256, 'cd'.repeat(32)))
    await run(pcrRead(SHA256, 10))
    const value = toHex(g.answer().subarray(-32))
    g.crb.buffer.forEach((_, i) => {
      g.crb.buffer[i] = 255 - (i & 0xff)
    })
    g.crb.ppi?.bytes.fill(0x3c)
    g.write(0x40, 2)
    const state = await g.crb.saveState()
    await swtpm.stop()

    const machine = await qemu(injectState(saved, state))
    const own = Array.from({ length: 32 }, (_, i) => g.read(i * 4))
    expect(await machine.registers()).toEqual(own)
    expect(toHex(await machine.readBytes(BASE + 0x80, 0xf80))).toBe(toHex(g.crb.buffer))
    expect(toHex(await machine.readBytes(PPI, 0x400))).toBe('3c'.repeat(0x400))
    expect(toHex(await machine.readBytes(RAM_AT, 8))).toBe(toHex(RAM))
    expect(await pcr(machine, 10)).toBe(value)
    expect(responseCode(await machine.run(startup()))).toBe(0x100)
    // And what QEMU then saves is read again, with what the commands above left.
    const again = crbStateOf(readQemuTpm(parseQemuStream(await machine.save())))
    expect(again.registers[0x4c >> 2]).toBe(0)
    expect(toHex(again.buffer.subarray(0, 10))).toBe('80010000000a00000100')
  })

  it('edited registers and buffer bytes are read back exactly', async () => {
    const state = crbStateOf(readQemuTpm(parseQemuStream(saved)))
    const edits: [number, number][] = [
      [0x0c, 3],
      [0x30, 0xdead_beef],
      [0x44, 3],
      [0x58, 0x123],
      [0x74, 0x5eed_5eed],
      [0x00, 0],
    ]
    const words = state.registers.slice()
    for (const [offset, value] of edits) words[offset >> 2] = value
    const machine = await qemu(injectState(saved, { ...state, registers: words, buffer: state.buffer.with(5, 0xee) }))
    const expected = [...words]
    expected[0] = 1 // tpmEstablished is added by the read
    expect(await machine.registers()).toEqual(expected)
    expect(toHex(await machine.readBytes(BASE + 0x80, 8))).toBe(toHex(BUFFER.with(5, 0xee).subarray(0, 8)))
    // No device of ours can have had them.
    const tpm = await Swtpm.spawn()
    opened.push(tpm)
    const crb = new TpmCrb({ tpm, bus: 'legacy-isa' })
    await expect(crb.restore({ ...state, registers: words })).rejects.toThrow('this device has')
  })

  it('a section built from scratch: head, 32 words, footer', async () => {
    const { at, next, id } = change.sectionOf(saved, 'tpm-crb')
    const words = crbStateOf(readQemuTpm(parseQemuStream(saved))).registers
    const bytes = Buffer.alloc(1 + 4 + 1 + 7 + 8 + 4 * words.length + 5)
    let to = bytes.writeUInt8(0x04)
    to = bytes.writeUInt8(7, bytes.writeUInt32BE(id, to))
    to += bytes.write('tpm-crb', to)
    to = bytes.writeUInt32BE(0, bytes.writeUInt32BE(0, to))
    for (const word of words) to = bytes.writeUInt32BE(word, to)
    to = bytes.writeUInt8(0x7e, to)
    expect(bytes.writeUInt32BE(id, to)).toBe(bytes.length)
    const rebuilt = change.splice(saved, at, next, bytes)
    expect(Buffer.from(rebuilt).equals(saved)).toBe(true)
    const other = bytes.subarray()
    other.writeUInt32BE(0x5eed_5eed, 21 + 0x74)
    expect(await (await qemu(change.splice(saved, at, next, other))).read(0x74)).toBe(0x5eed_5eed)
  })

  it.each(['saved-regs', 'version-1', 'chunk'] as const)(
    'old to %s and back keeps every byte; QEMU 7.2 takes what it can',
    async (form) => {
      const upgraded = upgradeStream(saved, form)
      expect(readQemuTpm(parseQemuStream(upgraded)).form).toBe(form)
      expect(Buffer.from(downgradeStream(upgraded)).equals(saved)).toBe(true)
      if (form === 'version-1') {
        // Its RAM block and its version are both unknown to QEMU 7.2.
        expect(await refusal(qemu(upgraded))).toContain('Unknown ramblock "tpm-crb-mem"')
        return
      }
      const machine = await qemu(upgraded)
      const expected = form === 'chunk' ? registers.with(0x30 >> 2, 0x2_5c11) : registers
      expect(await machine.registers()).toEqual(expected)
      await machine.stop()
      await expectAsSaved(await qemu(downgradeStream(upgraded)))
    },
  )

  it('the 32-byte copy of the thread is made good', async () => {
    const { body } = change.sectionOf(saved, 'tpm-crb')
    const lost = change.splice(saved, body + 32, body + 128, new Uint8Array(96))
    expect(readQemuTpm(parseQemuStream(lost)).truncated).toBe(true)
    // QEMU takes the zeros as they are: no CRB any more.
    const broken = await qemu(lost)
    expect(await broken.read(0x30)).toBe(0)
    await broken.stop()
    const machine = await qemu(downgradeStream(lost))
    // CTRL_STS is not known any more: idle, as after a reset.
    expect(await machine.registers()).toEqual(registers.with(0x44 >> 2, 2))
    expect(await pcr(machine, 16)).toBe(change.PCR16)
  })
})

const opened: Swtpm[] = []
afterAll(async () => {
  for (const tpm of opened) await tpm.stop()
})

describe('what QEMU takes although it lacks something', () => {
  it('no description', async () => {
    const bytes = change.withoutDescription(saved)
    await expectAsSaved(await qemu(bytes))
    expect(readQemuTpm(parseQemuStream(bytes)).notes).toEqual([])
  })

  it('no section tpm-crb: reset values', async () => {
    const bytes = change.withoutSection(saved, 'tpm-crb')
    const machine = await qemu(bytes)
    const own = readQemuTpm(parseQemuStream(bytes))
    expect(own.notes[0]).toContain('no section tpm-crb')
    expect(await machine.registers()).toEqual([...own.registers.with(0, 0x81)])
  })

  it.each([
    ['tpm-crb-cmd', BASE + 0x80],
    ['tpm-ppi', PPI],
  ])('no RAM block %s: zeros', async (name, address) => {
    const bytes = change.withoutBlock(saved, name)
    const machine = await qemu(bytes)
    expect(toHex(await machine.readBytes(address, 0x400))).toBe('00'.repeat(0x400))
    const own = readQemuTpm(parseQemuStream(bytes))
    expect(own.notes[0]).toContain(`no RAM block ${name}`)
    if (name === 'tpm-crb-cmd') expect(own.page.every((byte) => byte === 0)).toBe(true)
    else expect(own.ppi).toBeUndefined()
  })

  it('START set: there it stays; here it is cleared', async () => {
    const bytes = change.withRegister(saved, 0x4c, 1)
    const machine = await qemu(bytes)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await machine.read(0x4c)).toBe(1)
    await machine.stop()
    const own = readQemuTpm(parseQemuStream(bytes))
    expect(own.notes.join()).toContain('START is set')
    // There is an end to the command that its guest can see: tpmSts, and the fatal error.
    for (const repaired of [
      injectState(bytes, crbStateOf(own)),
      downgradeStream(bytes),
      upgradeStream(bytes, 'chunk'),
    ]) {
      const again = await qemu(repaired)
      expect([await again.read(0x4c), await again.read(0x44)]).toEqual([0, 1])
      expect(toHex(await again.readBytes(BASE + 0x80, 10))).toBe('00c40000000a00000009')
      await again.stop()
    }
  })

  it('no section tpm-emulator: nisv warns of what would hang', async () => {
    const bytes = change.withoutSection(saved, 'tpm-emulator')
    const machine = await qemu(bytes)
    expect([await machine.read(0x30), await machine.read(0x44)]).toEqual([0x2_5811, 0])
    const hung = machine.read(0x00).then(
      () => 'answered',
      () => 'gone',
    )
    expect(await Promise.race([hung, new Promise((resolve) => setTimeout(resolve, 1000, 'hangs'))])).toBe('hangs')
    const own = readQemuTpm(parseQemuStream(bytes))
    expect(own.notes.join()).toContain('hangs at the first read of LOC_STATE')
    expect(crbStateOf(own).tpm).toBeUndefined()
  })
})

describe('what QEMU refuses', () => {
  const rows: [string, () => Uint8Array, RegExp, RegExp][] = [
    [
      'an unknown RAM block',
      () => change.renamed(saved, 'tpm-crb-cmd', 'tpm-crb-cmX'),
      /Unknown ramblock "tpm-crb-cmX"/,
      /^section 'ram', offset 0x\w+: RAM block 'tpm-crb-cmX' is of no TPM CRB/,
    ],
    [
      'a RAM block of another length',
      () => change.withBlockLength(saved, 'tpm-crb-cmd', 0x2000),
      /Size mismatch: tpm-crb-cmd: 0x2000 != 0x1000/,
      /^section 'ram', offset 0x\w+: RAM block 'tpm-crb-cmd' has 0x2000 bytes/,
    ],
    [
      'an unknown section',
      () => change.renamed(saved, 'tpm-crb', 'tpm-crX'),
      /Unknown savevm section or instance 'tpm-crX'/,
      /^section 'tpm-crX', offset 0x\w+: no device of this name/,
    ],
    [
      'another instance',
      () => change.withHead(saved, 'tpm-crb', { instance: 1 }),
      /Unknown savevm section or instance 'tpm-crb' 1/,
      /^section 'tpm-crb', offset 0x\w+: instance 1/,
    ],
    [
      'version 2',
      () => change.withHead(saved, 'tpm-crb', { version: 2 }),
      /unsupported version 2 for 'tpm-crb' v0/,
      /^section 'tpm-crb', offset 0x\w+: version 2; 0 to 1 are known/,
    ],
    [
      'an unknown subsection',
      () => change.withExtra(saved, 'tpm-crb', change.subsection('tpm-crb/x', [1, 2, 3, 4])),
      /error while loading state for instance 0x0 of device 'tpm-crb'/,
      /^section 'tpm-crb', offset 0x\w+: subsection 'tpm-crb\/x' is not known/,
    ],
    [
      'bytes behind the registers',
      () => change.withExtra(saved, 'tpm-crb', [0, 0, 0, 0]),
      /Missing section footer for tpm-crb/,
      /^section 'tpm-crb', offset 0x\w+: 4 bytes behind the registers/,
    ],
    [
      'a stream that is cut',
      () => saved.subarray(0, change.sectionOf(saved, 'tpm-crb').body + 60),
      /./,
      /^section 'tpm-crb', offset 0x\w+: its end is not found/,
    ],
  ]
  it.each(rows)('%s', async (_name, make, theirs, ours) => {
    const bytes = make()
    expect(await refusal(qemu(bytes))).toMatch(theirs)
    expect(ownRefusal(bytes).message).toMatch(ours)
  })

  it('version 1, and a chunk under way: nisv reads them, and says what QEMU says', async () => {
    const one = change.withHead(saved, 'tpm-crb', { version: 1 })
    expect(await refusal(qemu(one))).toContain("unsupported version 1 for 'tpm-crb' v0")
    const own = readQemuTpm(parseQemuStream(one))
    expect([own.form, own.notes.join()]).toEqual(['version-1', expect.stringContaining('QEMU refuses version 1')])
    await expectAsSaved(await qemu(downgradeStream(one)))

    const state = crbStateOf(readQemuTpm(parseQemuStream(saved)))
    const chunk = { command: new Uint8Array(0), response: Uint8Array.of(1, 2, 3, 4), responseOffset: 4 }
    const chunked = injectState(upgradeStream(saved, 'chunk'), {
      ...state,
      registers: state.registers.with(12, 0x2_5c11),
      chunk,
    })
    expect(readQemuTpm(parseQemuStream(chunked)).chunk).toEqual(chunk)
    expect(await refusal(qemu(chunked))).toContain("device 'tpm-crb'")
    // The answer has been read whole: nothing is lost without the subsection.
    expect(Buffer.from(downgradeStream(chunked)).equals(saved)).toBe(true)
    const halfway = injectState(chunked, { ...state, chunk: { ...chunk, responseOffset: 2 } })
    expect(() => downgradeStream(halfway)).toThrow('on its way in pieces')
  })
})
