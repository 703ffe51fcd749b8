/**
 * The registers of the CRB, each field once: TCG PC Client Platform TPM Profile (PTP) 1.03 v22, "CRB Interface", as
 * QEMU 7.2 hw/tpm/tpm_crb.c implements it. Offsets count from the base of the locality's page; every register is
 * little-endian. Device, register dumps and event texts derive from this table.
 *
 * @module
 */

import { bits, hex } from '../bits.ts'

/** Bytes of the register window. */
export const CRB_REGISTERS_SIZE = 0x80
/** Bytes of the data buffer, which commands and responses share. */
export const CRB_BUFFER_SIZE = 0xf80
/** Bytes of the whole device: one page. */
export const CRB_SIZE = 0x1000

/** Bits `[lsb + width - 1 : lsb]` of a register. */
export interface CrbField {
  readonly lsb: number
  readonly width: number
  /** Value after a reset; 0 unless told. */
  readonly reset?: number
}

/** One 32-bit register. */
export interface CrbRegister {
  /** Bytes from the base. */
  readonly offset: number
  /** `ro`: writes are ignored. `command`: a write acts, a read gives zero. `control`: a write acts, a read gives state. */
  readonly access: 'ro' | 'command' | 'control'
  readonly fields: Readonly<Record<string, CrbField>>
}

/** Every register by name. What is missing between 0x00 and 0x7F is reserved: reads zero, ignores writes. */
export const CRB = {
  LOC_STATE: {
    offset: 0x00,
    access: 'ro',
    fields: {
      /** Stored as 0; the read adds 1 while the TPM's established flag is clear, as QEMU does. */
      tpmEstablished: { lsb: 0, width: 1 },
      locAssigned: { lsb: 1, width: 1 },
      activeLocality: { lsb: 2, width: 3 },
      tpmRegValidSts: { lsb: 7, width: 1, reset: 1 },
    },
  },
  LOC_CTRL: {
    offset: 0x08,
    access: 'command',
    fields: {
      requestAccess: { lsb: 0, width: 1 },
      relinquish: { lsb: 1, width: 1 },
      seize: { lsb: 2, width: 1 },
      resetEstablishmentBit: { lsb: 3, width: 1 },
    },
  },
  LOC_STS: {
    offset: 0x0c,
    access: 'ro',
    fields: { Granted: { lsb: 0, width: 1 }, beenSeized: { lsb: 1, width: 1 } },
  },
  INTF_ID: {
    offset: 0x30,
    access: 'ro',
    fields: {
      /** 1: CRB is the active interface. */
      InterfaceType: { lsb: 0, width: 4, reset: 1 },
      /** 1: CRB of PTP 1.03. */
      InterfaceVersion: { lsb: 4, width: 4, reset: 1 },
      /** 0: locality 0 only. */
      CapLocality: { lsb: 8, width: 1 },
      CapCRBIdleBypass: { lsb: 9, width: 1 },
      /** PTP 1.07: commands and answers in several pieces. Reserved before; set by profile `chunk`. */
      CapCRBChunk: { lsb: 10, width: 1 },
      /** 3: transfers of up to 64 bytes. */
      CapDataXferSizeSupport: { lsb: 11, width: 2, reset: 3 },
      CapFIFO: { lsb: 13, width: 1 },
      CapCRB: { lsb: 14, width: 1, reset: 1 },
      /** 1: CRB is selected. */
      InterfaceSelector: { lsb: 17, width: 2, reset: 1 },
      IntfSelLock: { lsb: 19, width: 1 },
      RID: { lsb: 24, width: 8 },
    },
  },
  INTF_ID2: {
    offset: 0x34,
    access: 'ro',
    fields: {
      /** IBM, as QEMU says. */
      VID: { lsb: 0, width: 16, reset: 0x1014 },
      DID: { lsb: 16, width: 16 },
    },
  },
  CTRL_EXT: { offset: 0x38, access: 'ro', fields: { value: { lsb: 0, width: 32 } } },
  CTRL_REQ: {
    offset: 0x40,
    access: 'command',
    fields: { cmdReady: { lsb: 0, width: 1 }, goIdle: { lsb: 1, width: 1 } },
  },
  CTRL_STS: {
    offset: 0x44,
    access: 'ro',
    fields: {
      /** Fatal error; stays until a reset. */
      tpmSts: { lsb: 0, width: 1 },
      tpmIdle: { lsb: 1, width: 1, reset: 1 },
    },
  },
  CTRL_CANCEL: { offset: 0x48, access: 'command', fields: { Cancel: { lsb: 0, width: 1 } } },
  CTRL_START: {
    offset: 0x4c,
    access: 'control',
    fields: {
      Start: { lsb: 0, width: 1 },
      /** PTP 1.07: give the answer's first piece again. Reads 0. */
      crbRspRetry: { lsb: 1, width: 1 },
      /** PTP 1.07: take, or give, the next piece. Reads 0. */
      nextChunk: { lsb: 2, width: 1 },
    },
  },
  INT_ENABLE: { offset: 0x50, access: 'ro', fields: { value: { lsb: 0, width: 32 } } },
  INT_STS: { offset: 0x54, access: 'ro', fields: { value: { lsb: 0, width: 32 } } },
  CTRL_CMD_SIZE: { offset: 0x58, access: 'ro', fields: { size: { lsb: 0, width: 32, reset: 0xf80 } } },
  /** Addresses: base + 0x80, set from the device's base. */
  CTRL_CMD_LADDR: { offset: 0x5c, access: 'ro', fields: { address: { lsb: 0, width: 32 } } },
  CTRL_CMD_HADDR: { offset: 0x60, access: 'ro', fields: { address: { lsb: 0, width: 32 } } },
  CTRL_RSP_SIZE: { offset: 0x64, access: 'ro', fields: { size: { lsb: 0, width: 32, reset: 0xf80 } } },
  /** The low and the high half of one 64-bit register. */
  CTRL_RSP_LADDR: { offset: 0x68, access: 'ro', fields: { address: { lsb: 0, width: 32 } } },
  CTRL_RSP_HADDR: { offset: 0x6c, access: 'ro', fields: { address: { lsb: 0, width: 32 } } },
} as const

/** The name of a register of {@link CRB}. */
export type CrbRegisterName = keyof typeof CRB

const ROWS: readonly (readonly [CrbRegisterName, CrbRegister])[] = Object.entries(CRB) as [
  CrbRegisterName,
  CrbRegister,
][]

/** Name of the register in each word of the window, `undefined` where it is reserved. */
const NAME_OF_WORD: readonly (CrbRegisterName | undefined)[] = Array.from(
  { length: CRB_REGISTERS_SIZE / 4 },
  (_, word) => ROWS.find(([, row]) => row.offset === word * 4)?.[0],
)

/** The field's bits in place. */
export function fieldMask(field: CrbField): number {
  return ((2 ** field.width - 1) * 2 ** field.lsb) >>> 0
}

/** A register's value after a reset (the address registers without the device's base). */
export function resetValue(register: CrbRegister): number {
  let value = 0
  for (const field of Object.values(register.fields)) value += (field.reset ?? 0) * 2 ** field.lsb
  return value
}

/** Name of the register that holds byte `offset` (0..0x7F), or `undefined` where the window is reserved. */
export function crbRegisterAt(offset: number): CrbRegisterName | undefined {
  return NAME_OF_WORD[offset >>> 2]
}

/**
 * A register's value in words, fields that are zero left out.
 *
 * @example
 * ```ts
 * describeCrbRegister('LOC_STATE', 0x83) // 'LOC_STATE 0x83 tpmEstablished locAssigned tpmRegValidSts'
 * describeCrbRegister('INTF_ID2', 0x1014) // 'INTF_ID2 0x1014 VID=0x1014'
 * ```
 */
export function describeCrbRegister(name: CrbRegisterName, value: number): string {
  let text = `${name} ${hex(value)}`
  for (const [field, { lsb, width }] of Object.entries<CrbField>(CRB[name].fields)) {
    const v = bits(value, lsb, width)
    if (v !== 0) text += width === 1 ? ` ${field}` : ` ${field}=${hex(v)}`
  }
  return text
}
