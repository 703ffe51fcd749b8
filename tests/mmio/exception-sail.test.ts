/**
 * Exceptions by Arm's own model: what `scripts/sail/exception.mjs` has made of the Sail pseudocode of arm-v9.4-a.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { takeException } from '../../src/mmio/exception.ts'
import { Reg, type RegisterFile } from '../../src/mmio/index.ts'
import { RegisterAccess } from '../../src/mmio/register-access.ts'
import { type Case, ExceptionGuest, type Register } from './exception-guest.ts'

/** More cases: `NISV_SAIL_EXCEPTIONS=FOLDER`, made by `scripts/sail/exception.mjs --out FOLDER`. */
const folder = process.env.NISV_SAIL_EXCEPTIONS ?? fileURLToPath(new URL('vectors/sail-exception', import.meta.url))
const SHOWN = Number(process.env.NISV_SAIL_SHOW ?? 5)

const cases: readonly Case[] = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl.gz'))
  .flatMap((name) =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString()
      .trim()
      .split('\n'),
  )
  .map((line) => JSON.parse(line) as Case)

const SLOTS: Readonly<Record<number, Readonly<Record<Register, number>>>> = {
  1: { elr: Reg.ELR_EL1, spsr: Reg.SPSR_EL1, esr: Reg.ESR_EL1, far: Reg.FAR_EL1, pstate: Reg.PSTATE, pc: Reg.PC },
  2: {
    elr: Reg.ELR_EL2,
    spsr: Reg.SPSR_EL2,
    esr: Reg.GUEST_ESR_EL2,
    far: Reg.GUEST_FAR_EL2,
    pstate: Reg.PSTATE,
    pc: Reg.PC,
  },
}
const REGISTERS = Object.keys(SLOTS[1] as object) as Register[]
/** Exceptions of the fetch, and those of no instruction: the CPU's own business. */
const FETCHES: readonly string[] = ['pc-alignment', 'instruction-abort']
const OTHERS: readonly string[] = [...FETCHES, 'illegal-state']
const hex = (value: bigint): string => `0x${value.toString(16)}`

/** What differs from the model, by register: what is there, and what the model has. */
function differences(c: Case, truth: RegisterFile): Record<string, string[]> {
  const slots = SLOTS[c.out.el] as Readonly<Record<Register, number>>
  const found: Record<string, string[]> = {}
  for (const name of REGISTERS) {
    const unknown = BigInt(c.unknown?.[name] ?? 0)
    const got = truth.get(slots[name]) | unknown
    if (got !== BigInt(c.out[name])) found[name] = [hex(got), c.out[name]]
  }
  return found
}

/** HPFAR_EL2 is set. */
function tellsIpa(c: Case): boolean {
  return c.out.hpfar !== undefined && c.unknown?.hpfar === undefined
}

/** Whether nothing but the registers of the exception has changed: FAR only where it has an address. */
function changesOnly(c: Case, pushed: readonly number[]): boolean {
  const slots = SLOTS[c.out.el] as Readonly<Record<Register, number>>
  const names = REGISTERS.filter((name) => name !== 'far' || c.unknown?.far === undefined)
  const wanted = [...names.map((name) => slots[name]), ...(tellsIpa(c) ? [Reg.GUEST_HPFAR_EL2] : [])]
  return wanted.length === pushed.length && wanted.every((slot) => pushed.includes(slot))
}

const shown = (wrong: readonly unknown[]): unknown[] =>
  wrong.length === 0 ? [] : [wrong.length, ...wrong.slice(0, SHOWN)]

describe('exceptions as the model has them', () => {
  it('at the vector, wherever they come from', () => {
    const wrong: unknown[] = []
    for (const c of cases) {
      const { vcpu } = new ExceptionGuest(c)
      vcpu.begin()
      const access = new RegisterAccess()
      access.begin(vcpu)
      const { fault } = c.exception
      const esr = BigInt(c.out.esr)
      const far = c.unknown?.far === undefined ? BigInt(c.out.far) : -1n
      takeException(
        access,
        {
          PAN: c.features.includes('PAN'),
          SSBS: c.features.includes('SSBS'),
          MTE: c.features.includes('MTE'),
          NMI: c.features.includes('NMI'),
          GCS: c.features.includes('GCS'),
          DoubleFault2: c.features.includes('DoubleFault2'),
          EL2: c.el2 === true,
          // The exceptions that leave no choice are not the handler's.
          ZEROBTYPE: c.zeroBtype === true && !OTHERS.includes(c.exception.kind),
        },
        Number(esr & 0xffff_ffffn),
        far < 0n ? -1 : Number(far >> 32n),
        far < 0n ? 0 : Number(far & 0xffff_ffffn),
        c.out.el as 1 | 2,
        fault === 'external' || fault === 'external-on-walk',
        Number(esr >> 32n),
      )
      access.commit()
      const found = differences(c, vcpu.truth)
      if (Object.keys(found).length > 0) wrong.push({ ...c, found })
    }
    expect(shown(wrong)).toEqual([])
    expect(cases.length).toBeGreaterThanOrEqual(1000)
  })

  it('from the instruction on, by the handler', () => {
    const wrong: unknown[] = []
    const injected = new Set<string>()
    for (const c of cases) {
      // No data abort comes of an instruction that is not executed.
      if (c.exception.kind === 'illegal-state') continue
      const guest = new ExceptionGuest(c)
      const { kind, reason } = guest.run()
      if (kind !== 'injected') {
        // The CPU raises itself what the fetch of an instruction ends in.
        const expected = FETCHES.includes(c.exception.kind) ? ['retry fetch-failed'] : []
        if (!expected.includes(`${kind} ${reason}`) || guest.vcpu.pushed.length > 0) wrong.push({ ...c, kind, reason })
        continue
      }
      injected.add(reason)
      const { truth } = guest.vcpu
      const found = differences(c, truth)
      if (tellsIpa(c) && truth.get(Reg.GUEST_HPFAR_EL2) !== BigInt(c.out.hpfar ?? 0)) {
        found.hpfar = [hex(truth.get(Reg.GUEST_HPFAR_EL2)), c.out.hpfar ?? '']
      }
      if (Object.keys(found).length > 0 || !changesOnly(c, guest.vcpu.pushed)) wrong.push({ ...c, reason, found })
    }
    expect(shown(wrong)).toEqual([])
    expect([...injected].toSorted()).toEqual([
      'alignment-fault',
      'authentication-failed',
      'external-abort',
      'guarded-control-stack',
      'memory-copy-mismatch',
      'sp-alignment-fault',
      'stage-2-fault',
      'tag-check-fault',
      'translation-fault',
      'undefined-instruction',
      'unsupported-exclusive',
    ])
  })
})
