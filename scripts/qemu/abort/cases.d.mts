import type * as Decode from '../../../src/decode/index.ts'
import type { Generated, Wanted } from '../file.mjs'

export declare function abortCases(decoder: typeof Decode, wanted: Wanted): Generated
