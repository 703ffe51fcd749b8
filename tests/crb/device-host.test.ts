/** The CRB and its host: events and options; and that no guest and no TPM gets more out of it than answers. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TpmBackend } from '../../src/crb/backend.ts'
import { TpmCrb } from '../../src/crb/device.ts'
import { CrbOptionError } from '../../src/crb/options.ts'
import { CRB, describeCrbRegister, fieldMask } from '../../src/crb/registers.ts'
import { ManualTpm, response } from './backends.ts'
import { Guest } from './bus.ts'
import { COMMAND, guest, RESET } from './manual.ts'

describe('the host', () => {
  it.each([-0x1000, 1, 0x80, 0.5, Number.NaN, 2 ** 53])('is told about a base of %d', (base) => {
    expect(() => new TpmCrb({ tpm: new ManualTpm(), base })).toThrow(CrbOptionError)
  })

  it('is told about something that is no back end', () => {
    expect(() => new TpmCrb({ tpm: {} as TpmBackend })).toThrow(/TpmBackend/)
    expect(() => new TpmCrb({ tpm: Object.assign(new ManualTpm(), { bufferSize: 9 }) })).toThrow(/bufferSize is 9/)
  })

  it('may throw in its hook without harm, or have none', () => {
    const g = new Guest({
      tpm: new ManualTpm(),
      onEvent: () => {
        throw new Error('hook')
      },
    })
    g.submit(COMMAND)
    expect(g.read(0x4c)).toBe(1)
    const crb = new TpmCrb({ tpm: new ManualTpm() })
    expect(crb.regions.map(({ region, base }) => [region.name, base, region.size])).toEqual([
      ['tpm-crb-mmio', 0xfed4_0000, 0x80],
      ['tpm-crb-cmd', 0xfed4_0080, 0xf80],
    ])
  })

  it('reads registers in words', () => {
    expect(describeCrbRegister('LOC_STATE', 0x83)).toBe('LOC_STATE 0x83 tpmEstablished locAssigned tpmRegValidSts')
    expect(describeCrbRegister('INTF_ID2', 0x1014)).toBe('INTF_ID2 0x1014 VID=0x1014')
    expect(fieldMask(CRB.CTRL_EXT.fields.value)).toBe(0xffff_ffff)
  })
})

describe('any guest with any TPM', () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant('read' as const), offset: fc.nat(0x8f), size: fc.constantFrom(1, 2, 4, 8) }),
    fc.record({
      op: fc.constant('write' as const),
      offset: fc.oneof(fc.constantFrom(0x08, 0x40, 0x48, 0x4c), fc.nat(0x8f)),
      size: fc.constantFrom(1, 2, 4, 8),
      value: fc.oneof(fc.constantFrom(1n, 2n), fc.bigInt(0n, 2n ** 64n - 1n)),
    }),
    fc.record({
      op: fc.constant('answer' as const),
      which: fc.nat(5),
      length: fc.integer({ min: -1, max: 4100 }),
      declared: fc.nat(4100),
    }),
    fc.record({ op: fc.constant('header' as const), declared: fc.oneof(fc.nat(20), fc.nat(0xffff)) }),
    fc.record({ op: fc.constantFrom('reset' as const, 'ready' as const), which: fc.nat(3) }),
  )

  it('never throws, never leaves 4 KiB, and a reset always gives a fresh device', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { g, tpm } = guest()
        for (const s of steps) {
          if (s.op === 'read') g.read64(s.offset, s.size)
          else if (s.op === 'write') g.write(s.offset, s.value, s.size)
          else if (s.op === 'header') g.crb.buffer.set(response(10, s.declared))
          else if (s.op === 'answer') tpm.answers[s.which]?.(s.length < 0 ? undefined : response(s.length, s.declared))
          else if (s.op === 'reset') g.crb.reset()
          else tpm.ready[s.which]?.()
          expect(g.crb.busy).toBe(g.read(0x4c) === 1)
          // tpmIdle and tpmSts are all that CTRL_STS has.
          expect(g.read(0x44) & ~3).toBe(0)
        }
        g.crb.reset()
        for (let offset = 0; offset < 0x80; offset += 4) expect(g.read(offset)).toBe(RESET[offset] ?? 0)
      }),
      { numRuns: 300 },
    )
  })
})
