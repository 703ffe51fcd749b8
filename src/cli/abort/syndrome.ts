/**
 * ESR_ELx of a data abort, field by field (DDI 0487, D24.2 ESR_EL2, "ISS encoding for an exception from a Data Abort").
 *
 * @module
 */

import { hex } from '../../bits.ts'
import { faultKindOf, faultLevelOf, faultName } from '../../tlb/index.ts'

/** A field of a register: its place as `[msb:lsb]`, its value, and what that means. */
export interface Field {
  readonly name: string
  readonly bits: string
  readonly value: number
  readonly meaning: string
}

/** Classes that a hypervisor meets around a load or store. */
const CLASSES: Readonly<Record<number, string>> = {
  0: 'unknown reason: UNDEFINED',
  1: 'trapped WFI, WFE, WFIT or WFET',
  7: 'trapped access to SVE, Advanced SIMD or floating-point',
  10: 'trapped LD64B, ST64B or kin',
  13: 'Branch Target exception',
  14: 'Illegal Execution state',
  21: 'SVC of AArch64',
  22: 'HVC of AArch64',
  23: 'SMC of AArch64',
  24: 'trapped MSR, MRS or system instruction',
  25: 'trapped access to SVE',
  28: 'pointer authentication failed',
  29: 'trapped access to SME',
  30: 'Granule Protection Check exception',
  32: 'Instruction Abort from a lower Exception level',
  33: 'Instruction Abort of the same Exception level',
  34: 'PC alignment fault',
  36: 'Data Abort from a lower Exception level',
  37: 'Data Abort of the same Exception level',
  38: 'SP alignment fault',
  39: 'Memory Operation exception',
  45: 'GCS exception',
  47: 'SError exception',
  50: 'Software Step from a lower Exception level',
}

/** Status codes that no walk of this project ends in. */
const STATUSES: Readonly<Record<number, string>> = {
  16: 'synchronous External abort, not on a table walk',
  17: 'synchronous Tag Check Fault',
  24: 'synchronous parity or ECC error, not on a table walk',
  33: 'Alignment fault',
  40: 'Granule Protection Fault, not on a table walk',
  42: 'Translation fault, level -2',
  44: 'Address size fault, level -2',
  48: 'TLB conflict abort',
  49: 'unsupported atomic hardware update fault',
  52: 'IMPLEMENTATION DEFINED: Lockdown',
  53: 'IMPLEMENTATION DEFINED: unsupported Exclusive or atomic access',
}

/** DFSC or IFSC, six bits, by its name. */
export function statusText(status: number): string {
  const named = STATUSES[status]
  if (named !== undefined) return named
  // Level -1 has the code before level 0, modulo the codes of the group.
  if (status === 0x13) return 'synchronous External abort on a table walk, level -1'
  if (status === 0x1b) return 'synchronous parity or ECC error on a table walk, level -1'
  if (status === 0x23) return 'Granule Protection Fault on a table walk, level -1'
  const level = status & 3
  if (status >> 2 === 0x14 >> 2) return `synchronous External abort on a table walk, level ${level}`
  if (status >> 2 === 0x1c >> 2) return `synchronous parity or ECC error on a table walk, level ${level}`
  if (status >> 2 === 0x24 >> 2) return `Granule Protection Fault on a table walk, level ${level}`
  const of = faultLevelOf(status)
  return of === undefined ? 'reserved' : faultName(faultKindOf(status), of)
}

/** Whether `status` is a synchronous External abort, of an access or a walk. */
export function isExternal(status: number): boolean {
  return status === 0x10 || status === 0x13 || status >> 2 === 0x14 >> 2
}

const LST = ['no LS64 instruction', 'ST64BV', 'LD64B or ST64B', 'ST64BV0']
const SET = ['recoverable', 'reserved', 'uncontainable', 'restartable']

/** The exception class by its name. */
export function className(ec: number): string {
  return CLASSES[ec] ?? 'another exception class'
}

/** @param esr - 64 bits: ISS2 is above the word. */
export function syndromeFields(esr: bigint): Field[] {
  const fields: Field[] = []
  const take = (name: string, msb: number, lsb: number, meaning: (value: number) => string): number => {
    const value = Number((esr >> BigInt(lsb)) & ((1n << BigInt(msb - lsb + 1)) - 1n))
    fields.push({ name, bits: msb === lsb ? `[${msb}]` : `[${msb}:${lsb}]`, value, meaning: meaning(value) })
    return value
  }
  const ec = take('EC', 31, 26, className)
  take('IL', 25, 25, (v) => (v === 1 ? 'the instruction is 32 bits long' : 'the instruction is 16 bits long'))
  if (ec !== 0x24 && ec !== 0x25) {
    take('ISS', 24, 0, () => 'of another layout than that of a Data Abort')
    return fields
  }
  const isv = take('ISV', 24, 24, (v) => (v === 1 ? 'SAS to AR describe the instruction' : 'no instruction syndrome'))
  if (isv === 1) {
    take('SAS', 23, 22, (v) => ['byte', 'halfword', 'word', 'doubleword'][v] as string)
    take('SSE', 21, 21, (v) => (v === 1 ? 'the loaded value is sign-extended' : 'no sign extension'))
    const srt = take('SRT', 20, 16, (v) => (v === 31 ? 'XZR' : `X${v}`))
    take('SF', 15, 15, (v) => `${v === 1 ? 64 : 32} bits of it: ${v === 1 ? 'X' : 'W'}${srt === 31 ? 'ZR' : srt}`)
    take('AR', 14, 14, (v) => (v === 1 ? 'acquire or release' : 'no acquire or release'))
  }
  take('VNCR', 13, 13, (v) =>
    v === 1 ? 'a system register access that FEAT_NV2 redirected' : 'an access of the instruction',
  )
  const status = Number(esr & 0x3fn)
  if (isExternal(status)) take('SET', 12, 11, (v) => `${SET[v] as string}, with FEAT_RAS`)
  else if (isv === 0) take('LST', 12, 11, (v) => LST[v] as string)
  take('FnV', 10, 10, (v) => (v === 1 ? 'FAR is not valid' : 'FAR is valid'))
  take('EA', 9, 9, (v) =>
    v === 1 ? 'IMPLEMENTATION DEFINED kind of External abort' : 'no IMPLEMENTATION DEFINED kind of External abort',
  )
  take('CM', 8, 8, (v) => (v === 1 ? 'cache maintenance or address translation' : 'no cache maintenance'))
  take('S1PTW', 7, 7, (v) => (v === 1 ? "stage 2 stopped a walk of stage 1's tables" : 'not on a walk of stage 1'))
  take('WnR', 6, 6, (v) => (v === 1 ? 'a write' : 'a read'))
  take('DFSC', 5, 0, statusText)
  if (esr >> 32n !== 0n) secondHalf(take)
  return fields
}

type Take = (name: string, msb: number, lsb: number, meaning: (value: number) => string) => number

/** ISS2. */
function secondHalf(take: Take): void {
  const yes =
    (text: string): ((v: number) => string) =>
    (v) =>
      v === 1 ? text : 'no'
  take('HDBSSF', 43, 43, yes('a fault of the table of dirty state'))
  take('TnD', 42, 42, yes('the Allocation Tag, not the data'))
  take('TagAccess', 41, 41, yes('NoTagAccess of stage 2'))
  take('GCS', 40, 40, yes('an access to the Guarded Control Stack'))
  take('AssuredOnly', 39, 39, yes('AssuredOnly of stage 2'))
  take('Overlay', 38, 38, yes('denied by a permission overlay'))
  take('DirtyBit', 37, 37, yes('denied by dirty state'))
  take('Xs', 36, 32, (v) => `X${v}: status register of ST64BV and ST64BV0`)
}

/** A field as a line. */
export function fieldText({ name, bits, value, meaning }: Field): string {
  return `${name}${bits} = ${value < 10 ? value : hex(value)}: ${meaning}`
}
