import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BinaryError, isElfFile, parseBase } from '../../src/cli/binary.ts'
import { UsageError } from '../../src/cli/command.ts'
import { disasm } from '../../src/cli/disasm.ts'
import { ElfError } from '../../src/cli/elf/reader.ts'
import { makeElf, words } from './elf-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'nisv-binary-'))
let printed = ''

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

describe('nisv disasm', () => {
  beforeEach(() => {
    printed = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text
      return true
    })
  })

  afterEach(() => {
    vi.restoreAllMocks()
  })

  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it('lists a raw binary from its base', async () => {
    const path = file('raw.bin', words(0x14000002, 0xd503201f, 0xb0000000))
    expect(await disasm.run(['--raw', '--base', '0x40000000', path])).toBe(0)
    expect(printed).toBe(
      '40000000: 14000002  b 0x40000008\n40000004: d503201f  nop\n40000008: b0000000  adrp x0, 0x40001000\n',
    )
  })

  it('lists a raw binary longer than one piece of a stream', async () => {
    const path = file('long.bin', words(...Array.from({ length: 40000 }, () => 0xd503201f)))
    await disasm.run(['--raw', path])
    const lines = printed.trimEnd().split('\n')
    expect(lines).toHaveLength(40000)
    expect(lines.at(-1)).toBe('   270fc: d503201f  nop')
  })

  it('lists the words before an odd end, then names it', async () => {
    const path = file('odd.bin', new Uint8Array([0x1f, 0x20, 0x03, 0xd5, 0x01, 0x02]))
    const failure = await disasm.run(['--raw', path]).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(BinaryError)
    expect((failure as BinaryError).offset).toBe(4)
    expect((failure as BinaryError).message).toBe(`${path}: byte 0x4: the file ends with 2 of the 4 bytes of a word`)
    expect(printed).toBe('       0: d503201f  nop\n')
  })

  it('knows an ELF file by its first bytes', async () => {
    const elf = makeElf([{ name: '.text', type: 1, flags: 6, address: 0x1000n, bytes: words(0xd65f03c0) }])
    expect(await disasm.run([file('program', elf)])).toBe(0)
    expect(printed).toBe('\nDisassembly of section .text:\n\n    1000: d65f03c0  ret\n')
    expect(isElfFile(file('words.txt', 'd503201f\n'))).toBe(false)
    expect(isElfFile(file('empty', ''))).toBe(false)
  })

  it('names file and byte of an ELF file that lies', async () => {
    const path = file('cut', makeElf([]).subarray(0, 80))
    const failure = await disasm.run([path]).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ElfError)
    expect((failure as ElfError).message).toMatch(`${path}: byte 0x28: `)
  })

  it('refuses bases that are no addresses of instructions', async () => {
    expect(parseBase('FFFF800000000000')).toBe(0xffff_8000_0000_0000n)
    for (const text of ['', '0x', '12z', '-4', '2', '0x10000000000000000']) {
      expect(() => parseBase(text), text).toThrow(UsageError)
    }
    await expect(disasm.run(['--base', '0x1000', 'x'])).rejects.toThrow(UsageError)
  })
})
