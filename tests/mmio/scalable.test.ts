/** SVE and SME accesses against models that go from the fields of the word; nothing here asks the decoder. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64 } from '../../src/decode/index.ts'
import {
  MAX_SCALABLE_ELEMENTS,
  Reg,
  type UnpredictableOptions,
  VectorFile,
  VectorReg,
  type VectorRegisters,
} from '../../src/mmio/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import { DEV, DEV_VA, Machine, RAM, VA, value } from './machine.ts'

const LENGTHS = [16, 32, 64, 128, 256] as const

class Vectors implements VectorRegisters {
  readonly file: VectorFile = new VectorFile()
  readonly pulled: number[] = []
  readonly pushed: number[] = []
  readonly length: number

  constructor(length: number) {
    this.length = length
    this.file.bytes.forEach((_, k, bytes) => {
      bytes[k] = (k * 7 + (k >> 8) * 3) & 0xff
    })
  }

  pull(reg: number): void {
    this.pulled.push(reg)
  }

  push(reg: number): void {
    this.pushed.push(reg)
  }

  z(n: number): number[] {
    return [...this.file.view(n).subarray(0, this.length)]
  }

  /** One bit for each byte of a vector. */
  setPredicate(p: number, active: (lane: number) => boolean, lane: number): void {
    const view = this.file.view(VectorReg.P0 + p)
    view.fill(0)
    for (let e = 0; e * lane < this.length; e++) {
      const n = e * lane
      if (active(e)) view[n >> 3] = (view[n >> 3] as number) | (1 << (n & 7))
    }
  }
}

function machine(length: number, unpredictable: UnpredictableOptions = {}): { m: Machine; v: Vectors } {
  const m = new Machine({ unpredictable })
  const v = new Vectors(length)
  Object.assign(m.vcpu, { vectors: v })
  return { m, v }
}

const at = (kind: string, offset: number, size: number): string => `${kind} ${(DEV + offset).toString(16)} ${size}`

/** Field dtype of LD1: bytes in memory, bytes of a lane, signed. */
const DTYPES = [
  [1, 1, false],
  [1, 2, false],
  [1, 4, false],
  [1, 8, false],
  [4, 8, true],
  [2, 2, false],
  [2, 4, false],
  [2, 8, false],
  [2, 8, true],
  [2, 4, true],
  [4, 4, false],
  [4, 8, false],
  [1, 8, true],
  [1, 4, true],
  [1, 2, true],
  [8, 8, false],
] as const

const lengths = fc.constantFrom(...LENGTHS)
/** Whether lane `e` is active, by a seed; lane 0 always is. */
const mask = fc
  .integer({ min: 0, max: 0xffff })
  .map((seed) => (e: number) => ((seed * (e + 3)) >> (e % 7)) % 3 !== 0 || e === 0)

function extended(bytes: number[], lane: number, signed: boolean): number[] {
  const sign = signed && ((bytes.at(-1) as number) & 0x80) !== 0 ? 0xff : 0
  return [...bytes, ...Array<number>(lane - bytes.length).fill(sign)]
}

describe('contiguous', () => {
  it('LD1: active elements in order, at every vector length', () => {
    fc.assert(
      fc.property(lengths, mask, fc.nat(15), fc.integer({ min: -4, max: 4 }), (length, active, dtype, index) => {
        const [size, lane, signed] = DTYPES[dtype] as (typeof DTYPES)[number]
        const { m, v } = machine(length)
        v.setPredicate(3, active, lane)
        // ld1 {z5}, p3/z, [x2, x4, lsl #log2(size)]
        const word = (0xa400_4000 | (dtype << 21) | (4 << 16) | (3 << 10) | (2 << 5) | 5) >>> 0
        m.setX(2, DEV_VA + 0x80)
        m.setX(4, BigInt.asUintN(64, BigInt(index)))
        const start = 0x80 + index * size
        expect(m.run(word, { far: DEV_VA + start }).reason).toBe('done')
        const elements = Array.from({ length: length / lane }, (_, e) => e)
        const read = elements.filter(active)
        expect(m.shape()).toEqual(read.map((e) => at('r', start + e * size, size)))
        const expected = elements.flatMap((e) => {
          const bytes = [...m.device.subarray(start + e * size, start + (e + 1) * size)]
          return active(e) ? extended(bytes, lane, signed) : Array<number>(lane).fill(0)
        })
        expect(v.z(5)).toEqual(expected)
        expect(v.pushed).toEqual([5])
      }),
      { numRuns: 150 },
    )
  })

  it('ST1: the low bytes of active lanes, by an offset in vector lengths', () => {
    const sizes = fc.constantFrom([0, 0], [0, 1], [0, 2], [0, 3], [1, 1], [1, 2], [1, 3], [2, 2], [2, 3], [3, 3])
    fc.assert(
      fc.property(lengths, mask, sizes, fc.integer({ min: -8, max: 7 }), (length, active, [msz, esz], imm4) => {
        const [size, lane] = [1 << (msz as number), 1 << (esz as number)]
        const { m, v } = machine(length)
        v.setPredicate(1, active, lane)
        const before = m.device.slice()
        const word =
          (0xe400_e000 |
            ((msz as number) << 23) |
            ((esz as number) << 21) |
            ((imm4 & 15) << 16) |
            (1 << 10) |
            (2 << 5) |
            9) >>>
          0
        const start = 0x800 + (imm4 * length * size) / lane
        m.setX(2, DEV_VA + 0x800)
        expect(m.run(word, { far: DEV_VA + start, write: true }).reason).toBe('done')
        const lanes = Array.from({ length: length / lane }, (_, e) => e).filter(active)
        expect(m.shape()).toEqual(lanes.map((e) => at('w', start + e * size, size)))
        for (const e of lanes) before.set(v.z(9).slice(e * lane, e * lane + size), start + e * size)
        expect([...m.device]).toEqual([...before])
        expect(v.pushed).toEqual([])
      }),
      { numRuns: 120 },
    )
  })

  it('LD2, LD3, LD4: registers take turns, modulo 32', () => {
    fc.assert(
      fc.property(lengths, mask, fc.nat(3), fc.integer({ min: 1, max: 3 }), (length, active, msz, num) => {
        const size = 1 << msz
        const { m, v } = machine(length)
        v.setPredicate(2, active, size)
        const word = (0xa400_c000 | (msz << 23) | (num << 21) | (4 << 16) | (2 << 10) | (2 << 5) | 30) >>> 0
        m.setX(2, DEV_VA)
        m.setX(4, 0)
        expect(m.run(word, { far: DEV_VA }).reason).toBe('done')
        const n = num + 1
        const read: string[] = []
        for (let e = 0; e < length / size; e++) {
          for (let r = 0; r < n; r++) {
            const offset = (e * n + r) * size
            if (active(e)) read.push(at('r', offset, size))
            const bytes = active(e) ? [...m.device.subarray(offset, offset + size)] : Array<number>(size).fill(0)
            expect(v.z((30 + r) % 32).slice(e * size, (e + 1) * size)).toEqual(bytes)
          }
        }
        expect(m.shape()).toEqual(read)
      }),
      { numRuns: 60 },
    )
  })

  it('LD1R reads one element for all lanes, LD1RQ sixteen bytes for all segments', () => {
    for (const length of LENGTHS) {
      const { m, v } = machine(length)
      v.setPredicate(0, (e) => e % 2 === 0, 4)
      m.setX(2, DEV_VA + 0x40)
      // ld1rw {z1.s}, p0/z, [x2, #8]
      expect(m.run(0x8542_c041, { far: DEV_VA + 0x48 }).reason).toBe('done')
      expect(m.shape()).toEqual([at('r', 0x48, 4)])
      const word = [...m.device.subarray(0x48, 0x4c)]
      expect(v.z(1)).toEqual(Array.from({ length: length / 4 }, (_, e) => (e % 2 === 0 ? word : [0, 0, 0, 0])).flat())
      // ld1rqw {z1.s}, p0/z, [x2, #-16]
      m.vcpu.truth.set(Reg.PC, 0x40_0000n)
      expect(m.run(0xa50f_2041, { far: DEV_VA + 0x30 }).reason).toBe('done')
      expect(m.shape()).toEqual([at('r', 0x30, 4), at('r', 0x38, 4)])
      const quad = [...m.device.subarray(0x30, 0x34), 0, 0, 0, 0, ...m.device.subarray(0x38, 0x3c), 0, 0, 0, 0]
      expect(v.z(1)).toEqual(Array.from({ length: length / 16 }, () => quad).flat())
    }
  })

  it('a predicate-as-counter governs several vectors (SME2)', () => {
    for (const [counter, actives] of [
      [(5 << 1) | 1, (k: number) => k < 5],
      [(5 << 1) | 1 | 0x8000, (k: number) => k >= 5],
      [(3 << 2) | 2, (k: number) => k < 6 && k % 2 === 0],
      [0, () => false],
    ] as const) {
      const { m, v } = machine(16)
      v.file.view(VectorReg.P0 + 8).set([counter & 0xff, counter >> 8])
      m.setX(2, DEV_VA)
      m.setX(0, 0)
      // ld1b {z4.b - z5.b}, pn8/z, [x2, x0]
      const first = Array.from({ length: 32 }, (_, k) => k).find(actives)
      const outcome = m.run(0xa000_0044, { far: DEV_VA + (first ?? 0) })
      if (first === undefined) {
        expect(outcome.reason).toBe('far-differs')
        continue
      }
      expect(outcome.reason).toBe('done')
      const bytes = Array.from({ length: 32 }, (_, k) => (actives(k) ? (m.device[k] as number) : 0))
      expect([...v.z(4), ...v.z(5)]).toEqual(bytes)
    }
  })
})

describe('gather and scatter', () => {
  it('LD1D [Xn, Zm.D]: lanes in order, whatever their addresses', () => {
    const offsets = fc.array(fc.integer({ min: 0, max: 0x1f0 }), { minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(lengths, mask, offsets, (length, active, each) => {
        const { m, v } = machine(length)
        v.setPredicate(7, active, 8)
        const view = v.file.view(3)
        for (let e = 0; e < length / 8; e++) {
          new DataView(view.buffer, view.byteOffset).setBigUint64(8 * e, BigInt(each[e] as number) * 8n, true)
        }
        m.setX(2, DEV_VA)
        // ld1d {z6.d}, p7/z, [x2, z3.d]
        const far = DEV_VA + (each[0] as number) * 8
        expect(m.run(0xc5c3_dc46, { far }).reason).toBe('done')
        const lanes = Array.from({ length: length / 8 }, (_, e) => e)
        expect(m.shape()).toEqual(lanes.filter(active).map((e) => at('r', (each[e] as number) * 8, 8)))
        const expected = lanes.flatMap((e) => {
          const offset = (each[e] as number) * 8
          return active(e) ? [...m.device.subarray(offset, offset + 8)] : Array<number>(8).fill(0)
        })
        expect(v.z(6)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('ST1W [Zn.S, #imm]: 32-bit addresses of the vector', () => {
    const { m, v } = machine(32)
    v.setPredicate(0, () => true, 4)
    const view = new DataView(v.file.bytes.buffer, v.file.view(3).byteOffset)
    for (let e = 0; e < 8; e++) view.setUint32(4 * e, DEV_VA + 0x100 - 8 * e, true)
    // st1w {z6.s}, p0, [z3.s, #4]
    expect(m.run(0xe561_a066, { far: DEV_VA + 0x104, write: true }).reason).toBe('done')
    expect(m.shape()).toEqual(Array.from({ length: 8 }, (_, e) => at('w', 0x104 - 8 * e, 4)))
    expect(m.elements.flatMap((e) => e.bytes)).toEqual(v.z(6))
  })

  it('LD1W [Xn, Zm.S, SXTW #2]: offsets extended and scaled', () => {
    const { m, v } = machine(16)
    v.setPredicate(0, () => true, 4)
    const view = new DataView(v.file.bytes.buffer, v.file.view(3).byteOffset)
    for (const [e, n] of [-1, 2, 0, 7].entries()) view.setInt32(4 * e, n, true)
    m.setX(2, DEV_VA + 0x80)
    // ld1w {z6.s}, p0/z, [x2, z3.s, sxtw #2]
    expect(m.run(0x8563_4046, { far: DEV_VA + 0x7c }).reason).toBe('done')
    expect(m.shape()).toEqual([0x7c, 0x88, 0x80, 0x9c].map((offset) => at('r', offset, 4)))
  })
})

describe('first-fault and non-fault loads', () => {
  const LDFF1B = 0xa400_6000 | (4 << 16) | (2 << 5) | 5
  const LDNF1B = 0xa410_a000 | (2 << 5) | 5

  function run(word: number, base: number, far = base): { m: Machine; v: Vectors; reason: string } {
    const { m, v } = machine(32)
    v.setPredicate(0, () => true, 1)
    v.file.view(VectorReg.FFR).fill(0xff)
    m.setX(2, base)
    m.setX(4, 0)
    return { m, v, reason: m.run(word >>> 0, { far }).reason }
  }
  const ffr = (v: Vectors): bigint => value(v.file.view(VectorReg.FFR).subarray(0, 4))

  it('LDFF1 reads its first active element of a device, and no other', () => {
    const { m, v, reason } = run(LDFF1B, DEV_VA + 0x10)
    expect([reason, m.shape(), ffr(v)]).toEqual(['done', [at('r', 0x10, 1)], 1n])
    expect(v.z(5)).toEqual([m.device[0x10], ...Array(31).fill(0)])
    expect(v.pushed).toEqual([5, VectorReg.FFR])
  })

  it('LDFF1 goes on through RAM behind a device, to the first page that is not mapped', () => {
    const { m, v, reason } = run(LDFF1B, DEV_VA + 0xfff)
    expect([reason, m.elements.length, ffr(v)]).toEqual(['done', 32, 0xffff_ffffn])
    // Behind that page nothing is mapped; the first element is the device's last byte.
    expect(m.elements[1]?.pa).toBe(RAM + 0xc000)
  })

  it('LDFF1 of a page that is not mapped: a fault if it is the first element', () => {
    const far = VA + 0x5000
    expect(run(LDFF1B, far).reason).toBe('translation-differs')
  })

  it('LDNF1 reads nothing of a device', () => {
    const { m, v, reason } = run(LDNF1B, DEV_VA + 0x10)
    expect([reason, m.elements, ffr(v)]).toEqual(['done', [], 0n])
  })

  it('SVELDNFZERO: active lanes that are not reached become zero, or stay; strict mode reports them', () => {
    // ldff1h {z5.s}, p0/z, [x2, x4], every second lane inactive
    const word = 0xa4c4_6045
    const go = (unpredictable: UnpredictableOptions): [Vectors, string, string, number[]] => {
      const { m, v } = machine(32, unpredictable)
      v.setPredicate(0, (lane) => lane % 2 === 0, 4)
      v.file.view(VectorReg.FFR).fill(0xff)
      m.setX(2, DEV_VA + 0x10)
      m.setX(4, 0)
      const { reason, constraint } = m.run(word, { far: DEV_VA + 0x10 })
      return [v, reason, constraint, [...m.device.subarray(0x10, 0x12), 0, 0]]
    }
    const lanes = (v: Vectors): number[][] => Array.from({ length: 8 }, (_, e) => v.z(5).slice(4 * e, 4 * e + 4))
    const before = lanes(machine(32).v)
    const [zero, reason, constraint, loaded] = go({})
    expect([reason, constraint]).toEqual(['done', 'SVELDNFZERO'])
    expect(lanes(zero)).toEqual([loaded, ...Array(7).fill([0, 0, 0, 0])])
    const [kept] = go({ SVELDNFZERO: 'FALSE' })
    expect(lanes(kept)).toEqual([loaded, ...before.map((lane, e) => (e % 2 === 0 ? lane : [0, 0, 0, 0])).slice(1)])
    expect(kept.pulled.slice(-2)).toEqual([VectorReg.FFR, 5])
    expect(go({ strict: true })[1]).toBe('constrained-unpredictable')
  })

  it('LDNF1 reads what is RAM before the device', () => {
    const { m, v, reason } = run(LDNF1B, DEV_VA - 3, DEV_VA)
    expect([reason, m.elements.map((e) => e.pa), ffr(v)]).toEqual([
      'done',
      [0xaffd, 0xaffe, 0xafff].map((o) => RAM + o),
      7n,
    ])
  })
})

describe('whole registers', () => {
  it('LDR and STR of Z and P', () => {
    for (const length of LENGTHS) {
      const { m, v } = machine(length)
      m.setX(2, DEV_VA + 0x400)
      // ldr z7, [x2, #-1, mul vl]
      expect(m.run(0x85bf_5c47, { far: DEV_VA + 0x400 - length }).reason).toBe('done')
      expect(m.elements.every((e) => e.bytes.length === 8)).toBe(true)
      expect(v.z(7)).toEqual([...m.device.subarray(0x400 - length, 0x400)])
      m.vcpu.truth.set(Reg.PC, 0x40_0000n)
      // str p3, [x2, #2, mul vl]
      const start = 0x400 + length / 4
      expect(m.run(0xe580_0843, { far: DEV_VA + start, write: true }).reason).toBe('done')
      expect([...m.device.subarray(start, start + length / 8)]).toEqual([
        ...v.file.view(VectorReg.P0 + 3).subarray(0, length / 8),
      ])
    }
  })

  it('LDR ZA by a vector select, STR ZT0', () => {
    const { m, v } = machine(32)
    m.setX(2, DEV_VA + 0x100)
    m.setX(12, 30)
    // ldr za[w12, 3], [x2, #3, mul vl]: vector 33 modulo 32.
    expect(m.run(0xe100_0043, { far: DEV_VA + 0x160 }).reason).toBe('done')
    expect([...v.file.view(VectorReg.ZA0 + 1).subarray(0, 32)]).toEqual([...m.device.subarray(0x160, 0x180)])
    expect(v.pushed).toEqual([VectorReg.ZA0 + 1])
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    expect(m.run(0xe13f_8040, { far: DEV_VA + 0x100, write: true }).reason).toBe('done')
    expect([...m.device.subarray(0x100, 0x140)]).toEqual([...v.file.view(VectorReg.ZT0)])
  })

  it.each([
    ['horizontal', 0],
    ['vertical', 1],
  ])('LD1W and ST1W of a %s slice of ZA2.S', (_, vertical) => {
    const { m, v } = machine(32)
    v.setPredicate(0, (e) => e !== 3, 4)
    m.setX(2, DEV_VA + 0x200)
    m.setX(31, 0)
    m.setX(13, 6)
    const fields = (31 << 16) | (vertical << 15) | (1 << 13) | (2 << 5) | (2 << 2) | 3
    const place = (e: number): [number, number] => (vertical ? [2 + 4 * e, 4 * 1] : [2 + 4 * 1, 4 * e])
    // Slice W13 + 3 modulo 8 is 1.
    expect(m.run((0xe080_0000 | fields) >>> 0, { far: DEV_VA + 0x200 }).reason).toBe('done')
    for (let e = 0; e < 8; e++) {
      const [row, column] = place(e)
      const bytes = e === 3 ? [0, 0, 0, 0] : [...m.device.subarray(0x200 + 4 * e, 0x204 + 4 * e)]
      expect([...v.file.view(VectorReg.ZA0 + row).subarray(column, column + 4)]).toEqual(bytes)
    }
    expect(v.pushed.length).toBe(vertical ? 8 : 1)
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    expect(m.run((0xe0a0_0000 | fields) >>> 0, { far: DEV_VA + 0x200, write: true }).reason).toBe('done')
    expect(m.shape()).toEqual([0, 1, 2, 4, 5, 6, 7].map((e) => at('w', 0x200 + 4 * e, 4)))
  })
})

describe('faults', () => {
  const LD1D = (0xa5e0_4000 | (4 << 16) | (2 << 5) | 5) >>> 0

  it('a page that the guest may not read: nothing is accessed, FAR is of the element', () => {
    const { m, v } = machine(256)
    v.setPredicate(0, () => true, 8)
    m.map(DEV_VA, DEV)
    m.unmap(DEV_VA + 0x1000)
    m.setX(2, DEV_VA + 0xfe0)
    m.setX(4, 0)
    const before = v.z(5)
    expect(m.run(LD1D, { far: DEV_VA + 0xfe0 }).reason).toBe('translation-fault')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([0x9600_0007n, BigInt(DEV_VA + 0x1000)])
    expect([m.elements, v.z(5), v.pushed]).toEqual([[], before, []])
  })

  it('a device that refuses: an external abort at the element, registers as before', () => {
    const ops = {
      valid: { max: 8 },
      impl: { max: 8 },
      read: (offset: number, _: number, tx: { result: number }) => {
        if (offset === 0x18) tx.result = 1
        return 1
      },
      write: () => {},
    }
    const m = new Machine({}, ops as never)
    const v = new Vectors(64)
    Object.assign(m.vcpu, { vectors: v })
    v.setPredicate(0, () => true, 8)
    m.setX(2, DEV_VA)
    m.setX(4, 0)
    const before = v.z(5)
    expect(m.run(LD1D, { far: DEV_VA }).reason).toBe('external-abort')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1), v.z(5)]).toEqual([0x9600_0010n, BigInt(DEV_VA + 0x18), before])
  })

  it('a tag that differs is a Tag Check fault at the element', () => {
    const m = new Machine({ tags: { read: (pa) => (pa === RAM + 0xc010 ? 5 : 0), write: () => {} } })
    const v = new Vectors(64)
    Object.assign(m.vcpu, { vectors: v })
    v.setPredicate(0, () => true, 8)
    m.vcpu.truth.set(Reg.MAIR_EL1, 0xf044n)
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 43n) | (1n << 40n))
    m.vcpu.truth.set(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 37n))
    m.map(DEV_VA + 0x1000, RAM + 0xc000, 4)
    m.setX(2, DEV_VA + 0xfe0)
    m.setX(4, 0)
    expect(m.run(LD1D, { far: DEV_VA + 0xfe0 }).reason).toBe('tag-check-fault')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1), m.elements]).toEqual([0x9600_0011n, BigInt(DEV_VA + 0x1010), []])
    // ldff1d {z5.d}, p0/z, [x2, x4, lsl #3]: it ends there.
    m.setX(Reg.PC, 0x40_0000)
    m.vcpu.truth.set(Reg.PSTATE, 0x3c5n)
    m.setX(2, DEV_VA + 0xff8)
    v.file.view(VectorReg.FFR).fill(0xff)
    expect(m.run(0xa5e4_6045, { far: DEV_VA + 0xff8 }).reason).toBe('done')
    expect([m.elements.length, value(v.file.view(VectorReg.FFR).subarray(0, 8))]).toEqual([3, 0xff_ffffn])
  })

  it('an element across two pages goes as two parts', () => {
    const { m, v } = machine(16)
    v.setPredicate(0, () => true, 8)
    m.setX(2, DEV_VA + 0xffc)
    m.setX(4, 0)
    expect(m.run(LD1D, { far: DEV_VA + 0xffc }).reason).toBe('done')
    expect(m.shape()).toEqual([
      at('r', 0xffc, 4),
      `r ${(RAM + 0xc000).toString(16)} 4`,
      `r ${(RAM + 0xc004).toString(16)} 8`,
    ])
  })

  it('a vCPU that gives no vectors, or a length that is none', () => {
    const m = new Machine()
    m.setX(2, DEV_VA)
    expect(m.run(LD1D, { far: DEV_VA }).reason).toBe('no-vector-registers')
    for (const length of [0, 8, 24, 512, Number.NaN]) {
      const { m: other } = machine(16)
      Object.assign(other.vcpu, { vectors: { ...new Vectors(16), length } })
      expect(other.run(LD1D, { far: DEV_VA }).reason).toBe('no-vector-registers')
    }
  })
})

describe('hostile words', () => {
  const words = anyInstructionWord((e) => e.access !== undefined && !['X', 'V'].includes(e.access.bank))

  it('never throw, whatever registers and vectors hold', () => {
    expect(A64.encodings.filter((e) => e.access && !['X', 'V'].includes(e.access.bank)).length).toBeGreaterThan(400)
    fc.assert(
      fc.property(
        words,
        lengths,
        fc.integer({ min: VA, max: VA + 0xb000 }),
        fc.boolean(),
        (word, length, address, write) => {
          const { m, v } = machine(length)
          for (let r = 0; r < 31; r++) m.setX(r, r % 3 === 0 ? address : r)
          const { kind } = m.run(word, { far: address, write })
          expect(['retired', 'injected', 'retry', 'unhandled']).toContain(kind)
          expect(m.elements.length).toBeLessThanOrEqual(2 * MAX_SCALABLE_ELEMENTS)
          if (kind === 'retry' || kind === 'unhandled') expect([m.elements, v.pushed]).toEqual([[], []])
        },
      ),
      { numRuns: 1500 },
    )
  })
})
