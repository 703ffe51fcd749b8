/** Devices that take 16 and 64 bytes, and atomics, whole: the same effect as the cut access, in one callback. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64 } from '../../src/decode/index.ts'
import {
  AddressSpace,
  type AtomicRequest,
  MEMTX_ACCESS_ERROR,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  MEMTX_OK,
  MemoryRegion,
  type MemoryRegionOps,
  type MemTx,
  Reg,
  RegionError,
  type WholeAccess,
} from '../../src/mmio/index.ts'
import { instructionWord } from '../../src/testing/index.ts'
import { byteDevice, DEV, DEV_VA, Machine } from './machine.ts'

const ALL = { valid: { max: 8 }, impl: { max: 8 } } as const
const value = (words: Uint32Array): bigint => [...words].reduceRight((n, w) => (n << 32n) | BigInt(w), 0n)

/** The manual's `MemAtomic`, in bigints: what a device with the request would hold. */
function modified({ operation, size, operand, expected }: AtomicRequest, old: bigint): bigint {
  const b = value(operand)
  const signed = (n: bigint): bigint => BigInt.asIntN(8 * size, n)
  switch (operation) {
    case 'add':
      return BigInt.asUintN(8 * size, old + b)
    case 'clr':
      return old & ~b
    case 'eor':
      return old ^ b
    case 'set':
      return old | b
    case 'smax':
      return signed(old) > signed(b) ? old : b
    case 'smin':
      return signed(old) < signed(b) ? old : b
    case 'umax':
      return old > b ? old : b
    case 'umin':
      return old < b ? old : b
    case 'swp':
      return b
    case 'cas':
      return old === value(expected) ? b : old
  }
}

/** Callbacks that keep bytes, as `byteDevice` does: 16, 64 and atomics whole. */
function wholeDevice(bytes: Uint8Array, seen: string[] = [], bigEndian = false): WholeAccess {
  const at = (offset: number, size: number, n: number): number => offset + (bigEndian ? size - 1 - n : n)
  return {
    sizes: [16, 64],
    read(offset, data) {
      seen.push(`read +${offset.toString(16)} ${data.length}`)
      data.set(bytes.subarray(offset, offset + data.length))
    },
    write(offset, data) {
      seen.push(`write +${offset.toString(16)} ${data.length}`)
      bytes.set(data, offset)
    },
    atomic(offset, request) {
      const { operation, size, old } = request
      seen.push(`${operation} +${offset.toString(16)} ${size}`)
      let held = 0n
      for (let n = size - 1; n >= 0; n--) held = (held << 8n) | BigInt(bytes[at(offset, size, n)] as number)
      for (let i = 0; i < 4; i++) old[i] = Number((held >> BigInt(32 * i)) & 0xffff_ffffn)
      const next = modified(request, held)
      for (let n = 0; n < size; n++) bytes[at(offset, size, n)] = Number((next >> BigInt(8 * n)) & 0xffn)
    },
  }
}

/** A register of each byte: the bus gives and takes values by the byte order that the device says. */
function bigEndianDevice(bytes: Uint8Array): MemoryRegionOps {
  const one = { min: 1, max: 1 }
  return { ...byteDevice(bytes), valid: { max: 8, unaligned: true }, impl: one, endianness: 'big' }
}

function machineOf(whole: (device: Uint8Array) => WholeAccess, bigEndian = false): Machine {
  const bytes = new Uint8Array(0x2000)
  const plain = bigEndian ? bigEndianDevice(bytes) : byteDevice(bytes, ALL)
  const m = new Machine({}, { ...plain, whole: whole(bytes) })
  // The device's bytes are those that the machine looks at.
  bytes.set(m.device)
  Object.defineProperty(m, 'device', { value: bytes })
  m.setX(2, DEV_VA + 0x40)
  return m
}

describe('the sizes of the bus', () => {
  it('an aligned part of 16 or 64 bytes is one callback, all else is cut as ever', () => {
    fc.assert(
      fc.property(
        fc.nat(0x90),
        fc.integer({ min: 1, max: 130 }),
        fc.constantFrom<(16 | 64)[]>([16], [64], [16, 64], []),
        (offset, size, sizes) => {
          const bytes = Uint8Array.from({ length: 0x100 }, (_, i) => i * 3 + 1)
          const seen: string[] = []
          const plain: string[] = []
          const callbacks = byteDevice(bytes, ALL)
          const ops: MemoryRegionOps = {
            ...callbacks,
            read(at, n, tx) {
              plain.push(`read +${at.toString(16)} ${n}`)
              return callbacks.read(at, n, tx)
            },
            whole: { ...wholeDevice(bytes, plain), sizes },
          }
          const end = Math.min(offset + size, 0x100)
          for (let at = offset; at < end; ) {
            const fits = (n: number): boolean => at % n === 0 && end - at >= n
            const n = sizes.includes(64) && fits(64) ? 64 : sizes.includes(16) && fits(16) ? 16 : 0
            const rest = [8, 4, 2, 1].find(fits) as number
            seen.push(`read +${at.toString(16)} ${n || rest}`)
            at += n || rest
          }
          const space = new AddressSpace().add(MemoryRegion.io('d', 0x100, ops), 0x1000)
          const got = new Uint8Array(end - offset)
          expect(space.read(0x1000 + offset, got.length, got, 0)).toBe(MEMTX_OK)
          expect(plain).toEqual(seen)
          expect(got).toEqual(bytes.subarray(offset, end))
          const fresh = got.map((b) => b ^ 0x5a)
          expect(space.write(0x1000 + offset, fresh.length, fresh, 0)).toBe(MEMTX_OK)
          expect(bytes.subarray(offset, end)).toEqual(fresh)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('refuses other sizes, and sizes without callbacks', () => {
    const make = (whole: unknown) => () =>
      MemoryRegion.io('d', 64, { ...byteDevice(new Uint8Array(64)), whole: whole as WholeAccess })
    expect(make({ sizes: [32], read() {}, write() {} })).toThrow(RegionError)
    expect(make({ sizes: [16], read() {} })).toThrow(/whole\.write/)
    expect(make({ atomic: 3 })).toThrow(/whole\.atomic/)
    expect(make({})).not.toThrow()
  })
})

const INSTRUCTIONS = [
  ['ldr q1, [x2]', 0x3dc00041, ['read +40 16']],
  ['str q1, [x2]', 0x3d800041, ['write +40 16']],
  ['ldp q1, q3, [x2]', 0xad400c41, ['read +40 16', 'read +50 16']],
  ['ld64b x4, [x2]', 0xf83fd044, ['read +40 64']],
  ['st64b x4, [x2]', 0xf83f9044, ['write +40 64']],
  ['ldadd w0, w1, [x2]', 0xb8200041, ['add +40 4']],
  ['stclrb w0, [x2]', 0x3820105f, ['clr +40 1']],
  ['swpah w0, w1, [x2]', 0x78a08041, ['swp +40 2']],
  ['ldsmaxal x0, x1, [x2]', 0xf8e04041, ['smax +40 8']],
  ['cas x0, x1, [x2]', 0xc8a07c41, ['cas +40 8']],
  ['casp x4, x5, x6, x7, [x2]', 0x48247c46, ['cas +40 16']],
  ['ldclrp x4, x5, [x2]', 0x19251044, ['clr +40 16']],
  ['swpp x4, x5, [x2]', 0x19258044, ['swp +40 16']],
] as const

describe('instructions', () => {
  it.each(INSTRUCTIONS)('%s', (_text, word, callbacks) => {
    const seen: string[] = []
    const m = machineOf((bytes) => wholeDevice(bytes, seen))
    const outcome = m.run(word, { far: DEV_VA + 0x40, write: callbacks[0].startsWith('write') })
    expect([outcome.kind, outcome.reason]).toEqual(['retired', 'done'])
    expect(seen).toEqual(callbacks)
    expect([...m.log].map(({ kind, size }) => `${kind} ${size}`)).toEqual(
      callbacks.map((c) => {
        const [name, , size] = c.split(' ') as [string, string, string]
        return `${{ read: 'load', write: 'store', cas: 'cas' }[name] ?? 'atomic'} ${size}`
      }),
    )
  })
})

const ATOMICS = A64.encodings.filter(
  ({ access }) => access?.load && access.store && /^(?:atomic|compare)/.test(access.form),
)

describe('an atomic taken whole is the read and the write', () => {
  it('has every row of the table', () => {
    expect(ATOMICS.length).toBeGreaterThan(150)
  })

  it.each([false, true])('in registers, device and journal; big-endian: %s', (bigEndian) => {
    let whole = 0
    for (const [k, row] of ATOMICS.entries()) {
      for (const drawn of fc.sample(instructionWord(row), { numRuns: 3, seed: k })) {
        const word = ((drawn & ~(31 << 5)) | (2 << 5)) >>> 0
        const run = (ops: (bytes: Uint8Array) => WholeAccess): string => {
          const m = machineOf(ops, bigEndian)
          m.device.set(fc.sample(fc.uint8Array({ minLength: 16, maxLength: 16 }), { numRuns: 1, seed: k })[0]!, 0x40)
          if (k % 2 === 0) for (let r = 0; r < 31; r++) if (r !== 2) m.setX(r, BigInt(m.device[0x40] as number))
          if (bigEndian) {
            m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 24n))
            m.vcpu.truth.set(Reg.PSTATE, 0x3c0n)
            m.map(DEV_VA, DEV, 0x40)
          }
          const { kind, reason, journal } = m.run(word, { far: DEV_VA + 0x40 })
          // Reads, then writes: by the whole size, or by elements.
          const entries = [...journal]
          const bytes = [false, true].map((w) => entries.filter((e) => e.write === w).flatMap((e) => e.bytes))
          return [kind, reason, m.state(), ...bytes].join('|')
        }
        const seen: string[] = []
        const cut = run(() => ({}))
        const taken = run((bytes) => wholeDevice(bytes, seen, bigEndian))
        expect([row.id, taken]).toEqual([row.id, cut])
        whole += seen.length
      }
    }
    expect(whole).toBeGreaterThan(300)
  })
})

describe('an atomic that is not taken whole', () => {
  const ldadd = 0xb8200041
  it.each([
    ['of the other byte order', true, 0x40, ['load dev+40 1', 'load dev+41 1', 'load dev+42 1', 'load dev+43 1']],
    ['not aligned', false, 0x42, ['load dev+42 2', 'load dev+44 2']],
  ] as const)('%s: read, then written', (_why, bigEndian, offset, reads) => {
    const m = machineOf((bytes) => wholeDevice(bytes, [], bigEndian), bigEndian)
    m.setX(2, DEV_VA + offset)
    expect(m.run(ldadd, { far: DEV_VA + offset }).kind).toBe('retired')
    expect(m.callbacks()).toEqual([...reads, ...reads.map((r) => r.replace('load', 'store'))])
  })

  it('beside RAM: the device has no part in it', () => {
    const seen: string[] = []
    const space = new AddressSpace()
      .add(MemoryRegion.ram('ram', new Uint8Array(8)), 0x1000)
      .add(
        MemoryRegion.io('d', 8, { ...byteDevice(new Uint8Array(8)), whole: wholeDevice(new Uint8Array(8), seen) }),
        0x1008,
      )
    expect(space.takesAtomic(0x1000, 8, 'add', false)).toBe(false)
    expect(space.takesAtomic(0x1000, 16, 'swp', false)).toBe(false)
    expect(space.takesAtomic(0x1008, 16, 'swp', false)).toBe(false)
    expect(space.takesAtomic(0x1008, 8, 'fadd', false)).toBe(false)
    expect(space.takesAtomic(0x2000, 8, 'add', false)).toBe(false)
    expect(space.takesAtomic(0x1008, 8, 'add', false)).toBe(true)
  })
})

describe('what a device does wrong', () => {
  const wrong: [string, (tx: MemTx) => void][] = [
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['defers', (tx) => Object.assign(tx, { result: MEMTX_DEFERRED, token: 't' })],
    ['leaves rubbish', (tx) => Object.assign(tx, { result: 'x' })],
    ['fails', (tx) => Object.assign(tx, { result: MEMTX_ERROR })],
  ]
  it.each(wrong)('%s: an external abort, registers as they were', (_what, act) => {
    for (const [text, word, callbacks] of INSTRUCTIONS) {
      const m = machineOf(() => ({
        sizes: [16, 64],
        read: (_o, _d, tx) => act(tx),
        write: (_o, _d, tx) => act(tx),
        atomic: (_o, _r, tx) => act(tx),
      }))
      const before = Array.from({ length: 31 }, (_, r) => m.x(r))
      const outcome = m.run(word, { far: DEV_VA + 0x40, write: callbacks[0].startsWith('write') })
      expect([text, outcome.kind, outcome.reason]).toEqual([text, 'injected', 'external-abort'])
      // WnR is 0 for an atomic, whose read fails first.
      expect([text, (m.x(Reg.ESR_EL1) >> 6n) & 1n]).toEqual([text, callbacks[0].startsWith('write') ? 1n : 0n])
      expect(Array.from({ length: 31 }, (_, r) => m.x(r))).toEqual(before)
      expect(outcome.journal.length).toBe(1)
    }
  })

  it('enters itself: refused, and what it was given stays its own', () => {
    const inner = wholeDevice(new Uint8Array(0x40).fill(7))
    const space = new AddressSpace()
    const results: number[] = []
    const outer: WholeAccess = {
      sizes: [16],
      read(_offset, data) {
        data.fill(1)
        results.push(space.read(0x1000, 16, new Uint8Array(16), 0), space.read(0x2000, 16, new Uint8Array(16), 0))
      },
      write() {},
    }
    const plain = byteDevice(new Uint8Array(0x40))
    space.add(MemoryRegion.io('outer', 0x40, { ...plain, whole: outer }), 0x1000)
    space.add(MemoryRegion.io('inner', 0x40, { ...plain, whole: inner }), 0x2000)
    const got = new Uint8Array(16)
    expect(space.read(0x1000, 16, got, 0)).toBe(MEMTX_OK)
    expect(results).toEqual([MEMTX_ACCESS_ERROR, MEMTX_OK])
    expect(got).toEqual(new Uint8Array(16).fill(1))
  })
})
