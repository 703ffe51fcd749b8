/**
 * What each rule of the vectors is about: its registers, who accesses, and what the CPU must not have for it.
 */

const bit = (n) => 1n << BigInt(n)
const SCR_NS = bit(0)
/** SCR_EL3: Non-secure, EL2 enabled in Secure state, TCR2En, PIEn, HXEn, AIEn, GCSEn. */
const SCR = SCR_NS | bit(18) | bit(43) | bit(45) | bit(38) | bit(46) | bit(39) | bit(47) | bit(50)
const TCR2_ENABLED = bit(14)

const KINDS = ['load', 'load', 'store', 'store', 'fetch', 'atomic', 'load-unprivileged', 'store-unprivileged']

const AT_EL10 = ['S1E1R', 'S1E1W', 'S1E0R', 'S1E0W', 'S1E1RP', 'S1E1WP', 'S12E1R', 'S12E1W', 'S12E0R', 'S12E0W'].map(
  (name) => `at-${name}`,
)
const AT_EL20 = ['at-S1E2R', 'at-S1E2W', 'at-S1E0R', 'at-S1E0W']
const AT_EL2 = ['at-S1E2R', 'at-S1E2W']
const AT_EL3 = ['at-S1E3R', 'at-S1E3W']

/** Where there is no EL0, LDTR is a plain load. */
const OWN_KINDS = ['load', 'load', 'store', 'store', 'fetch', 'atomic']

/** EL1&0 without stage 2. */
function el10(c) {
  const r = {
    SCR_EL3: SCR,
    SCTLR_EL1: c.sctlr(),
    TCR_EL1: c.tcr(),
    TTBR0_EL1: c.table(),
    TTBR1_EL1: c.table(),
    MAIR_EL1: c.mair(),
    HCR_EL2: bit(31),
  }
  return { registers: r, el: c.pick([1, 1, 1, 0]), twoRanges: true, kinds: KINDS }
}

function withStage2(c, made) {
  const r = made.registers
  r.HCR_EL2 |= 1n | c.some(20, [2, 32, 33, 46])
  r.VTCR_EL2 = c.vtcr()
  r.VTTBR_EL2 = c.table()
  r.SCTLR_EL2 = c.some(15, [25])
  return made
}

function withTcr2(made, bits) {
  made.registers.TCR2_EL1 = bits
  made.registers.HCRX_EL2 = TCR2_ENABLED
  return made
}

/** PIR values of every meaning; POR likewise. */
function indirection(c, made) {
  made.registers.PIR_EL1 = c.bits(64)
  made.registers.PIRE0_EL1 = c.bits(64)
  return made
}

/** @type {Record<string, { readonly about: string, readonly make: (c: import('./cases.mjs').Case) => object }>} */
export const RULES = {
  el10: { about: 'EL1&0, one stage', make: el10 },
  stage2: { about: 'EL1&0 under stage 2', make: (c) => withStage2(c, el10(c)) },
  el2: {
    about: 'EL2: one range, no EL0',
    make: (c) => ({
      registers: {
        SCR_EL3: SCR,
        SCTLR_EL2: c.sctlr(),
        TCR_EL2: c.tcrOneRange(),
        TTBR0_EL2: c.table(),
        MAIR_EL2: c.mair(),
        HCR_EL2: bit(31) | c.some(20, [0, 12, 27]),
      },
      el: 2,
      twoRanges: false,
      kinds: OWN_KINDS,
    }),
  },
  el20: {
    about: 'EL2&0: HCR_EL2.E2H, two ranges',
    make: (c) => ({
      registers: {
        SCR_EL3: SCR,
        SCTLR_EL2: c.sctlr(),
        TCR_EL2: c.tcr(),
        TTBR0_EL2: c.table(),
        TTBR1_EL2: c.table(),
        MAIR_EL2: c.mair(),
        HCR_EL2: bit(34) | bit(31) | bit(27),
      },
      el: c.pick([2, 2, 0]),
      twoRanges: true,
      kinds: KINDS,
    }),
  },
  el3: {
    about: 'EL3: one range',
    make: (c) => ({
      registers: {
        SCR_EL3: SCR,
        SCTLR_EL3: c.sctlr(),
        TCR_EL3: c.tcrOneRange(),
        TTBR0_EL3: c.table(),
        MAIR_EL3: c.mair(),
      },
      el: 3,
      twoRanges: false,
      kinds: OWN_KINDS,
    }),
  },
  indirection: {
    about: 'permission indirection at both stages (FEAT_S1PIE, FEAT_S2PIE)',
    make: (c) => {
      const made = indirection(c, withTcr2(c.chance(50) ? withStage2(c, el10(c)) : el10(c), bit(1)))
      made.registers.S2PIR_EL2 = c.s2pir()
      if (made.registers.VTCR_EL2 !== undefined) made.registers.VTCR_EL2 |= c.some(70, [36])
      return made
    },
  },
  overlay: {
    about: 'permission overlays at both stages (FEAT_S1POE, FEAT_S2POE)',
    make: (c) => {
      const made = withTcr2(c.chance(50) ? withStage2(c, el10(c)) : el10(c), c.some(75, [2, 3]) | c.some(50, [1]))
      indirection(c, made)
      // The model lacks rule R_BVXDG: with overlays there are no hierarchical permissions, as with HPD.
      made.registers.TCR_EL1 |= bit(41) | bit(42)
      Object.assign(made.registers, {
        POR_EL0: c.bits(64),
        POR_EL1: c.bits(64),
        S2PIR_EL2: c.s2pir(),
        S2POR_EL1: c.bits(64),
      })
      if (made.registers.VTCR_EL2 !== undefined) made.registers.VTCR_EL2 |= c.some(60, [36, 37])
      return made
    },
  },
  gcs: {
    about: 'Guarded Control Stacks: the permission that indirection gives (FEAT_GCS)',
    make: (c) => {
      const made = indirection(
        c,
        withTcr2(c.chance(40) ? withStage2(c, el10(c)) : el10(c), bit(1) | c.some(40, [2, 3])),
      )
      for (const name of ['PIR_EL1', 'PIRE0_EL1']) if (c.chance(60)) made.registers[name] |= 0x9999_0909_9090_0099n
      Object.assign(made.registers, { POR_EL0: c.bits(64), POR_EL1: c.bits(64) })
      made.registers.TCR_EL1 |= bit(41) | bit(42)
      return { ...made, kinds: ['gcs-load', 'gcs-store', 'gcs-load', 'gcs-store', 'load', 'store'] }
    },
  },
  assured: {
    about: 'tables that a hypervisor assures (FEAT_THE)',
    make: (c) => {
      Object.assign(c, { gentle: c.chance(90), assured: 75 })
      const made = indirection(c, withTcr2(withStage2(c, el10(c)), c.some(60, [0]) | c.some(50, [1])))
      // Mostly read-only of each kind, as assured tables are.
      made.registers.S2PIR_EL2 = c.chance(60) ? 0x7777_6666_3333_2222n : c.s2pir()
      made.registers.VTCR_EL2 |= c.some(50, [36, 40]) | c.some(70, [34]) | c.some(30, [35, 41])
      return { ...made, kinds: [...KINDS, 'rcw', 'rcw'] }
    },
  },
  attributes: {
    about: 'MAIR2_EL1 and AttrIndx[3] (FEAT_AIE)',
    make: (c) => {
      const made = withTcr2(el10(c), bit(4) | c.some(40, [1]))
      made.registers.MAIR2_EL1 = c.mair()
      made.registers.PIR_EL1 = 0x5555_5555_5555_5555n
      return made
    },
  },
  secure: {
    about: 'Secure state: NS, NSTable, Secure stage 2 (FEAT_SEL2)',
    make: (c) => {
      const made = c.chance(50) ? withStage2(c, el10(c)) : el10(c)
      made.registers.SCR_EL3 &= ~SCR_NS
      made.registers.SCR_EL3 |= c.some(40, [9])
      made.registers.VSTCR_EL2 = c.vtcr() | c.some(30, [29, 30])
      made.registers.VSTTBR_EL2 = c.table()
      if (made.registers.VTCR_EL2 !== undefined) made.registers.VTCR_EL2 |= c.some(30, [29, 30])
      return { ...made, kinds: [...made.kinds, 'fetch', 'fetch', 'fetch'] }
    },
  },
  realm: {
    about: 'Realm state: NS of both stages (FEAT_RME)',
    make: (c) => {
      const made = c.chance(60) ? withStage2(c, el10(c)) : RULES.el20.make(c)
      made.registers.SCR_EL3 |= bit(62)
      return made
    },
  },
  granules: {
    about: 'granule protection checks of tables and outputs (FEAT_RME)',
    make: (c) => {
      const made = c.pick([
        () => el10(c),
        () => withStage2(c, el10(c)),
        () => RULES.el3.make(c),
        () => RULES.el20.make(c),
      ])()
      if (c.chance(30)) made.registers.SCR_EL3 |= bit(62)
      const pps = BigInt(c.pick([6, 6, 6, 5, 5, 4, 4, 0, 7]))
      const l0 = BigInt(c.pick([0, 0, 4, 6, 9, 3]))
      made.registers.GPCCR_EL3 =
        pps |
        (c.bits(4) << 8n) |
        (BigInt(c.pick([2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 0])) << 12n) |
        (BigInt(c.pick([0, 0, 0, 1, 2, 2, 3])) << 14n) |
        bit(16) |
        (l0 << 20n) |
        c.some(50, [17])
      made.registers.GPTBR_EL3 = c.table() >> 12n
      return made
    },
  },
  descriptors128: {
    about: '128-bit descriptors at stage 1 (FEAT_D128)',
    make: (c) => {
      const made = indirection(c, withTcr2(el10(c), bit(5) | c.some(30, [4, 14, 15])))
      for (const name of ['TTBR0_EL1', 'TTBR1_EL1'])
        made.registers[name] = c.table() | (BigInt(c.pick([0, 0, 0, 1, 2, 3])) << 1n)
      return made
    },
  },
  descriptors128stage2: {
    about: '128-bit descriptors at stage 2 (FEAT_D128)',
    make: (c) => {
      const made = withStage2(c, el10(c))
      made.registers.VTCR_EL2 |= bit(38)
      made.registers.VTTBR_EL2 |= BigInt(c.pick([0, 0, 0, 1, 2, 3])) << 1n
      made.registers.S2PIR_EL2 = c.s2pir()
      return made
    },
  },
  tableAccessFlag: {
    about: 'the Access flag of tables (FEAT_HAFT)',
    make: (c) => {
      c.accessed = 60
      const made = withTcr2(c.chance(50) ? withStage2(c, el10(c)) : el10(c), c.some(80, [11]))
      made.registers.TCR_EL1 |= bit(39)
      if (made.registers.VTCR_EL2 !== undefined) made.registers.VTCR_EL2 |= bit(21) | c.some(80, [44])
      return made
    },
  },
  par: {
    about: 'PAR_EL1 after AT instructions, 64 and 128 bits, of every regime',
    make: (c) => {
      const [name, kinds] = c.pick([
        ['el10', AT_EL10],
        ['stage2', AT_EL10],
        ['stage2', AT_EL10],
        ['descriptors128', AT_EL10],
        ['descriptors128stage2', AT_EL10],
        ['secure', AT_EL10],
        ['realm', AT_EL10],
        ['el2', AT_EL2],
        ['el20', AT_EL20],
        ['el3', AT_EL3],
        ['overlay', AT_EL10],
        ['assured', AT_EL10],
      ])
      const made = RULES[name].make(c)
      const { registers } = made
      // Mostly what EL1 and EL0 may read and write.
      for (const pir of ['PIR_EL1', 'PIRE0_EL1', 'S2PIR_EL2'])
        if (registers[pir] !== undefined && c.chance(70))
          registers[pir] = pir === 'S2PIR_EL2' ? ~0n & 0xffff_ffff_ffff_ffffn : 0x5555_5555_5555_5555n
      // Realm state may be that of a host.
      const host = name === 'realm' && registers.VTCR_EL2 === undefined && registers.SCTLR_EL2 !== undefined
      if (name === 'el3' && c.chance(50))
        Object.assign(registers, { TCR_EL3: registers.TCR_EL3 | bit(38), PIR_EL3: 0x5555_5555_5555_5555n })
      if (name === 'el20' && c.chance(50))
        Object.assign(registers, { TCR2_EL2: bit(5), PIR_EL2: 0x5555_5555_5555_5555n })
      return { ...made, el: 1, kinds: host ? AT_EL20 : kinds }
    },
  },
  off: {
    about: 'stage 1 off: SCTLR_ELx.M, HCR_EL2.DC and TGE; the caches off; EL2 not enabled; NV1',
    make: (c) => {
      const name = c.pick(['el10', 'el10', 'stage2', 'stage2', 'el2', 'el20', 'el3', 'secure', 'realm'])
      const made = RULES[name].make(c)
      const { registers } = made
      for (const sctlr of ['SCTLR_EL1', 'SCTLR_EL2', 'SCTLR_EL3'])
        if (registers[sctlr] !== undefined && c.chance(55)) registers[sctlr] ^= c.some(60, [0]) | c.some(30, [2, 12])
      if (name === 'el10' || name === 'stage2' || name === 'secure') {
        registers.HCR_EL2 |= c.some(25, [12, 27]) | c.some(25, [32, 33]) | (c.chance(25) ? bit(42) | bit(43) : 0n)
      }
      if (name === 'secure' && c.chance(30)) registers.SCR_EL3 &= ~bit(18)
      // TCR_ELx.MTX and TBI, of which the output address depends.
      if (registers.TCR_EL1 !== undefined) registers.TCR_EL1 |= c.some(20, [60, 61])
      if (registers.TCR_EL3 !== undefined) registers.TCR_EL3 |= c.some(20, [33])
      return made
    },
  },
  sizes: {
    about:
      'TxSZ, SL0, SL2 and DS of every value, of which many are illegal; 52-bit bases; faults on TxSZ or the nearest',
    make: (c) => {
      const name = c.pick(['el10', 'stage2', 'stage2', 'stage2', 'el2', 'el20', 'secure'])
      const made = RULES[name].make(c)
      const { registers } = made
      for (const tcr of ['TCR_EL1', 'TCR_EL2']) {
        if (registers[tcr] === undefined) continue
        registers[tcr] =
          (registers[tcr] & ~0x3fn) | BigInt(c.pick([8, 9, 11, 12, 15, 16, 17, 39, 40, 47, 48, 49, c.random(64)]))
        if (made.twoRanges) registers[tcr] = (registers[tcr] & ~(0x3fn << 16n)) | (BigInt(8 + c.random(44)) << 16n)
        registers[tcr] |= made.twoRanges ? c.some(70, [33, 34]) : c.some(70, [17, 18])
      }
      for (const vtcr of ['VTCR_EL2', 'VSTCR_EL2']) {
        if (registers[vtcr] === undefined) continue
        const [t0sz, sl0, tg] = [8 + c.random(42), c.random(4), c.random(3)].map(BigInt)
        registers[vtcr] =
          (registers[vtcr] & ~0xc0ffn) | t0sz | (sl0 << 6n) | (tg << 14n) | c.some(40, [32]) | c.some(20, [33])
        registers[vtcr] = (registers[vtcr] & ~(7n << 16n)) | (BigInt(c.pick([5, 6, 6])) << 16n)
        // Levels -1 and 0 with DS.
        if (c.chance(40)) {
          const legal = c.pick([12n | bit(33), 13n | bit(33), 12n | (3n << 6n) | bit(15), 16n | (2n << 6n)])
          registers[vtcr] = (registers[vtcr] & ~(0xc0ffn | bit(33))) | legal | bit(32)
        }
      }
      for (const base of ['TTBR0_EL1', 'TTBR0_EL2', 'VTTBR_EL2', 'VSTTBR_EL2'])
        if (registers[base] !== undefined && c.chance(25)) registers[base] |= c.bits(4) << 2n
      const faults = c.chance(50)
      const choices = {
        'Fault on TxSZ value below minimum': faults,
        'Fault on TxSZ value above maximum': faults,
      }
      return { ...made, choices }
    },
  },
  large: {
    about: '56-bit addresses (FEAT_LVA3, FEAT_D128)',
    make: (c) => {
      const made = RULES[c.pick(['descriptors128', 'descriptors128', 'descriptors128stage2'])].make(c)
      const { registers } = made
      registers.TCR_EL1 = (registers.TCR_EL1 & ~(7n << 32n)) | (7n << 32n)
      if (registers.VTCR_EL2 !== undefined) registers.VTCR_EL2 |= 7n << 16n
      else {
        registers.TCR_EL1 &= ~(0x3fn | (0x3fn << 16n))
        registers.TCR_EL1 |= BigInt(8 + c.random(8)) | (BigInt(8 + c.random(8)) << 16n)
      }
      for (const base of ['TTBR0_EL1', 'TTBR1_EL1', 'VTTBR_EL2'])
        if (registers[base] !== undefined && c.chance(30)) registers[base] |= c.bits(8) << 80n
      return {
        ...made,
        addresses: [44, 48, 52, 55, 56],
        choices: { 'Maximum Physical Address Size': 56n, 'Maximum Virtual Address Size': 56n },
      }
    },
  },
  tags: {
    about: 'Allocation Tags of stage 2 (FEAT_MTE_PERM), canonical tags (FEAT_MTE4), non-fault accesses (TCR_ELx.NFD)',
    make: (c) => {
      Object.assign(c, { gentle: true, tagged: 30 })
      c.memAttrs = [4, 14, 15]
      const made = RULES[c.pick(['el10', 'stage2', 'stage2', 'el20', 'el2', 'indirection'])].make(c)
      const { registers } = made
      for (const name of ['MAIR_EL1', 'MAIR_EL2'])
        if (registers[name] !== undefined && c.chance(70)) registers[name] = 0xf0_f0_ff_f0_44_f0_04_f0n
      const tcr = registers.TCR_EL1 === undefined ? 'TCR_EL2' : 'TCR_EL1'
      registers[tcr] |= made.twoRanges ? c.some(40, [60, 61]) | c.some(50, [53, 54]) : c.some(40, [33])
      const tags = ['tag-load', 'tag-store', 'tag-store', 'checked-load', 'checked-store', 'load', 'store', 'fetch']
      return { ...made, kinds: [...tags, ...(made.twoRanges ? ['nonfault', 'nonfault', 'nonfault'] : [])] }
    },
  },
  mixed: {
    about: 'what the other rules have, together',
    make: (c) => {
      const name = c.pick(['el10', 'stage2', 'stage2', 'secure', 'secure', 'realm', 'el2', 'el20', 'el3'])
      const made = RULES[name].make(c)
      const { registers } = made
      if (c.chance(20) && name === 'el2') registers.SCR_EL3 |= bit(62)
      const bits = c.some(45, [1, 4]) | c.some(25, [0, 2, 3, 11]) | c.some(20, [5]) | c.some(10, [14, 15])
      for (const el of ['EL1', 'EL2', 'EL3']) {
        if (registers[`SCTLR_${el}`] === undefined || registers[`TCR_${el}`] === undefined) continue
        if (el === 'EL3') {
          registers.TCR_EL3 |= c.some(40, [35, 37]) | c.some(25, [34, 36, 38, 42, 43])
        } else {
          registers[`TCR2_${el}`] = el === 'EL2' && !made.twoRanges ? bits & ~bit(5) : bits
        }
        registers[`TCR_${el}`] |= made.twoRanges ? bit(41) | bit(42) : bit(24)
        registers[`MAIR2_${el}`] = c.mair()
        registers[`PIR_${el}`] = c.chance(40) ? 0x5555_5555_5555_5555n : c.bits(64)
        if (el !== 'EL3') registers[`PIRE0_${el}`] = c.bits(64)
        registers[`POR_${el}`] = c.chance(40) ? 0x7777_7777_7777_7777n : c.bits(64)
      }
      if (registers.TCR2_EL1 !== undefined) registers.HCRX_EL2 = TCR2_ENABLED
      registers.POR_EL0 = c.bits(64)
      if (registers.VTCR_EL2 !== undefined) {
        registers.VTCR_EL2 |= c.some(40, [36, 37]) | c.some(15, [34, 35, 38, 40, 41, 44]) | c.some(30, [21, 22])
        registers.S2PIR_EL2 = c.s2pir()
        registers.S2POR_EL1 = c.chance(50) ? 0xffff_ffff_ffff_ffffn : c.bits(64)
      }
      return { ...made, kinds: [...made.kinds, 'gcs-load', 'gcs-store', 'rcw', 'tag-store', 'checked-load'] }
    },
  },
  stage2leaf: {
    about: 'stage 2 alone: permissions, attributes, dirty state of the leaf',
    make: (c) => {
      Object.assign(c, {
        allowed: 50,
        managed: 50,
        accessed: 80,
        never: 35,
        memAttrs: [0, 1, 2, 3, 4, 5, 6, 7, 9, 13, 14, 15],
      })
      const made = withStage2(c, el10(c))
      const { registers } = made
      registers.SCTLR_EL1 &= ~1n
      registers.HCR_EL2 |= c.some(25, [12, 32, 33]) | c.some(30, [46])
      registers.VTCR_EL2 = (registers.VTCR_EL2 & ~0xfffn & ~(3n << 14n)) | 25n | (1n << 6n)
      registers.VTCR_EL2 |= c.some(50, [21, 22]) | c.some(25, [34, 36, 37, 38, 40, 44])
      Object.assign(registers, { S2PIR_EL2: c.s2pir(), S2POR_EL1: c.bits(64) })
      const kinds = ['load', 'store', 'store', 'fetch', 'fetch', 'atomic', 'rcw', 'gcs-load', 'gcs-store']
      return { ...made, twoRanges: false, addresses: [32, 34, 38], kinds }
    },
  },
  nested: {
    about: 'HCR_EL2.NV and NV1: no EL0, PXN in the place of UXN',
    make: (c) => {
      const made = c.chance(70) ? el10(c) : withStage2(c, el10(c))
      if (c.chance(30)) indirection(c, withTcr2(made, bit(1)))
      made.registers.HCR_EL2 |= c.chance(85) ? bit(42) | bit(43) : c.some(50, [42, 43])
      return { ...made, el: 1 }
    },
  },
  ignoredTop: {
    about: 'TBI and TBID: the top byte of data and of fetches',
    make: (c) => {
      c.tagged = 60
      const made = RULES[c.pick(['el10', 'el10', 'el2', 'el20', 'el3'])].make(c)
      const { registers } = made
      for (const name of ['TCR_EL1', 'TCR_EL2', 'TCR_EL3']) {
        if (registers[name] === undefined) continue
        registers[name] |= made.twoRanges ? c.some(60, [37, 38, 51, 52]) : c.some(60, [20, 29])
      }
      return { ...made, kinds: ['load', 'store', 'fetch', 'fetch', 'fetch'] }
    },
  },
}
