import type * as Decode from '../../../src/decode/index.ts'
import type { Generated, Wanted } from '../file.mjs'

export declare function accessCases(decoder: typeof Decode, wanted: Wanted): Generated
