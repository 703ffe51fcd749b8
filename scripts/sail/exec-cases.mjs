/**
 * Random states for a load or store: addresses mostly inside the page that is mapped, some over its edge, some
 * unaligned, with tags, big-endian.
 */
import { caseOf } from '../exec/cases/case.mjs'
import { contractWord } from '../exec/cases/contract.mjs'
import { VECTOR_BYTES, WINDOW } from './exec-machine.mjs'

/** Where every case's first word is, with literals 20 bytes on. */
const PC = 0x1000_0100n
const POOL = 20
const NOP = 0xd503_201fn
const DOUBLEWORDS = VECTOR_BYTES / 8

/** SCTLR_EL1: M, A, C, SA, nAA, I; EE; TCF synchronous; ATA. */
const A = 1n << 1n
const SA = 1n << 3n
const NAA = 1n << 6n
const EE = 1n << 25n
const ATA0 = 1n << 42n
const TCSO0 = 1n << 58n
const TCSO = 1n << 59n
/** TCF and TCF0. */
const TCF = 40n
const TCF0 = 38n
/** TCMA0 of TCR_EL1: tag 0 is not checked. */
const TCMA0 = 1n << 57n
const SCTLR = 0x30d0_1805n | (1n << 40n) | (1n << 43n)
/** TBI0, 39-bit addresses. */
const TCR = 25n | (1n << 23n) | (2n << 32n) | (1n << 37n)

const wide = (first, count) =>
  Array.from({ length: count }, (_, k) => contractWord(first + k)).reduceRight((v, word) => (v << 64n) | word, 0n)

/** What a case has where it says nothing: the state of `nisv conform exec`, with ZA and ZT0 after it. */
export function defaultState() {
  return {
    x: Array.from({ length: 31 }, (_, r) => contractWord(r)),
    sp: WINDOW + 2048n,
    z: Array.from({ length: 32 }, (_, z) => wide(1000 + DOUBLEWORDS * z, DOUBLEWORDS)),
    p: Array.from({ length: 16 }, (_, p) => contractWord(5000 + p) & 0xffff_ffffn),
    ffr: 0xffff_ffffn,
    za: Array.from({ length: VECTOR_BYTES }, (_, row) => wide(30_000 + DOUBLEWORDS * row, DOUBLEWORDS)),
    zt0: wide(40_000, 8),
    nzcv: 0n,
    pc: PC,
    registers: { SCTLR_EL1: SCTLR, TCR_EL1: TCR },
  }
}

/** Memory before: the window, and the bytes from PC on. */
export function defaultMemory(window, code, words) {
  const put = (bytes, at, value, size) => {
    for (let i = 0; i < size; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn)
  }
  for (let k = 0; k < window.length / 8; k++) put(window, 8 * k, contractWord(10_000 + k), 8)
  for (let k = 0; k < 5; k++) put(code, 4 * k, words[k] === undefined ? NOP : BigInt(words[k]), 4)
  for (let k = 0; k < 5; k++) put(code, POOL + 8 * k, contractWord(20_003 + k), 8)
}

/** Registers of a memory copy or set. */
function copyState(insn, own, random) {
  const { word, encoding } = insn
  const { id } = encoding
  const chance = (percent) => random(100) < percent
  const between = (low, high) => BigInt(low + random(high - low + 1))
  const [d, n, s] = [word & 31, (word >>> 5) & 31, (word >>> 16) & 31]
  const copies = id.startsWith('CPY')
  const either = copies && !id.startsWith('CPYF')
  const granules = id.startsWith('SETG')
  const [, stage] = /^(?:CPYF?|SETG?O?)([PME])/.exec(id)
  own.optionA = chance(60)
  let size = chance(8) ? 0n : chance(10) ? between(250, 600) : between(1, 40)
  let to = WINDOW + (chance(15) ? between(4000, 4095) : between(64, 3000))
  let from = chance(40) ? to + between(-24, 24) : WINDOW + (chance(10) ? between(4000, 4095) : between(64, 3000))
  if (granules) {
    if (chance(95)) size = (size + 15n) & ~15n
    if (chance(95)) to &= ~15n
  }
  let backward = either && from < to && from + size > to
  if (stage !== 'P') {
    if (either && chance(30)) backward = !backward
    own.nzcv = own.optionA ? 0n : backward ? 0b1010n : 0b0010n
    if (chance(8)) own.nzcv ^= 0b0010n
    if (own.optionA !== backward) {
      // Ends, for A forward and B backward.
      to += size
      from += size
    }
    if (own.optionA && !backward) size = -size
  } else if (chance(5)) size |= 1n << 63n
  own.x = {}
  for (const [r, value] of [
    [d, to],
    [n, size],
    [s, copies ? from : BigInt(random(0x1_0000_0000))],
  ])
    if (r !== 31) own.x[r] = BigInt.asUintN(64, value)
  delete own.sp
}

/** Masks of read-check-write, and D128, without which there are none of 128 bits. */
function checkState(id, own, random) {
  const chance = (percent) => random(100) < percent
  const mask = () =>
    [0, 1, 2, 3].reduce((value) => (value << 32n) | BigInt(chance(50) ? 0xffff_ffff : random(0x1_0000_0000)), 0n)
  own.registers.RCWMASK_EL1 = mask()
  own.registers.RCWSMASK_EL1 = mask()
  // PnCH, D128.
  own.registers.TCR2_EL1 = (chance(50) ? 1n : 0n) | (/128|CASP/.test(id) ? 1n << 5n : 0n)
}

/** A tag in the top byte of addresses, and on most of the memory around them. */
function addTags(word, own, random) {
  const tag = BigInt(random(16))
  own.tags = {}
  const tagged = (address) => {
    const place = Number(address - WINDOW)
    if (place < -64 || place >= 4096 + 64) return address
    for (let granule = (place >> 4) - 8; granule < (place >> 4) + 20; granule++)
      if (granule >= 0 && granule < 256 && random(100) < 90) own.tags[granule] = tag
    return address | (tag << 56n)
  }
  for (const [r, value] of Object.entries(own.x)) own.x[r] = tagged(BigInt(value))
  if (own.sp !== undefined) own.sp = tagged(own.sp)
  if (((word >>> 5) & 31) === 31) own.sp ??= tagged(WINDOW + 2048n)
}

/** A case of a word: what it has of its own, as {@link defaultState} names it. */
export function makeCase(insn, operands, random) {
  const next = () => random(0x1_0000_0000)
  const chance = (percent) => random(100) < percent
  const { cls, words, x, z, p, sp } = caseOf(insn, operands, next)
  const own = { words: /^LDRA[AB]/.test(insn.encoding.id) ? [insn.word >>> 0] : words, x, z: {}, p, registers: {} }
  for (const [n, bytes] of Object.entries(z))
    own.z[n] = BigInt(`0x${Buffer.from(bytes, 'hex').reverse().toString('hex')}`)
  if (sp !== undefined) own.sp = sp
  if (/^(?:copy|set)$/.test(cls)) copyState(insn, own, random)
  // The offset is in the address, more often than not.
  const { base, offset = 0, mode } = operands.find((o) => o.kind === 'memory') ?? {}
  const addressed = /^X|^SP/.test(base?.class ?? '') || base?.class === undefined ? base : undefined
  if (addressed !== undefined && mode !== 'post' && chance(95) && Math.abs(offset) > 64) {
    const before = addressed.number === 31 ? own.sp : own.x[addressed.number]
    if (before !== undefined && before > WINDOW) {
      if (addressed.number === 31) own.sp = before - BigInt(offset)
      else own.x[addressed.number] = before - BigInt(offset)
    }
  }
  if (chance(15)) addTags(insn.word, own, random)
  let sctlr = SCTLR
  if (chance(25)) sctlr |= EE
  if (chance(6)) sctlr |= A
  if (chance(6)) sctlr |= SA
  if (chance(15)) sctlr |= NAA
  if (/^LD[FN]F1/.test(insn.encoding.id) && chance(30)) own.ffr = BigInt(random(0x1_0000_0000))
  // Alignment is all that there is to say of a whole register.
  if (/^(?:LDR|STR)_(?:P_|Z_|ZA|ZT)/.test(insn.encoding.id) && chance(30)) {
    sctlr |= A
    for (const r of Object.keys(own.x))
      own.x[r] = BigInt.asUintN(64, BigInt(own.x[r]) + BigInt(8 * random(2) - 2 * random(2)))
  }
  if (own.tags !== undefined) {
    if (chance(40)) sctlr |= ATA0
    if (chance(15)) sctlr |= TCSO
    if (chance(15)) sctlr |= TCSO0
    if (chance(25)) sctlr = (sctlr & ~(3n << TCF)) | (BigInt(random(4)) << TCF)
    if (chance(60)) sctlr |= BigInt(random(4)) << TCF0
    if (chance(5)) own.registers.TCR_EL1 = TCR | TCMA0
    if (chance(4)) own.tco = true
  }
  if (sctlr !== SCTLR) own.registers.SCTLR_EL1 = sctlr
  if (/^RCW/.test(insn.encoding.id)) checkState(insn.encoding.id, own, random)
  own.cls = cls
  if (/^LDT|^STT|T[RW]?[NRW]*_(?:CPY|SET)/.test(insn.encoding.id) && chance(20)) own.uao = true
  return own
}
