import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ElfError, LONGEST_NAME } from '../../src/cli/elf/reader.ts'
import { readElf } from '../../src/cli/elf.ts'
import { elfListing } from '../../src/cli/listing.ts'
import { type MadeSection, type MadeSymbol, makeElf, words } from './elf-file.ts'

const EXEC = 6
const TEXT: MadeSection = {
  name: '.text',
  type: 1,
  flags: EXEC,
  address: 0x1000n,
  // stp, bl tail, ret; 1, 2, 3, 0
  bytes: words(0xa9bf7bfd, 0x94000403, 0xd65f03c0, 0x00030201),
}
const TAIL: MadeSection = { name: '.text.tail', type: 1, flags: EXEC, address: 0x2010n, bytes: words(0x17fffbfd) }
const SYMBOLS: MadeSymbol[] = [
  { name: 'main', value: 0x1000n, section: 1 },
  { name: 'tail', value: 0x2010n, section: 2 },
  { name: '$x', value: 0x1000n, section: 1, info: 0 },
  { name: '$d.1', value: 0x100cn, section: 1, info: 0 },
]

function listing(file: Uint8Array): string {
  return [...elfListing(readElf(file), {})].join('\n')
}

/** The place where a file is wrong. */
function fault(file: Uint8Array): { offset: number; problem: string } {
  try {
    readElf(file)
  } catch (error) {
    if (error instanceof ElfError) return { offset: error.offset, problem: error.problem }
    throw error
  }
  throw new Error('the file was read')
}

/** A file with some bytes replaced. */
function patched(file: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = file.slice()
  copy.set(bytes, at)
  return copy
}

describe('nisv disasm of an ELF file', () => {
  const EXPECTED = `
Disassembly of section .text:

0000000000001000 <main>:
    1000: a9bf7bfd  stp x29, x30, [sp, #-16]!
    1004: 94000403  bl 0x2010 <tail>
    1008: d65f03c0  ret
    100c: 00030201  .word 0x00030201

Disassembly of section .text.tail:

0000000000002010 <tail>:
    2010: 17fffbfd  b 0x1004 <main+0x4>`

  it('lists sections, labels and targets', () => {
    expect(listing(makeElf([TEXT, TAIL], SYMBOLS))).toBe(EXPECTED)
  })

  it('reads files whose data are big-endian: instructions are not', () => {
    const big = readElf(makeElf([TEXT, TAIL], SYMBOLS, { bigEndian: true }))
    expect(big.bigEndian).toBe(true)
    expect([...elfListing(big, {})].join('\n')).toBe(
      EXPECTED.replace('00030201  .word 0x00030201', '01020300  .word 0x01020300'),
    )
  })

  it('keeps the sections of a relocatable file apart', () => {
    const text = { ...TEXT, address: 0n, bytes: words(0x14000001, 0x14000400) }
    const symbols = [
      { name: 'here', value: 4n, section: 1 },
      { name: 'there', value: 0n, section: 2 },
    ]
    const out = listing(makeElf([text, { ...TAIL, address: 0n }], symbols, { type: 1 }))
    expect(out).toContain('       0: 14000001  b 0x4 <here>')
    expect(out).toContain('       4: 14000400  b 0x1004\n')
    expect(out).toContain('0000000000000000 <there>:\n       0: 17fffbfd  b 0xffffffffffffeff4')
  })

  it('says what is no instruction, and what is constrained', () => {
    const out = listing(makeElf([{ ...TEXT, bytes: words(0xffffffff, 0xa8c10420) }]))
    expect(out).toContain('    1000: ffffffff  .inst 0xffffffff  // unallocated')
    expect(out).toContain('    1004: a8c10420  ldp x0, x1, [x1], #16  // CONSTRAINED UNPREDICTABLE: WBOVERLAPPAIR')
  })

  it('prints addresses of 64 bits', () => {
    const section = { ...TEXT, address: 0xffff_8000_0801_0000n, bytes: words(0x14000001, 0xd503201f) }
    const out = listing(makeElf([section]))
    expect(out).toContain('ffff800008010000: 14000001  b 0xffff800008010004 <.text+0x4>')
  })

  it('prints the bytes after the last word', () => {
    const out = listing(makeElf([{ ...TEXT, bytes: new Uint8Array([0x1f, 0x20, 0x03, 0xd5, 0xaa, 0xbb]) }]))
    expect(out).toContain('    1004: bbaa      .byte 0xaa, 0xbb')
  })

  it('prefers a global function where names share a place', () => {
    const names = [
      { name: 'object', value: 0x1000n, section: 1, info: 0x11 },
      { name: 'function', value: 0x1000n, section: 1, info: 0x12 },
      { name: 'local', value: 0x1000n, section: 1, info: 0x02 },
      { name: 'section', value: 0x1000n, section: 1, info: 0x03 },
    ]
    expect(readElf(makeElf([TEXT], names)).code[0]?.symbols).toEqual([{ offset: 0, name: 'function' }])
  })

  it('lets no name drive the terminal, nor fill it', () => {
    const names = [
      { name: '\u001b[2Jx\n', value: 0x1000n, section: 1 },
      { name: 'y'.repeat(5000), value: 0x1004n, section: 1 },
    ]
    const symbols = readElf(makeElf([TEXT], names)).code[0]?.symbols
    expect(symbols?.[0]?.name).toBe('\\u{1b}[2Jx\\u{a}')
    expect(symbols?.[1]?.name).toHaveLength(LONGEST_NAME)
  })

  it('lists executable segments where there are no sections', () => {
    const file = new Uint8Array(64 + 56 + 4)
    const view = new DataView(file.buffer)
    file.set(makeElf([]).subarray(0, 20))
    view.setBigUint64(0x20, 64n, true)
    view.setUint16(0x36, 56, true)
    view.setUint16(0x38, 1, true)
    view.setUint32(64, 1, true)
    view.setUint32(68, 5, true)
    view.setBigUint64(72, 120n, true)
    view.setBigUint64(80, 0x400000n, true)
    view.setBigUint64(96, 4n, true)
    file.set(words(0xd503201f), 120)
    expect(listing(file)).toBe('\nDisassembly of segment 0:\n\n  400000: d503201f  nop')
  })
})

describe('ELF files that lie', () => {
  const good = makeElf([TEXT, TAIL], SYMBOLS)
  const headers = good.length - 64 * 6
  const text = headers + 64
  const symtab = headers + 64 * 3

  it.each<[string, Uint8Array, number, RegExp]>([
    ['no magic', patched(good, 1, 0), 0, /not an ELF file/],
    ['ends in the header', good.slice(0, 40), 40, /ends inside its header/],
    ['32-bit', patched(good, 4, 1), 4, /class 1/],
    ['no byte order', patched(good, 5, 7), 5, /byte order 7/],
    ['x86-64', patched(good, 18, 62), 18, /machine 62/],
    ['headers past the end', patched(good, 0x28, 0, 0, 0, 0x7f), 0x28, /past the end/],
    ['huge header offset', patched(good, 0x28, 255, 255, 255, 255, 255, 255, 255, 255), 0x28, /past the end/],
    ['odd header size', patched(good, 0x3a, 8), 0x3a, /8 bytes/],
    ['too many headers', patched(good, 0x3c, 0xff, 0xfe), 0x28, /65279 section headers/],
    [
      'a count of 2^63',
      patched(patched(good, 0x3c, 0), headers + 0x20, 0, 0, 0, 0, 0, 0, 0, 0x80),
      headers + 0x20,
      /more than/,
    ],
    ['names in no section', patched(good, 0x3e, 99), 0x3e, /section 99/],
    ['code before the end of the file', patched(good, text + 0x18, 0, 0, 0, 0x7f), text + 0x18, /begins at/],
    ['code that does not end', patched(good, text + 0x20, 0, 0, 0, 0x7f), text + 0x20, /ends at/],
    ['a size that wraps', patched(good, text + 0x20, 255, 255, 255, 255, 255, 255, 255, 255), text + 0x20, /ends at/],
    ['code twice', patched(good, text + 0x20, 20), 64 + 16, /begins inside '.text'/],
    ['symbols of a size that is none', patched(good, symtab + 0x20, 25), symtab + 0x20, /no multiple of 24/],
    ['names of symbols in code', patched(good, symtab + 0x28, 1), symtab + 0x28, /section 1/],
    ['two symbol tables', patched(good, symtab + 64 + 4, 2), symtab + 64 + 4, /second symbol table/],
  ])('%s', (_, file, offset, problem) => {
    const found = fault(file)
    expect(found.problem).toMatch(problem)
    expect(found.offset).toBe(offset)
  })

  it('are read or refused, whatever is in them, with output that their length bounds', () => {
    const mutation = fc.oneof(
      fc.tuple(fc.nat(good.length - 1), fc.nat(255)),
      // Most lies are in the headers, at the ends of the ranges of their fields.
      fc.tuple(fc.nat(63), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)),
      fc.tuple(fc.integer({ min: headers, max: good.length - 1 }), fc.constantFrom(0, 1, 2, 3, 4, 24, 64, 0x7f, 0xff)),
    )
    let listed = 0
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(good.length), { nil: good.length, freq: 4 }),
        fc.boolean(),
        (mutations, length, big) => {
          const file = makeElf([TEXT, TAIL], SYMBOLS, { bigEndian: big }).slice(0, length)
          for (const [at, value] of mutations) if (at < length) file[at] = value
          let lines = 0
          try {
            for (const line of elfListing(readElf(file), {})) {
              lines++
              expect(line.length).toBeLessThan(2000)
            }
            listed++
          } catch (error) {
            if (!(error instanceof ElfError)) throw error
            expect(error.offset).toBeGreaterThanOrEqual(0)
            expect(error.offset).toBeLessThanOrEqual(file.length)
          }
          // Each byte is listed once, each symbol and section has its heading.
          expect(lines).toBeLessThanOrEqual(3 * file.length)
        },
      ),
      { numRuns: 5000 },
    )
    expect(listed).toBeGreaterThan(500)
  })

  it('never make the reader throw anything but ElfError on any bytes behind a good header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
        const file = new Uint8Array(20 + tail.length)
        file.set(good.subarray(0, 20))
        file.set(tail, 20)
        try {
          readElf(file)
        } catch (error) {
          expect(error).toBeInstanceOf(ElfError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
