/**
 * The forms that guests use on a TPM, at every offset of the real TpmCrb's registers and over their end at 0x80: which
 * callbacks the device gets, with which values, and what reaches the registers of the guest. The rule of the pieces and
 * the registers' values after a reset are written here anew.
 */

import { describe, expect, it } from 'vitest'
import { TpmCrb } from '../../src/crb/index.ts'
import { decode, format } from '../../src/decode/index.ts'
import { MEMTX_OK, Reg } from '../../src/mmio/index.ts'
import { ManualTpm } from '../crb/backends.ts'
import { CODE_VA, CRB, CRB_VA, Machine, value } from './machine.ts'

/** Text, word, bytes of an element, elements, what the base gets added. Data in 0 and 1, base X2. */
const FORMS = [
  ['ldp w0, w1, [x2]', 0x29400440, 4, 2, 0],
  ['ldp x0, x1, [x2]', 0xa9400440, 8, 2, 0],
  ['ldpsw x0, x1, [x2]', 0x69400440, 4, 2, 0],
  ['ldp s0, s1, [x2]', 0x2d400440, 4, 2, 0],
  ['ldp d0, d1, [x2]', 0x6d400440, 8, 2, 0],
  ['ldp q0, q1, [x2]', 0xad400440, 16, 2, 0],
  ['ldr q0, [x2]', 0x3dc00040, 16, 1, 0],
  ['ldr w0, [x2], #4', 0xb8404440, 4, 1, 4],
  ['ldr x0, [x2, #-8]!', 0xf85f8c40, 8, 1, -8],
  ['ldrb w0, [x2], #1', 0x38401440, 1, 1, 1],
  ['ldrsh x0, [x2, #2]!', 0x78802c40, 2, 1, 2],
  ['ldp x0, x1, [x2], #16', 0xa8c10440, 8, 2, 16],
  ['ld1 { v0.16b, v1.16b }, [x2]', 0x4c40a040, 1, 32, 0],
  ['stp w0, w1, [x2]', 0x29000440, 4, 2, 0],
  ['stp x0, x1, [x2]', 0xa9000440, 8, 2, 0],
  ['stp q0, q1, [x2]', 0xad000440, 16, 2, 0],
  ['str q0, [x2], #16', 0x3c810440, 16, 1, 16],
  ['str w0, [x2], #4', 0xb8004440, 4, 1, 4],
  ['strb w0, [x2, #1]!', 0x38001c40, 1, 1, 1],
  ['stp x0, x1, [x2, #-16]!', 0xa9bf0440, 8, 2, -16],
] as const

/** A machine whose CRB is the real one, with a back end that answers nothing by itself. */
function machine(): { m: Machine; crb: TpmCrb; tpm: ManualTpm } {
  const m = new Machine()
  for (const at of [CRB, CRB + 0x80]) m.space.remove(m.space.find(at)!)
  const tpm = new ManualTpm()
  const crb = new TpmCrb({ tpm, base: CRB })
  crb.attach(m.space)
  for (const [k] of crb.buffer.entries()) crb.buffer[k] = k * 5 + 0x42
  m.setX(0, 0x0123_4567_89ab_cdefn)
  m.setX(1, 0xfedc_ba98_7654_3210n)
  return { m, crb, tpm }
}

/** Registers after a reset, and the start of the data buffer: QEMU's tpm-crb, each word as it reads. */
function windowBytes(): number[] {
  const words = new Map([
    [0x00, 0x81],
    [0x30, 0x0002_5811],
    [0x34, 0x1014],
    [0x44, 2],
    [0x58, 0xf80],
    [0x5c, CRB + 0x80],
    [0x64, 0xf80],
    [0x68, CRB + 0x80],
  ])
  const registers = Array.from({ length: 0x80 }, (_, k) => ((words.get(k & ~3) ?? 0) >>> (8 * (k & 3))) & 0xff)
  return [...registers, ...Array.from({ length: 0x80 }, (_, k) => (k * 5 + 0x42) & 0xff)]
}

/** From the low address: the largest power of two that fits, is at most 4 and aligned, and stays below 0x80. */
function pieces(offset: number, size: number): [number, number][] {
  const out: [number, number][] = []
  const end = Math.min(offset + size, 0x80)
  for (let at = offset; at < end; ) {
    const n = at % 4 === 0 && at + 4 <= end ? 4 : at % 2 === 0 && at + 2 <= end ? 2 : 1
    out.push([at, n])
    at += n
  }
  return out
}

/** The bytes of an access in memory order, from the registers of a machine. */
function dataOf(m: Machine, text: string, size: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    const register = / q0/.test(text) ? m.v(i) : m.x(i)
    return Array.from({ length: size }, (__, k) => Number((register >> BigInt(8 * k)) & 0xffn))
  })
}

describe.each(FORMS)('%s', (text, word, size, count, step) => {
  const write = text.startsWith('st')
  const pre = text.endsWith('!')
  it('at every offset: the callbacks of the rule, with their values', () => {
    expect(format(decode(word)!)).toBe(text)
    const window = windowBytes()
    for (let offset = 0; offset <= 0x84; offset++) {
      const { m, crb } = machine()
      const base = CRB_VA + offset - (pre ? step : 0)
      m.setX(2, base)
      const data = write ? dataOf(m, text, size, count) : window.slice(offset, offset + size * count)
      expect(m.run(word, { far: CRB_VA + offset, write }).describe()).toMatch(/^retired/)
      const callbacks = Array.from({ length: count }, (_, i) => offset + i * size).flatMap((at) => pieces(at, size))
      expect(m.log.toArray()).toEqual(
        callbacks.map(([at, n], seq) => ({
          seq,
          kind: write ? 'store' : 'load',
          region: 'tpm-crb-mmio',
          offset: at,
          pa: CRB + at,
          size: n,
          value: value(data.slice(at - offset, at - offset + n)),
          result: MEMTX_OK,
        })),
      )
      expect([m.x(2), m.x(Reg.PC)]).toEqual([BigInt(base + step), BigInt(CODE_VA + 4)])
      const behind = write ? data.slice(Math.max(0x80 - offset, 0)) : []
      const buffer = windowBytes().slice(0x80)
      if (behind.length > 0) buffer.splice(Math.max(offset - 0x80, 0), behind.length, ...behind)
      expect([...crb.buffer.subarray(0, 0x80)]).toEqual(buffer)
      if (!write) expect(loaded(m, text)).toEqual(expectedRegisters(text, data, size))
    }
  })
})

const isVector = (text: string): boolean => / [sdq]0| v0/.test(text)
const loaded = (m: Machine, text: string): bigint[] =>
  /^ldp|ld1/.test(text) ? [0, 1].map((r) => (isVector(text) ? m.v(r) : m.x(r))) : [isVector(text) ? m.v(0) : m.x(0)]

function expectedRegisters(text: string, data: readonly number[], size: number): bigint[] {
  const bytes = text.startsWith('ld1') ? 16 : size
  return Array.from({ length: data.length / bytes }, (_, i) => {
    const raw = value(data.slice(i * bytes, (i + 1) * bytes))
    return /^ld(rs|psw)/.test(text) ? BigInt.asUintN(64, BigInt.asIntN(8 * bytes, raw)) : raw
  })
}

describe('what the device makes of wide accesses', () => {
  it('STP W to CTRL_CANCEL and CTRL_START is the two registers in that order: a command runs', () => {
    const { m, crb, tpm } = machine()
    m.space.write(CRB + 0x08, 4, Uint8Array.of(1, 0, 0, 0), 0)
    crb.buffer.set([0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 4])
    m.setX(2, CRB_VA + 0x48)
    m.setX(0, 1n)
    m.setX(1, 1n)
    expect(m.run(0x29000440, { far: CRB_VA + 0x48, write: true }).kind).toBe('retired')
    expect(tpm.commands.map((c) => [...c])).toEqual([[0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 4]])
    expect(crb.busy).toBe(true)
    // The poll of a driver that reads pairs.
    m.vcpu.truth.set(Reg.PC, BigInt(CODE_VA))
    expect(m.run(0x29400440, { far: CRB_VA + 0x48 }).kind).toBe('retired')
    expect([m.x(0), m.x(1)]).toEqual([0n, 1n])
  })

  it('a 4-byte store at 0x3e reaches CTRL_REQ with its upper half: cmdReady', () => {
    const { m } = machine()
    m.setX(2, CRB_VA + 0x3e)
    m.setX(0, 0x0001_0000n)
    expect(m.run(0xb9000040, { far: CRB_VA + 0x3e, write: true }).kind).toBe('retired')
    expect(m.callbacks()).toEqual(['store tpm-crb-mmio+3e 2', 'store tpm-crb-mmio+40 2'])
    const status = new Uint8Array(4)
    m.space.read(CRB + 0x44, 4, status, 0)
    expect([...status]).toEqual([0, 0, 0, 0])
  })
})
