/**
 * Exclusives monitors by Arm's own model: what `scripts/sail/exception-monitors.mjs` has made of the Sail pseudocode of
 * arm-v9.4-a.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { InProcessVcpu } from '../../src/host/index.ts'
import { MEMTX_ERROR, Reg } from '../../src/mmio/index.ts'
import { CODE_VA, DEV, DEV_VA, inProcess, Machine } from './machine.ts'

/** More cases: `NISV_SAIL_MONITORS=FOLDER`, made by `scripts/sail/exception-monitors.mjs --out FOLDER`. */
const folder =
  process.env.NISV_SAIL_MONITORS ?? fileURLToPath(new URL('vectors/sail-exception/monitors', import.meta.url))

interface Step {
  readonly pe: number
  readonly op: 'load-exclusive' | 'store-exclusive' | 'store' | 'add' | 'clear'
  readonly at: number
  readonly size: number
  readonly refuses?: boolean
  readonly out: string
}

const cases = readdirSync(folder)
  .flatMap((name) =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString()
      .trim()
      .split('\n'),
  )
  .map((line) => JSON.parse(line) as { readonly id: string; readonly steps: readonly Step[] })

/** Of bytes; X1 at X2, X3 has the status or the old value: ldxrb, stxrb, strb, ldaddb. The size is in bits 31:30. */
const WORDS = {
  'load-exclusive': 0x085f_7c41,
  'store-exclusive': 0x0803_7c41,
  store: 0x3900_0041,
  add: 0x3821_0043,
}

const REASONS: Readonly<Record<string, string>> = {
  done: 'done',
  'exclusive-failed': 'failed',
  'alignment-fault': 'alignment',
  'external-abort': 'external',
}

/** Two processors of one handler, and a device that refuses when told. */
class Processors {
  refuses = false
  readonly #m: Machine
  readonly #vcpus: readonly InProcessVcpu[]

  constructor() {
    const answer = (tx: { result: number }): number => {
      if (this.refuses) tx.result = MEMTX_ERROR
      return 0
    }
    this.#m = new Machine(
      {},
      {
        valid: { max: 8 },
        impl: { max: 8 },
        read: (_offset, _size, tx) => answer(tx),
        write: (_offset, _value, _size, tx) => void answer(tx),
      },
    )
    this.#vcpus = [inProcess(this.#m), inProcess(this.#m)]
  }

  /** Neither processor has anything marked. */
  clear(): void {
    for (const vcpu of this.#vcpus) this.#m.handler.clearExclusive(vcpu)
  }

  /** @returns what becomes of it. */
  step({ pe, op, at, size, refuses }: Step): string {
    const vcpu = this.#vcpus[pe] as InProcessVcpu
    const { handler, vcpu: first } = this.#m
    if (op === 'clear') {
      handler.clearExclusive(vcpu)
      return 'done'
    }
    this.refuses = refuses === true
    this.#m.place((WORDS[op] | (Math.log2(size) << 30)) >>> 0)
    vcpu.regs.x.set(first.truth.x)
    vcpu.regs.set(Reg.PC, BigInt(CODE_VA))
    vcpu.regs.set(2, BigInt(DEV_VA + at))
    const write = op !== 'load-exclusive'
    const esr = 0x9200_0007 + (write ? 0x40 : 0)
    const { reason } = handler.handle(vcpu, { esr, far: DEV_VA + at, hpfar: (DEV / 4096) * 16 })
    const status = vcpu.regs.get(3)
    if (op === 'store-exclusive' && (reason === 'exclusive-failed' || reason === 'done')) {
      expect(status).toBe(reason === 'done' ? 0n : 1n)
    }
    return REASONS[reason] ?? reason
  }
}

describe('two processors, loads, stores and swaps, exclusive or not', () => {
  const processors = new Processors()
  it('as the model has them', () => {
    const counts: Record<string, number> = {}
    for (const { id, steps } of cases) {
      processors.clear()
      for (const [i, step] of steps.entries()) {
        expect([`${id}, step ${i}`, processors.step(step)]).toEqual([`${id}, step ${i}`, step.out])
        const what = `${step.op} ${step.out}`
        counts[what] = (counts[what] ?? 0) + 1
      }
    }
    for (const what of ['done', 'failed', 'alignment', 'external']) {
      expect([what, (counts[`store-exclusive ${what}`] ?? 0) > 20]).toEqual([what, true])
    }
    expect(counts['load-exclusive external']).toBeGreaterThan(20)
  })
})
