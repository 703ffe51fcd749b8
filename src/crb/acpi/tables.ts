/**
 * What tells a guest's firmware and operating system of the CRB: the TPM2 table (TCG ACPI Specification 1.3, "TPM2
 * table") and the device MSFT0101. There is no device-tree binding of a memory-mapped CRB: guests that boot from a device
 * tree find a TPM as TIS (`tcg,tpm-tis-mmio`) only.
 *
 * @module
 */

import { high, low } from '../../bits.ts'
import { CRB, CRB_SIZE } from '../registers.ts'
import { aml } from './aml.ts'

/** How a command is started (TCG ACPI Specification, "Start Method Values"). */
export const TPM2_START_METHOD = {
  /** By CTRL_START alone: what QEMU says. */
  CRB: 7,
  /** By CTRL_START, then the device's _DSM: what VMware's Arm machines say. */
  CRB_ACPI: 8,
  /** By CTRL_START, then an SMC or HVC. */
  CRB_SMC: 11,
} as const

/** What is wrong with an {@link AcpiTpmOptions}. */
export class AcpiError extends Error {
  override readonly name = 'AcpiError'
}

/** What to tell. */
export interface AcpiTpmOptions {
  /** Guest-physical address of the CRB's page: `TpmCrb.base`. */
  readonly base: number
  /** One of {@link TPM2_START_METHOD}; CRB unless told. */
  readonly startMethod?: number
  /** For CRB_SMC: the function identifier that starts a command; the interrupt fields stay zero (polling). */
  readonly smcFunction?: number
  /** Log area for the firmware's measurements; QEMU's 64 KiB with an address that its linker fills in, unless told. */
  readonly log?: { readonly length: number; readonly address: number }
  /** 0: client, 1: server. */
  readonly platformClass?: 0 | 1
  /** At most six characters; `NISV  ` unless told. */
  readonly oemId?: string
  /** At most eight characters; `NISVTPM2` unless told. */
  readonly oemTableId?: string
}

const HEADER_SIZE = 36
const TPM2_SIZE = 76
const TPM2_REVISION = 4
const QEMU_LOG_SIZE = 0x1_0000
/** The control area is the part of the registers from CTRL_REQ on. */
const CONTROL_AREA = CRB.CTRL_REQ.offset
/** Linux' tpm_crb looks for this _DSM, function 1 "start". */
const START_DSM = '6bbf6cab-5463-4714-b7cd-f0203c0368d4'

/**
 * The TPM2 table, 76 bytes, revision 4.
 * @throws AcpiError for a base, method, log or id that has no place in it.
 *
 * @example
 * ```ts
 * const table = acpiTpm2Table({ base: 0xfed4_0000 })
 * new DataView(table.buffer).getUint32(40, true) // 0xfed40040: base + 0x40
 * ```
 */
export function acpiTpm2Table(options: AcpiTpmOptions): Uint8Array {
  const { base, startMethod = TPM2_START_METHOD.CRB, smcFunction = 0, platformClass = 0 } = options
  const { length, address } = options.log ?? { length: QEMU_LOG_SIZE, address: 0 }
  checkPlace(options)
  if (!isU32(smcFunction)) throw new AcpiError(`smcFunction is ${smcFunction}; give a function identifier, a u32`)
  if ((smcFunction !== 0) !== (startMethod === TPM2_START_METHOD.CRB_SMC)) {
    throw new AcpiError('smcFunction goes with start method 11, and only with it')
  }
  if (!(isU32(length) && Number.isSafeInteger(address) && address >= 0)) {
    throw new AcpiError(`the log has ${length} bytes at ${address}; give a length below 2^32 and an address below 2^53`)
  }
  const table = new Uint8Array(TPM2_SIZE)
  const view = new DataView(table.buffer)
  view.setUint16(36, platformClass, true)
  setU64(view, 40, base + CONTROL_AREA)
  view.setUint32(48, startMethod, true)
  // Interrupt, flags and operation flags stay zero; the function identifier is the last of the twelve bytes.
  view.setUint32(60, smcFunction, true)
  view.setUint32(64, length, true)
  setU64(view, 68, address)
  return header(table, 'TPM2', TPM2_REVISION, options)
}

/**
 * The device as AML: `Device (TPM)` with _HID MSFT0101, _STA, _CRS, and a _DSM for start method 8, which does nothing
 * more than CTRL_START has done. For a scope of your own; {@link acpiTpmSsdt} has it in a table.
 */
export function acpiTpmDevice(options: AcpiTpmOptions): Uint8Array {
  const { base, startMethod } = options
  checkPlace(options)
  const parts = [
    ...aml.name('_HID', aml.string('MSFT0101')),
    ...aml.name('_UID', aml.integer(1)),
    ...aml.name('_STA', aml.integer(0x0f)),
    ...aml.name('_CRS', aml.resources(aml.memory(base, CRB_SIZE))),
  ]
  if (startMethod === TPM2_START_METHOD.CRB_ACPI) parts.push(...startDsm())
  return Uint8Array.from(aml.device('TPM_', parts))
}

/** A table (SSDT) with the device in `\_SB`. */
export function acpiTpmSsdt(options: AcpiTpmOptions): Uint8Array {
  const body = aml.scope('\\_SB_', [...acpiTpmDevice(options)])
  const table = new Uint8Array(HEADER_SIZE + body.length)
  table.set(body, HEADER_SIZE)
  return header(table, 'SSDT', 2, options)
}

/** Function 0: which functions there are. Function 1: start; 0 is success. */
function startDsm(): readonly number[] {
  const functions = aml.ifThen(aml.equal(aml.arg(2), aml.integer(0)), aml.return(aml.buffer([0x03])))
  const start = aml.ifThen(aml.equal(aml.arg(2), aml.integer(1)), aml.return(aml.integer(0)))
  const ours = aml.ifThen(aml.equal(aml.arg(0), aml.uuid(START_DSM)), [...functions, ...start])
  return aml.method('_DSM', 4, [...ours, ...aml.return(aml.buffer([0]))])
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32
}

function checkPlace({ base, startMethod = TPM2_START_METHOD.CRB }: AcpiTpmOptions): void {
  if (!Object.values<number>(TPM2_START_METHOD).includes(startMethod)) {
    throw new AcpiError(`startMethod is ${startMethod}; a CRB has 7, 8 or 11`)
  }
  if (!Number.isSafeInteger(base) || base < 0 || base % CRB_SIZE !== 0) {
    throw new AcpiError(`base is ${base}; give a multiple of 0x1000 below 2^53`)
  }
}

function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, low(value), true)
  view.setUint32(at + 4, high(value), true)
}

/** Fills in the 36 bytes that every table begins with; the sum of all bytes becomes 0. */
function header(table: Uint8Array, signature: string, revision: number, options: AcpiTpmOptions): Uint8Array {
  const { oemId = 'NISV', oemTableId = 'NISVTPM2' } = options
  if (!/^[ -~]{0,6}$/.test(oemId) || !/^[ -~]{0,8}$/.test(oemTableId)) {
    throw new AcpiError(`oemId '${oemId}' has at most 6, oemTableId '${oemTableId}' at most 8 ASCII characters`)
  }
  const put = (at: number, text: string): void =>
    table.set(
      [...text].map((c) => c.charCodeAt(0)),
      at,
    )
  const view = new DataView(table.buffer)
  put(0, signature)
  view.setUint32(4, table.length, true)
  table[8] = revision
  put(10, oemId.padEnd(6))
  put(16, oemTableId.padEnd(8))
  view.setUint32(24, 1, true)
  put(28, 'NISV')
  view.setUint32(32, 1, true)
  table[9] = -table.reduce((sum, byte) => sum + byte, 0) & 0xff
  return table
}
