/**
 * Address translation: regime, walk, faults. Knows neither instructions nor devices.
 *
 * @module
 */
export { Access } from './access.ts'
export { FaultType, faultName, faultStatusCode } from './fault.ts'
export type { Descriptor, TableMemory } from './memory.ts'
export { AddressHalf, ALL_FEATURES, type TranslationFeatures, TranslationRegime } from './regime.ts'
export { Translation, type WalkObserver, walk } from './walk.ts'
