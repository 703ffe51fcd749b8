/** Profiles and equipment: chunks (QEMU 11.1, PTP 1.07), buses, PPI, the page as memory. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrbOptionError, type TpmCrbOptions } from '../../src/crb/options.ts'
import { PPI_FIELDS, tpmConfigFile } from '../../src/crb/ppi.ts'
import { AddressSpace } from '../../src/mmio/address-space.ts'
import { ManualTpm, response } from './backends.ts'
import { Guest } from './bus.ts'
import { getRandom, toHex } from './tpm2.ts'

const WINDOW = 0xf80
const [START, RETRY, NEXT] = [1, 2, 4]

/** A command or answer with this declared size, its bytes told apart. */
function message(length: number, declared = length): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
  new DataView(bytes.buffer).setUint32(2, declared)
  return bytes
}

function chunked(bufferSize = 8192): { g: Guest; tpm: ManualTpm; put: (bytes: Uint8Array) => void } {
  const tpm = new ManualTpm()
  tpm.bufferSize = bufferSize
  const g = new Guest({ tpm, profile: 'chunk' })
  g.write(0x08, 1)
  return { g, tpm, put: (bytes) => g.crb.buffer.set(bytes) }
}

describe('profile chunk', () => {
  it('says CapCRBChunk, which qemu-7.2 does not', () => {
    expect(chunked().g.read(0x30)).toBe(0x2_5c11)
    expect(new Guest({ tpm: new ManualTpm() }).read(0x30)).toBe(0x2_5811)
    expect(new Guest({ tpm: new ManualTpm(), profile: 'qemu-7.2' }).crb.profile.chunk).toBe(false)
  })

  it('looks at START bit by bit: it goes before nextChunk, that before crbRspRetry; both read 0', () => {
    for (const value of [1, 3, 5, 7, 0xffff_fff1]) {
      const { g, tpm, put } = chunked()
      put(getRandom(8))
      g.write(0x4c, value)
      expect([value, g.read(0x4c), tpm.commands.length]).toEqual([value, 1, 1])
    }
    const { g, tpm } = chunked()
    for (const value of [0, 8, 0x100]) g.write(0x4c, value)
    expect(g.events.filter((e) => e.type === 'ignored').map((e) => e.reason)).toEqual(['value', 'value', 'value'])
    g.write(0x08, 2)
    g.write(0x4c, 1)
    expect([g.read(0x4c), tpm.commands.length]).toEqual([0, 0])
    // QEMU 7.2 compares the whole value.
    const old = new Guest({ tpm: new ManualTpm() })
    old.submit(getRandom(8))
    old.crb.reset()
    old.write(0x08, 1)
    old.write(0x4c, 5)
    expect(old.read(0x4c)).toBe(0)
  })

  it('takes a command longer than the buffer piece by piece, and gives such an answer', () => {
    const { g, tpm, put } = chunked()
    const [command, answer] = [message(5000), message(8000)]
    put(command.subarray(0, WINDOW))
    g.write(0x4c, NEXT)
    expect([g.read(0x4c), tpm.commands.length]).toEqual([0, 0])
    put(command.subarray(WINDOW))
    g.write(0x4c, START)
    expect(tpm.commands.map(toHex)).toEqual([toHex(command)])
    g.write(0x4c, NEXT) // busy: nothing
    tpm.answers[0]?.(answer)
    const pieces = [g.crb.buffer.slice()]
    for (let i = 0; i < 2; i++) {
      g.write(0x4c, NEXT)
      pieces.push(g.crb.buffer.slice())
    }
    expect(toHex(Uint8Array.from(Buffer.concat(pieces)))).toBe(toHex(answer) + '00'.repeat(3 * WINDOW - 8000))
    g.write(0x4c, RETRY)
    expect(toHex(g.crb.buffer)).toBe(toHex(answer.subarray(0, WINDOW)))
    expect(g.read(0x4c)).toBe(0)
  })

  it('zeroes what an answer leaves of the buffer, all of it when the TPM fails', () => {
    const { g, tpm, put } = chunked()
    put(new Uint8Array(WINDOW).fill(0xee))
    put(getRandom(8))
    g.write(0x4c, START)
    tpm.answers[0]?.(response(12))
    expect(toHex(g.crb.buffer)).toBe(toHex(response(12)) + '00'.repeat(WINDOW - 12))
    put(new Uint8Array(WINDOW).fill(0xee))
    put(getRandom(8))
    g.write(0x4c, START)
    tpm.answers[1]?.(undefined)
    expect([toHex(g.crb.buffer), g.read(0x44) & 1, g.read(0x4c)]).toEqual(['00'.repeat(WINDOW), 1, 0])
  })

  it('goes on in the middle of a command, and of an answer, where its state is restored', async () => {
    const [command, answer] = [message(5000), message(8000)]
    const a = chunked()
    a.put(command.subarray(0, WINDOW))
    a.g.write(0x4c, NEXT)
    const b = chunked()
    await b.g.crb.restore(await a.g.crb.save())
    b.put(command.subarray(WINDOW))
    b.g.write(0x4c, START)
    expect(toHex(b.tpm.commands[0] as Uint8Array)).toBe(toHex(command))
    b.tpm.answers[0]?.(answer)
    const c = chunked()
    await c.g.crb.restore(await b.g.crb.save())
    c.g.write(0x4c, NEXT)
    expect(toHex(c.g.crb.buffer)).toBe(toHex(answer.subarray(WINDOW, 2 * WINDOW)))
    c.g.crb.reset()
    c.tpm.ready[0]?.()
    expect((await c.g.crb.saveState()).chunk).toBeUndefined()
  })

  it('does as hw/tpm/tpm_crb.c of QEMU 11.1 says, on random doings', () => {
    // That file's rules once more, plainly.
    class Model {
      buffer = new Uint8Array(WINDOW)
      command: number[] = []
      reply: number[] = []
      offset = 0
      sts = 2
      running: number[] | undefined
      readonly limit: number
      constructor(limit: number) {
        this.limit = limit
      }
      size = (bytes: ArrayLike<number>): number =>
        new DataView(Uint8Array.from(Array.from(bytes).slice(2, 6)).buffer).getUint32(0)
      append(): boolean {
        const size = this.size(this.command.length === 0 ? this.buffer : this.command)
        if (this.command.length === 0 && size < 10) {
          this.sts |= 1
          this.reply = []
          this.offset = 0
          return false
        }
        const rest = Math.min(size, this.limit) - this.command.length
        if (rest > 0) this.command.push(...this.buffer.subarray(0, Math.min(rest, WINDOW)))
        return true
      }
      fill(): void {
        const piece = this.reply.slice(this.offset, this.offset + WINDOW)
        this.buffer.fill(0).set(piece)
        this.offset += piece.length
      }
      start(value: number): void {
        if (this.running !== undefined) return
        if (value & 1) {
          if (this.append()) this.running = [...this.command]
        } else if (value & 4) {
          if (this.offset < this.reply.length) this.fill()
          else this.append()
        } else if (value & 2 && this.reply.length > 0) {
          this.offset = 0
          this.fill()
        }
      }
      answer(bytes: Uint8Array | undefined): void {
        this.running = undefined
        this.command = []
        this.reply = [...(bytes ?? [])]
        this.offset = 0
        if (bytes === undefined) this.sts |= 1
        this.fill()
      }
    }
    const steps = fc.array(
      fc.oneof(
        fc.record({ put: fc.constantFrom(0, 9, 10, 12, 3968, 3969, 5000, 8192, 9000, 0xffff_ffff) }),
        fc.record({ start: fc.nat(7) }),
        fc.record({ start: fc.constantFrom(1, 4) }),
        fc.record({ answer: fc.constantFrom(0, 10, 100, 3968, 3969, 8192) }),
      ),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(steps, fc.constantFrom(4096, 8192), (doings, limit) => {
        const { g, tpm, put } = chunked(limit)
        const model = new Model(limit)
        for (const step of doings) {
          if ('put' in step) {
            const bytes = message(Math.min(Math.max(step.put, 10), WINDOW), step.put)
            put(bytes)
            model.buffer.set(bytes)
          } else if ('start' in step) {
            const before = tpm.commands.length
            const was = model.running
            model.start(step.start)
            g.write(0x4c, step.start)
            const started = was === undefined && model.running !== undefined
            expect(tpm.commands.length - before).toBe(started ? 1 : 0)
            if (started)
              expect(toHex(tpm.commands.at(-1) as Uint8Array)).toBe(toHex(Uint8Array.from(model.running ?? [])))
          } else if (model.running !== undefined) {
            const bytes = step.answer === 0 || step.answer > limit ? undefined : message(step.answer)
            tpm.answers.at(-1)?.(bytes)
            model.answer(bytes)
          }
          expect([g.read(0x4c), g.read(0x44)]).toEqual([model.running === undefined ? 0 : 1, model.sts])
          expect(toHex(g.crb.buffer)).toBe(toHex(model.buffer))
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('bus and base', () => {
  const make = (options: Partial<TpmCrbOptions>): Guest => new Guest({ tpm: new ManualTpm(), ...options })
  const code = (options: Partial<TpmCrbOptions>): string => {
    try {
      make(options)
    } catch (error) {
      if (error instanceof CrbOptionError) return error.code
      throw error
    }
    return 'made'
  }

  it('sysbus is anywhere and has no PPI; legacy-isa is at 0xfed40000 and has one', () => {
    const sysbus = make({ base: 0x0c00_0000 })
    expect(sysbus.crb.regions.map(({ base }) => base)).toEqual([0x0c00_0000, 0x0c00_0080])
    expect([sysbus.read(0x5c), sysbus.crb.ppi]).toEqual([0x0c00_0080, undefined])
    const isa = make({ bus: 'legacy-isa' })
    expect(isa.crb.regions.map(({ base, region }) => [base, region.name, region.size])).toEqual([
      [0xfed4_0000, 'tpm-crb-mmio', 0x80],
      [0xfed4_0080, 'tpm-crb-cmd', 0xf80],
      [0xfed4_5000, 'tpm-ppi', 0x400],
    ])
    expect(make({ bus: 'legacy-isa', ppi: false }).crb.ppi).toBeUndefined()
    expect(make({ ppi: { base: 0x0c00_1000 } }).crb.ppi?.base).toBe(0x0c00_1000)
  })

  it.each([
    [{ bus: 'legacy-isa', base: 0x1000 }, 'bus'],
    [{ bus: 'pci' }, 'bus'],
    [{ base: 0x800 }, 'base'],
    [{ profile: 'qemu-1' }, 'profile'],
    [{ profile: 'toString' }, 'profile'],
    [{ profile: 'chunk', shortCommands: 'deliver' }, 'shortCommands'],
    [{ ppi: { base: 0x100 } }, 'ppi'],
    [{ readAsRam: new Uint8Array(0x80) }, 'readAsRam'],
    [{ readAsRam: 'yes' }, 'readAsRam'],
  ] as const)('%j is told: %s', (options, expected) => {
    expect(code(options as never)).toBe(expected)
  })
})

describe('PPI', () => {
  it('is RAM that a reset leaves, and meets the memory overwrite request', () => {
    let cleared = 0
    const tpm = new ManualTpm()
    const g = new Guest({ tpm, ppi: { clearMemory: () => cleared++ } })
    const space = g.crb.attach(new AddressSpace())
    const put = (value: number): void =>
      void space.write(0xfed4_5000 + PPI_FIELDS.movv.offset, 1, Uint8Array.of(value), 0)
    const reset = (): void => {
      g.crb.reset()
      tpm.ready.at(-1)?.()
    }
    for (const [movv, calls] of [
      [0, 0],
      [2, 0],
      [1, 1],
      [0x11, 2],
    ] as const) {
      put(movv)
      reset()
      expect([cleared, g.crb.ppi?.bytes[0x15a]]).toEqual([calls, movv])
    }
    // The last byte is there, the one behind it is not.
    expect(space.write(0xfed4_53ff, 1, Uint8Array.of(1), 0)).toBe(0)
    expect(space.write(0xfed4_5400, 1, Uint8Array.of(1), 0)).not.toBe(0)
  })

  it('tells of a host that cannot clear its memory; the reset completes', () => {
    const clearMemory = (): void => {
      throw new Error('no RAM')
    }
    const tpm = new ManualTpm()
    const g = new Guest({ tpm, ppi: { clearMemory } })
    ;(g.crb.ppi as { bytes: Uint8Array }).bytes[0x15a] = 1
    g.crb.reset()
    expect(g.events.map((e) => e.type)).toEqual(['error', 'reset'])
    expect(tpm.calls).toContain('reset')
  })

  it('has the layout of docs/specs/tpm.rst', () => {
    let at = 0
    for (const { offset, size } of Object.values(PPI_FIELDS)) {
      expect(offset).toBe(at)
      at += size
    }
    expect(toHex(tpmConfigFile())).toBe('0050d4fe0201')
  })
})

describe('the page as memory', () => {
  it('always reads as the guest reads it', () => {
    const doings = fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom(8, 0x40, 0x48, 0x4c), fc.nat(0xffc)),
        fc.oneof(fc.nat(7), fc.nat()),
        fc.constantFrom(1, 2, 4, 8),
      ),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(
        doings,
        fc.boolean(),
        fc.constantFrom('qemu-7.2' as const, 'chunk' as const),
        (steps, established, profile) => {
          const tpm = new ManualTpm()
          tpm.isEstablished = established
          const memory = new Uint8Array(0x1000)
          const g = new Guest({ tpm, profile, readAsRam: memory })
          const check = (): void => {
            // The image first: a read must not be what brings it up to date.
            const view = new DataView(memory.slice().buffer)
            for (let at = 0; at < 0x1000; at += at < 0x80 ? 4 : 0xfc)
              if (view.getUint32(at, true) !== g.read(at))
                expect([at, view.getUint32(at, true)]).toEqual([at, g.read(at)])
          }
          check()
          for (const [at, value, size] of steps) {
            g.write(at, value, size)
            if (value % 5 === 0 && tpm.answers.length > 0) tpm.answers.pop()?.(response(20))
            check()
          }
          g.crb.reset()
          check()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is the bytes that the host gave, a Buffer too; without the option there is none', () => {
    const memory = Buffer.alloc(0x1000)
    const g = new Guest({ tpm: new ManualTpm(), readAsRam: memory })
    g.write(0x84, 0x1234)
    expect([memory.readUInt32LE(0x84), memory.readUInt32LE(0x30), memory.readUInt32LE(0)]).toEqual([
      0x1234, 0x2_5811, 0x81,
    ])
    expect(new Guest({ tpm: new ManualTpm() }).crb.image).toBeUndefined()
  })
})
