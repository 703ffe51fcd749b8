/** ACPI's own compiler reads our tables, says what they mean, and compiles that to the same bytes. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AcpiTpmOptions, acpiTpm2Table, acpiTpmSsdt, TPM2_START_METHOD } from '../../src/crb/acpi/tables.ts'
import { generator } from '../crb/generator.ts'
import { requirePrograms } from './qemu-tool.ts'

let dir = ''
beforeAll(() => {
  requirePrograms('iasl')
  dir = mkdtempSync(join(tmpdir(), 'nisv-acpi-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function disassembled(table: Uint8Array): string {
  const file = join(dir, 'table.dat')
  writeFileSync(file, table)
  execFileSync('iasl', ['-p', join(dir, 'table'), '-d', file], { stdio: 'pipe' })
  return readFileSync(join(dir, 'table.dsl'), 'utf8')
}

/** Disassembles a table, compiles the text, and gives both. */
function through(table: Uint8Array): { text: string; compiled: Buffer } {
  const text = disassembled(table)
  execFileSync('iasl', ['-p', join(dir, 'again'), join(dir, 'table.dsl')], { stdio: 'pipe' })
  return { text, compiled: readFileSync(join(dir, 'again.aml')) }
}

/** What the compiler writes of its own: checksum, its name and version. */
function withoutCreator(table: Uint8Array): string {
  const copy = Uint8Array.from(table)
  copy[9] = 0
  copy.fill(0, 28, 36)
  return Buffer.from(copy).toString('hex')
}

/** Other places every day: pages anywhere below 2^48, half of them below 4 GiB. */
const random = generator(Math.floor(Date.now() / 86_400_000))
const anywhere = Array.from({ length: 12 }, (_, i): [string, AcpiTpmOptions] => {
  const base = (random(1 << 20) + (i % 2 === 0 ? 0 : (1 + random(0xffff)) * 2 ** 20)) * 0x1000
  const method = i % 3 === 0 ? TPM2_START_METHOD.CRB_ACPI : TPM2_START_METHOD.CRB
  return [`0x${base.toString(16)}`, { base, startMethod: method }]
})

const places: [string, AcpiTpmOptions][] = [
  ...anywhere,
  ["QEMU's place", { base: 0xfed4_0000 }],
  ['below 4 GiB', { base: 0x0c00_0000, log: { length: 0x8000, address: 0x4000_0000 } }],
  ['the last page below 4 GiB', { base: 0xffff_f000, startMethod: TPM2_START_METHOD.CRB_ACPI }],
  ['above 4 GiB', { base: 0x12_3456_7000, startMethod: TPM2_START_METHOD.CRB_SMC, smcFunction: 0xc200_0001 }],
]

it.each(places)('TPM2 at %s', (_name, options) => {
  const table = acpiTpm2Table(options)
  const text = disassembled(table)
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')
  expect(text).toMatch(new RegExp(`Control Address : ${hex(options.base + 0x40, 16)}`))
  expect(text).toMatch(new RegExp(`Start Method : ${hex(options.startMethod ?? 7, 2)}`))
  expect(text).toContain(
    options.startMethod === 11 ? 'Method Parameters : 00 00 00 00 00 00 00 00 01 00 00 C2' : 'Parameters : 00 00 00',
  )
  // For method 11 iasl wants the parameters a second time, behind the log area; TCG's table and Linux have them once.
  if (options.startMethod === 11) return
  expect(text).not.toMatch(/Invalid|Error|error/)
  expect(withoutCreator(through(table).compiled)).toBe(withoutCreator(table))
})

const wide = (value: number): string => value.toString(16).toUpperCase().padStart(16, '0')

it.each(places)('MSFT0101 at %s', (_name, options) => {
  const table = acpiTpmSsdt(options)
  const { text, compiled } = through(table)
  expect(text).toContain('Name (_HID, "MSFT0101"')
  const memory =
    options.base < 2 ** 32
      ? new RegExp(
          `Memory32Fixed \\(ReadWrite,\\s+0x${options.base.toString(16).toUpperCase().padStart(8, '0')},.*\\s+0x00001000,`,
        )
      : new RegExp(
          `QWordMemory \\(ResourceConsumer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,[^)]*0x${wide(options.base)},[^)]*0x${wide(options.base + 0xfff)},`,
        )
  expect(text).toMatch(memory)
  expect(text.includes('ToUUID ("6bbf6cab-5463-4714-b7cd-f0203c0368d4")')).toBe(options.startMethod === 8)
  expect(withoutCreator(compiled)).toBe(withoutCreator(table))
})
