/** Other machines than the smallest: more devices, more processors, running, saved bit by bit; and a real PPI. */

import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  crbStateOf,
  downgradeStream,
  injectState,
  parseQemuStream,
  readQemuTpm,
  upgradeStream,
} from '../../src/crb/vmstate/index.ts'
import * as change from '../crb/stream.ts'
import { pcrExtend, pcrRead, responseCode, startup, toHex } from '../crb/tpm2.ts'
import { BASE, PPI, Qemu, type QemuMachine, type QemuSave } from './qemu.ts'
import { requirePrograms } from './qemu-tool.ts'

const SHA256 = 0xb
const RAM = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])
const RAM_AT = 0x10_0000
const started: Qemu[] = []

beforeAll(() => requirePrograms('qemu-system-x86_64', 'swtpm'))
afterEach(async () => {
  for (const machine of started.splice(0)) await machine.stop()
})

async function qemu(machine: QemuMachine, incoming?: Uint8Array): Promise<Qemu> {
  const one = await Qemu.start(incoming, machine)
  started.push(one)
  return one
}

const DEVICES = [
  ...['virtio-net-pci', 'virtio-scsi-pci', 'virtio-serial', 'virtio-balloon-pci', 'virtio-rng-pci', 'e1000e'],
  ...['qemu-xhci', 'usb-tablet', 'usb-ehci', 'intel-hda', 'VGA', 'ich9-ahci', 'pcie-root-port', 'lsi53c895a'],
].flatMap((device) => ['-device', device])

const MACHINES: readonly [string, QemuMachine, QemuSave, RegExp][] = [
  ['i440fx', { type: 'pc', memory: 64 }, {}, /^pc-i440fx-7\.2$/],
  ['an older machine type', { type: 'pc-q35-6.2', memory: 32 }, {}, /^pc-q35-6\.2$/],
  ['many devices, two processors', { memory: 96, args: ['-smp', '2', ...DEVICES] }, {}, /^pc-q35/],
  ['6 GiB of RAM, above 4 GiB too', { memory: 6144 }, {}, /^pc-q35/],
  ['running firmware, in rounds', { type: 'pc', memory: 128, running: true }, { bandwidth: 1_000_000 }, /^pc-i440fx/],
  [
    'running on four processors',
    { memory: 64, running: true, args: ['-smp', '4'] },
    { bandwidth: 2_000_000 },
    /^pc-q35/,
  ],
  ['capability x-ignore-shared', {}, { capabilities: ['x-ignore-shared'] }, /^pc-q35/],
  ['capability x-validate-uuid', {}, { capabilities: ['validate-uuid'] }, /^pc-q35/],
]

describe('a saved machine', () => {
  it.each(MACHINES)('%s: read, changed, and loaded again', async (_name, machine, how, type) => {
    const first = await qemu(machine)
    expect(responseCode(await first.run(startup()))).toBe(0)
    expect(responseCode(await first.run(pcrExtend(16, SHA256, 'ab'.repeat(32))))).toBe(0)
    const registers = await first.registers()
    const saved = await first.save(how)
    await first.stop()

    const stream = parseQemuStream(saved)
    expect(stream.machine).toMatch(type)
    // The description and the footers agree on every length.
    for (const { name, instance, body, end } of stream.sections) {
      if (name !== 'ram') expect([name, stream.description?.bodyLength(name, instance)]).toEqual([name, end - body])
    }
    const without = parseQemuStream(change.withoutDescription(saved))
    expect(without.sections).toEqual(stream.sections)
    for (const form of ['saved-regs', 'version-1', 'chunk'] as const) {
      expect(Buffer.from(downgradeStream(upgradeStream(saved, form))).equals(saved)).toBe(true)
    }

    const state = crbStateOf(readQemuTpm(stream))
    const buffer = new Uint8Array(0xf80).fill(0xc3)
    const injected = injectState(saved, { ...state, buffer, registers: state.registers.with(0x44 >> 2, 3) })
    if (how.capabilities !== undefined) return // another QEMU would have to be told of them before it loads
    const second = await qemu({ ...machine, running: false }, injected)
    expect(await second.registers()).toEqual(registers.with(0x44 >> 2, 3))
    expect(toHex(await second.readBytes(BASE + 0x80, 0xf80))).toBe(toHex(buffer))
    expect(toHex((await second.run(pcrRead(SHA256, 16))).subarray(-32))).toBe(change.PCR16)
  })

  it('is refused with the reason when its RAM is compressed', async () => {
    const saved = await (await qemu({})).save({ capabilities: ['compress'] })
    expect(() => parseQemuStream(saved)).toThrow(/^section 'ram', offset 0x\w+: page flags 0x1\w\w: compressed/)
  })
})

describe('the PPI of a real machine', () => {
  it('has a reset zero the RAM when movv asks for it, and stays itself', async () => {
    const machine = await qemu({})
    const reset = async (): Promise<void> => {
      await machine.execute('system_reset')
      // A reset brings the registers back: that it is over.
      while ((await machine.read(0x0c)) !== 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    for (const [movv, left] of [
      [0, toHex(RAM)],
      [1, '00'.repeat(8)],
    ] as const) {
      await machine.writeBytes(RAM_AT, RAM)
      await machine.writeBytes(PPI + 0x15a, Uint8Array.of(movv))
      await machine.write(0x08, 1)
      await reset()
      expect(toHex(await machine.readBytes(RAM_AT, 8))).toBe(left)
      expect(toHex(await machine.readBytes(PPI + 0x15a, 1))).toBe(`0${movv}`)
    }
  })
})
