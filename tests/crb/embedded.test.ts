/** The EmbeddedTpm: response codes and values, most of them as libtpms gives them (tests/live holds them to it). */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EmbeddedTpm } from '../../src/crb/embedded/embedded-tpm.ts'
import { Guest } from './bus.ts'
import { COMMAND_CASES } from './command-cases.ts'
import * as tpm2 from './tpm2.ts'

const OK = '80010000000a00000000'
const BANKS = [
  [0x4, 'sha1', 20],
  [0xb, 'sha256', 32],
  [0xc, 'sha384', 48],
  [0xd, 'sha512', 64],
] as const

function started(options: ConstructorParameters<typeof EmbeddedTpm>[0] = {}): EmbeddedTpm {
  const tpm = new EmbeddedTpm(options)
  expect(tpm2.toHex(tpm.run(tpm2.startup()))).toBe(OK)
  return tpm
}
const powerCycle = (tpm: EmbeddedTpm): void => tpm.reset(() => {})
/** The only digest of a PCR_Read. */
const pcr = (tpm: EmbeddedTpm, alg: number, n: number): string => tpm2.toHex(tpm.run(tpm2.pcrRead(alg, n)).subarray(30))
const counter = (tpm: EmbeddedTpm): number =>
  Number.parseInt(tpm2.toHex(tpm.run(tpm2.command(0x17e, '00000000'))).slice(20, 28), 16)

describe('response codes', () => {
  it('of every case, in order from power-on', () => {
    const tpm = new EmbeddedTpm()
    for (const { name, command, locality, response } of COMMAND_CASES) {
      const got = tpm2.toHex(tpm.run(tpm2.fromHex(command), locality))
      const masked = [...got].map((digit, i) => (response[i] === '?' ? '?' : digit)).join('')
      expect(`${name}: ${masked}`).toBe(`${name}: ${response}`)
    }
  })

  it('of headers that are cut or lie about the size', () => {
    const tpm = started()
    for (const [command, code] of [
      ['', 0x9a],
      ['80', 0x9a],
      ['8001', 0x9a],
      ['80010000', 0x9a],
      ['800100000006', 0x9a],
      ['80010000000b0000017b', 0x142],
      ['8001000000090000017b', 0x142],
      ['8001ffffffff0000017b', 0x142],
    ] as const) {
      expect(tpm2.responseCode(tpm.run(tpm2.fromHex(command)))).toBe(code)
    }
  })

  it('say TPM_RC_FAILURE when the random source fails', () => {
    let fails = false
    const tpm = started({
      random: () => {
        if (fails) throw new Error('no entropy')
      },
    })
    fails = true
    expect(tpm2.responseCode(tpm.run(tpm2.getRandom(4)))).toBe(0x101)
  })
})

describe('PCRs', () => {
  it('extend as H(old || digest) in each bank alone', () => {
    for (const [alg, name, size] of BANKS) {
      const tpm = started()
      const digest = 'ab'.repeat(size)
      expect(tpm2.responseCode(tpm.run(tpm2.pcrExtend(7, alg, digest)))).toBe(0)
      const once = createHash(name)
        .update(Buffer.from('00'.repeat(size) + digest, 'hex'))
        .digest('hex')
      expect(pcr(tpm, alg, 7)).toBe(once)
      tpm.run(tpm2.pcrExtend(7, alg, digest))
      expect(pcr(tpm, alg, 7)).toBe(
        createHash(name)
          .update(Buffer.from(once + digest, 'hex'))
          .digest('hex'),
      )
      for (const [other, , otherSize] of BANKS)
        if (other !== alg) expect(pcr(tpm, other, 7)).toBe('00'.repeat(otherSize))
    }
  })

  it('follow the localities of the PC Client platform', () => {
    const tpm = started()
    const allowed = (make: (n: number) => Uint8Array, locality: number): number[] =>
      Array.from({ length: 24 }, (_, n) => n).filter((n) => tpm2.responseCode(tpm.run(make(n), locality)) === 0)
    const extend = (n: number): Uint8Array => tpm2.pcrExtend(n, 0xb, '00'.repeat(32))
    const low = Array.from({ length: 17 }, (_, n) => n)
    expect(allowed(extend, 0)).toEqual([...low, 23])
    expect(allowed(extend, 1)).toEqual([...low, 20, 23])
    expect(allowed(extend, 2)).toEqual([...low, 17, 18, 19, 20, 21, 22, 23])
    expect(allowed(extend, 3)).toEqual([...low, 17, 18, 19, 20, 23])
    expect(allowed(extend, 4)).toEqual([...low, 17, 18, 23])
    expect([0, 1, 2, 3, 4].map((locality) => allowed(tpm2.pcrReset, locality))).toEqual([
      [16, 23],
      [16, 23],
      [16, 20, 21, 22, 23],
      [16, 23],
      [],
    ])
  })

  it('count their changes but for 16 and 21..23', () => {
    const tpm = started()
    expect(counter(tpm)).toBe(20)
    tpm.run(tpm2.pcrExtend(0, 0xb, '11'.repeat(32)))
    tpm.run(tpm2.pcrExtend(16, 0xb, '11'.repeat(32)))
    tpm.run(tpm2.pcrReset(23))
    expect(counter(tpm)).toBe(21)
  })

  it('read eight at most, and say which', () => {
    const tpm = started()
    const read = tpm.run(tpm2.pcrRead(0x4, ...Array.from({ length: 24 }, (_, n) => n)))
    expect(read.length).toBe(204)
    expect(tpm2.toHex(read.subarray(14, 28))).toBe('00000001000403ff000000000008')
  })

  it('show startup at locality 3 in PCR 0', () => {
    const tpm = new EmbeddedTpm()
    tpm.run(tpm2.startup(), 3)
    expect(pcr(tpm, 0xb, 0)).toBe(`${'00'.repeat(31)}03`)
  })
})

describe('power', () => {
  const extend = tpm2.pcrExtend(3, 0xb, '22'.repeat(32))

  it('resumes the PCRs that Shutdown(STATE) saved', () => {
    const tpm = started()
    tpm.run(extend)
    const value = pcr(tpm, 0xb, 3)
    tpm.run(tpm2.shutdown(1))
    powerCycle(tpm)
    expect(tpm2.responseCode(tpm.run(tpm2.getRandom(1)))).toBe(0x100)
    expect(tpm2.responseCode(tpm.run(tpm2.startup(1)))).toBe(0)
    expect([pcr(tpm, 0xb, 3), pcr(tpm, 0xb, 17), counter(tpm)]).toEqual([value, 'ff'.repeat(32), 25])
  })

  it('does not after a change of a saved PCR, a Shutdown(CLEAR), or none', () => {
    for (const commands of [[tpm2.shutdown(1), extend], [tpm2.shutdown(1), tpm2.shutdown(0)], []]) {
      const tpm = started()
      for (const command of commands) tpm.run(command)
      powerCycle(tpm)
      expect(tpm2.responseCode(tpm.run(tpm2.startup(1)))).toBe(0x1c4)
      expect(tpm2.responseCode(tpm.run(tpm2.startup(0)))).toBe(0)
      expect(pcr(tpm, 0xb, 3)).toBe('00'.repeat(32))
    }
  })

  it('tells time, resets and restarts', () => {
    let now = 1000
    const tpm = started({ now: () => now })
    now = 1250
    const clock = (): string => tpm2.toHex(tpm.run(tpm2.readClock()).subarray(10))
    const text = (time: number, clock: number, resets: number, restarts: number): string =>
      `00000000${tpm2.u32(time)}00000000${tpm2.u32(clock)}${tpm2.u32(resets)}${tpm2.u32(restarts)}01`
    expect(clock()).toBe(text(250, 250, 1, 0))
    tpm.run(tpm2.shutdown(1))
    powerCycle(tpm)
    tpm.run(tpm2.startup(0))
    now = 1300
    expect(clock()).toBe(text(50, 300, 1, 1))
    powerCycle(tpm)
    tpm.run(tpm2.startup(0))
    expect(clock()).toBe(text(0, 300, 2, 0))
  })
})

describe('random numbers', () => {
  it('come from the given source, 64 bytes at most', () => {
    const tpm = started({ random: (bytes) => bytes.fill(0x42) })
    expect(tpm2.toHex(tpm.run(tpm2.getRandom(4)))).toBe('8001000000100000000000044242'.concat('4242'))
    expect(tpm.run(tpm2.getRandom(0xffff)).length).toBe(12 + 64)
  })

  it('change when stirred, each time anew', () => {
    const tpm = started({ random: (bytes) => bytes.fill(0) })
    tpm.run(tpm2.command(0x146, '0002abcd'))
    const outputs = [1, 2, 3].map(() => tpm2.toHex(tpm.run(tpm2.getRandom(32)).subarray(12)))
    expect(new Set([...outputs, '00'.repeat(32)]).size).toBe(4)
  })

  it('come from the platform unless told', () => {
    const tpm = started()
    const [a, b] = [tpm.run(tpm2.getRandom(32)), tpm.run(tpm2.getRandom(32))]
    expect(tpm2.toHex(a)).not.toBe(tpm2.toHex(b))
  })
})

describe('TPM2_Hash', () => {
  it('is the hash, with a ticket of its hierarchy', () => {
    const tpm = started()
    for (const [alg, name, size] of BANKS) {
      const answer = tpm2.toHex(tpm.run(tpm2.command(0x17d, `0003616263${tpm2.u16(alg)}40000001`)))
      const digest = createHash(name).update('abc').digest('hex')
      expect(answer.slice(20, 24 + size * 2 + 16)).toBe(`${tpm2.u16(size)}${digest}8024400000010040`)
    }
  })
})

describe('GetCapability', () => {
  const list = (tpm: EmbeddedTpm, kind: number, property: number, count: number): string =>
    tpm2.toHex(tpm.run(tpm2.capability(kind, property, count)).subarray(10))

  it('pages through a list', () => {
    const tpm = started()
    expect(list(tpm, 0, 0, 2)).toBe('0100000000000000020004000000040' + '00b00000004')
    expect(list(tpm, 0, 0xc, 8)).toBe('000000000000000002000c00000004000d00000004')
  })

  it('gives the allocation of PCRs whole, whatever count is asked for: tpm2_pcrread asks for one', () => {
    const tpm = started()
    const all = '00000000050000000400040' + '3ffffff000b03ffffff000c03ffffff000d03ffffff'
    expect([1, 2, 5].map((count) => list(tpm, 5, 0, count))).toEqual([all, all, all])
    expect(list(tpm, 5, 0, 0)).toBe('010000000500000000')
  })

  it('gives Linux its PCR banks and its command table', () => {
    const tpm = started()
    expect(list(tpm, 5, 0, 1 << 16)).toBe('0000000005000000040004' + '03ffffff000b03ffffff000c03ffffff000d03ffffff')
    // tpm2_get_cc_attrs_tbl: TPM_PT_TOTAL_COMMANDS, then exactly so many from TPM2_CC_FIRST.
    expect(list(tpm, 6, 0x129, 1)).toBe('010000000600000001000001290000000c')
    expect(list(tpm, 2, 0x11f, 12).slice(0, 26)).toBe('00000000020000000c0240013d')
  })

  it('says it is a TPM 2.0 by NISV', () => {
    const tpm = started()
    expect(list(tpm, 6, 0x100, 1)).toBe('0100000006' + '0000000100000100' + '322e3000')
    expect(list(tpm, 6, 0x105, 1)).toBe('0100000006' + '0000000100000105' + '4e495356')
  })
})

describe('any bytes', () => {
  const wellFormed = (response: Uint8Array): void => {
    expect(response.length).toBe(tpm2.responseSize(response))
    expect(response.length).toBeLessThanOrEqual(4096)
    const code = tpm2.responseCode(response)
    if (code !== 0) expect(response.length).toBe(10)
    expect(code).not.toBe(0x101)
  }

  it('get a well-formed response', () => {
    const tpm = started()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(4), (command, locality) => {
        wellFormed(tpm.run(command, locality))
      }),
      { numRuns: 2000 },
    )
  })

  it('behind a good header, too', () => {
    const code = fc.constantFrom(0x13d, 0x143, 0x144, 0x145, 0x146, 0x17a, 0x17b, 0x17c, 0x17d, 0x17e, 0x181, 0x182)
    const small = fc.constantFrom('00', '01', '02', '03', '04', '0b', '40', '09', 'ff', '10')
    const body = fc.array(fc.oneof(small, fc.constantFrom(tpm2.PASSWORD, '0000', '00000001', '40000007', '000b')), {
      maxLength: 24,
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(code, fc.constantFrom(0x8001, 0x8002), body, fc.nat(4)), { maxLength: 8 }),
        (commands) => {
          const tpm = started()
          for (const [cc, tag, parts, locality] of commands)
            wellFormed(tpm.run(tpm2.command(cc, parts.join(''), tag), locality))
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('behind the CRB', () => {
  it('answers within the store to START', () => {
    const g = new Guest({ tpm: new EmbeddedTpm({ random: (bytes) => bytes.fill(7) }) })
    g.submit(tpm2.startup())
    expect([g.read(0x4c), tpm2.toHex(g.answer())]).toEqual([0, OK])
    g.submit(tpm2.getRandom(8))
    expect(tpm2.toHex(g.answer())).toBe(`800100000014000000000008${'07'.repeat(8)}`)
    g.crb.reset()
    g.submit(tpm2.getRandom(8))
    expect(tpm2.responseCode(g.answer())).toBe(0x100)
  })
})
