/**
 * Defects of other emulators of MMIO accesses, found by reading them: each is a case that nisv gets right, and the
 * access list, not the memory afterwards, is what shows it.
 */

import { describe, expect, it } from 'vitest'
import { decode, format } from '../../src/decode/index.ts'
import { AccessLog, buildPlan, Plan, PlanStatus, Reg } from '../../src/mmio/index.ts'
import { CRB_VA, DEV, DEV_VA, Machine } from './machine.ts'

const at = DEV_VA + 0x40
const pa = (DEV + 0x40).toString(16)
const pa8 = (DEV + 0x48).toString(16)

describe('OpenVMM aarch64emu', () => {
  it('STP stores its second register behind the first, not over it', () => {
    const m = new Machine()
    m.setX(2, at)
    m.setX(0, 0x1111n)
    m.setX(1, 0x2222n)
    m.run(0xa9000440, { far: at, write: true })
    expect(m.shape()).toEqual([`w ${pa} 8`, `w ${pa8} 8`])
    expect([m.device[0x40], m.device[0x48]]).toEqual([0x11, 0x22])
  })

  it.each([
    ['ldaprb w0, [x2]', 0x38bfc040, 1],
    ['ldaprh w0, [x2]', 0x78bfc040, 2],
    ['ldapr x0, [x2]', 0xf8bfc040, 8],
    ['ldapurh w0, [x2]', 0x59400040, 2],
  ])('%s reads its own size once and stores nothing', (_, word, size) => {
    const m = new Machine()
    m.setX(2, at)
    const before = m.device.slice()
    expect(m.run(word, { far: at }).kind).toBe('retired')
    expect(m.shape()).toEqual([`r ${pa} ${size}`])
    expect(m.device).toEqual(before)
  })

  it.each([
    ['by the syndrome', 0x019f_0000],
    ['by the decoder', 0],
  ])('a load to XZR reaches the device: %s', (_, iss) => {
    const m = new Machine()
    m.setX(2, at)
    m.vcpu.truth.set(31, 0x1234n)
    expect(m.run(0xb940005f, { far: at, iss }).kind).toBe('retired') // ldr wzr, [x2]
    expect(m.shape()).toEqual([`r ${pa} 4`])
    expect([m.x(31), m.vcpu.pushed]).toEqual([0x1234n, [Reg.PC]])
  })

  it.each([
    ['by the syndrome', 0x01df_8000],
    ['by the decoder', 0],
  ])('a store of XZR writes zeros: %s', (_, iss) => {
    const m = new Machine()
    m.setX(2, at)
    m.vcpu.truth.set(31, 0x1234n)
    expect(m.run(0xf900005f, { far: at, write: true, iss }).kind).toBe('retired') // str xzr, [x2]
    expect(m.elements).toEqual([{ kind: 'w', pa: DEV + 0x40, bytes: [0, 0, 0, 0, 0, 0, 0, 0] }])
    expect(m.vcpu.pulled).not.toContain(31)
  })

  it('LDP with XZR in either place', () => {
    for (const [word, kept] of [
      [0xa940045f, 1],
      [0xa9407c40, 0],
    ] as const) {
      const m = new Machine()
      m.setX(2, at)
      m.run(word, { far: at })
      expect(m.shape()).toEqual([`r ${pa} 8`, `r ${pa8} 8`])
      expect(m.vcpu.pushed.toSorted()).toEqual([kept, Reg.PC])
    }
  })

  it('LDRB [Xn, Xm, LSL #0] is an address, reserved extensions are no instruction', () => {
    const m = new Machine()
    m.setX(2, at)
    m.setX(3, 4n)
    expect(m.run(0x38637840, { far: at + 4 }).kind).toBe('retired') // ldrb w0, [x2, x3, lsl #0]
    expect(m.shape()).toEqual([`r ${(DEV + 0x44).toString(16)} 1`])
    const plan = new Plan()
    for (const option of [0, 1, 4, 5]) {
      buildPlan((0x38630840 | (option << 13)) >>> 0, plan)
      expect([option, plan.status]).toEqual([option, PlanStatus.UNALLOCATED])
    }
  })

  it('an access that crosses a page is not taken as contiguous', () => {
    const m = new Machine()
    m.setX(2, CRB_VA + 0xffc)
    m.run(0xf9400040, { far: CRB_VA + 0xffc })
    expect(m.shape()).toEqual(['r fed40ffc 4', 'r 4000a000 4'])
  })

  it('SP and XZR are told apart: base 31 is SP, index 31 is zero', () => {
    const m = new Machine()
    m.vcpu.truth.set(Reg.SP_EL1, BigInt(at))
    m.vcpu.truth.set(31, 0x100n)
    expect(m.run(0xf87f6be0, { far: at }).kind).toBe('retired') // ldr x0, [sp, xzr]
    expect(m.shape()).toEqual([`r ${pa} 8`])
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    m.vcpu.truth.set(Reg.PSTATE, 0x3c4n)
    m.vcpu.truth.set(Reg.SP_EL0, BigInt(at + 8))
    expect(m.run(0xf84087e1, { far: at + 8 }).kind).toBe('retired') // ldr x1, [sp], #8
    expect([m.x(Reg.SP_EL0), m.x(Reg.SP_EL1)]).toEqual([BigInt(at + 16), BigInt(at)])
  })
})

describe('m1n1', () => {
  it('a store writes its base back only when the device took it', () => {
    const m = new Machine(
      {},
      {
        read: () => 0,
        write: () => {
          throw new Error('no')
        },
      },
    )
    m.setX(2, at)
    expect(m.run(0xf8008c40, { far: at + 8, write: true }).kind).toBe('injected') // str x0, [x2, #8]!
    expect(m.x(2)).toBe(BigInt(at))
  })

  it.each([
    ['str s0, [x2], #4', 0xbc004440, 0, 4],
    ['str d0, [x2, #8]!', 0xfc008c40, 8, 8],
    ['stur q0, [x2]', 0x3c800040, 0, 0],
    ['str q0, [x2], #16', 0x3c810440, 0, 16],
  ])('%s: write-back by bits 11:10', (_, word, offset, step) => {
    const m = new Machine()
    m.setX(2, at)
    expect(m.run(word, { far: at + offset, write: true }).kind).toBe('retired')
    expect(m.x(2)).toBe(BigInt(at + step))
  })
})

describe('QEMU hvf', () => {
  it.each([
    ['ldrsb w0', 0x39c00040, 0x0120_0000, 1, 0xffff_ffb0n],
    ['ldrsb x0', 0x39800040, 0x0120_8000, 1, 0xffff_ffff_ffff_ffb0n],
    ['ldrsh w0', 0x79c00040, 0x0160_0000, 2, 0xffff_c0b0n],
    ['ldrsh x0', 0x79800040, 0x0160_8000, 2, 0xffff_ffff_ffff_c0b0n],
    ['ldrsw x0', 0xb9800040, 0x01a0_8000, 4, 0xffff_ffff_e0d0_c0b0n],
    ['ldr w0', 0xb9400040, 0x0180_0000, 4, 0xe0d0_c0b0n],
    ['ldrb w0', 0x39400040, 0x0100_0000, 1, 0xb0n],
  ])('%s: sign and zero extension on both roads', (_, word, iss, size, expected) => {
    for (const syndrome of [iss, 0]) {
      const m = new Machine()
      m.device.set([0xb0, 0xc0, 0xd0, 0xe0], 0x40)
      m.setX(2, at)
      m.setX(0, 2n ** 64n - 1n)
      expect(m.run(word, { far: at, iss: syndrome }).kind).toBe('retired')
      expect([m.x(0), m.shape()]).toEqual([expected, [`r ${pa} ${size}`]])
    }
  })
})

describe('QEMU’s emulation of ISV=0 aborts', () => {
  it('big-endian data: each element reversed, SIMD&FP too', () => {
    const run = (word: number, write: boolean): Machine => {
      const m = new Machine()
      // Big-endian data means big-endian tables: stage 1 off.
      m.vcpu.truth.set(Reg.SCTLR_EL1, (m.vcpu.truth.get(Reg.SCTLR_EL1) & ~1n) | (1n << 25n))
      m.vcpu.truth.set(Reg.PC, 0x4000_4000n)
      m.device.set(
        Array.from({ length: 32 }, (_, k) => k + 1),
        0x40,
      )
      m.setX(2, DEV + 0x40)
      m.setX(0, 0x0807_0605_0403_0201n)
      expect(m.run(word, { far: DEV + 0x40, write, hpfar: BigInt(DEV / 4096) << 4n }).kind).toBe('retired')
      return m
    }
    const ldp = run(0xa9400440, false)
    expect([ldp.x(0), ldp.x(1)]).toEqual([0x0102_0304_0506_0708n, 0x090a_0b0c_0d0e_0f10n])
    expect(run(0x3dc00040, false).v(0)).toBe(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10n)
    expect(run(0x4c407440, false).v(0)).toBe(0x0f10_0d0e_0b0c_090a_0708_0506_0304_0102n) // ld1 { v0.8h }, [x2]
    expect(run(0x69400440, false).x(1)).toBe(0x0506_0708n)
    expect([...run(0x79000040, true).device.subarray(0x40, 0x43)]).toEqual([2, 1, 3])
  })

  it('E0E, not EE, decides at EL0', () => {
    const m = new Machine()
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.vcpu.truth.get(Reg.SCTLR_EL1) | (1n << 24n))
    m.vcpu.truth.set(Reg.PSTATE, 0n)
    m.device.set([1, 2, 3, 4], 0x40)
    expect(m.run(0xb9400040, { far: at, iss: 0x0180_0000 }).kind).toBe('retired')
    expect(m.x(0)).toBe(0x0102_0304n)
  })

  it('LD1 to LD4 touch each element once, in memory order', () => {
    const m = new Machine()
    m.setX(2, at)
    m.run(0x4c400840, { far: at }) // ld4 { v0.4s - v3.4s }, [x2]
    expect(m.shape()).toEqual(Array.from({ length: 16 }, (_, k) => `r ${(DEV + 0x40 + 4 * k).toString(16)} 4`))
    const word = (k: number): bigint => BigInt(new DataView(m.device.buffer).getUint32(0x40 + 4 * k, true))
    for (const r of [0, 1, 2, 3]) {
      expect(m.v(r)).toBe([0, 1, 2, 3].reduce((v, lane) => v | (word(4 * lane + r) << BigInt(32 * lane)), 0n))
    }
  })

  it('a lane leaves the other lanes, a scalar zeroes them', () => {
    const m = new Machine()
    m.setX(2, at)
    const before = m.v(0)
    m.run(0x0d400440, { far: at }) // ld1 { v0.b }[1], [x2]
    expect(m.v(0)).toBe((before & ~0xff00n) | (BigInt(m.device[0x40] as number) << 8n))
    m.vcpu.truth.set(Reg.PC, 0x40_0000n)
    m.run(0x3d400040, { far: at }) // ldr b0, [x2]
    expect(m.v(0)).toBe(BigInt(m.device[0x40] as number))
  })
})

describe('syndrome-only hypervisors', () => {
  it('Windows’ and nvme-cli’s LDP W on 4-byte registers: two reads of four bytes', () => {
    const m = new Machine()
    m.setX(2, CRB_VA + 0x30)
    m.run(0x29400440, { far: CRB_VA + 0x30 })
    expect(m.callbacks()).toEqual(['load crb+30 4', 'load crb+34 4'])
  })

  it('virtio-win’s str w8, [x10], #4', () => {
    const m = new Machine()
    m.setX(10, CRB_VA + 0x40)
    m.setX(8, 0x0102_0304n)
    expect(m.run(0xb8004548, { far: CRB_VA + 0x40, write: true }).kind).toBe('retired')
    expect([m.callbacks(), m.x(10)]).toEqual([['store crb+40 4'], BigInt(CRB_VA + 0x44)])
  })

  it('an unaligned LDR X on 4-byte registers is cut low to high', () => {
    const m = new Machine()
    m.space.log = new AccessLog(8)
    m.setX(2, CRB_VA + 0x3e)
    m.run(0xf9400040, { far: CRB_VA + 0x3e })
    expect([...m.space.log].map((a) => [a.offset, a.size])).toEqual([
      [0x3e, 2],
      [0x40, 4],
      [0x44, 2],
    ])
  })
})

describe('OpenVMM aarch64emu, what it makes up', () => {
  it.each([
    ['udf #1', 0x0000_0001],
    ['no encoding', 0xffff_ffff],
    ['add x0, x1, x2', 0x8b02_0020],
  ])('%s where a load aborted: no exception of nisv’s own, the CPU executes it again', (_, word) => {
    const m = new Machine()
    m.setX(2, at)
    m.place(word)
    const before = m.state()
    const outcome = m.run(word, { far: at })
    expect([outcome.kind, outcome.reason, outcome.word]).toEqual(['retry', 'word-changed', word])
    expect([m.elements, m.vcpu.pushed, m.state()]).toEqual([[], [], before])
  })
})

describe('QEMU’s emulation of ISV=0 aborts, what it lets through', () => {
  it('LDTR and STTR at EL1 have EL0’s permissions on the other page too', () => {
    for (const [word, write, esr] of [
      [0xf8400840, false, 0x9600_000fn], // ldtr x0, [x2]
      [0xf8000840, true, 0x9600_004fn], // sttr x0, [x2]
    ] as const) {
      const m = new Machine()
      m.map(DEV_VA, DEV, 0x40)
      m.setX(2, DEV_VA - 4)
      const outcome = m.run(word, { far: DEV_VA, write })
      expect([outcome.kind, outcome.reason, m.elements]).toEqual(['injected', 'translation-fault', []])
      expect([m.x(Reg.ESR_EL1), m.x(Reg.FAR_EL1)]).toEqual([esr, BigInt(DEV_VA - 4)])
      // EL0 may access that page: it goes through.
      const n = new Machine()
      n.map(DEV_VA, DEV, 0x40)
      n.map(DEV_VA - 0x1000, 0x4000_a000, 0x40)
      n.setX(2, DEV_VA - 4)
      expect(n.run(word, { far: DEV_VA, write }).kind).toBe('retired')
      expect(n.shape()).toEqual([`${write ? 'w' : 'r'} 4000affc 4`, `${write ? 'w' : 'r'} 50000000 4`])
    }
  })

  it('STXR without LDXR stores nothing and says so', () => {
    const m = new Machine()
    m.setX(2, at)
    expect(m.run(0xc8007c41, { far: at, write: true }).kind).toBe('retired') // stxr w0, x1, [x2]
    expect([m.x(0), m.elements]).toEqual([1n, []])
  })

  it('an SP that is no multiple of 16 is an SP alignment fault where SCTLR_EL1.SA says so', () => {
    const m = new Machine()
    m.vcpu.truth.set(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | 8n)
    m.vcpu.truth.set(Reg.SP_EL1, BigInt(at + 8))
    expect(m.run(0xa94007e0, { far: at + 8 }).reason).toBe('sp-alignment-fault') // ldp x0, x1, [sp]
    expect([m.x(Reg.ESR_EL1), m.elements]).toEqual([0x9a00_0000n, []])
  })
})

describe('MilvusVisor', () => {
  it.each([
    ['ldp w0, w1, [x2], #-256', 0x28e0_0440, 4, 0, -256, false],
    ['ldp x0, x1, [x2, #504]!', 0xa9df_8440, 8, 504, 504, false],
    ['stp x0, x1, [x2, #-512]!', 0xa9a0_0440, 8, -512, -512, true],
    ['ldpsw x0, x1, [x2], #252', 0x68df_8440, 4, 0, 252, false],
    ['stp q0, q1, [x2], #1008', 0xac9f_8440, 16, 0, 1008, true],
  ])('%s: the immediate of a pair is scaled by its registers', (text, word, size, offset, step, write) => {
    expect(format(decode(word)!)).toBe(text)
    const m = new Machine()
    m.setX(2, DEV_VA + 0x800)
    const first = 0x800 + offset
    expect(m.run(word, { far: DEV_VA + first, write }).kind).toBe('retired')
    const kind = write ? 'w' : 'r'
    expect(m.shape()).toEqual([0, size].map((k) => `${kind} ${(DEV + first + k).toString(16)} ${size}`))
    expect(m.x(2)).toBe(BigInt(DEV_VA + 0x800 + step))
  })
})
