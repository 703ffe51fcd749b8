/** SVE and SME as transactions: the k-th callback fails, or every callback is deferred, for every row. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { A64, decode, type Encoding, format } from '../../src/decode/index.ts'
import {
  type Continuation,
  type MemoryRegionOps,
  type Outcome,
  Reg,
  VectorFile,
  VectorReg,
  type VectorRegisters,
} from '../../src/mmio/index.ts'
import { instructionWord } from '../../src/testing/index.ts'
import { byteDevice, DEV, DEV_VA, Machine } from './machine.ts'

const VA = DEV_VA + 0x800
const LENGTH = 32

class Vectors implements VectorRegisters {
  readonly file: VectorFile = new VectorFile()
  readonly length = LENGTH
  readonly pushed: number[] = []
  pull(): void {}
  push(reg: number): void {
    this.pushed.push(reg)
  }
}

/** What a callback of the device does: its work, an error, or nothing yet. */
type Mode = 'done' | 'fails' | 'later'

class Host {
  readonly bytes = new Uint8Array(0x2000)
  readonly v = new Vectors()
  readonly m: Machine
  mode: Mode = 'done'
  /** Callbacks until the mode counts. */
  left = 0
  hit = false
  readonly #plain: MemoryRegionOps
  readonly #registers: BigUint64Array

  constructor() {
    const sizes = { valid: { max: 8 }, impl: { max: 8 } } as const
    const plain = byteDevice(this.bytes, sizes)
    this.#plain = plain
    const stops = (tx: { result: number; token: string | number }, token: object): boolean => {
      if (this.mode === 'done' || this.left-- > 0) return false
      this.hit = true
      tx.result = this.mode === 'fails' ? 1 : 8
      tx.token = this.mode === 'fails' ? '' : JSON.stringify(token)
      return true
    }
    this.m = new Machine(
      {},
      {
        ...sizes,
        read: (offset, size, tx) => (stops(tx, { offset, size }) ? 0 : plain.read(offset, size, tx)),
        write: (offset, lo, size, tx) => {
          if (!stops(tx, { offset, size, lo, hi: tx.hi })) plain.write(offset, lo, size, tx)
        },
      },
    )
    Object.assign(this.m.vcpu, { vectors: this.v })
    this.#registers = this.m.vcpu.truth.x.slice()
  }

  /** Addresses in X registers, or in the lanes of Z registers. */
  set(where: 'x' | 'd' | 's'): void {
    const { m, v, bytes } = this
    m.vcpu.truth.x.set(this.#registers)
    for (let r = 0; r < 31; r++) m.setX(r, 0)
    for (const [k, byte] of m.device.entries()) bytes[k] = byte
    v.file.bytes.fill(0)
    v.pushed.length = 0
    for (let p = 0; p < 16; p++) v.file.view(VectorReg.P0 + p).fill(0xff)
    v.file.view(VectorReg.FFR).fill(0xff)
    // Predicates as counters, P8..P15: all elements of this size.
    const { access } = decode(this.word)!.encoding
    for (let p = 8; p < 16; p++) {
      v.file.view(VectorReg.P0 + p).fill(0)
      v.file.view(VectorReg.P0 + p).set([access?.size ?? 0, 0x80])
    }
    if (where === 'x') {
      for (let r = 0; r < 31; r++) m.setX(r, r === this.base ? VA : 0)
      if (this.base === 31) m.setX(Reg.SP_EL1, VA)
      for (let z = 0; z < 32; z++) if (z !== this.offsets) v.file.view(z).fill(z + 0x40)
      return
    }
    const view = new DataView(v.file.bytes.buffer, 256 * this.base, 256)
    for (let k = 0; k < 256; k += where === 'd' ? 8 : 4) view.setUint32(k, VA, true)
  }

  word = 0

  /** Rn, Zn; Rm, Zm. */
  get base(): number {
    return (this.word >>> 5) & 31
  }

  get offsets(): number {
    return (this.word >>> 16) & 31
  }

  run(word: number, write: boolean, far: number): Outcome {
    this.hit = false
    return this.m.run(word, { far, write })
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

  take(other: Host): void {
    this.m.vcpu.truth.x.set(other.m.vcpu.truth.x)
    this.m.ram.set(other.m.ram)
    this.v.file.bytes.set(other.v.file.bytes)
    this.bytes.set(other.bytes)
    this.m.vcpu.begin()
    this.v.pushed.length = 0
  }

  state(outcome: Outcome): string {
    const { x } = this.m.vcpu.truth
    const parts = [this.bytes, this.v.file.bytes].map((b) => Buffer.from(b).toString('latin1'))
    const journal = [...outcome.journal].map((e) => `${e.write} ${e.pa} ${e.bytes}`)
    return [outcome.describe(), [...x.subarray(0, Reg.ESR_EL2)], ...journal, ...parts].join('|')
  }
}

/** A word of each scalable row that can be aimed at the device, with where its addresses are and which is the first. */
interface Aimed {
  readonly word: number
  readonly text: string
  readonly write: boolean
  readonly where: 'x' | 'd' | 's'
  readonly far: number
}

const isScalable = ({ access }: Encoding): boolean =>
  access !== undefined && access.form !== 'none' && !['X', 'V'].includes(access.bank)

function aimed(host: Host): [Aimed[], number] {
  const list: Aimed[] = []
  let rows = 0
  host.mode = 'done'
  for (const row of A64.encodings) {
    if (!isScalable(row)) continue
    rows++
    const words = fc.sample(instructionWord(row), { numRuns: 6, seed: row.index })
    for (const word of words) {
      const write = row.access?.store === true
      const found = (['x', 'd', 's'] as const).flatMap((where): Aimed[] => {
        const once = (far: number): Outcome => {
          host.word = word
          host.set(where)
          return host.run(word, write, far)
        }
        // A FAR that is no byte of the access leaves the address that is.
        const far = Number(once(VA - 0x700).va)
        if (far < DEV_VA || far >= DEV_VA + 0xe00 || once(far).kind !== 'retired') return []
        return [{ word, text: format(decode(word)!), write, where, far }]
      })
      if (found.length === 0) continue
      list.push(found[0] as Aimed)
      break
    }
  }
  return [list, rows]
}

function start(host: Host, { word, where, write, far }: Aimed, mode: Mode, left = 0): Outcome {
  host.word = word
  host.set(where)
  host.mode = mode
  host.left = left
  return host.run(word, write, far)
}

describe('every scalable row', () => {
  const here = new Host()
  const there = new Host()
  const [words, rows] = aimed(here)

  it('nearly all can be aimed at a device', () => {
    expect(rows).toBeGreaterThan(250)
    expect(words.length).toBeGreaterThan(rows * 0.9)
  })

  it('the k-th callback fails: nothing has changed but what the journal says', () => {
    let faults = 0
    for (const one of words) {
      for (let k = 0; k < 40; k++) {
        const outcome = start(here, one, 'fails', k)
        if (!here.hit) break
        // A first-fault load ends in FFR instead, and a non-fault load does not begin.
        if (outcome.kind === 'retired') continue
        faults++
        const message = `${one.text}, callback ${k}`
        expect([outcome.kind, outcome.reason], message).toEqual(['injected', 'external-abort'])
        const entries = [...outcome.journal]
        const memory = here.m.device.slice()
        for (const e of entries.slice(0, -1)) if (e.write) memory.set(e.bytes, e.pa - DEV)
        const last = entries.at(-1)!
        expect(last.result, message).toBe(1)
        if (last.write) memory.set(here.bytes.subarray(last.pa - DEV, last.pa - DEV + last.bytes.length), last.pa - DEV)
        expect(Buffer.compare(memory, here.bytes), message).toBe(0)
        expect(here.v.pushed, message).toEqual([])
        const entry = [Reg.PC, Reg.PSTATE, Reg.ELR_EL1, Reg.SPSR_EL1, Reg.ESR_EL1, Reg.FAR_EL1] as number[]
        expect(
          here.m.vcpu.pushed.filter((r) => !entry.includes(r)),
          message,
        ).toEqual([])
      }
    }
    expect(faults).toBeGreaterThan(1000)
  })

  it('every callback is deferred, each time to another handler: the same as at once', () => {
    let resumed = 0
    for (const one of words) {
      const wanted = there.state(start(there, one, 'done'))
      let host = here
      let outcome = start(host, one, 'later')
      for (let n = 0; outcome.kind === 'deferred' && n < 300; n++) {
        expect([...host.m.vcpu.pushed, ...host.v.pushed], one.text).toEqual([])
        const c = JSON.parse(JSON.stringify(outcome.continuation)) as Continuation
        const next = host === here ? there : here
        next.take(host)
        next.mode = 'later'
        next.left = 0
        outcome = next.m.handler.resume(next.m.vcpu, c, next.answer(c.token))
        host = next
        resumed++
      }
      expect(outcome.kind, one.text).toBe('retired')
      expect(host.state(outcome) === wanted, one.text).toBe(true)
    }
    expect(resumed).toBeGreaterThan(1000)
  })
})
