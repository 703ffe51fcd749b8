import { elementLog2 } from '../../src/decode/bitmask.ts'
import type { Instruction } from '../../src/decode/index.ts'

/**
 * Why another word has the text of this one: the bits in which they differ mean nothing, or LLVM does not write them.
 * `''` when nothing known explains it.
 */
export function sameText({ encoding, unpredictable, word }: Instruction, other: number): string {
  const differ = (word ^ other) >>> 0
  const only = (bits: number): boolean => (differ & ~bits) === 0
  if (unpredictable === 'SHOULD_BE' && only(encoding.should.mask)) return 'should-be bits'
  if (encoding.reserved.includes('BITMASK') && rotation((word >>> 10) & 0x1fff, differ, 16))
    return 'rotation above the element'
  if (encoding.reserved.includes('BITMASK_IMM13') && rotation((word >>> 5) & 0x1fff, differ, 11))
    return 'rotation above the element'
  if (encoding.syntax.includes('imm5') && only(0x1f << 16)) return 'bits above imm5'
  if (encoding.syntax.includes('imm4]') && only(0xf << 11)) return 'bits below imm4'
  if (encoding.syntax.includes('Rm ext') && only(1 << 12)) return 'shift not taken'
  return ''
}

/** Only bits of immr differ that `DecodeBitMasks` does not look at. */
function rotation(bits: number, differ: number, lsb: number): boolean {
  const log2 = elementLog2(bits >>> 12, bits & 63)
  return (differ & ~((0x3f << lsb) & ~((2 ** log2 - 1) << lsb))) === 0
}
