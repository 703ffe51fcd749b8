/** The record of guest.S: state before in, state after out. Offsets in bytes. */
import { contractWord } from '../../exec/cases/contract.mjs'
import { hex } from '../file.mjs'

const [X, SP, NZCV, ESR, FAR, PC, WORDS, CHANGED, Z, P, FFR, CHANGES] = [
  0, 248, 256, 264, 272, 280, 288, 296, 320, 1344, 1408, 1424,
]
const RECORD = 1936
const VECTOR = 32
const NOP = 0xd503_201f
const BRK = 0x3c

/** The state of the format where a case says nothing. */
const template = Buffer.alloc(RECORD)
for (let r = 0; r < 31; r++) template.writeBigUInt64LE(contractWord(r), X + 8 * r)
template.writeBigUInt64LE(0x8000_1800n, SP)
for (let k = 0; k < 128; k++) template.writeBigUInt64LE(contractWord(1000 + k), Z + 8 * k)
for (let p = 0; p < 16; p++) template.writeUInt32LE(Number(contractWord(5000 + p) & 0xffff_ffffn), P + 4 * p)
template.writeUInt32LE(0xffff_ffff, FFR)

/** 512 doublewords of the format's formula, from the `first` on. */
export function contractPage(first) {
  const page = Buffer.alloc(4096)
  for (let k = 0; k < 512; k++) page.writeBigUInt64LE(contractWord(first + k), 8 * k)
  return page
}

export function recordOf({ words, x, z, p, sp, ffr }) {
  const record = Buffer.from(template)
  for (const [r, value] of Object.entries(x)) record.writeBigUInt64LE(value, X + 8 * Number(r))
  for (const [r, bytes] of Object.entries(z)) record.write(bytes, Z + VECTOR * Number(r), 'hex')
  for (const [r, value] of Object.entries(p)) record.writeUInt32LE(value, P + 4 * Number(r))
  if (sp !== undefined) record.writeBigUInt64LE(sp, SP)
  if (ffr !== undefined) record.writeUInt32LE(ffr, FFR)
  for (const [k, word] of [words[0], words[1] ?? NOP].entries()) record.writeUInt32LE(word, WORDS + 4 * k)
  return record
}

/** How the words ended, registers and RAM that changed, in the fields of the format. */
export function outcomeOf(before, after) {
  const at = (offset) => after.readBigUInt64LE(offset)
  const esr = Number(at(ESR))
  const taken = esr >>> 26 !== BRK
  const ec = `0x${(esr >>> 26).toString(16).padStart(2, '0')}`
  const end = taken ? { end: 'exc', word: Number(at(PC)) / 4, ec, esr: hex(esr), far: hex(at(FAR)) } : { end: 'ok' }
  const group = (name, count, size, offset, text) => {
    const values = {}
    for (let i = 0; i < count; i++) {
      const [from, to] = [offset + size * i, offset + size * (i + 1)]
      if (before.compare(after, from, to, from, to) !== 0) values[i] = text(from, to)
    }
    return Object.keys(values).length > 0 ? { [name]: values } : {}
  }
  const u64 = (from) => hex(at(from))
  const u32 = (from) => hex(after.readUInt32LE(from))
  const one = (name, offset, text) =>
    before.readUInt32LE(offset) === after.readUInt32LE(offset) ? {} : { [name]: text(offset) }
  const ram = {}
  for (let i = 0; i < Number(at(CHANGED)); i++) {
    const [address, value] = [at(CHANGES + 16 * i), at(CHANGES + 16 * i + 8)]
    if (value !== startOf(address)) ram[hex(address)] = hex(value)
  }
  return {
    ...end,
    ...group('x', 31, 8, X, u64),
    ...group('z', 32, VECTOR, Z, (from, to) => after.subarray(from, to).toString('hex')),
    ...group('p', 16, 4, P, u32),
    ...(at(SP) === before.readBigUInt64LE(SP) ? {} : { sp: u64(SP) }),
    ...one('nzcv', NZCV, u32),
    ...one('ffr', FFR, u32),
    ...(Object.keys(ram).length > 0 ? { ram } : {}),
  }
}

/** The guest tells pairs of doublewords, of which one may be as it was. */
function startOf(address) {
  const offset = Number(address) - 0x4a00_0000
  return contractWord(10000 + 512 * (offset >> 16) + ((offset & 0xfff) >> 3))
}
