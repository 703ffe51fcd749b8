/**
 * Comparing our verdict on whole blocks of words with LLVM's, without storing LLVM's: a block is the 65,536 words of
 * one value of bits 31:16, and the table holds of each block how many words LLVM 22.1.8 decodes, how many of them it
 * calls potentially undefined, and the FNV-1a-64 of the status bytes in ascending order of the words. The hash starts
 * from 1469598103934665603, as the table was made (FNV's own offset basis has one digit more).
 *
 * Where the manual and LLVM differ, `validity-deviations.txt` (read by `src/cli/llvm-status.ts`) says which words and what LLVM has there; those words
 * are counted and hashed as LLVM's. Used by `sweep.mjs` (all blocks) and `tests/decode/validity.test.ts` (a sample).
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** LLVM's words for our verdicts 0 (unallocated), 1 (constrained unpredictable), 2 (allocated). */
export const STATUS_OF_VERDICT = Uint8Array.of(0, 1, 3)

/** The table: `[valid, soft, fnv]` by block. */
export function readTable(file) {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  const table = new Array(65536)
  for (const line of lines) {
    const [block, valid, soft, fnv] = line.split('\t')
    table[Number.parseInt(block, 16)] = { valid: Number(valid), soft: Number(soft), fnv }
  }
  return table
}

const statuses = new Uint8Array(65536)

/**
 * Decodes all words of a block.
 *
 * @param deviated - counts words by deviation; added to.
 * @returns the block as the table has it, and its status bytes (valid until the next call).
 */
export function sweepBlock(block, decodeInto, insn, deviations, deviated) {
  const base = (block << 16) >>> 0
  const here = []
  for (let i = 0; i < deviations.length; i++) {
    const { mask, value } = deviations[i]
    if (((base ^ value) & mask & 0xffff_0000) === 0) here.push(i)
  }
  let valid = 0
  let soft = 0
  let hi = 0x14650fb0
  let lo = 0x739d0383
  for (let low = 0; low < 65536; low++) {
    const word = base + low
    let status = STATUS_OF_VERDICT[decodeInto(word, insn)]
    if (here.length > 0) {
      for (let i = 0; i < here.length; i++) {
        const d = deviations[here[i]]
        if (((word ^ d.value) & d.mask) !== 0) continue
        const rule = status === 0 ? 'UNALLOCATED' : status === 3 ? 'ALLOCATED' : insn.unpredictable
        if (rule !== d.rule || !d.terms.every((holds) => holds(word))) continue
        status = d.status
        deviated[here[i]]++
        break
      }
    }
    statuses[low] = status
    if (status !== 0) valid++
    if (status === 1) soft++
    // FNV-1a: (h ^ status) * (2^40 + 0x1b3) modulo 2^64, in 16-bit steps of the low half to stay in int32.
    const x = lo ^ status
    const t = (x & 0xffff) * 0x1b3
    const u = (x >>> 16) * 0x1b3 + (t >>> 16)
    lo = (u << 16) | (t & 0xffff)
    hi = (Math.imul(hi, 0x1b3) + (u >>> 16) + (x << 8)) | 0
  }
  const hex = (n) => (n >>> 0).toString(16).padStart(8, '0')
  return { valid, soft, fnv: hex(hi) + hex(lo), statuses }
}

/** Blocks in which words of a deviation lie. */
export function blocksOf({ mask, value }) {
  const blocks = []
  for (let block = 0; block < 65536; block++) {
    if ((((block << 16) ^ value) & mask & 0xffff_0000) === 0) blocks.push(block)
  }
  return blocks
}
