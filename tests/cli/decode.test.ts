import { afterEach, describe, expect, it, vi } from 'vitest'
import { decodeCommand } from '../../src/cli/decode.ts'

afterEach(() => vi.restoreAllMocks())

async function run(...args: string[]): Promise<{ status: number; out: string }> {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk)
    return true
  })
  const status = await decodeCommand.run(args)
  vi.restoreAllMocks()
  return { status, out }
}

describe('nisv decode', () => {
  it('tells what an instruction reads, writes and does', async () => {
    const { status, out } = await run('a9430801')
    expect(status).toBe(0)
    expect(out).toContain('  reads      x0\n  writes     x1, x2\n  effect     load 2 x 8 bytes, tag checked\n')
  })

  it('tells what the 64-bit form of a row needs beside', async () => {
    expect((await run('c1a01c10')).out).toMatch(/needs {6}FEAT_SME2\n/)
    expect((await run('c1e01c10')).out).toMatch(/needs {6}FEAT_SME2, FEAT_SME_I16I64\n/)
  })

  it('tells flags and flow of a branch', async () => {
    expect((await run('54000041')).out).toContain('  flags      Z read\n  flow       conditional to +8\n')
  })

  it('tells why a word is unallocated, goes on, and exits with 1', async () => {
    const { status, out } = await run('ffffffff', 'd503201f')
    expect(status).toBe(1)
    expect(out).toMatch(/0xffffffff {2}unallocated: UNDEFINED\n {2}why .*\n0xd503201f {2}nop\n/)
  })
})
