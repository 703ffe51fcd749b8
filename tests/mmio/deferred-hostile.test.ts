/** A continuation from a wire that was damaged, forged, or used twice: an error of its own, and nothing is changed. */

import { describe, expect, it } from 'vitest'
import {
  type Continuation,
  ContinuationError,
  MEMTX_DEFERRED,
  type MemoryRegionOps,
  type OutcomeKind,
  Reg,
} from '../../src/mmio/index.ts'
import { DEV, DEV_VA, Machine } from './machine.ts'

type Path = readonly (string | number)[]

const AT = DEV_VA + 0xff0
const LDP = 0xa9400440 // ldp x0, x1, [x2]
const STP = 0xa9000440
const LD1 = 0x4c407040 // ld1 {v0.16b}, [x2]
const CPYFM = 0x194504c4 // cpyfm [x4]!, [x5]!, x6!
/** What a wire may make of a number or of a text. */
const JUNK: readonly unknown[] = [
  ...[null, undefined, '', '0x', '0x0', '0xffffffffffffffff', 'other', -1, 0, 1, 2, 3, 4, 7, 8, 16, 0.5],
  ...[0x7ff, 4096, 2 ** 31, 2 ** 52, 2 ** 53, Number.NaN, [], {}, true, [0], [0, 0, 0, 0, 0, 0, 0, 0]],
]

/** A device of the last page that defers, and checks what it is asked for. */
class Host {
  defers = true
  calls = 0
  /** Callbacks that no device of 0x2000 bytes is asked for which takes four aligned ones. */
  readonly absurd: string[] = []
  readonly m: Machine

  constructor() {
    const asked = (offset: number, size: number): boolean => {
      this.calls++
      const sensible = size <= 4 && offset >= 0 && offset + size <= 0x2000 && offset % size === 0
      // An exception would be the device's own, which the bus takes.
      if (!sensible) this.absurd.push(`${size} bytes at ${offset}`)
      return this.defers
    }
    const ops: MemoryRegionOps = {
      valid: { max: 8 },
      impl: { max: 4 },
      read: (offset, size, tx) => {
        if (asked(offset, size)) Object.assign(tx, { result: MEMTX_DEFERRED, token: 'read' })
        return 5
      },
      write: (offset, _value, size, tx) => {
        if (asked(offset, size)) Object.assign(tx, { result: MEMTX_DEFERRED, token: 'write' })
      },
    }
    this.m = new Machine({}, ops)
    this.m.map(DEV_VA + 0x1000, DEV + 0x1000)
    this.m.setX(2, AT)
    this.m.setX(4, DEV_VA + 0x100 + 20)
    this.m.setX(5, DEV_VA + 0x200 + 20)
    this.m.setX(6, (1n << 64n) - 20n)
  }

  /** Everything that a guest sees, and what the hardware reported. */
  state(): string {
    const { truth, regs } = this.m.vcpu
    const fault = [Reg.ESR_EL2, Reg.FAR_EL2, Reg.HPFAR_EL2].map((slot) => regs.get(slot))
    return [this.m.state(), truth.x.join(), fault, this.calls].join('|')
  }
}

const json = (c: unknown): Continuation => JSON.parse(JSON.stringify(c)) as Continuation

function stopped(word: number): [Host, Continuation] {
  const host = new Host()
  const write = word === STP || word === CPYFM
  const outcome = host.m.run(word, { far: word === CPYFM ? DEV_VA + 0x200 : AT, write: write && word !== CPYFM })
  expect(outcome.reason).toBe('device-deferred')
  return [host, json(outcome.continuation)]
}

/** Every member of a value, however deep. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  const below = Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))
  return path.length === 0 ? below : [path, ...below]
}

/** The value with one member changed. */
function changed(value: unknown, path: Path, junk: unknown): Continuation {
  const copy = structuredClone(value) as Record<string | number, unknown>
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[path.at(-1) as string] = junk
  return copy as unknown as Continuation
}

describe.each([
  ['ldp x0, x1, [x2]', LDP],
  ['stp x0, x1, [x2]', STP],
  ['ld1 {v0.16b}, [x2]', LD1],
  ['cpyfm [x4]!, [x5]!, x6!', CPYFM],
])('%s', (_text, word) => {
  // The second wait: there is a journal.
  const [host, first] = stopped(word)
  const later = host.m.handler.resume(host.m.vcpu, first, 1)
  const whole = json(later.continuation ?? first)

  it('each member damaged by each value: an error or a retry that change nothing, or what was asked for', () => {
    const kinds = new Map<OutcomeKind | 'error', number>()
    const [other] = stopped(word)
    const { truth, regs } = other.m.vcpu
    const [registers, file] = [truth.x.slice(), regs.x.slice()]
    const before = other.state()
    for (const path of pathsOf(whole)) {
      for (const junk of JUNK) {
        const c = changed(whole, path, junk)
        truth.x.set(registers)
        regs.x.set(file)
        other.m.vcpu.pushed.length = 0
        other.calls = 1
        let kind: OutcomeKind | 'error' = 'error'
        try {
          kind = other.m.handler.resume(other.m.vcpu, c, 1).kind
        } catch (e) {
          expect(e, String(path)).toBeInstanceOf(ContinuationError)
        }
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        expect(other.absurd, `${path.join('.')} ${String(junk)}`).toEqual([])
        // The fault is the slots of ESR_EL2, FAR_EL2 and HPFAR_EL2, which resume takes from the continuation.
        if (kind === 'error') expect(other.state() === before, `${path.join('.')} ${String(junk)}`).toBe(true)
        if (kind === 'retry' || kind === 'unhandled') {
          expect([other.m.vcpu.pushed, other.calls], `${path.join('.')} ${String(junk)}`).toEqual([[], 1])
        }
      }
    }
    expect(kinds.get('error')).toBeGreaterThan(200)
    expect(kinds.get('retry')).toBeGreaterThan(5)
  })

  it('that lists more than was done: the answer has no access to go to', () => {
    const [other, c] = stopped(word)
    const entry = (offset: number) => ({
      write: c.waiting.write,
      pa: c.waiting.pa + offset,
      offset: c.waiting.offset + offset,
      bytes: c.waiting.bytes.map(() => 9),
      result: 0,
    })
    const journal = Array.from({ length: 600 }, (_, i) => entry(i * c.waiting.bytes.length))
    const outcome = other.m.handler.resume(other.m.vcpu, { ...c, journal }, 1)
    expect([outcome.kind, outcome.reason, other.m.vcpu.pushed, other.calls]).toEqual([
      'retry',
      'continuation-differs',
      [],
      1,
    ])
  })

  it('that was used already, on a vCPU that went on', () => {
    const [other, c] = stopped(word)
    other.defers = false
    let outcome = other.m.handler.resume(other.m.vcpu, c, 1)
    expect(outcome.kind).toBe('retired')
    const calls = other.calls
    const before = other.state()
    if (outcome.reason === 'chunk-done') {
      // The instruction is the same, its registers are not.
      outcome = other.m.handler.resume(other.m.vcpu, c, 1)
      expect([outcome.kind, other.calls]).toEqual(['retry', calls])
      return
    }
    expect(() => other.m.handler.resume(other.m.vcpu, c, 1)).toThrow(ContinuationError)
    expect(() => other.m.handler.cancel(other.m.vcpu, c)).toThrow(ContinuationError)
    expect(other.state() === before).toBe(true)
  })

  it('of another vCPU: its PC is another, or its registers are', () => {
    const [, c] = stopped(word)
    const other = new Host()
    other.m.setX(Reg.PC, 0x40_0010)
    const before = other.state()
    expect(() => other.m.handler.resume(other.m.vcpu, c, 1)).toThrow(/PC 0x400010/)
    expect(other.state() === before).toBe(true)
    other.m.setX(Reg.PC, 0x40_0000)
    for (const r of [2, 4, 5]) other.m.setX(r, DEV_VA + 0x440)
    const outcome = other.m.handler.resume(other.m.vcpu, c, 1)
    expect([outcome.kind, other.calls, other.m.vcpu.pushed]).toEqual(['retry', 0, []])
  })

  it('goes on, undamaged', () => {
    const [other] = stopped(word)
    other.defers = false
    expect(other.m.handler.resume(other.m.vcpu, whole, 1).kind).toBe('retired')
  })
})

it('a device that never answers holds nothing: the handler takes other faults, and the same again', () => {
  const [host] = stopped(LDP)
  for (let i = 0; i < 100; i++) {
    host.m.vcpu.begin()
    expect(host.m.run(LDP, { far: AT }).kind).toBe('deferred')
  }
  host.defers = false
  expect(host.m.run(LDP, { far: AT }).kind).toBe('retired')
})
