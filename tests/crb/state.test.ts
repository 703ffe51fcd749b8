/** Saving and restoring a CRB: what comes back is what was there, and nothing else is taken for it. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EmbeddedTpm } from '../../src/crb/embedded/embedded-tpm.ts'
import type { TpmCrbOptions } from '../../src/crb/options.ts'
import type { CrbState } from '../../src/crb/state/crb-state.ts'
import { crc32 } from '../../src/crb/state/crc32.ts'
import { StateError } from '../../src/crb/state/error.ts'
import { decodeCrbState, encodeCrbState } from '../../src/crb/state/record.ts'
import { ManualTpm } from './backends.ts'
import { stateFailure as failure, Guest } from './bus.ts'
import { getRandom, pcrExtend, pcrRead, shutdown, startup, toHex } from './tpm2.ts'

const FATAL = '00c40000000a00000009'
const SHA256 = 0xb

/** A TPM without chance or time. */
const still = (): EmbeddedTpm => new EmbeddedTpm({ random: (bytes) => bytes.fill(0x77), now: () => 5000 })
const guest = (options: Partial<TpmCrbOptions> = {}): Guest => new Guest({ tpm: still(), ...options })

/** All that a guest can read. */
const view = (g: Guest): string =>
  Array.from({ length: 0x80 }, (_, i) => g.read(i * 4).toString(16)).join() + toHex(g.crb.buffer)

/** A guest's doings: stores anywhere in the page, commands, resets. */
const doings = fc.array(
  fc.oneof(
    fc.record({ offset: fc.constantFrom(0x08, 0x40, 0x48, 0x4c), value: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ offset: fc.integer({ min: 0, max: 0xffc }), value: fc.nat() }),
    fc.record({
      command: fc.constantFrom(startup(), getRandom(8), pcrExtend(7, SHA256, 'ab'.repeat(32)), shutdown(1)),
    }),
    fc.constant('reset' as const),
  ),
  { maxLength: 40 },
)

function act(g: Guest, steps: typeof doings extends fc.Arbitrary<infer T> ? T : never): void {
  for (const step of steps) {
    if (step === 'reset') g.crb.reset()
    else if ('command' in step) g.submit(step.command)
    else g.write(step.offset, step.value)
  }
}

describe('save and restore', () => {
  it.each([
    ['qemu-7.2', {}],
    ['chunk', { profile: 'chunk' }],
    ['legacy-isa', { bus: 'legacy-isa' }],
    ['readAsRam', { readAsRam: true, base: 0x1_2345_6000 }],
  ] as const)('give back what was there: %s', async (_name, options) => {
    await fc.assert(
      fc.asyncProperty(doings, doings, async (before, other) => {
        const [a, b] = [guest(options), guest(options)]
        act(a, before)
        a.crb.ppi?.bytes.fill(before.length)
        act(b, other)
        const record = await a.crb.save()
        expect(new DataView(record.buffer).getUint32(24 + 0x4c)).toBe(0)
        await b.crb.restore(record)
        expect(view(b)).toBe(view(a))
        expect(toHex(await b.crb.save())).toBe(toHex(await a.crb.save()))
        if (b.crb.image !== undefined)
          expect(toHex(b.crb.image.subarray(0, 4))).toBe(toHex(a.crb.image ?? new Uint8Array(0)).slice(0, 8))
        // What the TPM does from here on is the same too.
        for (const command of [startup(1), startup(), pcrRead(SHA256, 7), getRandom(8)]) {
          a.submit(command)
          b.submit(command)
        }
        expect(view(b)).toBe(view(a))
      }),
      { numRuns: 40 },
    )
  })

  it('round-trip as plain data, with chunks and every part', () => {
    const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most })
    const states: fc.Arbitrary<CrbState> = fc.record({
      registers: fc.uint32Array({ minLength: 32, maxLength: 32 }),
      buffer: fc.nat(255).map((byte) => new Uint8Array(3968).fill(byte)),
      established: fc.option(fc.boolean(), { nil: undefined }),
      chunk: fc.option(fc.record({ command: bytes(50), response: bytes(50), responseOffset: fc.constant(0) }), {
        nil: undefined,
      }),
      ppi: fc.option(
        fc.nat(255).map((byte) => new Uint8Array(0x400).fill(byte)),
        { nil: undefined },
      ),
      tpm: fc.option(
        fc.record({
          kind: fc.constantFrom('swtpm', 'embedded', ''),
          parts: fc.array(fc.record({ name: fc.constantFrom('a', 'permanent'), flags: fc.nat(), data: bytes(40) }), {
            maxLength: 4,
          }),
        }),
        { nil: undefined },
      ),
    })
    fc.assert(
      fc.property(states, (state) => {
        const { registers, buffer, ppi, ...small } = decodeCrbState(encodeCrbState(state))
        // toEqual walks typed arrays element by element: the long ones are compared as text.
        const { registers: r, buffer: b, ppi: p, ...rest } = state
        expect(small).toEqual(rest)
        expect([registers.join(), toHex(buffer), ppi && toHex(ppi)]).toEqual([r.join(), toHex(b), p && toHex(p)])
      }),
      { numRuns: 50 },
    )
  })

  it('go on with the clock and the counters of the TPM', async () => {
    let now = 1000
    const tpm = new EmbeddedTpm({ now: () => now })
    const g = new Guest({ tpm })
    g.submit(startup())
    now = 4000
    const record = await g.crb.save()
    now = 100 // another machine
    const other = new EmbeddedTpm({ now: () => now })
    await new Guest({ tpm: other }).crb.restore(record)
    now = 150
    // TPMS_TIME_INFO: time, clock, resetCount, restartCount
    const clock = toHex(other.run(Uint8Array.from(Buffer.from('80010000000a00000181', 'hex'))))
    expect(clock.slice(20, 60)).toBe(`${(3050).toString(16).padStart(16, '0').repeat(2)}00000001`)
  })
})

describe('a damaged record', () => {
  it('is found out at every byte, and changes nothing', async () => {
    const g = guest({ bus: 'legacy-isa' })
    act(g, [{ command: startup() }, { command: pcrExtend(7, SHA256, 'ab'.repeat(32)) }])
    const record = await g.crb.save()
    const b = guest({ bus: 'legacy-isa' })
    const before = view(b) + toHex(await b.crb.save())
    let named = 0
    for (let at = 0; at < record.length; at++) {
      const bad = record.slice()
      bad[at] = (bad[at] as number) ^ (1 + (at % 255))
      try {
        decodeCrbState(bad)
        expect.unreachable(`a change at ${at} was not noticed`)
      } catch (error) {
        if (!(error instanceof StateError)) throw error
        if (error.section !== '') named++
      }
      if (at % 101 === 0) await failure(b.crb.restore(bad))
    }
    // All but the 16 bytes before the sections and the 4 behind them.
    expect(named).toBeGreaterThan(record.length - 60)
    expect(view(b) + toHex(await b.crb.save())).toBe(before)
  })

  it('is found out wherever it is cut, and whatever is behind it', async () => {
    const record = await guest().crb.save()
    for (let n = 0; n < record.length; n += n < 200 ? 1 : 37)
      expect(() => decodeCrbState(record.subarray(0, n))).toThrow(StateError)
    expect(() => decodeCrbState(Uint8Array.of(...record, 0))).toThrow(/offset 0xc: the record says/)
  })

  it('may be anything: only a StateError comes of it', () => {
    const rebuilt = fc.uint8Array({ maxLength: 300 }).map((body) => {
      // With a right head and checksum, so that the sections are looked at.
      const bytes = Uint8Array.of(...Buffer.from('nisv-crb'), 0, 0, 0, 1, 0, 0, 0, 0, ...body, 0, 0, 0, 0)
      const out = new DataView(bytes.buffer)
      out.setUint32(12, bytes.length)
      out.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)))
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), rebuilt), (bytes) => {
        expect(() => decodeCrbState(bytes)).toThrow(StateError)
      }),
    )
  })

  it('says what is wrong, in which section, and where', async () => {
    const state = await guest().crb.saveState()
    const message = (change: (record: Uint8Array) => Uint8Array): string => {
      try {
        decodeCrbState(change(encodeCrbState(state)))
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    expect(message((r) => r.with(0, 0))).toBe('offset 0x0: this is no nisv-crb record')
    expect(message((r) => r.with(11, 2))).toBe('offset 0x8: record version 2; this program reads 1')
    expect(message((r) => r.with(30, 9))).toMatch(/^section 'regs', offset 0x10: its CRC-32 is/)
    expect(message((r) => r.subarray(0, 9))).toBe('offset 0x8: the version needs 4 bytes, 1 are left')
  })

  it('has the CRC-32 of gzip', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926)
  })
})

describe('a state of another device', () => {
  const restored = async (
    change: (state: CrbState) => CrbState,
    options: Partial<TpmCrbOptions> = {},
  ): Promise<StateError> => {
    const state = change(await guest().crb.saveState())
    const g = guest(options)
    const before = view(g)
    const error = await failure(g.crb.restore(state))
    expect(view(g)).toBe(before)
    return error
  }
  const word = (offset: number, value: number) => (state: CrbState) => ({
    ...state,
    registers: state.registers.with(offset >> 2, value),
  })

  it.each([
    [0x30, 0xdead_beef, 'INTF_ID is 0xdeadbeef, this device has 0x25811'],
    [0x5c, 0x1080, 'CTRL_CMD_LADDR is 0x1080'],
    [0x74, 1, 'reserved word 0x74 is 0x1'],
    [0x4c, 2, 'CTRL_START is 0x2'],
    [0x40, 1, 'CTRL_REQ is 0x1'],
  ])('is refused: %i = %i', async (offset, value, message) => {
    expect((await restored(word(offset, value))).message).toContain(message)
  })

  it('is refused with another base, profile, PPI or TPM', async () => {
    const same = (state: CrbState): CrbState => state
    expect((await restored(same, { base: 0x1000 })).message).toContain('CTRL_CMD_LADDR')
    expect((await restored(same, { profile: 'chunk' })).message).toContain(
      'INTF_ID is 0x25811, this device has 0x25c11',
    )
    expect((await restored((s) => ({ ...s, ppi: new Uint8Array(0x400) }))).message).toContain('ppi: true')
    const chunk = { command: new Uint8Array(1), response: new Uint8Array(0), responseOffset: 0 }
    expect((await restored((s) => ({ ...s, chunk }))).message).toContain('profile chunk')
    expect((await restored((s) => ({ ...s, buffer: new Uint8Array(0xf81) }))).section).toBe('buff')
    expect((await restored((s) => ({ ...s, buffer: new Uint8Array(0xf7f) }))).section).toBe('buff')
    const withPpi = { bus: 'legacy-isa' } as const
    expect((await restored((s) => ({ ...s, ppi: new Uint8Array(0x401) }), withPpi)).section).toBe('ppi ')
    expect((await restored((s) => ({ ...s, registers: new Uint32Array(31) }))).code).toBe('value')
    expect((await restored((s) => ({ ...s, tpm: undefined }))).message).toContain("tpm: 'keep'")
    expect((await restored((s) => ({ ...s, tpm: { kind: 'swtpm', parts: [] } }))).message).toContain("of kind 'swtpm'")
    expect((await restored(same, { tpm: new ManualTpm() })).message).toContain('this back end cannot load')
    const intf = (s: CrbState): CrbState =>
      word(0x30, 0x2_5c11)({ ...s, chunk: { ...chunk, command: new Uint8Array(5000) } })
    expect((await restored(intf, { profile: 'chunk' })).message).toContain('4096 at most')
    for (const responseOffset of [1, -1, 0.5, Number.NaN]) {
      const beyond = (s: CrbState): CrbState => word(0x30, 0x2_5c11)({ ...s, chunk: { ...chunk, responseOffset } })
      expect((await restored(beyond, { profile: 'chunk' })).message).toContain('into a response of 0 bytes')
    }
  })

  it('is refused by a damaged embedded TPM state', async () => {
    const tpm = still()
    tpm.run(startup())
    const { kind, parts } = await tpm.saveState()
    const data = parts[0]?.data as Uint8Array
    const twin = still()
    await twin.loadState({ kind, parts })
    const good = toHex((await twin.saveState()).parts[0]?.data as Uint8Array)
    expect(good).toBe(toHex(data))
    for (const bad of [
      data.subarray(0, 40),
      Uint8Array.of(...data, 1),
      data.with(3, 2),
      data.with(4, 2),
      data.with(6, 3),
      data.with(7, 1),
      data.with(16, 0xff),
    ]) {
      expect((await failure(twin.loadState({ kind, parts: [{ name: 'state', flags: 0, data: bad }] }))).section).toBe(
        'embedded TPM',
      )
    }
    expect(toHex((await twin.saveState()).parts[0]?.data as Uint8Array)).toBe(good)
  })

  it('leaves nothing of the PPI that was there when it has none', async () => {
    const state = await guest().crb.saveState()
    const g = guest({ bus: 'legacy-isa' })
    g.crb.ppi?.bytes.fill(7)
    await g.crb.restore(state)
    expect(g.crb.ppi?.bytes.every((byte) => byte === 0)).toBe(true)
  })

  it("is taken without the TPM's part on request", async () => {
    const state = await guest().crb.saveState()
    const tpm = new ManualTpm()
    const g = new Guest({ tpm })
    await g.crb.restore({ ...word(0x44, 1)(state), tpm: undefined }, { tpm: 'keep' })
    expect(g.read(0x44)).toBe(1)
    await guest().crb.restore(state, { tpm: 'keep' })
  })

  it('masks a stored tpmEstablished, and ends a command that was under way', async () => {
    const state = await guest().crb.saveState()
    const g = guest()
    await g.crb.restore(word(0x4c, 1)(word(0, 0x83)(state)))
    expect([g.read(0x4c), g.read(0x44), toHex(g.answer())]).toEqual([0, 3, FATAL])
    expect(g.events.filter((e) => e.type === 'error').map((e) => e.reason)).toEqual(['lost-command'])
    expect((await g.crb.saveState()).registers[0]).toBe(0x82)
  })
})
