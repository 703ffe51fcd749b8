/**
 * Random registers and descriptors for the rules of VMSAv8-64, most of them so that a walk gets to its end.
 */

/** mulberry32. @param {number} seed @returns {(below: number) => number} */
export function generator(seed) {
  let a = seed >>> 0
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const bit = (n) => 1n << BigInt(n)
/** Memory attributes that are not reserved. */
const MAIR = [0x00, 0x04, 0x08, 0x0c, 0x44, 0xff, 0xbb, 0xee, 0xf4, 0x4f, 0xf0, 0xf0, 0x01, 0x09, 0x40, 0xa0]
/** Fields of S2PIR_EL2: none, mostly read-only of each kind, write-only, read-only and read/write with each execution. */
const S2PIR = [0, 2, 3, 6, 7, 4, 8, 9, 10, 11, 12, 13, 14, 15, 15, 15]

/** The low bits of a descriptor without a Shareability of 0b01, or at stage 2 a MemAttr[3:0] of 0b1000 or 0b1100. */
function unreserved(low) {
  const shareable = (low & 0x300n) === 0x100n ? low ^ 0x300n : low
  return (shareable & 0x2cn) === 0x20n ? shareable | 4n : shareable
}

/** Registers and memory of one case, from a source of random numbers. */
export class Case {
  constructor(random) {
    this.random = random
    this.registers = {}
    /** Most descriptors map what is asked for, and stage 2 allows it: walks get to their end. */
    this.gentle = this.chance(60)
    /** What is likely of gentle descriptors, in a hundred: the Access flag, S2AP of read and write, DBM, */
    this.accessed = 96
    this.allowed = 93
    this.managed = 10
    /** XN of both kinds, Protected (FEAT_THE), which else is the contiguous hint. */
    this.never = 10
    this.assured = 10
    /** MemAttr[3:0] of gentle descriptors of stage 2. */
    this.memAttrs = [5, 7, 13, 15, 6, 9, 1, 4, 14]
    /** A top byte of an address that is not its sign's, in a hundred. */
    this.tagged = this.gentle ? 3 : 12
  }

  chance(percent) {
    return this.random(100) < percent
  }

  pick(list) {
    return list[this.random(list.length)]
  }

  bits(n) {
    let value = 0n
    for (let left = n; left > 0; left -= 16) value = (value << 16n) | BigInt(this.random(0x10000))
    return BigInt.asUintN(n, value)
  }

  /** Each of these bits with a chance of so many in a hundred. */
  some(percent, positions) {
    return positions.reduce((value, n) => (this.chance(percent) ? value | bit(n) : value), 0n)
  }

  /** A table's address: in the first 4 GiB from 1 GiB on. */
  table() {
    return (bit(30) | this.bits(31)) & ~0xffffn
  }

  shareability() {
    return this.pick([0n, 2n, 3n])
  }

  mair() {
    let value = 0n
    for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(this.pick(MAIR))
    return value
  }

  /** S2PIR_EL2: values of every meaning, or of those that walks get through. */
  s2pir() {
    let value = 0n
    for (let i = 0; i < 16; i++) value = (value << 4n) | BigInt(this.gentle ? this.pick(S2PIR) : this.random(16))
    return value
  }

  /** TG0 of TCR_ELx, and a TxSZ that goes with most of it. */
  granule() {
    const tg = BigInt(this.pick([0, 0, 1, 2]))
    return [tg, BigInt(this.chance(this.gentle ? 1 : 6) ? this.random(64) : this.pick([16, 20, 25, 25, 30, 34, 39]))]
  }

  /** TCR_EL1, or TCR_EL2 with E2H. */
  tcr() {
    const [tg0, t0sz] = this.granule()
    const [tg1, t1sz] = this.granule()
    const sizes = t0sz | (tg0 << 14n) | (t1sz << 16n) | ([2n, 3n, 1n][Number(tg1)] << 30n)
    const shared =
      (this.shareability() << 12n) | (this.shareability() << 28n) | (this.bits(4) << 8n) | (this.bits(4) << 24n)
    const rare = this.some(this.gentle ? 2 : 4, [7, 23, 55, 56])
    return (
      sizes |
      shared |
      rare |
      (BigInt(this.pick([5, 5, 5, 6, 2])) << 32n) |
      this.some(30, [36, 37, 38, 39, 40, 41, 42, 51, 52, 59])
    )
  }

  /** TCR_EL2 without E2H, TCR_EL3: one range. */
  tcrOneRange() {
    const [tg0, t0sz] = this.granule()
    const sizes = t0sz | (tg0 << 14n) | (this.shareability() << 12n) | (this.bits(4) << 8n)
    return sizes | (BigInt(this.pick([5, 5, 5, 6, 2])) << 16n) | this.some(30, [20, 21, 22, 24, 29, 32])
  }

  sctlr() {
    const caches = (this.chance(90) ? bit(12) : 0n) | (this.chance(93) ? bit(2) : 0n)
    return 0x30c50830n | 1n | caches | this.some(15, [19, 25, 57])
  }

  vtcr() {
    const [tg0, t0sz, sl0] = this.pick([
      [0n, 25n, 1n],
      [0n, 24n, 1n],
      [0n, 30n, 1n],
      [0n, 20n, 2n],
      ...(this.gentle ? [] : [[0n, 34n, 0n]]),
      [1n, 25n, 1n],
      [1n, 20n, 2n],
      [2n, 24n, 2n],
      [2n, 30n, 1n],
    ])
    const wrong = this.chance(4) && !this.gentle ? this.bits(8) : 0n
    return (
      ((t0sz | (sl0 << 6n) | (tg0 << 14n) | (5n << 16n) | (this.shareability() << 12n)) ^ wrong) |
      this.some(30, [21, 22])
    )
  }

  /** A 64-bit descriptor of any level. */
  descriptor(stage2) {
    if (this.gentle && this.chance(92)) return this.gentleDescriptor(stage2)
    const type = this.pick([3n, 3n, 3n, 3n, 3n, 3n, 1n, 1n, 1n, this.bits(2)])
    let address = this.table() | (this.chance(30) ? this.bits(16) & 0xf000n : 0n)
    if (this.chance(6)) address |= this.bits(18) << 32n
    const low = unreserved(this.bits(12) & ~3n & (this.chance(60) ? ~0xc0n : ~0n))
    const accessed = this.chance(88) ? bit(10) : 0n
    const high = this.some(25, [51, 52, 53, 54, 58, 60, 61, 62]) | this.some(10, [59, 63, 55, 50])
    return type | low | accessed | address | high | this.some(8, [16])
  }

  /** A table or page, of stage 2 in memory that can be read and written. */
  gentleDescriptor(stage2) {
    const low = this.bits(12) & ~0x403n & (stage2 ? ~0x3cn : ~0n)
    const allowed = stage2 && this.chance(this.allowed) ? 0xc0n : 0n
    const memory = stage2 ? BigInt(this.pick(this.memAttrs)) << 2n : 0n
    const accessed = this.chance(this.accessed) ? bit(10) : 0n
    const high = this.some(10, [58, 60, 61, 62]) | this.some(4, [59, 63, 55, 50])
    const often = this.some(this.managed, [51]) | this.some(this.assured, [52]) | this.some(this.never, [53, 54])
    const type = (this.chance(95) ? 3n : 1n) | often
    return type | unreserved(low | allowed | memory) | accessed | this.table() | high
  }

  /** Either doubleword of a 128-bit descriptor: the one at 16n has the address, the other the attributes. */
  descriptor128(pa) {
    if (pa % 16n !== 0n) {
      const skl = this.chance(this.gentle ? 3 : 8) ? this.bits(2) << 45n : 0n
      return (this.bits(64) & ~(3n << 45n) & (bit(63) - 1n) & ~(this.chance(80) ? 0x7e00n : 0n)) | skl
    }
    const valid = this.gentle || this.chance(96) ? 1n : 0n
    const accessed = this.chance(this.gentle ? this.accessed : 88) ? bit(10) : 0n
    let address = this.table()
    if (this.chance(this.gentle ? 2 : 6)) address |= this.bits(24) << 32n
    const low = unreserved(this.bits(12) & ~1n)
    return valid | accessed | address | low
  }

  /** An entry of a granule protection table: of level 0 or 1, it does not say. */
  granules() {
    const kind = this.random(10)
    if (kind < 5) return 3n | this.table()
    if (kind < 7) return 1n | (BigInt(this.pick([15, 9, 8, 10, 11, 0, 4])) << 4n)
    let value = 0n
    for (let i = 0; i < 16; i++) value = (value << 4n) | BigInt(this.pick([15, 15, 15, 9, 8, 10, 11, 0]))
    return value
  }

  /** An address of either range, with some of the top bits gone wrong now and then. */
  address(twoRanges, sizes = this.gentle ? [12, 20, 25] : [12, 20, 25, 30, 34, 39, 44, 48]) {
    let va = this.bits(this.pick(sizes))
    if (twoRanges && this.chance(35)) va = BigInt.asUintN(64, ~va)
    if (this.chance(this.tagged)) va ^= this.bits(8) << 56n
    if (this.chance(this.gentle ? 1 : 4)) va ^= bit(this.random(56))
    return va
  }
}
