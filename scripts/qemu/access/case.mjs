/** A load or store and registers that make it one of the pages of the format: mostly of devices, often at an edge. */
import { loadExclusive } from '../../exec/cases/case.mjs'
import { contractWord } from '../../exec/cases/contract.mjs'
import { classOf } from '../classes.mjs'

const BASES = { device: 0x8000_0000, normal_nc: 0x8020_0000 }
const PAGE = 4096
/** Pages as often as they are tried: DEV0, DEV0 again, DEV1, DEV2, RAM, none. */
const PAGES = [
  [70, 1],
  [5, 7],
  [8, 3],
  [11, 5],
  [4, 0],
  [2, 6],
].flatMap(([times, page]) => Array(times).fill(page))
const DEV0_PAGES = [1, 7]
/** Words of DEV0 at the start of a case. */
const DEV0_WORD = 30000
const MASKS = [0, 0xffff_ffff, 0xffff_ffff, 0x1111_1111, 0x0101_0101, 0x00ff_ffff]

/** What QEMU 7.2 does not do as the architecture has it. */
const DEVICE_ALIGNMENT = 'unaligned on Device memory: QEMU 7.2 checks no alignment there'
const UNALIGNED_LOAD = 'unaligned load of a device: QEMU 7.2 reads the aligned words around it instead of its bytes'
const LDAPR_ALIGNMENT = 'unaligned LDAPR: QEMU 7.2 checks no alignment'
const ZERO_DEVICE = 'DC ZVA of Device memory: no QEMU faults'

/** A case, or why there is none. `next` gives 32 random bits. */
export function caseOf(insn, operands, next) {
  const { encoding, word } = insn
  const { access, mnemonic, group } = encoding
  const memory = operands.find(({ kind }) => kind === 'memory')
  const chance = (percent) => next() % 100 < percent
  const between = (low, high) => low + (next() % (high - low + 1))
  const scalable = /^SVE/.test(group)
  const alias = chance(50) ? 'device' : 'normal_nc'
  const one = { cls: classOf(encoding), alias, words: [word >>> 0], x: {}, z: {}, p: {}, sp: undefined, ffr: undefined }
  if (access.form === 'zero' && alias === 'device') return ZERO_DEVICE

  // Of structures and whole registers the pieces are of 8 bytes at most.
  const size = /^(?:exclusive|compare)-pair$/.test(access.form) ? 2 * access.size : access.size || 16
  const odd = access.form !== 'zero' && size > 1 && chance(15) ? between(1, size - 1) : 0
  if (odd !== 0) {
    const ordered = access.order !== 'plain' || (access.load && access.store) || /^exclusive/.test(access.form)
    if (ordered && /^ldapr/.test(mnemonic)) return LDAPR_ALIGNMENT
    if (!ordered && alias === 'device') return DEVICE_ALIGNMENT
    if (!ordered && access.load) return UNALIGNED_LOAD
  }

  /** A virtual address. */
  function target() {
    const page = PAGES[next() % PAGES.length]
    const room = scalable || access.form === 'multiple' ? 600 : 64
    const edge = chance(25)
    const from = edge ? (chance(50) ? 0 : PAGE) + between(-96, 32) : between(room, PAGE - room)
    // The registers of DEV1 that do not read zero are at the start of each 512 bytes.
    const at = page === 3 && !edge && chance(60) ? from & 0xe1f : from
    return BASES[alias] + page * PAGE + Math.floor(at / Math.max(size, 16)) * Math.max(size, 16) + aligned() + odd
  }

  /** Somewhere in 16 bytes. */
  function aligned() {
    return size < 16 ? size * (next() % (16 / size)) : 0
  }

  function lanes(arrangement, value) {
    const bytes = Buffer.alloc(32)
    for (let k = 0; k < 32; k += arrangement === 's' ? 4 : 8) {
      const lane = BigInt(value())
      if (arrangement === 's') bytes.writeUInt32LE(Number(BigInt.asUintN(32, lane)), k)
      else bytes.writeBigInt64LE(lane, k)
    }
    return bytes.toString('hex')
  }

  const { base, index, extend, offset = 0, mode, mulVl } = memory ?? {}
  const displacement = mode === 'post' || mulVl ? 0 : offset
  const address = () => BigInt.asUintN(64, wild() ?? BigInt(target() - displacement))
  const wild = () => (chance(1) ? (BigInt(next()) << 32n) | BigInt(next() & -16) : undefined)
  if (base?.class === 'Z') one.z[base.number] = lanes(base.arrangement, () => target() - displacement)
  else {
    const tag = chance(6) ? BigInt(next() & 0xff) << 56n : 0n
    const at = address() ^ tag
    if (base?.number === 31) one.sp = at
    else one.x[base?.number ?? word & 31] = at
  }
  // Multiples of 16, so that they change no alignment.
  const step = () => 16 * (extend === 'uxtw' ? between(0, 12) : between(-12, 12))
  if (index?.class === 'Z') one.z[index.number] ??= lanes(index.arrangement, step)
  else if (index && index.number < 31 && !(index.number in one.x)) {
    one.x[index.number] = BigInt.asUintN(64, BigInt(step()))
    if (/^[us]xtw$/.test(extend)) one.x[index.number] ^= BigInt(next()) << 32n
  }
  delete one.x[31]
  if (scalable) {
    for (let p = 0; p < 16; p++) if (chance(60)) one.p[p] = MASKS[next() % MASKS.length]
    if (chance(20)) one.ffr = 2 ** between(0, 32) - 1
  }
  if (/^compare/.test(access.form) && chance(60)) expect()
  if (/^exclusive/.test(access.form) && access.store && chance(80)) one.words.unshift(loadExclusive(word))
  return one

  /** The registers that are compared hold what DEV0 has. */
  function expect() {
    const at = Number(BigInt.asUintN(32, one.x[base.number] ?? one.sp ?? 0n)) - BASES[alias]
    const register = (word >>> 16) & 31
    if (!DEV0_PAGES.includes(at >> 12) || odd !== 0 || register >= 29) return
    const values = access.form === 'compare-pair' ? 2 : 1
    for (let k = 0; k < values; k++) {
      const offset = (at & (PAGE - 1)) + k * access.size
      const value = contractWord(DEV0_WORD + (offset >> 3)) >> BigInt(8 * (offset & 7))
      if (register + k !== base.number) one.x[register + k] = BigInt.asUintN(8 * access.size, value)
    }
  }
}
