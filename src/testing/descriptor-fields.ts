/**
 * Fields of descriptors and system registers by name, for generators that set them and mutators that change one.
 *
 * @module
 */

/** Bits [high:low] of each field. */
export type FieldMap = Readonly<Record<string, readonly [high: number, low: number]>>

/** Attributes of a stage 1 page or block (DDI 0487, D8.3). */
export const STAGE1_LEAF_FIELDS: FieldMap = {
  AttrIndx: [4, 2],
  NS: [5, 5],
  AP: [7, 6],
  SH: [9, 8],
  AF: [10, 10],
  nG: [11, 11],
  GP: [50, 50],
  DBM: [51, 51],
  Contiguous: [52, 52],
  PXN: [53, 53],
  UXN: [54, 54],
}

/** Attributes of a stage 2 page or block. */
export const STAGE2_LEAF_FIELDS: FieldMap = {
  MemAttr: [5, 2],
  S2AP: [7, 6],
  SH: [9, 8],
  AF: [10, 10],
  DBM: [51, 51],
  Contiguous: [52, 52],
  XN: [54, 53],
}

/** What any descriptor has: its type, and an address in one piece or two. */
export const DESCRIPTOR_FIELDS: FieldMap = { type: [1, 0], 'Address[47:12]': [47, 12], 'bits[51:48]': [51, 48] }

/** Attributes of stage 1 table descriptors. */
export const TABLE_FIELDS: FieldMap = { PXNTable: [59, 59], UXNTable: [60, 60], APTable: [62, 61], NSTable: [63, 63] }

/** Fields of the registers of the EL1&0 regime. */
export const REGISTER_FIELDS = {
  SCTLR_EL1: { M: [0, 0], C: [2, 2], I: [12, 12], WXN: [19, 19], EE: [25, 25], EPAN: [57, 57] },
  TCR_EL1: {
    T0SZ: [5, 0],
    EPD0: [7, 7],
    IRGN0: [9, 8],
    ORGN0: [11, 10],
    SH0: [13, 12],
    TG0: [15, 14],
    T1SZ: [21, 16],
    A1: [22, 22],
    EPD1: [23, 23],
    TG1: [31, 30],
    IPS: [34, 32],
    AS: [36, 36],
    TBI0: [37, 37],
    TBI1: [38, 38],
    HA: [39, 39],
    HD: [40, 40],
    HPD0: [41, 41],
    HPD1: [42, 42],
    TBID0: [51, 51],
    TBID1: [52, 52],
    E0PD0: [55, 55],
    E0PD1: [56, 56],
    DS: [59, 59],
  },
  TTBR0_EL1: { ASID: [63, 48], BADDR: [47, 1] },
  TTBR1_EL1: { ASID: [63, 48], BADDR: [47, 1] },
  MAIR_EL1: { Attr0: [7, 0], Attr1: [15, 8], Attr2: [23, 16], Attr3: [31, 24], Attr7: [63, 56] },
  HCR_EL2: {
    VM: [0, 0],
    PTW: [2, 2],
    DC: [12, 12],
    TGE: [27, 27],
    CD: [32, 32],
    ID: [33, 33],
    NV: [42, 42],
    NV1: [43, 43],
    FWB: [46, 46],
  },
  VTCR_EL2: {
    T0SZ: [5, 0],
    SL0: [7, 6],
    TG0: [15, 14],
    PS: [18, 16],
    VS: [19, 19],
    HA: [21, 21],
    HD: [22, 22],
    DS: [32, 32],
    SL2: [33, 33],
    S2PIE: [36, 36],
  },
  VTTBR_EL2: { VMID: [63, 48], BADDR: [47, 1] },
  SCTLR_EL2: { EE: [25, 25] },
  TCR2_EL1: { PIE: [1, 1] },
} as const

/** Reads a field of a 64-bit value. */
export function fieldOf(value: bigint, [high, low]: readonly [number, number]): bigint {
  return (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n)
}

/** A 64-bit value with a field replaced; bits of `field` that do not fit are cut. */
export function withField(value: bigint, [high, low]: readonly [number, number], field: bigint): bigint {
  const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
  return (value & ~mask) | ((field << BigInt(low)) & mask)
}
