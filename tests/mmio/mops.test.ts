import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HandlerError, MEMORY_COPY_CHUNK, Reg } from '../../src/mmio/index.ts'
import { CODE_VA, CRB_VA, DEV, DEV_VA, Machine, PAGES, VA } from './machine.ts'

const P = 0
const M = 1
const E = 2
type Option = 'A' | 'B'

/** Xd = X4, Xs = X5, Xn = X6. */
const cpy = (either: boolean, stage: number, options = 0, rd = 4, rs = 5, rn = 6): number =>
  (0x1900_0400 | (either ? 1 << 26 : 0) | (stage << 22) | (rs << 16) | (options << 12) | (rn << 5) | rd) >>> 0
const set = (granules: boolean, stage: number, options = 0): number =>
  (0x19c0_0400 | (granules ? 1 << 26 : 0) | (5 << 16) | (stage << 14) | (options << 12) | (6 << 5) | 4) >>> 0

const C = 1n << 29n
const N = 1n << 31n
const FLAGS = 0xfn << 28n
const MASK = (1n << 64n) - 1n

/** Where a virtual address of the machine lies. */
const pa = (va: number): number => (PAGES[(va - VA) >> 12] as number) + (va & 0xfff)

/** One algorithm of the manual in bigints: what the registers are after `done` of `size` bytes. */
function registers(option: Option, forward: boolean, to: bigint, from: bigint, size: bigint, done: bigint): bigint[] {
  const left = size - done
  if (option === 'A') {
    return forward ? [to + size, from + size, BigInt.asUintN(64, -left)] : [to, from, left]
  }
  return forward ? [to + done, from + done, left] : [to + left, from + left, left]
}

/** Puts values into X4, X5 and X6. */
function place4(m: Machine, values: readonly bigint[]): void {
  for (const [k, v] of values.entries()) m.setX(4 + k, v & MASK)
}

/** Executes a main or epilogue until it retires; stage 2 stops it at the first byte that is left. */
function finish(m: Machine, word: number, first: (done: number) => number, size: number, write: boolean): number {
  let chunks = 0
  for (let done = 0; m.x(Reg.PC) === BigInt(CODE_VA + 4); chunks++) {
    const before = m.elements.length
    const all = [...m.elements]
    const outcome = m.run(word, { far: first(done), write })
    expect([outcome.kind, ['done', 'chunk-done'].includes(outcome.reason)]).toEqual(['retired', true])
    done += m.elements.filter((e) => e.kind === 'w').reduce((n, e) => n + e.bytes.length, 0)
    m.elements.unshift(...all)
    expect(m.elements.length - before).toBeLessThanOrEqual(2 * MEMORY_COPY_CHUNK)
    expect(done).toBeLessThanOrEqual(size)
    expect(m.elements.length).toBeGreaterThan(before)
  }
  return chunks
}

function bytesAt(m: Machine, va: number, length: number): number[] {
  const out = new Uint8Array(1)
  return Array.from({ length }, (_, k) => {
    m.space.read(pa(va + k), 1, out, 0)
    return out[0] as number
  })
}

/** Virtual ranges that are mapped without holes: RAM, CRB, RAM, device, RAM. */
const place = fc.integer({ min: VA + 0x80, max: VA + 0x4800 })

describe('CPYP, CPYM, CPYE', () => {
  it.each<Option>(['A', 'B'])('option %s: as bytes move one by one, in the direction that overlap wants', (option) => {
    const inputs = fc.tuple(
      place,
      place,
      fc.integer({ min: 1, max: 700 }),
      fc.boolean(),
      fc.integer({ min: -40, max: 40 }),
    )
    fc.assert(
      fc.property(inputs, ([a, b, size, either, near]) => {
        const [to, from] = near > 0 ? [a, a + near * 3] : near < -20 ? [a, a + near] : [a, b]
        fc.pre(from >= VA && Math.max(to, from) + size <= VA + 0x5000)
        // What stage 2 stops: the first byte read or written that is no plain RAM; here all of it.
        const m = new Machine({ memoryCopy: option, granule: 65536 })
        m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1))
        const forward = !(either && from < to && from + size > to)
        for (const [r, v] of [
          [4, to],
          [5, from],
          [6, size],
        ] as const)
          m.setX(r, v)
        m.vcpu.truth.set(Reg.PSTATE, m.x(Reg.PSTATE) | N)
        expect(m.run(cpy(either, P), { far: DEV_VA }).reason).toBe('done')
        expect(m.elements).toEqual([])
        const regs = (done: number): bigint[] =>
          registers(option, forward, BigInt(to), BigInt(from), BigInt(size), BigInt(done))
        expect([m.x(4), m.x(5), m.x(6)]).toEqual(regs(0))
        expect(m.x(Reg.PSTATE) & FLAGS).toBe(option === 'A' ? 0n : forward ? C : N | C)
        const order = Array.from({ length: size }, (_, k) => (forward ? k : size - 1 - k))
        // A copy upwards over its own source repeats it.
        const low = Math.min(to, from)
        const memory = bytesAt(m, low, Math.max(to, from) - low + size)
        for (const k of order) memory[to - low + k] = memory[from - low + k] as number
        const expected = memory.slice(to - low, to - low + size)
        const onDevice = (va: number): boolean => [1, 3].includes((va - VA) >> 12)
        const first = (done: number): number => {
          const k = order[done] as number
          return onDevice(to + k) ? to + k : from + k
        }
        // The CPU itself moves what is RAM on both sides; the test only lets the handler have such bytes in a chunk.
        fc.pre(order.every((k) => onDevice(to + k) || onDevice(from + k)))
        const side = onDevice(to + (order[0] as number))
        fc.pre(order.every((k) => onDevice(to + k) === side))
        finish(m, cpy(either, M), first, size, side)
        expect(bytesAt(m, to, size)).toEqual(expected)
        expect([m.x(4), m.x(5), m.x(6)]).toEqual(regs(size))
        expect(m.shape()).toEqual(
          order.flatMap((k) => [`r ${pa(from + k).toString(16)} 1`, `w ${pa(to + k).toString(16)} 1`]),
        )
        // Nothing is left: the epilogue does nothing.
        m.elements.length = 0
        expect(m.run(cpy(either, E), { far: DEV_VA }).reason).toBe('done')
        expect(m.elements).toEqual([])
      }),
      { numRuns: 60, maxSkipsPerRun: 1000 },
    )
  })

  it.each<[Option, bigint]>([
    ['A', 0n],
    ['B', C],
  ])('option %s: says in its registers how far it came when a device refuses', (option, flags) => {
    let reads = 0
    const ops = {
      valid: { max: 8 },
      read: (_offset: number, _size: number, tx: { result: number }) => {
        if (++reads === 4) tx.result = 1
        return reads
      },
      write: () => {},
    }
    const m = new Machine({ memoryCopy: option }, ops as never)
    const [to, from, size] = [VA + 0x40, DEV_VA + 0x80, 100]
    const regs = registers(option, true, BigInt(to), BigInt(from), BigInt(size), 0n)
    place4(m, regs)
    m.vcpu.truth.set(Reg.PSTATE, m.x(Reg.PSTATE) | flags)
    const outcome = m.run(cpy(false, M), { far: from })
    expect([outcome.kind, outcome.reason]).toEqual(['injected', 'external-abort'])
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([0x9600_0010n, BigInt(from + 3)])
    expect([m.x(4), m.x(5), m.x(6)]).toEqual(registers(option, true, BigInt(to), BigInt(from), BigInt(size), 3n))
    expect([...m.ram.subarray(0x8040, 0x8043)]).toEqual([1, 2, 3])
  })

  it('a page of the other side that the tables do not map is a fault of the guest, with nothing changed', () => {
    const m = new Machine()
    const [to, from, size] = [VA + 0x5010, DEV_VA + 0x80, 100]
    place4(m, registers('A', true, BigInt(to), BigInt(from), BigInt(size), 0n))
    const before = [m.x(4), m.x(5), m.x(6)]
    expect(m.run(cpy(false, M), { far: from }).reason).toBe('translation-fault')
    expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([0x9600_0047n, BigInt(to)])
    expect([m.x(4), m.x(5), m.x(6), m.elements]).toEqual([...before, []])
  })

  it('sizes are cut to the longest: 55 bits for CPY, 63 for CPYF and SET', () => {
    const m = new Machine({ memoryCopy: 'B' })
    for (const [word, size] of [
      [cpy(true, P), 0x7f_ffff_ffff_ffffn],
      [cpy(false, P), 0x7fff_ffff_ffff_ffffn],
      [set(false, P), 0x7fff_ffff_ffff_ffffn],
      [set(true, P), 0x7fff_ffff_ffff_fff0n],
    ] as const) {
      m.setX(4, DEV_VA + 0x100)
      m.setX(5, CRB_VA)
      m.setX(6, MASK)
      expect(m.run(word, { far: DEV_VA + 0x100, write: true }).reason).toBe('done')
      expect(m.x(6)).toBe(size)
    }
  })

  it.each([
    ['A', C, cpy(true, M, 6), 0x9e00_0000n | (6n << 19n) | (3n << 16n) | (4n << 10n) | (5n << 5n) | 6n],
    ['B', 0n, cpy(false, E), 0x9e00_0000n | (1n << 18n) | (1n << 17n) | (4n << 10n) | (5n << 5n) | 6n],
    ['A', C, set(false, M), 0x9f00_0000n | (3n << 16n) | (4n << 10n) | (5n << 5n) | 6n],
    ['B', 0n, set(true, E, 1), 0x9f80_0000n | (1n << 19n) | (1n << 18n) | (1n << 17n) | (4n << 10n) | (5n << 5n) | 6n],
  ] as const)('option %s with the flags of the other: an exception of class 0x27', (option, flags, word, esr) => {
    const m = new Machine({ memoryCopy: option })
    m.vcpu.truth.set(Reg.PSTATE, (m.x(Reg.PSTATE) & ~FLAGS) | flags)
    for (const r of [4, 5, 6]) m.setX(r, DEV_VA)
    const outcome = m.run(word, { far: DEV_VA, write: true })
    expect([outcome.kind, outcome.reason, m.elements]).toEqual(['injected', 'memory-copy-mismatch', []])
    expect(m.x(Reg.ESR_EL1)).toBe(esr)
    expect([4, 5, 6].map((r) => m.x(r))).toEqual(Array(3).fill(BigInt(DEV_VA)))
  })

  it('FAR must be a byte that is left', () => {
    const m = new Machine()
    place4(m, registers('A', true, BigInt(DEV_VA), BigInt(CRB_VA), 16n, 0n))
    for (const far of [DEV_VA - 1, DEV_VA + 16]) {
      expect(m.run(cpy(false, M), { far, write: true }).reason).toBe('far-differs')
    }
    expect(m.run(cpy(false, M), { far: CRB_VA + 16 }).reason).toBe('far-differs')
    expect(m.run(cpy(false, M), { far: DEV_VA + 15, write: true }).reason).toBe('done')
  })

  it('takes A or B', () => {
    expect(() => new Machine({ memoryCopy: 'C' as never })).toThrow(HandlerError)
  })
})

describe('SETP, SETM, SETE', () => {
  it.each<Option>(['A', 'B'])('option %s: stores the value byte by byte, in chunks', (option) => {
    const m = new Machine({ memoryCopy: option })
    const [to, size] = [DEV_VA + 0xf03, 600]
    m.unmap(VA + 0x4000)
    m.map(VA + 0x4000, DEV + 0x1000)
    m.setX(4, to)
    m.setX(5, 0x1234_56a5n)
    m.setX(6, size)
    expect(m.run(set(false, P), { far: to, write: true }).reason).toBe('done')
    const at = (k: number): number => DEV + 0xf03 + k
    let k = 0
    let chunks = 0
    while (m.x(Reg.PC) === BigInt(CODE_VA + 4)) {
      const va = to + k
      const hpfar = BigInt(at(k) >>> 12) << 4n
      expect(m.run(set(false, M), { far: va, write: true, hpfar }).kind).toBe('retired')
      for (const e of m.elements) expect([e.kind, e.pa, e.bytes]).toEqual(['w', at(k++), [0xa5]])
      chunks++
    }
    // To the end of the page, a chunk, the rest.
    expect([k, chunks]).toEqual([size, 3])
    expect([m.x(4), m.x(6)]).toEqual([BigInt(to + size), 0n])
  })

  it('SETG stores 16 bytes at a time, and wants its address and size so', () => {
    const m = new Machine()
    const run = (to: number, size: bigint, stage: number): string => {
      m.setX(4, to)
      m.setX(5, 7)
      m.setX(6, BigInt.asUintN(64, size))
      return m.run(set(true, stage), { far: DEV_VA + 0x100, write: true }).reason
    }
    expect(run(DEV_VA + 0x108, 32n, P)).toBe('alignment-fault')
    expect(m.x(Reg.ESR_EL1)).toBe(0x9600_0061n)
    m.setX(Reg.PC, CODE_VA)
    m.vcpu.truth.set(Reg.PSTATE, 0x3c5n)
    expect(run(DEV_VA + 0x100, 40n, P)).toBe('alignment-fault')
    m.setX(Reg.PC, CODE_VA)
    m.vcpu.truth.set(Reg.PSTATE, 0x3c5n)
    expect(run(DEV_VA + 0x120, -32n, M)).toBe('done')
    expect(m.shape()).toEqual([`w ${(DEV + 0x100).toString(16)} 16`, `w ${(DEV + 0x110).toString(16)} 16`])
    expect(m.elements[0]?.bytes).toEqual(Array(16).fill(7))
  })
})

describe('hostile copies', () => {
  it('never throw, and end after a chunk', () => {
    const words = fc
      .tuple(fc.boolean(), fc.nat(3), fc.nat(15), fc.nat(31), fc.nat(31), fc.nat(31))
      .map(([either, op1, options, rd, rs, rn]) => cpy(either, op1, options, rd, rs, rn))
    const value = fc.oneof(fc.bigInt({ min: 0n, max: MASK }), place.map(BigInt), fc.bigInt({ min: -600n, max: 600n }))
    fc.assert(
      fc.property(
        words,
        fc.array(value, { minLength: 32, maxLength: 32 }),
        place,
        fc.boolean(),
        fc.nat(15),
        (word, x, far, write, flags) => {
          const m = new Machine({ memoryCopy: flags & 1 ? 'A' : 'B' })
          for (let r = 0; r < 31; r++) m.setX(r, BigInt.asUintN(64, x[r] as bigint))
          m.vcpu.truth.set(Reg.PSTATE, 0x3c5n | (BigInt(flags) << 28n))
          const { kind } = m.run(word, { far, write })
          expect(['retired', 'injected', 'retry', 'unhandled']).toContain(kind)
          expect(m.elements.length).toBeLessThanOrEqual(2 * MEMORY_COPY_CHUNK)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
