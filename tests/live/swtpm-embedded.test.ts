/** The EmbeddedTpm beside a real swtpm (libtpms 0.9): the same commands, the same answers. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EmbeddedTpm } from '../../src/crb/embedded/embedded-tpm.ts'
import { Swtpm } from '../../src/crb/swtpm/swtpm.ts'
import { COMMAND_CASES } from '../crb/command-cases.ts'
import { generator } from '../crb/generator.ts'
import * as tpm2 from '../crb/tpm2.ts'
import { requireSwtpm } from './swtpm-tool.ts'

let real: Swtpm
const ours = new EmbeddedTpm()

const run = (command: Uint8Array, locality = 0): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    real.execute(command, locality, (response) => {
      if (response === undefined) reject(real.error ?? new Error('no answer'))
      else resolve(response)
    })
  })

const power = async (): Promise<void> => {
  await new Promise<void>((resolve) => real.reset(resolve))
  ours.reset(() => {})
}

/** Sends it to both, returns both in hexadecimal. */
const both = async (command: Uint8Array, locality = 0): Promise<[string, string]> => [
  tpm2.toHex(ours.run(command, locality)),
  tpm2.toHex(await run(command, locality)),
]

beforeAll(async () => {
  requireSwtpm()
  real = await Swtpm.spawn()
})
afterAll(() => real?.stop())

describe('EmbeddedTpm and swtpm', () => {
  it('answer the commands of the unit tests alike', async () => {
    await power()
    for (const { name, command, locality, differs } of COMMAND_CASES) {
      const [mine, theirs] = await both(tpm2.fromHex(command), locality)
      if (differs === undefined) expect(`${name}: ${mine}`).toBe(`${name}: ${theirs}`)
      else expect(`${name}: ${theirs}`).toBe(`${name}: ${differs}`)
    }
  })

  it('give the same response code, and the same PCRs, on 6,000 random commands', async () => {
    const random = generator(0x5eed)
    const differences: string[] = []
    for (let i = 0; i < 6000 && differences.length < 10; i++) {
      if (random(150) === 0) await power()
      const locality = random(6) === 0 ? random(5) : 0
      const command = randomCommand(random)
      const [mine, theirs] = await both(command, locality)
      if (comparable(command, mine) !== comparable(command, theirs)) {
        differences.push(`#${i} locality ${locality} ${tpm2.toHex(command)}: ${mine}, swtpm ${theirs}`)
      }
    }
    expect(differences).toEqual([])
  })

  it('list the same PCRs, handles and command attributes', async () => {
    await power()
    await both(tpm2.startup())
    for (const [kind, property] of [
      [5, 0],
      [1, 0],
      [1, 0x0100_0000],
      [1, 0x0200_0000],
      [1, 0x0300_0000],
      [1, 0x8000_0000],
      [1, 0x8100_0000],
    ] as const) {
      for (const count of [0, 1, 2, 5, 64]) {
        const [mine, theirs] = await both(tpm2.capability(kind, property, count))
        expect([kind, count, mine]).toEqual([kind, count, theirs])
      }
    }
    // PCR properties but for the authorisation groups, which need commands that we do not have.
    const [mine, theirs] = await both(tpm2.capability(7, 0, 13))
    expect(mine).toBe(theirs)
    const ourCommands = words(ours.run(tpm2.capability(2, 0, 256)), 4)
    const theirCommands = words(await run(tpm2.capability(2, 0, 256)), 4)
    expect(ourCommands.length).toBe(12)
    expect(theirCommands).toEqual(expect.arrayContaining(ourCommands))
  })

  it('list the same properties, and both say what Linux asks for', async () => {
    const ids = (response: Uint8Array): string[] => words(response, 8).map((pair) => pair.slice(0, 8))
    for (const group of [0x100, 0x200]) {
      const command = tpm2.capability(6, group, 256)
      expect(ids(ours.run(command))).toEqual(ids(await run(command)))
    }
    const total = words(ours.run(tpm2.capability(6, 0x129, 1)), 8)
    expect(total).toEqual([`${tpm2.u32(0x129)}${tpm2.u32(12)}`])
  })
})

/** Entries of a capability list of fixed size, in hexadecimal. */
function words(response: Uint8Array, size: number): string[] {
  const hex = tpm2.toHex(response.subarray(19))
  return hex.match(new RegExp(`.{${size * 2}}`, 'g')) ?? []
}

/** What must agree: everything, but for random bytes, secrets, time and lists of what a TPM has. */
function comparable(command: Uint8Array, response: string): string {
  const code = new DataView(command.buffer).getUint32(6)
  const failed = response.slice(12, 20) !== '00000000'
  if (failed) return response
  if (code === 0x17b) return response.slice(0, 24) // GetRandom: the length
  if (code === 0x181) return response.slice(0, 20) // ReadClock
  if (code === 0x17a) return response.slice(0, 4) + response.slice(12, 20) // GetCapability
  if (code === 0x17d) {
    // Hash: all but the ticket's HMAC
    const size = Number.parseInt(response.slice(20, 24), 16)
    return response.slice(0, 24 + size * 2 + 16)
  }
  return response
}

/** A command of our set, usually right, sometimes bent. Every size is true: swtpm waits for what a header promises. */
function randomCommand(random: (n: number) => number): Uint8Array {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
  const bytes = (n: number): string => Array.from({ length: n }, () => tpm2.u8(random(256))).join('')
  const alg = (): number => pick([4, 0xb, 0xc, 0xd, 0xb, 0xd, pick([0x10, 0x12, 0, 1])])
  const size: Record<number, number> = { 4: 20, 11: 32, 12: 48, 13: 64 }
  const session = (): string =>
    pick([
      tpm2.u32(0x4000_0009),
      tpm2.u32(0x4000_0009),
      tpm2.u32(0x4000_0009),
      pick(['02000000', '03000001', '40000007']),
    ]) +
    pick(['0000', '0000', '0000', '0001aa', '0041', '0004']) +
    pick(['01', '01', '00', '01', tpm2.u8(random(256))]) +
    pick(['0000', '0000', '0000', '000100', '000141', '0041', '0005'])
  const sessions = (): string => {
    const area =
      Array.from({ length: pick([1, 1, 1, 1, 1, 1, 2, 3, 4]) }, session).join('') + pick(['', '', '', '', '00'])
    return tpm2.u32(area.length / 2 + pick([0, 0, 0, 0, 0, 0, 0, 1, -1])) + area
  }
  const area = (): string => (random(3) === 0 ? sessions() : tpm2.PASSWORD.replace(/\s/g, ''))
  const bend = (body: string): string => {
    const kind = random(12)
    if (kind === 0) return body.slice(0, -2)
    if (kind === 1) return `${body}00`
    if (kind === 2 && body.length > 0) {
      const at = random(body.length / 2) * 2
      return body.slice(0, at) + tpm2.u8(random(256)) + body.slice(at + 2)
    }
    return body
  }
  const make = (code: number, body: string, tag = 0x8001): Uint8Array => {
    if (tag === 0x8001 && random(15) === 0) return tpm2.command(code, bend(sessions() + body), 0x8002)
    return tpm2.command(code, bend(body), random(40) === 0 ? 0x8001 : tag)
  }
  const pcr = (): number => pick([random(24), random(24), random(24), 24, 0x4000_0007, 0x4000_0001])
  switch (random(16)) {
    case 0:
      return make(0x144, tpm2.u16(pick([0, 0, 0, 1, 1, 2])))
    case 1:
      return random(8) === 0 ? make(0x145, tpm2.u16(random(3))) : make(0x144, tpm2.u16(random(2)))
    case 2:
      return make(0x143, tpm2.u8(random(3)))
    case 3:
      return make(0x17b, tpm2.u16(pick([0, 1, 16, 32, 64, 65, 0xffff])))
    case 4: {
      const n = pick([0, 1, 64, 128, 129])
      return make(0x146, tpm2.u16(n) + bytes(n))
    }
    case 5: {
      const n = pick([0, 3, 100, 1024, 1025])
      const data = n === 3 ? bytes(3) : random(4) === 0 && n > 4 ? `ff544347${bytes(n - 4)}` : bytes(n)
      return make(
        0x17d,
        tpm2.u16(n) +
          data +
          tpm2.u16(alg()) +
          tpm2.u32(pick([0x4000_0007, 0x4000_0001, 0x4000_000b, 0x4000_000c, 0x4000_0009])),
      )
    }
    case 6:
      return make(0x17c, '')
    case 7:
      return make(
        0x17a,
        tpm2.u32(random(12)) +
          tpm2.u32(pick([0, 0, 1, 0x100, 0x0100_0000, 0x8000_0000, 0x9000_0000])) +
          tpm2.u32(random(4)),
      )
    case 8:
      return make(0x181, '')
    case 9:
    case 10: {
      const count = pick([0, 1, 1, 2, 4, 5])
      return make(
        0x17e,
        tpm2.u32(count) +
          Array.from({ length: count }, () => tpm2.u16(alg()) + pick(['03', '03', '03', '02', '04']) + bytes(3)).join(
            '',
          ),
      )
    }
    case 11:
      return make(0x13d, tpm2.u32(pcr()) + area(), 0x8002)
    case 12:
      return make(pick([0x123, 0x12f, 0x141, 0xffff, 0x2000_0000]), '') // codes that neither has
    default: {
      const count = pick([0, 1, 1, 1, 2, 4, 5])
      const digests = Array.from({ length: count }, () => {
        const a = alg()
        return tpm2.u16(a) + bytes(size[a] ?? 0)
      })
      return make(0x182, tpm2.u32(pcr()) + area() + tpm2.u32(count) + digests.join(''), 0x8002)
    }
  }
}
