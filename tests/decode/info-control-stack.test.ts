/** Which instructions touch the Guarded Control Stack: those that Sail's model has doing so, and no other. */

import { describe, expect, it } from 'vitest'
import { A64, decode, format, info } from '../../src/decode/index.ts'

describe('info: Guarded Control Stack', () => {
  it.each([
    [0x94000002, 'bl #8', 'push', false, 8],
    [0xd63f0020, 'blr x1', 'push', false, 8],
    [0xd73f0841, 'blraa x2, x1', 'push', false, 8],
    [0xd65f03c0, 'ret', 'pop', false, 8],
    [0xd65f0bff, 'retaa', 'pop', false, 8],
    [0xd61f0020, 'br x1', 'none', false, 0],
    [0x14000002, 'b #8', 'none', false, 0],
    [0xd69f03e0, 'eret', 'none', false, 0],
    [0xd50b7701, 'gcspushm x1', 'push', true, 8],
    [0xd52b7721, 'gcspopm x1', 'pop', true, 8],
    [0xd508779f, 'gcspushx', 'push', true, 32],
    [0xd50877bf, 'gcspopcx', 'pop', true, 32],
    [0xd50877df, 'gcspopx', 'pop', true, 32],
    [0xd50b7741, 'gcsss1 x1', 'switch', true, 8],
    [0xd52b7761, 'gcsss2 x1', 'switch', true, 8],
    [0xd91f0c41, 'gcsstr x1, [x2]', 'store', true, 8],
    [0xd91f1c41, 'gcssttr x1, [x2]', 'store', true, 8],
    [0xa9400440, 'ldp x0, x1, [x2]', 'none', false, 0],
  ] as const)('%x %s', (word, text, kind, always, size) => {
    const insn = decode(word)!
    expect(format(insn)).toBe(text)
    expect(info(insn).controlStack).toEqual({ kind, always, size })
  })

  it('every row of FEAT_GCS but GCSB and hints moves or stores, and every call and return does', () => {
    const silent = A64.encodings.filter((row) => {
      const insn = decode(row.value)
      if (insn?.encoding !== row) return false
      const { controlStack, flow } = info(insn)
      const should = row.features.includes('GCS') || /call|return/.test(flow.kind.replace('exception-return', ''))
      return should !== (controlStack.kind !== 'none')
    })
    expect(silent.map((row) => row.mnemonic)).toEqual([])
  })
})
