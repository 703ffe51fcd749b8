/** A load or store at EL1 of memory that stage 2 does not map, on QEMU's `max`, and what the exception tells EL2. */
import { caseOf } from '../../exec/cases/case.mjs'
import { WINDOW, WINDOW_BYTES } from '../../exec/record.mjs'
import { random } from '../../llvm/words.mjs'
import { chooseCases } from '../choose.mjs'
import { classOf } from '../classes.mjs'
import { hex, LeftOut } from '../file.mjs'
import { qemuVersion, runRecords, TOLD } from '../machine.mjs'

const DOC =
  'EL1h, stage 1 off, Normal memory, stage 2 maps 1..2 GiB; x holds the registers that are not 0 (31 is SP), vectors are 0, ' +
  'all lanes active, vectors of 256 bits, no monitor set'
/** The unmapped addresses that take the place of the window's. */
const UNMAPPED = 0x0a00_0800

/** Offsets into the record of guest.S. */
const [SP, WORD, RECORD] = [248, 256, 304]
const [ESR_EL2, FAR_EL2, HPFAR_EL2, ESR_EL1, FAR_EL1] = [264, 272, 280, 288, 296]

const HVC = 0x16
const DATA_ABORT_LOWER = 0x24

/** Where QEMU 7.2 is not the judge, and why. The first that holds is counted. */
const WRONG = [
  [
    ({ mnemonic, size, address }) => /^ldapr/.test(mnemonic) && address % BigInt(size) !== 0n,
    'LDAPR of an unaligned address: QEMU 7.2 checks no alignment, the architecture does (later QEMU too)',
  ],
]

/**
 * Cases for `nisv conform abort`.
 *
 * @param decoder - the module `nisv/decode`.
 * @returns header, cases, and how many were left out by reason.
 */
export function abortCases(decoder, { seed, count }) {
  const leftOut = new LeftOut()
  const next = random(seed, 0x61626f72)
  const make = (insn, operands) => addressed(insn, operands, next)
  const chosen = chooseCases(decoder, { seed, count }, make, leftOut)
  const { results, dead, told } = runRecords('abort', chosen.map(recordOf), { machine: 'virtualization=on' })
  for (const { index, why } of dead) leftOut.add(`QEMU dies: ${why} (${chosen[index].cls})`)
  const cases = []
  for (const [i, { id, cls, word, x }] of chosen.entries()) {
    const out = results[i] && outcomeOf(results[i])
    if (out === undefined) continue
    if (out.ec === 0) {
      leftOut.add('UNDEFINED: this QEMU does not have the instruction')
      continue
    }
    const set = Object.fromEntries(Object.entries(x).map(([r, value]) => [r, hex(value)]))
    cases.push({ id, cls, code: word.toString(16).padStart(8, '0'), x: set, out })
  }
  const ids = { ID_AA64MMFR2_EL1: hex(told.readBigUInt64LE(TOLD)) }
  const header = { seed, cpu: 'max', id_regs: ids, oracle: `QEMU ${qemuVersion()}`, doc: DOC }
  return { header, cases, leftOut }
}

/** Class, word and registers of a case, or why there is none. */
function addressed(insn, operands, next) {
  const { encoding, word } = insn
  const { x, sp } = caseOf(insn, operands, next)
  const moved = Object.fromEntries(Object.entries(x).map(([r, value]) => [r, unmapped(value)]))
  if (sp !== undefined) moved[31] = unmapped(sp)
  const base = operands.find(({ kind }) => kind === 'memory')?.base.number
  // Far away: above what stage 2 translates, above all physical addresses.
  if (base in moved && next() % 16 === 0) moved[base] = farAway(next)
  // What has to be aligned is, mostly.
  if (base in moved && next() % 4 === 0) moved[base] ^= BigInt(next() & 15)
  const wrong = WRONG.find(([holds]) => holds({ ...encoding, size: encoding.access.size, address: moved[base] }))
  return wrong?.[1] ?? { cls: classOf(encoding), word: word >>> 0, x: moved }
}

/** An aligned address of 33 to 64 bits. */
function farAway(next) {
  const high = BigInt((next() | 0x8000_0000) >>> 0)
  return ((high << 32n) >> BigInt(next() % 32)) + BigInt(next() & 0xff0)
}

/** An address in or near the window, with its tag, becomes one at the same offset of unmapped memory. */
function unmapped(value) {
  const address = Number(BigInt.asUintN(56, value))
  if (address < WINDOW - WINDOW_BYTES || address >= WINDOW + 2 * WINDOW_BYTES) return value
  return value + BigInt(UNMAPPED - WINDOW)
}

function recordOf({ word, x }) {
  const record = Buffer.alloc(RECORD)
  for (const [r, value] of Object.entries(x)) record.writeBigUInt64LE(value, r === '31' ? SP : 8 * Number(r))
  record.writeUInt32LE(word, WORD)
  return record
}

function outcomeOf(record) {
  const at = (offset) => record.readBigUInt64LE(offset)
  const esr2 = Number(at(ESR_EL2))
  if (esr2 >>> 26 === HVC) {
    // HVC #1 is behind the word, HVC #2 in EL1's vectors.
    if ((esr2 & 0xffff) === 1) return { end: 'ok' }
    const esr = Number(at(ESR_EL1))
    return { end: 'EL1', ec: esr >>> 26, esr: hex(esr), far: hex(at(FAR_EL1)) }
  }
  const told = { end: 'EL2', ec: esr2 >>> 26, esr: hex(esr2), far: hex(at(FAR_EL2)), hpfar: hex(at(HPFAR_EL2)) }
  if (told.ec !== DATA_ABORT_LOWER) return told
  const bits = (lsb, mask) => (esr2 >>> lsb) & mask
  const all = { ...told, fsc: bits(0, 63), isv: bits(24, 1), wnr: bits(6, 1) }
  if (all.isv === 0) return all
  return { ...all, sas: bits(22, 3), sse: bits(21, 1), srt: bits(16, 31), sf: bits(15, 1), ar: bits(14, 1) }
}
