/** The state that a case of an exec file has where it says nothing: a formula of splitmix64. */
import { FFR, MEMORY, NZCV, P, PREDICATE, SP, VECTOR, WINDOW, WINDOW_BYTES, WORDS, X, Z } from '../record.mjs'

const MASK = (1n << 64n) - 1n

/** Output `i` of splitmix64. */
export function contractWord(i) {
  let z = ((BigInt(i) + 1n) * 0x9e37_79b9_7f4a_7c15n) & MASK
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK
  return z ^ (z >> 31n)
}

const NOP = 0xd503_201f
/** Doublewords behind the code, 20 bytes from its first word: a pool for literals. */
const POOL = [20003, 20004, 20005, 20006, 20007]

const template = Buffer.alloc(MEMORY + WINDOW_BYTES)
for (let r = 0; r < 31; r++) template.writeBigUInt64LE(contractWord(r), X + 8 * r)
template.writeBigUInt64LE(BigInt(WINDOW + WINDOW_BYTES / 2), SP)
for (let k = 0; k < 128; k++) template.writeBigUInt64LE(contractWord(1000 + k), Z + 8 * k)
for (let p = 0; p < 16; p++) template.writeUInt32LE(Number(contractWord(5000 + p) & 0xffff_ffffn), P + PREDICATE * p)
template.writeUInt32LE(0xffff_ffff, FFR)
template.writeUInt32LE(0, NZCV)
for (let k = 0; k < 5; k++) template.writeUInt32LE(NOP, WORDS + 4 * k)
for (const [k, i] of POOL.entries()) template.writeBigUInt64LE(contractWord(i), WORDS + 20 + 8 * k)
for (let k = 0; k < WINDOW_BYTES / 8; k++) template.writeBigUInt64LE(contractWord(10000 + k), MEMORY + 8 * k)

/** Writes the state of a case into a record. */
export function defaults(records, at, { words, x, z, p, sp }) {
  template.copy(records, at)
  for (const [k, word] of words.entries()) records.writeUInt32LE(word, at + WORDS + 4 * k)
  for (const [r, value] of Object.entries(x)) records.writeBigUInt64LE(value, at + X + 8 * Number(r))
  for (const [r, bytes] of Object.entries(z)) records.write(bytes, at + Z + VECTOR * Number(r), 'hex')
  for (const [r, value] of Object.entries(p)) records.writeUInt32LE(value, at + P + PREDICATE * Number(r))
  if (sp !== undefined) records.writeBigUInt64LE(sp, at + SP)
}
