/**
 * Random states of a vCPU, and exceptions that instructions at EL0, EL1 and EL2 end in.
 */
import { Case } from './cases.mjs'

const bit = (n) => 1n << BigInt(n)

/** SCTLR_ELx fields that decide about an access: cleared, and set where an exception needs them. */
const A = bit(1)
const SA = bit(3)
const SA0 = bit(4)
const ENDB = bit(13)
const ENDA = bit(27)
const TCF0_SYNC = bit(38)
const TCF_SYNC = bit(40)
const ATA0 = bit(42)
const ATA = bit(43)
/** M, and C, without which no memory is tagged. */
const ENABLED = bit(0) | bit(2)
/** M; A, C, SA, SA0, nAA, WXN, E0E, EE, I, EnDA, EnDB, TCF, TCF0, ATA, ATA0, EPAN, TCSO, TCSO0, MSCEn. */
const DECIDE = [0, 1, 2, 3, 4, 6, 12, 13, 19, 24, 25, 27, 33, 37, 38, 39, 40, 41, 42, 43, 57, 58, 59]
const DECIDED = DECIDE.reduce((mask, n) => mask | bit(n), 0n)

/** HCR_EL2 fields. VM and DC are stage 2's; E2H, TGE and RW depend on each other. */
const VM = bit(0)
const TGE = bit(27)
const DC = bit(12)
const RW = bit(31)
const E2H = bit(34)
const TEA = bit(37)
const NV1 = bit(43)
/** What makes another type of memory of the one in stage 2's descriptors, or minds it: PTW, CD, FWB. */
const STAGE2_TYPES = bit(2) | bit(32) | bit(46)
/** HCR_EL2.ATA: what EL2 lets EL1 and EL0 have of tags. */
const ATA_EL2 = bit(56)

/** Places of the fields of SCTLR2_ELx, GCSCR_ELx and HCRX_EL2 that decide where an exception goes. */
const EASE = 5
const EXLOCKEN = 6
const MCE2 = 10
const TMEA = 19
const STREN = bit(9)

/** Where a page ends, and a table of every level with it: in the lower range, the upper one, and for AArch32. */
const LOWER_END = bit(48)
const UPPER_END = 0xffff_0000_0000_0000n
const END32 = bit(31)
/** A device. */
const DEVICE = 0x1000_3000n
/** RAM on the page of the device: where tags are checked. */
const RAM = DEVICE + 0x800n

/** Optional features, as nisv names them. */
const FEATURES = {
  PAN: 'FEAT_PAN',
  SSBS: 'FEAT_SSBS',
  NMI: 'FEAT_NMI',
  GCS: 'FEAT_GCS',
  DoubleFault2: 'FEAT_DoubleFault2',
}
/** What a CPU without tags or PAN does not have either. */
const WITH = {
  FEAT_PAN: ['FEAT_PAN2', 'FEAT_PAN3'],
  FEAT_SSBS: ['FEAT_SSBS2'],
  FEAT_MTE: ['FEAT_MTE2', 'FEAT_MTE3', 'FEAT_MTE4', 'FEAT_MTE_ASYNC', 'FEAT_MTE_ASYM_FAULT'],
}

/** Kinds of exceptions with how often each is made. */
const KINDS = [
  ...Array(6).fill('tables'),
  ...Array(3).fill('stage2'),
  ...Array(3).fill('external'),
  ...Array(3).fill('alignment'),
  'tag-check',
  'exclusive',
  'zero-block',
  'sp-alignment',
  'sp-alignment',
  'undefined',
  'authentication',
  'gcs-store',
  'memory-copy',
  'pc-alignment',
  'illegal-state',
  'instruction-abort',
]

/** What a fault of the tables may be at each level. */
const BLOCK_LEVELS = [0, 1, 2, 3]
const TABLE_FAULTS = {
  translation: [-1, 0, 1, 2, 3],
  'access-flag': BLOCK_LEVELS,
  permission: BLOCK_LEVELS,
  'address-size': [-1, 0, 1, 2, 3],
  // The first table is that of the page before, too.
  'external-on-walk': BLOCK_LEVELS,
}

/** What a fault of the guest's own stage 2 may be: of four levels, with blocks from level 1 on. */
const STAGE2_FAULTS = {
  translation: [0, 1, 2, 3],
  'access-flag': [1, 2, 3],
  permission: [1, 2, 3],
  'address-size': [0, 1, 2, 3],
  'external-on-walk': [1, 2, 3],
}
/** Where the second page lies before stage 2: above all else. */
const IPA = bit(39)

/** The exception of a case. */
class ExceptionCase extends Case {
  /** @returns the exception: kind, `va`, and what makes the syndrome. `needs` are bits of SCTLR. */
  exception(kind, { el, aarch32, flat, oneRange }) {
    if (kind === 'stage2') return this.stage2()
    if (kind === 'tables' && !flat) return this.tables(aarch32, oneRange)
    if (kind === 'tables' || kind === 'external') return this.external(aarch32, flat)
    if (aarch32) return this.external(true, flat)
    const device = this.anyTag(DEVICE)
    if (kind === 'alignment') return this.alignment(device)
    if (kind === 'tag-check' && flat) return this.external(false, flat)
    if (kind === 'tag-check') {
      const tagged = (device & ~(15n << 56n)) | (BigInt(1 + this.random(15)) << 56n) | (RAM - DEVICE)
      const needs = el === 0 ? TCF0_SYNC | ATA0 : TCF_SYNC | ATA
      const access = this.pick(['gpr', 'asimd', 'atomic', 'mops', 'ordered'])
      const store = access === 'mops' || (access !== 'atomic' && this.chance(50))
      return { kind, fault: 'tag-check', access, store, va: tagged, needs }
    }
    if (kind === 'exclusive') {
      const access = this.pick(['exclusive', 'exclusive', 'atomic'])
      const store = access === 'exclusive' && this.chance(50)
      return { kind: 'data-abort', fault: 'exclusive', access, store, va: device }
    }
    if (kind === 'zero-block') {
      const fault = flat ? 'alignment' : this.pick(['alignment', 'external'])
      return { kind, fault, access: 'zero', store: true, va: device + this.bits(10) }
    }
    if (kind === 'sp-alignment') return { kind, va: 0n, needs: el === 0 ? SA0 : SA }
    if (kind === 'gcs-store') return { kind, va: 0n, word: 0xd91f_0c00n | (this.bits(5) << 5n) | this.bits(5) }
    if (kind === 'authentication') {
      const key = this.pick(['DA', 'DB'])
      return { kind, va: 0n, key, needs: key === 'DA' ? ENDA : ENDB }
    }
    if (kind === 'memory-copy') return { kind, va: 0n, word: this.memoryCopy(), optionA: this.chance(50) }
    if (kind === 'instruction-abort') {
      const fault = this.pick([
        'translation',
        'access-flag',
        'permission',
        'address-size',
        'external-on-walk',
        'external',
      ])
      return { kind, fault, level: fault === 'external' ? 0 : this.pick(BLOCK_LEVELS), va: this.bits(48) & ~3n }
    }
    return { kind, va: 0n }
  }

  /** Top byte ignored: any tag. */
  anyTag(va) {
    return this.chance(50) ? va : (va & ~(255n << 56n)) | (this.bits(8) << 56n)
  }

  /** The second page of an access that crosses. */
  tables(aarch32, oneRange) {
    const fault = this.pick(Object.keys(TABLE_FAULTS))
    // The pages of AArch32 have the first two tables in common.
    const shared = fault === 'external-on-walk' ? 1 : 0
    const levels = TABLE_FAULTS[fault].filter((level) => !aarch32 || level > shared)
    const access = aarch32 ? 'gpr' : this.pick(['gpr', 'gpr', 'unprivileged', 'asimd'])
    let store = this.chance(50)
    const made = { kind: 'data-abort', fault, level: this.pick(levels), access }
    if (fault === 'permission') {
      // Loads are refused by an overlay, stores also by a clean page or a read-only one.
      const why = store ? this.pick(['overlay', 'dirtyBit', 'readOnly']) : this.pick(['overlay', 'overlay', 'dirtyBit'])
      if (why === 'dirtyBit') store = true
      if (why !== 'readOnly') made[why] = true
    }
    const end = aarch32 ? END32 : this.anyTag(this.pick(oneRange ? [LOWER_END] : [LOWER_END, UPPER_END]))
    return { ...made, store, va: end }
  }

  /** The second page of an access that crosses, or the table that leads to it, as the guest's own stage 2 has them. */
  stage2() {
    const fault = this.pick(Object.keys(STAGE2_FAULTS))
    const level = this.pick(STAGE2_FAULTS[fault])
    const access = this.pick(['gpr', 'gpr', 'unprivileged', 'asimd'])
    const walk = this.chance(40)
    const ipa = IPA | (this.bits(27) << 12n)
    const va = this.anyTag(this.pick([LOWER_END, UPPER_END]))
    return { kind: 'data-abort', fault, level, access, store: this.chance(50), stage2: true, walk, ipa, va }
  }

  external(aarch32, flat) {
    const device = aarch32 ? DEVICE : this.anyTag(DEVICE)
    const access = aarch32
      ? 'gpr'
      : this.pick([
          'gpr',
          'unprivileged',
          'asimd',
          'ordered',
          'exclusive',
          'atomic',
          'ls64',
          ...(flat ? [] : ['zero', 'mops']),
        ])
    const store =
      access === 'zero' || access === 'mops' || (access !== 'atomic' && access !== 'exclusive' && this.chance(50))
    return { kind: 'data-abort', fault: 'external', access, store, va: device }
  }

  alignment(device) {
    const access = this.pick(['gpr', 'unprivileged', 'asimd', 'ordered', 'exclusive', 'atomic', 'ls64', 'gcs', 'mops'])
    const store = access === 'gcs' || access === 'mops' || (access !== 'atomic' && this.chance(50))
    // Across 16 bytes, which no rule lets pass.
    const va = (device & ~15n) | BigInt(9 + this.random(7))
    const always = ['exclusive', 'atomic', 'ls64', 'gcs', 'mops'].includes(access)
    return { kind: 'data-abort', fault: 'alignment', access, store, va, needs: always ? 0n : A }
  }

  /** CPYM, CPYE, CPYFM, CPYFE, SETM, SETE, SETGM, SETGE with any options. */
  memoryCopy() {
    const [d, s, n] = this.three()
    const registers = (s << 16n) | (n << 5n) | d | (this.chance(50) ? bit(26) : 0n)
    const stage = BigInt(this.pick([1, 2]))
    if (this.chance(50)) return 0x1900_0400n | (stage << 22n) | (this.bits(4) << 12n) | registers
    return 0x19c0_0400n | (stage << 14n) | (this.bits(2) << 12n) | registers
  }

  /** Three registers, none the same. */
  three() {
    const list = []
    while (list.length < 3) {
      const r = BigInt(this.random(31))
      if (!list.includes(r)) list.push(r)
    }
    return list
  }
}

/** Where exceptions come from: an Exception level, or AArch32 at EL0; and whether the guest has EL2. */
function origin(c) {
  const el2 = c.chance(75)
  const el = c.pick(el2 ? [0, 0, 0, 1, 1, 1, 2] : [0, 0, 1, 1])
  const aarch32 = el === 0 && c.chance(15)
  return { el2, el, aarch32 }
}

/** HCR_EL2, such that the vCPU can be where it is. */
function hypervisor(c, { el, aarch32 }, stage2) {
  let hcr = (c.bits(64) & ~(VM | DC | TGE | E2H | TEA)) | RW | ATA_EL2
  if (c.chance(50)) hcr |= TEA
  if (c.chance(40)) hcr |= E2H
  // Under TGE there is no EL1.
  if (stage2) hcr = (hcr & ~STAGE2_TYPES) | VM
  else if (el !== 1 && c.chance(50)) hcr |= TGE
  const tge = (hcr & TGE) !== 0n
  // The descriptors of NV1 have nothing for EL0.
  if (el === 0) hcr &= ~NV1
  const lower32 = aarch32 && tge && (hcr & E2H) === 0n && c.chance(30)
  const host = (hcr & E2H) !== 0n
  // Stage 1 is off at EL0 of an EL2 that is not its host; an EL2 that is no host at all has one range.
  const flat = el === 0 && tge && !host
  return { hcr: lower32 ? hcr & ~RW : hcr, flat, oneRange: el === 2 && !host, lower32 }
}

/** PSTATE of a vCPU at `el`. */
function processState(c, el, aarch32, absent) {
  const one = (percent = 50) => (c.chance(percent) ? 1n : 0n)
  const state = { EL: BigInt(el), nRW: aarch32 ? 1n : 0n }
  const has = (feature) => (absent.has(feature) ? 0n : one())
  for (const flag of ['N', 'Z', 'C', 'V', 'A', 'I', 'F', 'DIT', 'SS']) state[flag] = one()
  state.IL = 0n
  state.PAN = has('FEAT_PAN')
  state.SSBS = has('FEAT_SSBS')
  if (aarch32) {
    return { ...state, Q: one(), GE: c.bits(4), IT: c.bits(8), E: 0n, T: one(), M: 16n }
  }
  return {
    ...state,
    SP: el === 0 ? 0n : one(70),
    D: one(),
    UAO: one(),
    TCO: has('FEAT_MTE2'),
    BTYPE: c.bits(2),
    ALLINT: has('FEAT_NMI'),
    EXLOCK: has('FEAT_GCS'),
  }
}

/** One case: registers by the manual's names, PSTATE by field, and the exception. */
export function makeCase(random) {
  const c = new ExceptionCase(random)
  const from = origin(c)
  const { el, el2, aarch32 } = from
  let kind = c.pick(KINDS)
  if (kind === 'stage2' && (!el2 || el === 2 || aarch32)) kind = 'tables'
  const { hcr, flat, oneRange, lower32 } = el2
    ? hypervisor(c, from, kind === 'stage2')
    : { hcr: 0n, flat: false, oneRange: false, lower32: false }
  // Mostly a CPU that has everything.
  const likely = c.chance(70) ? 100 : 60
  const features = Object.keys(FEATURES).filter((name) => c.chance(likely) || (name === 'GCS' && kind === 'gcs-store'))
  if (kind === 'tag-check' || c.chance(likely)) features.push('MTE')
  const absent = new Set(
    Object.entries(FEATURES).flatMap(([name, f]) => (features.includes(name) ? [] : [f, ...(WITH[f] ?? [])])),
  )
  if (!features.includes('MTE')) for (const f of ['FEAT_MTE', ...WITH.FEAT_MTE]) absent.add(f)
  if (kind === 'gcs-store' && aarch32) kind = 'external'
  const exception = c.exception(kind, { el, aarch32, flat, oneRange })
  const pstate = processState(c, el, aarch32, absent)
  if (exception.kind === 'illegal-state') pstate.IL = 1n
  if (exception.kind === 'tag-check') pstate.TCO = 0n
  if (exception.access === 'mops') pstate.C = 0n
  if (exception.kind === 'memory-copy') pstate.C = exception.optionA ? 1n : 0n
  if (exception.fault === 'alignment' && exception.access === 'gcs' && !features.includes('GCS')) {
    features.push('GCS')
    absent.delete('FEAT_GCS')
  }
  const { needs = 0n } = exception
  const sctlr = () => (c.bits(64) & ~DECIDED) | ENABLED | needs
  const registers = {
    SCTLR_EL1: sctlr(),
    VBAR_EL1: c.bits(48) | (c.chance(50) ? 0xffffn << 48n : 0n),
    SCTLR2_EL1: c.some(50, [EASE]),
    GCSCR_EL1: c.some(50, [EXLOCKEN]) | (exception.kind === 'gcs-store' ? 0n : STREN),
    GCSCRE0_EL1: exception.kind === 'gcs-store' ? 0n : STREN,
  }
  if (el2) {
    Object.assign(registers, {
      HCR_EL2: hcr,
      HCRX_EL2: c.some(30, [MCE2, TMEA]),
      SCTLR_EL2: sctlr(),
      VBAR_EL2: c.bits(48) | (c.chance(50) ? 0xffffn << 48n : 0n),
      SCTLR2_EL2: c.some(50, [EASE]),
      GCSCR_EL2: c.some(50, [EXLOCKEN]) | (exception.kind === 'gcs-store' ? 0n : STREN),
    })
  }
  const pc =
    (exception.kind === 'instruction-abort' ? exception.va : 0x40_0000n + (c.bits(10) << 2n)) |
    (exception.kind === 'pc-alignment' ? BigInt(1 + c.random(3)) : 0n)
  return { features, absent, el2, lower32, zeroBtype: c.chance(25), registers, pstate, pc, exception }
}
