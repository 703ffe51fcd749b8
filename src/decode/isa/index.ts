import { type Group, LazyTable } from '../table.ts'
import { branches } from './branches.ts'
import { dataProcessingImmediate } from './data-processing-immediate.ts'
import { dataProcessingRegister } from './data-processing-register.ts'
import { loadsStores, loadsStoresSimd } from './loads-stores.ts'
import { reserved } from './reserved.ts'
import { simdFp } from './simd-fp.ts'
import { sme } from './sme.ts'
import { sve } from './sve.ts'
import { system } from './system.ts'

/** The rows of all files, by top-level class in the manual's order (DDI 0487, C4.1). */
export const GROUPS: readonly Group[] = [
  reserved,
  sme,
  sve,
  dataProcessingImmediate,
  branches,
  system,
  dataProcessingRegister,
  loadsStores,
  loadsStoresSimd,
  simdFp,
]

/** The A64 encoding table. Reading its lists parses all rows; decoding parses those that it meets. */
export const A64: LazyTable = /* @__PURE__ */ new LazyTable(GROUPS)
