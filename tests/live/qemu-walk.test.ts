/** Random translation tables on QEMU's system emulation: what AT instructions leave in PAR_EL1. */

import { beforeAll, describe, expect, it } from 'vitest'
import type { Generated } from '../../scripts/qemu/file.mjs'
import { walkCases } from '../../scripts/qemu/walk/cases.mjs'
import { conformWalk } from '../../src/cli/conform/walk.ts'
import { conformed, conformedButOne, SEEDS } from './qemu-generated.ts'

interface Probe {
  readonly op: string
  readonly out: Readonly<Record<string, unknown>>
}

const conform: Parameters<typeof conformed>[0] = (cases, report) => conformWalk(cases, 'qemu', report)
const probesOf = (one: object): readonly Probe[] => (one as { probes: readonly Probe[] }).probes

describe.each(SEEDS)('nisv conform walk, seed %i (%s)', (seed) => {
  let made: Generated
  beforeAll(() => {
    made = walkCases({ seed, count: 30_000 })
  })

  it('agrees with QEMU on PAR_EL1 and External aborts', async () => {
    const { failed, mismatch, passed } = await conformed(conform, made)
    expect([failed, mismatch]).toEqual([0, undefined])
    expect(passed).toBeGreaterThan(25_000)
    expect(Object.keys(made.leftOut.toJSON()).filter((why) => /dies/.test(why))).toEqual([])
  })

  it('tries every instruction, every kind of fault and every level', () => {
    const probes = made.cases.flatMap(probesOf)
    expect(new Set(probes.map(({ op }) => op)).size).toBe(10)
    const found = new Set(probes.map(({ out }) => `${String(out.fault ?? 'none')} ${String(out.level ?? '')}`.trim()))
    const at = (fault: string, ...levels: number[]) => levels.map((level) => `${fault} ${level}`)
    const wanted = [
      ...[...at('permission', 1, 2, 3), ...at('access_flag', 1, 2, 3)],
      ...[...at('translation', -1, 0, 1, 2, 3), ...at('address_size', 0, 1, 2, 3)],
      ...['none', ...at('external_on_walk', 1, 2, 3)],
    ]
    expect(wanted.filter((kind) => !found.has(kind))).toEqual([])
  })

  it.each(['par', 'attr', 'sh', 'level', 'far'])('sees one probe with another %s', async (field) => {
    const { failed, mismatch } = await conformedButOne(conform, made, (one) => {
      const probes = [...probesOf(one)]
      const at = probes.findIndex(({ out }) => field in out)
      const probe = probes[at]
      if (probe === undefined) return undefined
      return { ...one, probes: probes.with(at, { ...probe, out: { ...probe.out, [field]: 'another' } }) }
    })
    expect([failed, mismatch]).toEqual([1, expect.stringContaining(`: ${field}: expected another`)])
  })
})
