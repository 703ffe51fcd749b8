import { describe, expect, it } from 'vitest'
import {
  FaultKind,
  faultKindOf,
  faultLevelOf,
  faultName,
  faultStatusCode,
  NO_STATUS_CODE,
} from '../../src/tlb/index.ts'

// DDI 0487, ESR_ELx.DFSC: every code that a translation can report.
const CODES: [fsc: number, kind: number, level: number | undefined][] = [
  [0b000000, FaultKind.ADDRESS_SIZE, 0],
  [0b000001, FaultKind.ADDRESS_SIZE, 1],
  [0b000010, FaultKind.ADDRESS_SIZE, 2],
  [0b000011, FaultKind.ADDRESS_SIZE, 3],
  [0b000100, FaultKind.TRANSLATION, 0],
  [0b000101, FaultKind.TRANSLATION, 1],
  [0b000110, FaultKind.TRANSLATION, 2],
  [0b000111, FaultKind.TRANSLATION, 3],
  [0b001000, FaultKind.ACCESS_FLAG, 0],
  [0b001001, FaultKind.ACCESS_FLAG, 1],
  [0b001010, FaultKind.ACCESS_FLAG, 2],
  [0b001011, FaultKind.ACCESS_FLAG, 3],
  [0b001100, FaultKind.PERMISSION, 0],
  [0b001101, FaultKind.PERMISSION, 1],
  [0b001110, FaultKind.PERMISSION, 2],
  [0b001111, FaultKind.PERMISSION, 3],
  [0b010000, FaultKind.EXTERNAL, undefined],
  [0b010010, FaultKind.EXTERNAL_ON_WALK, -2],
  [0b010011, FaultKind.EXTERNAL_ON_WALK, -1],
  [0b010100, FaultKind.EXTERNAL_ON_WALK, 0],
  [0b010101, FaultKind.EXTERNAL_ON_WALK, 1],
  [0b010110, FaultKind.EXTERNAL_ON_WALK, 2],
  [0b010111, FaultKind.EXTERNAL_ON_WALK, 3],
  [0b011000, FaultKind.PARITY, undefined],
  [0b011010, FaultKind.PARITY_ON_WALK, -2],
  [0b011011, FaultKind.PARITY_ON_WALK, -1],
  [0b011100, FaultKind.PARITY_ON_WALK, 0],
  [0b011101, FaultKind.PARITY_ON_WALK, 1],
  [0b011110, FaultKind.PARITY_ON_WALK, 2],
  [0b011111, FaultKind.PARITY_ON_WALK, 3],
  [0b100001, FaultKind.ALIGNMENT, undefined],
  [0b100010, FaultKind.GRANULE_PROTECTION_ON_WALK, -2],
  [0b100011, FaultKind.GRANULE_PROTECTION_ON_WALK, -1],
  [0b100100, FaultKind.GRANULE_PROTECTION_ON_WALK, 0],
  [0b100101, FaultKind.GRANULE_PROTECTION_ON_WALK, 1],
  [0b100110, FaultKind.GRANULE_PROTECTION_ON_WALK, 2],
  [0b100111, FaultKind.GRANULE_PROTECTION_ON_WALK, 3],
  [0b101000, FaultKind.GRANULE_PROTECTION, undefined],
  [0b101001, FaultKind.ADDRESS_SIZE, -1],
  [0b101010, FaultKind.TRANSLATION, -2],
  [0b101011, FaultKind.TRANSLATION, -1],
  [0b101100, FaultKind.ADDRESS_SIZE, -2],
  [0b110000, FaultKind.TLB_CONFLICT, undefined],
  [0b110001, FaultKind.UNSUPPORTED_ATOMIC_UPDATE, undefined],
  [0b110101, FaultKind.UNSUPPORTED_ATOMIC, undefined],
]

describe('fault status codes', () => {
  it.each(CODES)('0x%s', (fsc, kind, level) => {
    expect(faultStatusCode(kind, level ?? 0)).toBe(fsc)
    expect(faultKindOf(fsc)).toBe(kind)
    expect(faultLevelOf(fsc)).toBe(level)
  })

  it('names no other code', () => {
    const known = new Set(CODES.map(([fsc]) => fsc))
    const unknown = Array.from({ length: 64 }, (_, fsc) => fsc).filter((fsc) => !known.has(fsc))
    expect(unknown).toHaveLength(19)
    for (const fsc of [...unknown, -1, 64, 0.5, Number.NaN]) {
      expect(faultKindOf(fsc)).toBe(FaultKind.NONE)
      expect(faultLevelOf(fsc)).toBeUndefined()
    }
  })

  it('has no code for what the architecture cannot report', () => {
    expect(faultStatusCode(FaultKind.NONE, 0)).toBe(NO_STATUS_CODE)
    expect(faultStatusCode(FaultKind.RETRY, 3)).toBe(NO_STATUS_CODE)
    expect(faultStatusCode(FaultKind.PERMISSION, -1)).toBe(NO_STATUS_CODE)
    expect(faultStatusCode(FaultKind.ACCESS_FLAG, -2)).toBe(NO_STATUS_CODE)
    expect(faultStatusCode(FaultKind.TRANSLATION, 4)).toBe(NO_STATUS_CODE)
    expect(faultStatusCode(FaultKind.TRANSLATION, -3)).toBe(NO_STATUS_CODE)
    expect(faultStatusCode(99, 0)).toBe(NO_STATUS_CODE)
  })

  it('is written in the words of the manual', () => {
    expect(faultName(FaultKind.TRANSLATION, 2)).toBe('Translation fault, level 2')
    expect(faultName(FaultKind.ADDRESS_SIZE, -1)).toBe('Address size fault, level -1')
    expect(faultName(FaultKind.ALIGNMENT, 0)).toBe('Alignment fault')
    expect(faultName(FaultKind.NONE, 0)).toBe('no fault')
    expect(faultName(99, 0)).toBe('fault 99')
  })
})
