/** Loads and stores of devices and RAM side by side, on QEMU's system emulation: its trace of every device access. */

import { beforeAll, describe, expect, it } from 'vitest'
import { accessCases } from '../../scripts/qemu/access/cases.mjs'
import type { Generated } from '../../scripts/qemu/file.mjs'
import { conformAccess } from '../../src/cli/conform/access.ts'
import * as decoder from '../../src/decode/index.ts'
import { conformed, conformedButOne, SEEDS } from './qemu-generated.ts'

type Access = readonly [kind: string, pa: string, size: number, value: string]

interface Out {
  readonly end: string
  readonly accesses: readonly Access[]
  readonly [field: string]: unknown
}

const outOf = (one: object): Out => (one as { out: Out }).out

/** One other value in an outcome that has it, and none in others. */
const CHANGES: readonly (readonly [string, (out: Out) => Partial<Out> | undefined])[] = [
  [
    'byte',
    ({ accesses }) => {
      const at = accesses.findIndex(([kind]) => kind === 'w')
      const [kind, pa, size, value] = accesses[at] ?? []
      if (kind === undefined || pa === undefined || size === undefined || value === undefined) return undefined
      const other = `0x${(BigInt(value) ^ 1n).toString(16)}`
      return { accesses: accesses.with(at, [kind, pa, size, other]) }
    },
  ],
  ['order', ({ accesses }) => (accesses.length === 2 ? { accesses: accesses.toReversed() } : undefined)],
  ['access', ({ accesses }) => (accesses.length === 3 ? { accesses: accesses.slice(1) } : undefined)],
  ['register', ({ x }) => (x ? { x: { ...x, 30: '0x7' } } : undefined)],
  ['word of RAM', ({ ram }) => (ram ? { ram: { ...ram, '0x4a000000': '0x7' } } : undefined)],
]

describe.each(SEEDS)('nisv conform access, seed %i (%s)', (seed) => {
  let made: Generated
  beforeAll(() => {
    made = accessCases(decoder, { seed, count: 12_000 })
  })

  it('agrees with QEMU on the bytes of every device access in order, registers, RAM and exceptions', async () => {
    const { failed, mismatch, passed } = await conformed(conformAccess, made)
    expect([failed, mismatch]).toEqual([0, undefined])
    expect(passed).toBeGreaterThan(7000)
    expect(Object.keys(made.leftOut.toJSON()).filter((why) => /dies/.test(why))).toEqual([])
    const ended = (end: string): number => made.cases.filter((one) => outOf(one).end === end).length
    expect([ended('ok') > 6000, ended('exc') > 300]).toEqual([true, true])
    const across = made.cases.filter((one) => outOf(one).accesses.length > 0 && outOf(one).ram !== undefined)
    expect(across.length).toBeGreaterThan(30)
  })

  it.each(CHANGES)('sees one case with another %s', async (_, change) => {
    const { failed, mismatch } = await conformedButOne(conformAccess, made, (one) => {
      const other = outOf(one).end === 'ok' ? change(outOf(one)) : undefined
      return other && { ...one, out: { ...outOf(one), ...other } }
    })
    expect([failed, mismatch !== undefined]).toEqual([1, true])
  })
})
