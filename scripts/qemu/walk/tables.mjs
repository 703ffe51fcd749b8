/** Random translation tables and registers of the EL1&0 regime without stage 2, and addresses to translate. */

/** Where tables are, and nothing else of the guest. */
export const ARENA = 0x4400_0000n
export const ARENA_BYTES = 0x400_0000n
/** Nothing is at this address or above, neither RAM nor devices: a table there is an External abort. */
const BEYOND = 0x8000_0000n

const SIZES = [32, 36, 40, 42, 44, 48, 52, 52]
/** A granule: bits of an offset in its pages, and of an index of a level; TCR_EL1.TG0 and TG1. */
const GRANULES = [
  { page: 12, step: 9, tg: [0n, 2n] },
  { page: 14, step: 11, tg: [2n, 1n] },
  { page: 16, step: 13, tg: [1n, 3n] },
]
/** MAIR_EL1: Device of each kind, Non-cacheable, Write-Through, Write-Back. */
const USUAL_MAIR = 0xff44_040c_00bb_f0een
const USUAL_SCTLR = 0x30d0_0801n
/** Fields of TCR_EL1 of one bit, by how often in a hundred they are set. */
const TCR_BITS = new Map([
  // E0PDn, NFDn, EPDn.
  [15, [55n, 56n]],
  [10, [53n, 54n]],
  [4, [7n, 23n]],
  // TBIn, TBIDn, HPDn.
  [40, [37n, 38n]],
  [20, [51n, 52n, 41n, 42n]],
  // A1, AS.
  [50, [22n, 36n]],
  // HA.
  [30, [39n]],
])
const HD =
  'TCR_EL1.HD: an AT for a write to a writable-clean page succeeds on QEMU 7.2, as it should, and not on later QEMU'
const ONES = (1n << 64n) - 1n

const shifted = (value, bits) => (value >> BigInt(bits)) << BigInt(bits)

/** One set of registers and tables. `next` gives 32 random bits; `leftOut` is told what the tables do not hold. */
export class Tables {
  /** Descriptors by address, as a little-endian machine reads them. */
  memory = new Map()
  #next
  #leftOut
  #bigEndian
  #ds
  #outputBits
  /** Of TTBR0_EL1's and TTBR1_EL1's half: granule, TxSZ, address of the first table. */
  #halves

  constructor(next, leftOut) {
    this.#next = next
    this.#leftOut = leftOut
    this.#ds = this.#chance(40)
    this.#bigEndian = this.#chance(6)
    this.#halves = [this.#half(), this.#half()]
    const ips = this.#pick([0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 7])
    this.#outputBits = SIZES[ips]
    this.registers = this.#registers(BigInt(ips))
  }

  /** An address whose tables are made as far as it is translated. */
  address(earlier) {
    let va
    if (earlier.length > 0 && this.#chance(35)) {
      va = this.#pick(earlier) ^ (this.#chance(50) ? this.#bits(12) : 0n)
      if (this.#chance(30)) va ^= 1n << this.#bits(6)
    } else {
      const upper = this.#chance(50)
      const bits = Math.min(64 - this.#halves[upper ? 1 : 0].tsz, 52)
      va = this.#bits(Math.max(bits, 1))
      if (upper) va |= shifted(ONES, bits) & ONES
      if (this.#chance(25)) va ^= this.#bits(8) << 56n
      if (this.#chance(4)) va ^= 1n << this.#bits(6)
    }
    this.#path(va)
    return va
  }

  #bits(count) {
    const all = (BigInt(this.#next()) << 32n) | BigInt(this.#next())
    return all >> BigInt(64 - count)
  }

  #chance(percent) {
    return this.#next() % 100 < percent
  }

  #pick(list) {
    return list[this.#next() % list.length]
  }

  #half() {
    const granule = this.#pick(GRANULES)
    const { page, step } = granule
    const least = page === 16 || this.#ds ? 12 : 16
    const most = page === 16 ? 47 : 48
    let tsz = least + (this.#next() % (most - least + 1))
    if (this.#chance(35)) tsz = this.#pick([16, 25, least, least, least, most, 28, 34])
    if (this.#chance(2)) tsz = Number(this.#bits(6))
    const levels = Math.ceil((64 - tsz - page) / step)
    const first = 64 - tsz - (page + step * (levels - 1))
    const align = Math.min(Math.max(6, first + 3), 26)
    return { granule, tsz, levels, first, table: ARENA + shifted(this.#bits(26), align) }
  }

  #registers(ips) {
    const [low, high] = this.#halves
    let tcr = BigInt(low.tsz) | (BigInt(high.tsz) << 16n) | (low.granule.tg[0] << 14n) | (high.granule.tg[1] << 30n)
    tcr |= (ips << 32n) | (this.#bits(6) << 8n) | (this.#bits(6) << 24n) | (this.#ds ? 1n << 59n : 0n)
    for (const [percent, bits] of TCR_BITS) {
      for (const bit of bits) if (this.#chance(percent)) tcr |= 1n << bit
    }
    if (this.#chance(30)) this.#leftOut.add(HD)
    let sctlr = USUAL_SCTLR | (this.#bigEndian ? 1n << 25n : 0n)
    // WXN, EPAN; M.
    if (this.#chance(15)) sctlr |= 1n << 19n
    if (this.#chance(15)) sctlr |= 1n << 57n
    if (this.#chance(2)) sctlr &= ~1n
    // Bits 5:2: RES0, or bits 51:48 of the address.
    const odd = (half) => (this.#chance(3) && this.#judgedBase(half, ips) ? this.#bits(4) << 2n : 0n)
    const asid = this.#chance(30) ? this.#bits(16) << 48n : 0n
    return {
      HCR_EL2: 1n << 31n,
      SCTLR_EL1: sctlr,
      TCR_EL1: tcr,
      TTBR0_EL1: low.table | asid | odd(low) | this.#bits(1),
      TTBR1_EL1: high.table | odd(high),
      MAIR_EL1: this.#chance(60) ? USUAL_MAIR : this.#bits(64) | (0xffn << 56n),
      'PSTATE.PAN': this.#chance(40) ? 1n : 0n,
    }
  }

  /** Whether QEMU 7.2 makes of bits 5:2 of a TTBR what the architecture does. */
  #judgedBase({ granule, first }, ips) {
    if (!this.#ds && (granule.page !== 16 || ips < 6n)) return true
    if (ips >= 6n && first >= 3) return true
    this.#leftOut.add(
      'TTBR bits 51:48 in 5:2 with IPS below 52, or a first table under 64 bytes: QEMU 7.2 reads others',
    )
    return false
  }

  /** Makes what is missing of the descriptors that translate an address. */
  #path(va) {
    const { granule, tsz, levels, table: first } = this.#halves[(va >> 55n) & 1n ? 1 : 0]
    const { page, step } = granule
    if (levels < 1 || levels > 5) return
    let table = first
    for (let level = 4 - levels; ; level++) {
      const shift = page + step * (3 - level)
      const bits = level === 4 - levels ? 64 - tsz - shift : step
      const index = (va >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n)
      const at = table + index * 8n
      if (at < ARENA || at >= ARENA + ARENA_BYTES) return
      if (!this.memory.has(at)) this.memory.set(at, this.#stored(this.#descriptor(granule, level, shift)))
      const descriptor = this.#stored(this.memory.get(at))
      if ((descriptor & 3n) !== 3n || level === 3) return
      table = shifted(this.#outputOf(descriptor, page), page)
    }
  }

  /** Big-endian tables are stored the other way round. */
  #stored(descriptor) {
    if (!this.#bigEndian) return descriptor
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(descriptor)
    return bytes.readBigUInt64BE()
  }

  #descriptor(granule, level, shift) {
    const { page } = granule
    const kind = this.#next() % 100
    if (kind < 5) return shifted(this.#bits(64), 1)
    if (level === 3 && kind < 9) return (this.#bits(64) & ~3n) | 1n
    if (level === 3 || (kind < 22 && this.#hasBlocks(page, level))) {
      let output = this.#output()
      if (!this.#chance(5)) output = shifted(output, shift)
      return this.#encoded(output, page) | this.#leafAttributes(page) | (level === 3 ? 3n : 1n)
    }
    if (kind < 7) this.#leftOut.add('a block at a level that has none: QEMU 7.2 takes it')
    let output = this.#chance(3) ? this.#output() : ARENA + shifted(this.#bits(26), page)
    if (!reachable(this.#outputOf(this.#encoded(output, page), page))) output = ARENA
    let upper = this.#chance(25) ? this.#bits(5) << 59n : 0n
    if (this.#chance(5)) upper |= this.#bits(9) << 50n
    return this.#encoded(output, page) | upper | (this.#chance(20) ? this.#bits(6) << 2n : 0n) | 3n
  }

  #hasBlocks(page, level) {
    if (page === 16) return level === 1 || level === 2
    if (page === 14) return level === 2 || (level === 1 && this.#ds)
    return level === 1 || level === 2 || (level === 0 && this.#ds)
  }

  #output() {
    const kind = this.#next() % 100
    if (kind < 35) return ARENA + shifted(this.#bits(26), 12)
    return shifted(this.#bits(kind < 80 ? this.#outputBits : kind < 95 ? 48 : 52), 12)
  }

  #leafAttributes(page) {
    let d = (this.#bits(3) << 2n) | (this.#bits(2) << 6n) | (this.#bits(1) << 11n)
    if (this.#chance(10)) d |= 1n << 5n
    if (this.#chance(88)) d |= 1n << 10n
    // SH: what Device memory has anyway, half of the time.
    if (!this.#ds || page === 16) d |= (this.#chance(50) ? 2n : this.#bits(2)) << 8n
    // DBM, Contiguous, PXN and UXN; what is ignored.
    if (this.#chance(20)) d |= 1n << 51n
    if (this.#chance(12)) d |= 1n << 52n
    if (this.#chance(50)) d |= this.#bits(2) << 53n
    if (this.#chance(15)) d |= this.#bits(9) << 55n
    return d
  }

  /** Bits of a descriptor that hold an address: those above 47 are where the granule has them. */
  #encoded(output, page) {
    if (page === 16) return (output & 0xffff_ffff_0000n) | (((output >> 48n) & 15n) << 12n)
    if (this.#ds) return (output & 0x3_ffff_ffff_f000n) | (((output >> 50n) & 3n) << 8n)
    return output & 0xffff_ffff_f000n
  }

  #outputOf(descriptor, page) {
    if (page === 16) return (descriptor & 0xffff_ffff_0000n) | (((descriptor >> 12n) & 15n) << 48n)
    if (this.#ds) return (descriptor & 0x3_ffff_ffff_f000n) | (((descriptor >> 8n) & 3n) << 50n)
    return descriptor & 0xffff_ffff_f000n
  }
}

/** Tables may be at this address: of the arena, or where nothing is. Whatever IPS makes of its high bits. */
function reachable(address) {
  const low = address & 0xffff_ffff_ffffn
  return [address, low].every((a) => (a >= ARENA && a < ARENA + ARENA_BYTES) || a >= BEYOND)
}
