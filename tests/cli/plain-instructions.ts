/**
 * A64 instructions that are no loads and stores, done by their text on a machine's registers: those that stand around
 * the loads and stores of `nisv abort`'s safe forms.
 */

import { Reg } from '../../src/mmio/index.ts'
import { type Machine, value } from '../mmio/machine.ts'

const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, s: 4, d: 8 }

class Registers {
  readonly #m: Machine

  constructor(m: Machine) {
    this.#m = m
  }

  get(name: string): bigint {
    if (name === 'sp') return this.#m.x(Reg.SP_EL1)
    if (name.endsWith('zr')) return 0n
    const n = this.#m.x(Number(name.slice(1)))
    return name.startsWith('w') ? n & 0xffff_ffffn : n
  }

  set(name: string, n: bigint): void {
    if (name.endsWith('zr')) return
    const slot = name === 'sp' ? Reg.SP_EL1 : Number(name.slice(1))
    this.#m.setX(slot, BigInt.asUintN(name.startsWith('w') ? 32 : 64, n))
  }

  /** Bytes of a lane: register number, element size letter, index. */
  lane(v: string, letter: string, index: string | number): Uint8Array {
    const size = SIZES[letter] as number
    const from = 8 * (Reg.V0 + 2 * Number(v)) + Number(index) * size
    return this.#m.vcpu.truth.bytes.subarray(from, from + size)
  }

  setLane(v: string, letter: string, index: string | number, n: bigint): void {
    const bytes = this.lane(v, letter, index)
    for (const k of bytes.keys()) bytes[k] = Number((n >> BigInt(8 * k)) & 255n)
  }

  clear(v: string): void {
    for (const half of [0, 1]) this.lane(v, 'd', half).fill(0)
  }
}

type Parts = readonly string[]

const OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  and: (a, b) => a & b,
  bic: (a, b) => a & ~b,
  eor: (a, b) => a ^ b,
  orr: (a, b) => a | b,
}

const FORMS: readonly (readonly [RegExp, (r: Registers, parts: Parts) => void])[] = [
  [/^(add|sub|and) (\w+), (\w+), #(\w+)$/, (r, [f, to, a, n]) => r.set(to!, OPERATIONS[f!]!(r.get(a!), BigInt(n!)))],
  [
    /^(add|bic|eor|orr) (\w+), (\w+), (\w+)(?:, (\w+)(?: #(\d+))?)?$/,
    (r, [f, to, a, b, extend, amount = '0']) => {
      const operand = extend === 'sxtw' ? BigInt.asIntN(32, r.get(b!)) : r.get(b!)
      r.set(to!, OPERATIONS[f!]!(r.get(a!), operand << BigInt(amount)))
    },
  ],
  [/^movi v(\d+)\.2d, #0.*$/, (r, [v]) => r.clear(v!)],
  [
    /^fmov ([sd])(\d+), (\w+)$/,
    (r, [letter, v, from]) => {
      r.clear(v!)
      r.setLane(v!, letter!, 0, r.get(from!))
    },
  ],
  [/^fmov (\w+), ([sd])(\d+)$/, (r, [to, letter, v]) => r.set(to!, value(r.lane(v!, letter!, 0)))],
  [/^u?mov (\w+), v(\d+)\.([bhsd])\[(\d+)\]$/, (r, [to, v, letter, e]) => r.set(to!, value(r.lane(v!, letter!, e!)))],
  [/^mov v(\d+)\.([bhsd])\[(\d+)\], (\w+)$/, (r, [v, letter, e, from]) => r.setLane(v!, letter!, e!, r.get(from!))],
  [
    /^dup v(\d+)\.(\d+)([bhsd]), (\w+)$/,
    (r, [v, count, letter, from]) => {
      r.clear(v!)
      for (let e = 0; e < Number(count); e++) r.setLane(v!, letter!, e, r.get(from!))
    },
  ],
  [/^mov (\w+), (\w+)$/, (r, [to, from]) => r.set(to!, r.get(from!))],
]

/** Does the instruction, and goes on to the next. @throws Error for a text of another form. */
export function doPlain(m: Machine, text: string): void {
  for (const [form, act] of FORMS) {
    const found = form.exec(text)
    if (!found) continue
    act(new Registers(m), found.slice(1))
    m.setX(Reg.PC, m.x(Reg.PC) + 4n)
    return
  }
  throw new Error(`not interpreted: ${text}`)
}
