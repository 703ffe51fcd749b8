import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Assembly, asm } from '../../src/cli/asm.ts'
import { UsageError } from '../../src/cli/command.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** What a run writes, and its exit status. */
async function run(...args: string[]): Promise<{ status: number; out: Buffer; errors: string }> {
  const out: Uint8Array[] = []
  let errors = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    out.push(typeof piece === 'string' ? Buffer.from(piece) : piece)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((piece) => {
    errors += piece
    return true
  })
  const status = await asm.run(args)
  return { status, out: Buffer.concat(out), errors }
}

describe('nisv asm', () => {
  it('prints a word for each instruction', async () => {
    const { status, out, errors } = await run('ldp x0, x1, [x2] // two', '', '// none', 'nop; ret;')
    expect(out.toString()).toBe('a9400440\nd503201f\nd65f03c0\n')
    expect([status, errors]).toEqual([0, ''])
  })

  it('says what is wrong and where, and goes on', async () => {
    const { status, out, errors } = await run('nop', 'nop; add x0, x1, #4097', 'foo', 'ret')
    expect(out.toString()).toBe('d503201f\nd503201f\n<bad-input>\n<bad-input>\nd65f03c0\n')
    expect(errors).toBe(
      `<arguments>:2:18: operand 3 does not fit '#imm12 lsl #sh*12': add Xd|SP, Xn|SP, #imm12 lsl #sh*12\n` +
        `<arguments>:3:1: 'foo' is no mnemonic of A64\n`,
    )
    expect(status).toBe(1)
  })

  it('knows addresses', async () => {
    const { out } = await run('--base', '400080', '--listing', 'nop', 'b 0x400080; b #-8; adrp x0, 0x402000')
    expect(out.toString().split('\n')).toEqual([
      '  400080: d503201f  nop',
      '  400084: 17ffffff  b 0x400080',
      '  400088: 17fffffe  b 0x400080',
      '  40008c: d0000000  adrp x0, 0x402000',
      '',
    ])
  })

  it('writes bytes, four zeros for what is no instruction', async () => {
    const { status, out } = await run('--raw', 'nop', 'oops', 'ret')
    expect(out.toString('hex')).toBe('1f2003d500000000c0035fd6')
    expect(status).toBe(1)
  })

  it('refuses what contradicts itself', async () => {
    await expect(run('--raw', '--listing', 'nop')).rejects.toThrow(UsageError)
    await expect(run('--file', 'x', 'nop')).rejects.toThrow(UsageError)
    await expect(run('--base', '2', 'nop')).rejects.toThrow(UsageError)
  })

  it('gives a word or a place for every instruction, whatever the lines hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
        const assembly = new Assembly(0n)
        let address = 0n
        lines.forEach((line, i) => {
          for (const one of assembly.line(line)) {
            expect(one.address).toBe(address)
            expect(one.word >= 0 ? one.problem : one.problem.split(':')[0]).toBe(one.word >= 0 ? '' : `${i + 1}`)
            address += 4n
          }
        })
      }),
    )
  })
})
