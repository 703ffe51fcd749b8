import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readElf } from '../../src/cli/elf.ts'
import { elfListing } from '../../src/cli/listing.ts'

const folder = mkdtempSync(join(tmpdir(), 'nisv-elf-'))

const SOURCE = `
.text
.globl main
.type main, %function
main:
  stp x29, x30, [sp, #-16]!
  bl helper
  adrp x0, helper
  cbz x0, 1f
  ldr x1, =0x123456789abcdef0
  tbnz w3, #4, main
1:
  ldp x29, x30, [sp], #16
  ret
.ltorg
.balign 4
helper:
  b.ne main
  b cold
.section .text.cold, "ax"
.globl cold
cold:
  b helper
`

/** Lines of a listing as objdump and we write them, without blanks and headings; it shows data as bytes, we as words. */
function lines(text: string): string[] {
  return text
    .split('\n')
    .map((l) =>
      l
        .replace(/\s+/g, ' ')
        .trim()
        .replace(/: [0-9a-f ]+ \.word/, ': .word'),
    )
    .filter((l) => /^[0-9a-f]+( <.*>)?:/.test(l))
}

describe('nisv disasm of what the GNU tools link', () => {
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['little-endian', ['-mlittle-endian'], ['-EL']],
    ['big-endian data', ['-mbig-endian'], ['-EB']],
  ])('%s: addresses, words, labels, targets and data as llvm-objdump has them', (name, assembler, linker) => {
    const file = (suffix: string): string => join(folder, `${name.replace(/\W/g, '-')}.${suffix}`)
    writeFileSync(file('s'), SOURCE)
    execFileSync('aarch64-linux-gnu-as', [...assembler, file('s'), '-o', file('o')])
    execFileSync('aarch64-linux-gnu-ld', [...linker, '--unique=.text.cold', '-e', 'main', file('o'), '-o', file('elf')])
    const objdump = execFileSync('llvm-objdump-22', ['-d', '--mattr=+all', '--no-print-imm-hex', file('elf')], {
      encoding: 'utf8',
    })
    const ours = lines([...elfListing(readElf(readFileSync(file('elf'))), {})].join('\n'))
    expect(ours.length).toBeGreaterThan(15)
    expect(ours).toEqual(lines(objdump))
  })
})
