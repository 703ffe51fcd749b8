/** Devices that answer later: an instruction goes on where it stopped, in another handler that knows only its JSON. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, format } from '../../src/decode/index.ts'
import {
  AddressSpace,
  type Continuation,
  ContinuationError,
  MEMTX_ACCESS_ERROR,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  MEMTX_OK,
  MemoryRegion,
  type MemoryRegionOps,
  type Outcome,
  Reg,
} from '../../src/mmio/index.ts'
import { aim, emulatedRows, planOf, TARGET } from './aim.ts'
import { byteDevice, DEV, DEV_VA, Machine, VA } from './machine.ts'

type Sizes = Pick<MemoryRegionOps, 'valid' | 'impl' | 'endianness'>

/** A device that defers every callback, and does it when asked. */
class Later {
  readonly bytes = new Uint8Array(0x2000)
  readonly ops: MemoryRegionOps
  readonly cancelled: (string | number)[] = []
  defers = true
  readonly #plain: MemoryRegionOps

  constructor(sizes: Sizes) {
    this.#plain = byteDevice(this.bytes, sizes)
    this.ops = {
      ...sizes,
      read: (offset, size, tx) => {
        if (!this.defers) return this.#plain.read(offset, size, tx)
        tx.result = MEMTX_DEFERRED
        tx.token = JSON.stringify({ offset, size })
        return 0
      },
      write: (offset, lo, size, tx) => {
        if (!this.defers) return this.#plain.write(offset, lo, size, tx)
        tx.token = JSON.stringify({ offset, size, lo, hi: tx.hi })
        tx.result = MEMTX_DEFERRED
      },
      cancel: (token) => {
        this.cancelled.push(token)
      },
    }
  }

  /** What the callback behind a token returns when it is done at last. */
  answer(token: string | number): bigint {
    const { offset, size, lo, hi } = JSON.parse(String(token)) as Record<'offset' | 'size' | 'lo' | 'hi', number>
    const tx = { hi: hi ?? 0, result: 0, token: '', user: false }
    if (lo !== undefined) {
      this.#plain.write(offset, lo, size, tx)
      return 0n
    }
    const low = this.#plain.read(offset, size, tx) % 2 ** (8 * Math.min(size, 4))
    return (BigInt(size === 8 ? tx.hi : 0) << 32n) | BigInt(low)
  }
}

/** A machine that can be put back, with a device of its own. */
class Host {
  readonly device: Later
  readonly m: Machine
  readonly registers: BigUint64Array
  readonly ram: Uint8Array

  constructor(sizes: Sizes, handler: ConstructorParameters<typeof Machine>[0] = {}) {
    this.device = new Later(sizes)
    this.m = new Machine(handler, this.device.ops)
    this.m.map(DEV_VA, DEV, 0x40)
    this.registers = this.m.vcpu.truth.x.slice()
    this.ram = this.m.ram.slice()
    this.reset()
  }

  reset(): void {
    this.m.vcpu.truth.x.set(this.registers)
    this.m.ram.set(this.ram)
    this.device.bytes.set(this.m.device)
  }

  /** The state of a guest that has moved here. */
  take(other: Host): void {
    this.m.vcpu.truth.x.set(other.m.vcpu.truth.x)
    this.m.ram.set(other.m.ram)
    this.device.bytes.set(other.device.bytes)
    this.m.vcpu.begin()
  }

  state(outcome: Outcome): string {
    const journal = [...outcome.journal].map((e) => `${e.write} ${e.pa} ${e.bytes}`)
    const registers = [...this.m.vcpu.truth.x.subarray(0, Reg.ESR_EL2), ...this.m.vcpu.truth.x.subarray(Reg.V0)]
    const memory = [this.m.ram, this.device.bytes].map((b) => Buffer.from(b).toString('latin1'))
    return [outcome.describe(), registers, ...journal, ...memory].join('|')
  }
}

const json = (c: Continuation | undefined): Continuation => JSON.parse(JSON.stringify(c)) as Continuation

const SIZES: readonly (readonly [string, Sizes])[] = [
  ['takes 8 bytes', { valid: { max: 8 }, impl: { max: 8 } }],
  ['accepts 8 bytes and handles 4', { valid: { max: 8 }, impl: { max: 4 } }],
  ['accepts 8 bytes and handles 2, big-endian', { valid: { max: 8 }, impl: { max: 2 }, endianness: 'big' }],
  ['accepts 4 bytes and handles 1', { valid: { max: 4 }, impl: { max: 1 } }],
]

describe('every row, every callback deferred, each time to another handler', () => {
  const rows = emulatedRows(1)
  it.each(SIZES)('a device that %s', (_name, sizes) => {
    const here = new Host(sizes)
    const there = new Host(sizes)
    let resumed = 0
    for (const [id, words] of rows) {
      const word = words[0]!
      const text = `${id}: ${format(decode(word)!)}`
      const run = (host: Host): Outcome => {
        host.reset()
        host.device.defers = false
        aim(host.m, word, DEV_VA + TARGET)
        host.device.defers = host !== there
        return host.m.run(word, { far: DEV_VA + TARGET, write: planOf(word).store && !planOf(word).load })
      }
      const wanted = there.state(run(there))
      let host = here
      let outcome = run(here)
      while (outcome.kind === 'deferred') {
        expect(host.m.vcpu.pushed, text).toEqual([])
        const c = json(outcome.continuation)
        const next = host === here ? there : here
        next.take(host)
        next.device.defers = true
        outcome = next.m.handler.resume(next.m.vcpu, c, next.device.answer(c.token))
        host = next
        resumed++
      }
      expect(host.state(outcome), text).toBe(wanted)
    }
    expect(resumed).toBeGreaterThan(1500)
  })
})

describe('a chunk of a memory copy, every byte deferred', () => {
  it.each([
    ['into the device', DEV_VA + 0x100, VA + 0x4010, true],
    ['out of the device', VA + 0x4010, DEV_VA + 0x100, false],
    ['inside the device', DEV_VA + 0x200, DEV_VA + 0x100, true],
  ])('%s', (_name, to, from, write) => {
    const word = 0x194504c4 // cpyfm [x4]!, [x5]!, x6!
    expect(format(decode(word)!)).toBe('cpyfm [x4]!, [x5]!, x6!')
    const here = new Host(SIZES[0]![1])
    const there = new Host(SIZES[0]![1])
    const run = (host: Host): Outcome => {
      host.m.setX(4, to + 20)
      host.m.setX(5, from + 20)
      host.m.setX(6, (1n << 64n) - 20n)
      return host.m.run(word, { far: write ? to : from, write })
    }
    there.device.defers = false
    const wanted = there.state(run(there))
    there.device.defers = true
    let host = here
    let outcome = run(here)
    let resumed = 0
    for (; outcome.kind === 'deferred'; resumed++) {
      expect(host.m.vcpu.pushed).toEqual([])
      const c = json(outcome.continuation)
      host = host === here ? there : here
      host.take(host === here ? there : here)
      outcome = host.m.handler.resume(host.m.vcpu, c, host.device.answer(c.token))
    }
    expect(resumed).toBe(from >= DEV_VA && from < VA + 0x4000 && write ? 40 : 20)
    expect(outcome.reason).toBe('done')
    expect(host.state(outcome) === wanted).toBe(true)
  })
})

const EIGHT = SIZES[0]![1]
const LDP = 0xa9400440 // ldp x0, x1, [x2]
const STP = 0xa9000440

function stopped(word: number, at: number = DEV_VA + TARGET, far = at): [Host, Continuation] {
  const host = new Host(EIGHT)
  aim(host.m, word, at)
  const outcome = host.m.run(word, { far, write: planOf(word).store })
  expect([outcome.kind, outcome.reason]).toEqual(['deferred', 'device-deferred'])
  return [host, json(outcome.continuation)]
}

describe('a continuation', () => {
  it('says what waits and what is done, in plain JSON', () => {
    const [host, first] = stopped(STP)
    const second = json(host.m.handler.resume(host.m.vcpu, first).continuation)
    expect(second).toMatchObject({ version: 1, pc: '0x400000', word: STP, far: '0x10003800' })
    expect(second.journal).toEqual([{ write: true, pa: DEV + TARGET, offset: 0, bytes: expect.anything(), result: 0 }])
    expect(second.waiting).toMatchObject({ write: true, pa: DEV + TARGET + 8, offset: 8, at: { size: 8, done: 0 } })
    expect(host.m.handler.resume(host.m.vcpu, second).kind).toBe('retired')
    expect(host.m.handler.handle(host.m.vcpu, { esr: 0, far: 0, hpfar: 0 }).continuation).toBeUndefined()
  })

  it('goes on whatever became of the tables and of the code', () => {
    const [host, c] = stopped(LDP)
    host.m.place(0xd503201f)
    host.m.unmap(DEV_VA)
    const second = host.m.handler.resume(host.m.vcpu, c, 5n)
    expect(second.kind).toBe('deferred')
    expect(host.m.handler.resume(host.m.vcpu, json(second.continuation), 6).kind).toBe('retired')
    expect([host.m.x(0), host.m.x(1)]).toEqual([5n, 6n])
  })

  it('carries data over a page and back', () => {
    const at = DEV_VA - 4
    const [host, c] = stopped(0xf9400040, at, DEV_VA) // ldr x0, [x2]: RAM, then the device
    expect(c.journal.length).toBe(1)
    expect(host.m.handler.resume(host.m.vcpu, c, 0x8877_6655).kind).toBe('retired')
    expect(host.m.x(0) >> 32n).toBe(0x8877_6655n)
    expect(c.pages.map((p) => [p.va, p.pa])).toEqual([
      [`0x${(VA + 0x2000).toString(16)}`, 0x4000_a000],
      [`0x${DEV_VA.toString(16)}`, DEV],
    ])
  })

  it('takes an error for an answer', () => {
    const [host, c] = stopped(LDP)
    const outcome = host.m.handler.resume(host.m.vcpu, c, 0, MEMTX_ERROR)
    expect([outcome.kind, outcome.reason, host.m.x(Reg.FAR_EL1)]).toEqual([
      'injected',
      'external-abort',
      BigInt(DEV_VA + TARGET),
    ])
  })

  it('is cancelled: the device is told, the guest tries again', () => {
    const [host, c] = stopped(LDP)
    const before = host.m.vcpu.truth.x.slice()
    const outcome = host.m.handler.cancel(host.m.vcpu, c)
    expect([outcome.kind, outcome.reason, host.device.cancelled]).toEqual(['retry', 'cancelled', [c.token]])
    expect(host.m.vcpu.truth.x).toEqual(before)
    for (let i = 0; i < 100; i++) expect(host.m.handler.cancel(host.m.vcpu, c).kind).toBe('retry')
  })

  it('of another vCPU, or with a value that does not fit, is refused', () => {
    const [host, c] = stopped(LDP)
    const { handler, vcpu } = host.m
    for (const value of [1n << 64n, -1n, -1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => handler.resume(vcpu, c, value), String(value)).toThrow(ContinuationError)
    }
    for (const result of [MEMTX_DEFERRED, 16, -1, 1.5]) {
      expect(() => handler.resume(vcpu, c, 0, result), String(result)).toThrow(ContinuationError)
    }
    expect(handler.resume(vcpu, c, (1n << 64n) - 1n).kind).toBe('deferred')
    host.m.setX(Reg.PC, 0x40_0004)
    expect(() => handler.resume(vcpu, c)).toThrow(/PC 0x400004/)
    host.m.setX(Reg.PC, 0x40_0000)
    // The vCPU is not as it was: the instruction accesses something else.
    host.m.setX(2, DEV_VA + 0x808)
    expect(handler.resume(vcpu, c).reason).toMatch(/differs/)
  })

  it('damaged in any way gives an outcome or a ContinuationError', () => {
    const [host, first] = stopped(STP)
    const whole = json(host.m.handler.resume(host.m.vcpu, first).continuation)
    const paths: (string | number)[][] = []
    const walk = (value: unknown, path: (string | number)[]): void => {
      if (path.length > 0) paths.push(path)
      if (value === null || typeof value !== 'object') return
      for (const [key, child] of Object.entries(value)) walk(child, [...path, key])
    }
    walk(whole, [])
    const junk = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        undefined,
        '',
        '0x',
        '0xffffffffffffffff',
        -1,
        2 ** 53,
        0.5,
        [],
        {},
        true,
        0,
        7,
        64,
      ),
      fc.integer(),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), junk), { minLength: 1, maxLength: 3 }), (edits) => {
        const c = json(whole) as unknown as Record<string, unknown>
        for (const [path, value] of edits) {
          let at = c
          for (const key of path.slice(0, -1)) at = (at?.[key] ?? {}) as Record<string, unknown>
          if (typeof at === 'object') at[path.at(-1) as string] = value
        }
        host.reset()
        try {
          const { kind } = host.m.handler.resume(host.m.vcpu, c as unknown as Continuation, 1, MEMTX_OK)
          expect(['retired', 'injected', 'retry', 'deferred', 'unhandled']).toContain(kind)
        } catch (e) {
          expect(e).toBeInstanceOf(ContinuationError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the bus', () => {
  const defer = (token: string | number): MemoryRegionOps => ({
    read: (_offset, _size, tx) => {
      tx.result = MEMTX_DEFERRED
      tx.token = token
      return 0
    },
    write: () => {},
  })

  it('refuses a deferral without a token, or from inside a callback', () => {
    for (const token of ['', 'x'.repeat(257), Number.NaN]) {
      const space = new AddressSpace().add(MemoryRegion.io('d', 8, defer(token)), 0)
      expect(space.read(0, 4, new Uint8Array(4), 0)).toBe(MEMTX_ERROR)
    }
    const space = new AddressSpace().add(MemoryRegion.io('d', 8, defer(7)), 0)
    let inner = -1
    const outer: MemoryRegionOps = {
      read: () => {
        inner = space.read(0, 4, new Uint8Array(4), 0)
        return 1
      },
      write: () => {},
    }
    space.add(MemoryRegion.io('o', 8, outer), 8)
    expect([space.read(8, 4, new Uint8Array(4), 0), inner]).toEqual([MEMTX_OK, MEMTX_ERROR])
    expect(space.read(0, 4, new Uint8Array(4), 0)).toBe(MEMTX_DEFERRED)
    expect(space.deferral).toMatchObject({ token: 7, region: 'd', offset: 0, size: 4, before: 0, piece: 4, done: 0 })
  })

  it('keeps the errors of the pieces before', () => {
    const ops: MemoryRegionOps = {
      read: (offset, _size, tx) => {
        tx.result = offset === 0 ? MEMTX_ACCESS_ERROR : offset === 4 ? MEMTX_DEFERRED : MEMTX_OK
        tx.token = 't'
        return 0
      },
      write: () => {},
    }
    const space = new AddressSpace().add(MemoryRegion.io('d', 16, ops), 0x100)
    const bytes = new Uint8Array(12)
    expect(space.read(0x100, 12, bytes, 0)).toBe(MEMTX_ACCESS_ERROR | MEMTX_DEFERRED)
    const at = { ...space.deferral }
    expect(at).toMatchObject({ before: 4, result: MEMTX_ACCESS_ERROR, errorAddress: 0x100 })
    expect(space.resume(false, 0x100, 12, bytes, 0, 0, at, 0, 9, MEMTX_OK)).toBe(MEMTX_ACCESS_ERROR)
    expect([space.errorAddress, bytes[4]]).toEqual([0x100, 9])
  })
})
