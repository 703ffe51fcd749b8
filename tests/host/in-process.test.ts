import { describe, expect, it } from 'vitest'
import { InProcessVcpu, Reg, RegisterFile } from '../../src/host/index.ts'
import { AddressSpace, DataAbortHandler, MemoryRegion } from '../../src/mmio/index.ts'

describe('InProcessVcpu', () => {
  it('is a register file that is always current', () => {
    const regs = new RegisterFile()
    const vcpu = new InProcessVcpu(regs)
    expect(vcpu.regs).toBe(regs)
    regs.set(Reg.X0, 0x1_2345_6789n)
    vcpu.pull(Reg.X0)
    vcpu.push(Reg.X0)
    expect([regs.hi(Reg.X0), regs.lo(Reg.X0)]).toEqual([1, 0x2345_6789])
    expect(new InProcessVcpu().regs.x.every((slot) => slot === 0n)).toBe(true)
  })

  it('serves a fault: stage 1 off, LDP X on a device', () => {
    const code = new Uint8Array(0x1000)
    new DataView(code.buffer).setUint32(0, 0xa9400440, true) // ldp x0, x1, [x2]
    const device = MemoryRegion.io('dev', 0x1000, { read: (offset) => offset, write: () => {} })
    const space = new AddressSpace().add(MemoryRegion.ram('ram', code), 0x4000_0000).add(device, 0x900_0000)
    const vcpu = new InProcessVcpu()
    vcpu.regs.set(Reg.PC, 0x4000_0000n)
    vcpu.regs.set(Reg.PSTATE, 0x3c5n)
    vcpu.regs.set(2, 0x900_0010n)
    const outcome = new DataAbortHandler({ space }).handle(vcpu, {
      esr: 0x9200_0007n,
      far: 0x900_0010n,
      hpfar: 0x9_0000n,
    })
    expect(outcome.kind).toBe('retired')
    expect([vcpu.regs.get(0), vcpu.regs.get(1)]).toEqual([0x14_0000_0010n, 0x1c_0000_0018n])
    expect(vcpu.regs.get(Reg.PC)).toBe(0x4000_0004n)
  })
})
