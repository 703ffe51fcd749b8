import { bench, do_not_optimize, group } from 'mitata'
import { AddressSpace, MemoryRegion } from '../dist/mmio/index.js'
import { explain, LOAD, RegimeRegister, Tlb, Translation, TranslationRegime, walk } from '../dist/tlb/index.js'

const RAM = 0x4000_0000
const SIZE = 0x10000
/** Pages of the guest: 64, mapped one by one from VA 0 on. */
const PAGES = 64
const STAGE2 = 0x8000

/** Tables as a host has them: guest RAM in one buffer. */
class Ram {
  constructor() {
    this.bytes = new Uint8Array(SIZE)
    this.words = new Uint32Array(this.bytes.buffer)
  }

  put(offset, value) {
    this.words[offset / 4] = Number(value & 0xffff_ffffn)
    this.words[offset / 4 + 1] = Number(value >> 32n)
  }

  readDescriptor(pa, out) {
    const at = (pa - RAM) / 4
    if (!(at >= 0 && at < SIZE / 4)) return false
    out.lo = this.words[at]
    out.hi = this.words[at + 1]
    return true
  }
}

/** Four levels of 4 KiB tables at each stage, as Linux has them: 64 pages, and the tables' own page at stage 2. */
export function makeWalk(nested) {
  const ram = new Ram()
  for (const root of nested ? [0, STAGE2] : [0]) {
    const leaf = root === 0 ? 0x703n : 0x7ffn
    for (let level = 0; level < 3; level++) {
      ram.put(root + level * 0x1000, BigInt(RAM + root + (level + 1) * 0x1000) | 3n)
    }
    for (let i = 0; i < PAGES; i++) ram.put(root + 0x3000 + 8 * i, BigInt(i * 0x1000) | leaf)
  }
  if (nested) {
    // IPA 1 GiB on: the pages of stage 1's tables.
    ram.put(STAGE2 + 0x1000 + 8, BigInt(RAM + STAGE2 + 0x4000) | 3n)
    ram.put(STAGE2 + 0x4000, BigInt(RAM + STAGE2 + 0x5000) | 3n)
    for (let i = 0; i < 4; i++) ram.put(STAGE2 + 0x5000 + 8 * i, BigInt(RAM + i * 0x1000) | 0x7ffn)
  }
  const regime = new TranslationRegime()
  const set = (name, value) => regime.set(RegimeRegister[name], Number(value >> 32n), Number(value & 0xffff_ffffn))
  set('SCTLR_EL1', 0x1005n)
  set('TCR_EL1', (5n << 32n) | 16n)
  set('TTBR0_EL1', BigInt(RAM))
  set('MAIR_EL1', 0xffn)
  if (nested) {
    set('HCR_EL2', 1n)
    set('VTCR_EL2', (5n << 16n) | (2n << 6n) | 16n)
    set('VTTBR_EL2', BigInt(RAM + STAGE2))
  }
  regime.update()
  return { ram, regime }
}

/** A benchmark of one translation, of each page in turn. `reads` is what it has to have read. */
function translations(name, translate, regime, memory, reads) {
  const out = new Translation()
  let page = 0
  const one = () => {
    page = (page + 1) % PAGES
    translate(regime, memory, 0, page * 0x1000 + 8, LOAD, out)
    return out.pa
  }
  for (let i = 0; i < 2 * PAGES; i++) {
    const pa = one()
    if (out.fault !== 0 || pa !== page * 0x1000 + 8) throw new Error(`${name}: wrong translation`)
  }
  if (out.reads !== reads) throw new Error(`${name}: ${out.reads} descriptors read, not ${reads}`)
  bench(name, () => do_not_optimize(one()))
}

/** `Tlb.translate` of a new TLB as a function with `walk`'s arguments. */
function through(options) {
  const tlb = new Tlb(options)
  return (regime, memory, hi, lo, access, out) => tlb.translate(regime, memory, hi, lo, access, out)
}

/** RAM behind an address space with other regions around it. */
function behindRegions(ram, count) {
  const space = new AddressSpace().add(MemoryRegion.ram('ram', ram.bytes), RAM)
  for (let i = 1; i < count; i++) {
    space.add(MemoryRegion.ram(`other ${i}`, new Uint8Array(0x1000)), RAM + i * 0x100_0000)
  }
  return space
}

export function walkBenches() {
  const flat = makeWalk(false)
  const nested = makeWalk(true)
  group('translation, 4 levels of 4 KiB tables', () => {
    translations('walk', walk, flat.regime, flat.ram, 4)
    translations('TLB hit', through({}), flat.regime, flat.ram, 0)
    translations('TLB miss, its table in the walk cache', through({ entries: 4 }), flat.regime, flat.ram, 1)
    translations('TLB hit, 16,384 entries', through({ entries: 16_384 }), flat.regime, flat.ram, 0)
    translations('validated TLB hit', through({ validated: true }), flat.regime, flat.ram, 4)
    for (const count of [1, 16, 256]) {
      translations(`walk in an AddressSpace of ${count} regions`, walk, flat.regime, behindRegions(flat.ram, count), 4)
    }
    const space = behindRegions(flat.ram, 16)
    translations('validated TLB hit in one of 16', through({ validated: true }), flat.regime, space, 4)
    bench('explain', () => do_not_optimize(explain(flat.regime, flat.ram, 0, 8, LOAD)))
  })
  group('translation, 4 levels under 4 levels of stage 2', () => {
    translations('walk, 24 descriptors', walk, nested.regime, nested.ram, 24)
    translations('TLB hit', through({}), nested.regime, nested.ram, 0)
    translations('TLB miss, its table in the walk cache', through({ entries: 4 }), nested.regime, nested.ram, 9)
    translations('validated TLB hit', through({ validated: true }), nested.regime, nested.ram, 24)
  })
}
