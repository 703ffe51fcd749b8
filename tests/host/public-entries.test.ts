/** Every export of `nisv/host` under hostile input. */

import fc from 'fast-check'
import { describe, expect } from 'vitest'
import * as host from '../../src/host/index.ts'
import { AddressSpace, DataAbortHandler, REASONS, REGISTER_SLOTS } from '../../src/mmio/index.ts'
import { anyBigint, anyNumber, DATA, everyEntry } from '../public-entries.ts'

describe('nisv/host', () => {
  everyEntry(host, {
    InProcessVcpu: (draw) => {
      const vcpu = new host.InProcessVcpu()
      const values = draw(fc.array(anyBigint, { minLength: 8, maxLength: 8 }))
      for (let r = 0; r < REGISTER_SLOTS; r++) vcpu.regs.set(r, values[r % 8] as bigint)
      vcpu.pull(draw(anyNumber))
      vcpu.push(draw(anyNumber))
      const outcome = new DataAbortHandler({ space: new AddressSpace() }).handle(vcpu)
      expect(outcome.reason in REASONS).toBe(true)
    },
    Reg: DATA,
    RegisterFile: (draw) => {
      const file = new host.RegisterFile()
      const slot = draw(fc.integer({ min: 0, max: REGISTER_SLOTS - 1 }))
      file.setPair(slot, draw(anyNumber), draw(anyNumber))
      expect(file.get(slot)).toBe((BigInt(file.hi(slot)) << 32n) | BigInt(file.lo(slot)))
    },
  })
})
