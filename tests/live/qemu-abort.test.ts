/** Loads and stores of memory that stage 2 does not map, on QEMU's system emulation: what the exception tells. */

import { beforeAll, describe, expect, it } from 'vitest'
import { abortCases } from '../../scripts/qemu/abort/cases.mjs'
import type { Generated } from '../../scripts/qemu/file.mjs'
import { conformAbort } from '../../src/cli/conform/abort.ts'
import * as decoder from '../../src/decode/index.ts'
import { conformed, conformedButOne, SEEDS } from './qemu-generated.ts'

describe.each(SEEDS)('nisv conform abort, seed %i (%s)', (seed) => {
  let made: Generated
  beforeAll(() => {
    made = abortCases(decoder, { seed, count: 12_000 })
  })

  it('agrees with QEMU on syndrome, FAR and HPFAR of every row that it has', async () => {
    const { failed, mismatch, passed } = await conformed(conformAbort, made)
    expect([failed, mismatch]).toEqual([0, undefined])
    expect(passed).toBeGreaterThan(8000)
    const described = made.cases.filter(({ out }) => (out as { isv?: number }).isv === 1)
    expect(described.length).toBeGreaterThan(500)
    expect(Object.keys(made.leftOut.toJSON()).filter((why) => /dies/.test(why))).toEqual([])
  })

  it.each(['esr', 'far', 'hpfar', 'srt'])('sees one case with another %s', async (field) => {
    const { failed, mismatch } = await conformedButOne(conformAbort, made, (one) => {
      const out = one.out as Readonly<Record<string, string | number>>
      if (out.ec !== 0x24 || !(field in out)) return undefined
      return { ...one, out: { ...out, [field]: field === 'srt' ? 32 : `${out[field]}0` } }
    })
    expect([failed, mismatch]).toEqual([1, expect.stringContaining(`: ${field}: expected `)])
  })
})
