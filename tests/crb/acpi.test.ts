/** The tables, byte by byte; tests/live has iasl read them. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aml } from '../../src/crb/acpi/aml.ts'
import { AcpiError, type AcpiTpmOptions, acpiTpm2Table, acpiTpmDevice, acpiTpmSsdt } from '../../src/crb/acpi/tables.ts'
import { toHex } from './tpm2.ts'

const QEMU: AcpiTpmOptions = { base: 0xfed4_0000 }
const sum = (table: Uint8Array): number => table.reduce((s, byte) => s + byte, 0) & 0xff

describe('TPM2', () => {
  it("has what QEMU's has behind the header", () => {
    // hw/acpi/aml-build.c build_tpm2: class 0, control area 0xfed40040, method 7, log of 64 KiB at 0.
    const body = `00000000${'4000d4fe00000000'}07000000${'00'.repeat(12)}00000100${'00'.repeat(8)}`
    const table = acpiTpm2Table(QEMU)
    expect(toHex(table.subarray(36))).toBe(body)
    expect([Buffer.from(table.subarray(0, 4)).toString(), table.length, table[4], table[8], sum(table)]).toEqual([
      'TPM2',
      76,
      76,
      4,
      0,
    ])
  })

  it('puts base, method, function and log where they belong', () => {
    const bases = fc.nat(2 ** 30).map((page) => page * 0x1000)
    fc.assert(
      fc.property(bases, fc.constantFrom(7, 8, 11), fc.nat(), fc.nat(), (base, startMethod, length, address) => {
        const smcFunction = startMethod === 11 ? 0xc200_0001 : 0
        const table = acpiTpm2Table({ base, startMethod, smcFunction, log: { length, address }, platformClass: 1 })
        const view = new DataView(table.buffer)
        expect(sum(table)).toBe(0)
        expect([view.getUint16(36, true), view.getBigUint64(40, true), view.getUint32(48, true)]).toEqual([
          1,
          BigInt(base + 0x40),
          startMethod,
        ])
        expect([view.getUint32(60, true), view.getUint32(64, true), view.getBigUint64(68, true)]).toEqual([
          smcFunction,
          length,
          BigInt(address),
        ])
      }),
    )
  })

  it.each([
    { base: 0x800 },
    { base: -0x1000 },
    { base: Number.NaN },
    { base: 0, startMethod: 6 },
    { base: 0, startMethod: 11 },
    { base: 0, smcFunction: 1 },
    { base: 0, startMethod: 11, smcFunction: 2 ** 32 },
    { base: 0, startMethod: 11, smcFunction: 0.5 },
    { base: 0, log: { length: 2 ** 32, address: 0 } },
    { base: 0, log: { length: 0, address: 0.5 } },
    { base: 0, oemId: 'SEVENCH' },
    { base: 0, oemTableId: 'ä' },
  ])('refuses %j', (options) => {
    expect(() => acpiTpm2Table(options)).toThrow(AcpiError)
  })
})

describe('MSFT0101', () => {
  it('is this AML, with 32-bit memory below 4 GiB', () => {
    const crs = '860900010000d4fe00100000' + '7900'
    const content = `54504d5f 085f484944 0d4d53465430313031 00 085f554944 01 085f535441 0a0f 085f435253 11110a0e ${crs}`
    const bytes = content.replaceAll(' ', '')
    expect(toHex(acpiTpmDevice(QEMU))).toBe(`5b82${(bytes.length / 2 + 1).toString(16)}${bytes}`)
    expect(sum(acpiTpmSsdt(QEMU))).toBe(0)
    expect(() => acpiTpmDevice({ base: 1 })).toThrow(AcpiError)
    expect(() => acpiTpmDevice({ base: 0, startMethod: 6 })).toThrow('a CRB has 7, 8 or 11')
  })

  it('has 64-bit memory where it reaches above 4 GiB', () => {
    const at = (base: number): string => toHex(acpiTpmDevice({ base }))
    expect(at(0xffff_f000)).toContain('8609000100f0ffff00100000')
    expect(at(0x1_0000_0000)).toContain(
      `8a2b00000d01${'00'.repeat(8)}0000000001000000ff0f000001000000${'00'.repeat(8)}0010000000000000`,
    )
  })

  it('has packages of every length', () => {
    for (const [content, head] of [
      [0x3e, '3f'],
      [0x3f, '4104'],
      [0xffd, '4fff'],
      [0xffe, '810001'],
    ] as const) {
      const scope = toHex(Uint8Array.from(aml.scope('', Array(content).fill(0xa3))))
      expect(scope.slice(2, 2 + head.length)).toBe(head)
    }
    expect(
      toHex(
        Uint8Array.from([...aml.integer(2), ...aml.integer(0x100), ...aml.integer(0x1_0000), ...aml.integer(2 ** 32)]),
      ),
    ).toBe('0a02' + '0b0001' + '0c00000100' + '0e0000000001000000')
  })
})
