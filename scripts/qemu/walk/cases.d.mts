import type { Generated, Wanted } from '../file.mjs'

export declare function walkCases(wanted: Wanted): Generated
