import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { wantsColour } from '../../src/cli/colours.ts'
import { UsageError } from '../../src/cli/command.ts'
import { disasm, disassembleLine } from '../../src/cli/disasm.ts'

const folder = mkdtempSync(join(tmpdir(), 'nisv-colours-'))
const file = join(folder, 'raw.bin')
let printed = ''

beforeEach(() => {
  printed = ''
  // b .+8; ldr x1, [x2, #16]; udf that is no instruction
  writeFileSync(file, new Uint8Array(Uint32Array.of(0x14000002, 0xf9400841, 0xffffffff).buffer))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function run(...args: string[]): Promise<string> {
  expect(await disasm.run(['--raw', '--base', '1000', ...args, file])).toBe(0)
  return printed
}

describe('nisv disasm', () => {
  it('has no colours in a pipe', async () => {
    const plain = await run()
    expect(plain.split('\n')).toEqual([
      '    1000: 14000002  b 0x1008',
      '    1004: f9400841  ldr x1, [x2, #16]',
      '    1008: ffffffff  .inst 0xffffffff  // unallocated',
      '',
    ])
  })

  it('changes no character with --color always', async () => {
    const plain = await run()
    printed = ''
    const colours = await run('--color', 'always')
    expect(colours).toContain('\x1b[36mx1\x1b[39m')
    expect(stripVTControlCharacters(colours)).toBe(plain)
    expect(stripVTControlCharacters(disassembleLine('f9400841', { colour: true }))).toBe('ldr x1, [x2, #16]')
  })

  it('takes --hex and --upper-case', async () => {
    expect((await run('--hex', '--upper-case')).split('\n')[1]).toBe('    1004: f9400841  LDR X1, [X2, #0x10]')
  })
})

describe('wantsColour', () => {
  it('looks at the terminal and at NO_COLOR when nobody says', () => {
    const { isTTY } = process.stdout
    try {
      vi.stubEnv('NO_COLOR', undefined)
      process.stdout.isTTY = true
      expect([wantsColour(undefined), wantsColour('auto'), wantsColour('never')]).toEqual([true, true, false])
      vi.stubEnv('NO_COLOR', '1')
      expect([wantsColour(undefined), wantsColour('always')]).toEqual([false, true])
      process.stdout.isTTY = false
      expect(wantsColour('auto')).toBe(false)
    } finally {
      process.stdout.isTTY = isTTY
    }
  })

  it('refuses another word', () => {
    expect(() => wantsColour('sometimes')).toThrow(UsageError)
  })
})
