import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { infoLines } from '../../src/cli/info-text.ts'
import { decodeInto, Instruction, info } from '../../src/decode/index.ts'

function lines(word: number): Record<string, string> {
  const insn = new Instruction()
  decodeInto(word, insn)
  return Object.fromEntries(infoLines(info(insn)))
}

describe('infoLines', () => {
  it('says what each part tells, and leaves out what it does not', () => {
    expect(lines(0xd503201f)).toEqual({})
    expect(lines(0xb8e01041)).toEqual({
      reads: 'x0<31:0>, x2',
      writes: 'x1',
      memory: 'atomic 4 bytes, acquire-release, tag checked',
      needs: 'FEAT_LSE',
    })
    expect(lines(0x54000040)).toEqual({
      reads: 'pc (implicit)',
      writes: 'pc (implicit) conditional',
      flags: 'Z read',
      flow: 'conditional to +8',
    })
    expect(lines(0x3a050083)).toMatchObject({ flags: 'N written, Z written, C read and written, V written' })
    expect(lines(0xd503233f)).toMatchObject({ needs: 'FEAT_PAuth', writes: 'x30 (implicit)' })
    expect(lines(0x4e141c20)).toMatchObject({ writes: 'v0<95:64>', reads: 'x1<31:0>' })
    expect(lines(0x85414000)).toMatchObject({ memory: 'load VL x 4 bytes, scattered, tag checked' })
    expect(lines(0xd9200820)).toMatchObject({ memory: 'tag (store) 16 bytes, tags stored' })
    expect(lines(0xa0000000)).toMatchObject({ needs: 'FEAT_SVE2p1 or FEAT_SME2' })
    expect(lines(0xc00800f7)).toMatchObject({ writes: 'za (tiles f7f7)' })
  })

  it('has a line for any word', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (word) => {
        for (const text of Object.values(lines(word))) expect(text).toMatch(/^\S.*\S$/)
      }),
      { numRuns: 1000 },
    )
  })
})
