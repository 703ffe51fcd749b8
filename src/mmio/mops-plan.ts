import { bit, bits } from '../bits.ts'
import { Access } from '../tlb/index.ts'

/** Which of the three instructions of a memory copy or set. */
export const Stage = { PROLOGUE: 0, MAIN: 1, EPILOGUE: 2 } as const

/** A word of memory copy or set, taken apart (DDI 0487, C4.1.94 "Memory Copy and Memory Set"). Reused. */
export class MemoryCopyPlan {
  /** Slots of target, source or value, and size. */
  rd = 0
  rs = 0
  rn = 0
  /** A value of {@link Stage}. */
  stage = 0
  /** CPY*: field op2; SET*: its low half. */
  options = 0
  /** CPY*, CPYF*: bytes are read. */
  copies = false
  /** CPY*: source and target may overlap either way. */
  either = false
  /** SETG*, SETGO*: tags are set, 16 bytes at a time. */
  granules = false
  /** SETGO*: nothing else is. */
  tagsOnly = false
  readsUnprivileged = false
  writesUnprivileged = false

  /** Takes a word apart that is one of these instructions. */
  read(word: number): void {
    this.rd = bits(word, 0, 5)
    this.rn = bits(word, 5, 5)
    this.rs = bits(word, 16, 5)
    const op1 = bits(word, 22, 2)
    const other = bit(word, 26) === 1
    this.copies = op1 !== 3
    this.either = this.copies && other
    this.granules = !this.copies && other
    this.tagsOnly = this.granules && bits(word, 10, 2) === 0
    this.stage = this.copies ? op1 : bits(word, 14, 2)
    this.options = bits(word, 12, this.copies ? 4 : 2)
    this.writesUnprivileged = bit(word, 12) === 1
    this.readsUnprivileged = bit(word, 13) === 1
  }
}

/** Whether bits of `Access` say that EL0's permissions count. */
export function isUnprivileged(access: number): boolean {
  return (access & Access.UNPRIVILEGED) !== 0
}
