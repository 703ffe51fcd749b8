import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CrbBus, CrbDriver, type CrbDriverOptions } from '../../src/crb/driver.ts'
import { EmbeddedTpm, TpmCrb } from '../../src/crb/index.ts'
import { AddressSpace } from '../../src/mmio/address-space.ts'
import { getRandom, responseCode, startup, toHex } from './tpm2.ts'

const BASE = 0xfed4_0000

/** A bus that writes down every access to the registers. */
function logged(bus: CrbBus): { bus: CrbBus; log: string[] } {
  const log: string[] = []
  const note = (kind: string, pa: number, size: number, bytes: Uint8Array, at: number): void => {
    const value = [...bytes.subarray(at, at + size)].reverse()
    log.push(`${kind}${size} ${(pa - BASE).toString(16)} ${toHex(Uint8Array.from(value)).replace(/^0+(?=.)/, '')}`)
  }
  return {
    log,
    bus: {
      read: (pa, size, dst, at) => {
        const result = bus.read(pa, size, dst, at)
        note('r', pa, size, dst, at)
        return result
      },
      write: (pa, size, src, at) => {
        note('w', pa, size, src, at)
        return bus.write(pa, size, src, at)
      },
    },
  }
}

function machine(): CrbBus {
  return new TpmCrb({ tpm: new EmbeddedTpm() }).attach(new AddressSpace())
}

const quick: CrbDriverOptions = { registerTimeout: 2, commandTimeout: 2, pause: () => Promise.resolve() }

describe('CrbDriver', () => {
  it('goes through the registers in the order of tpm_crb.c, and looks whether it was reset', async () => {
    const { bus, log } = logged(machine())
    const answer = await new CrbDriver(bus, BASE).transmit(startup())
    expect(toHex(answer)).toBe('80010000000a00000000')
    expect(log).toEqual([
      ...['w4 8 1', 'r4 0 83', 'w4 40 1', 'r4 40 0', 'r4 58 f80', 'w4 48 0', 'r4 60 0', 'r4 5c fed40080'],
      // 80 01 00 00 00 0c 00 00 01 44 00 00: eight bytes at once, the rest one by one.
      ...['w8 80 c0000000180', 'w1 88 1', 'w1 89 44', 'w1 8a 0', 'w1 8b 0'],
      ...['w4 4c 1', 'r4 4c 0', 'r4 0 83', 'r4 44 0', 'r4 64 f80', 'r8 68 fed40080'],
      ...['r8 80 a0000000180', 'r1 88 0', 'r1 89 0', 'w4 40 2', 'w4 8 2'],
    ])
  })

  it('takes calls in turn', async () => {
    const driver = new CrbDriver(machine(), BASE)
    await driver.transmit(startup())
    const answers = await Promise.all([driver.transmit(getRandom(8)), driver.transmit(getRandom(16))])
    expect(answers.map((a) => [a.length, responseCode(a)])).toEqual([
      [20, 0],
      [28, 0],
    ])
  })

  it.each([
    ['shorter than a header', Uint8Array.of(0x80, 1, 0, 0, 0, 4), /has 6 bytes, a header has 10/],
    [
      'of another size than it says',
      Uint8Array.of(0x80, 1, 0, 0, 0, 11, 0, 0, 0, 0),
      /has 10 bytes, its header says 11/,
    ],
    ['larger than the buffer', sized(3969), /has 3969 bytes, CTRL_CMD_SIZE is 3968/],
  ])('refuses a command %s, and works on', async (_, command, message) => {
    const driver = new CrbDriver(machine(), BASE)
    await expect(driver.transmit(command)).rejects.toMatchObject({
      code: 'command',
      message: expect.stringMatching(message),
    })
    expect(responseCode(await driver.transmit(startup()))).toBe(0)
  })

  it('tells a fatal error by tpmSts', async () => {
    const crb = new TpmCrb({ tpm: { ...dead, execute: (_c, _l, done) => done(undefined) } })
    const driver = new CrbDriver(crb.attach(new AddressSpace()), crb.base)
    await expect(driver.transmit(startup())).rejects.toMatchObject({ code: 'fatal' })
  })

  it('tells a reset by the locality that is gone: START has fallen, and the buffer has the command', async () => {
    const crb = new TpmCrb({ tpm: dead })
    const driver = new CrbDriver(crb.attach(new AddressSpace()), crb.base)
    const dropped = driver.transmit(startup())
    const next = driver.transmit(getRandom(8))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(crb.busy).toBe(true)
    crb.reset()
    await expect(dropped).rejects.toMatchObject({
      code: 'reset',
      message: expect.stringContaining('LOC_STATE is 0x81'),
    })
    // The next one is not the reset's.
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(crb.busy).toBe(true)
    crb.reset()
    await expect(next).rejects.toMatchObject({ code: 'reset' })
  })

  it('cancels a command that takes too long, and gives up when that does not help', async () => {
    let cancels = 0
    const crb = new TpmCrb({ tpm: { ...dead, cancel: () => cancels++ } })
    const driver = new CrbDriver(crb.attach(new AddressSpace()), crb.base, quick)
    await expect(driver.transmit(startup())).rejects.toMatchObject({ code: 'timeout' })
    expect(cancels).toBe(1)
  })

  it('hands a cancel on while a command runs, and only then', async () => {
    const log: string[] = []
    let finish: (answer: Uint8Array) => void = () => {}
    const crb = new TpmCrb({
      tpm: {
        ...dead,
        execute: (_c, _l, done) => {
          finish = done
        },
        cancel: () => {
          log.push('cancel')
          finish(Uint8Array.of(0x80, 1, 0, 0, 0, 10, 0, 0, 9, 9))
        },
      },
    })
    const driver = new CrbDriver(crb.attach(new AddressSpace()), crb.base)
    driver.cancel()
    const running = driver.transmit(startup())
    await new Promise((resolve) => setTimeout(resolve, 5))
    driver.cancel()
    expect(responseCode(await running)).toBe(0x909)
    expect(log).toEqual(['cancel'])
  })

  it('ends with a typed error on any device: registers that lie or change at each read', async () => {
    const bus = fc.array(fc.nat(255), { minLength: 1, maxLength: 64 })
    await fc.assert(
      fc.asyncProperty(bus, fc.nat(2), async (bytes, fault) => {
        let next = 0
        const random: CrbBus = {
          read: (_pa, size, dst, at) => {
            for (let i = 0; i < size; i++) dst[at + i] = bytes[next++ % bytes.length] as number
            return fault === 1 && next > 40 ? 1 : 0
          },
          write: () => (fault === 2 && next > 40 ? 2 : 0),
        }
        try {
          const answer = await new CrbDriver(random, BASE, quick).transmit(startup())
          expect(answer.length).toBeGreaterThanOrEqual(10)
        } catch (error) {
          expect((error as Error).name).toBe('CrbDriverError')
        }
      }),
      { numRuns: 60 },
    )
  })
})

const dead = {
  bufferSize: 3968,
  execute: (): void => {},
  cancel: (): void => {},
  established: (): boolean => false,
  reset: (ready: () => void): void => ready(),
  close: (): void => {},
}

function sized(length: number): Uint8Array {
  const command = new Uint8Array(length)
  new DataView(command.buffer).setUint32(2, length)
  return command
}
