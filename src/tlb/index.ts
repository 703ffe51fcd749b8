/**
 * `nisv/tlb`: VMSAv8-64 address translation. A {@link TranslationRegime} parses system registers, {@link walk} reads
 * tables through a {@link TableMemory} and fills a {@link Translation}; faults are values.
 *
 * @module
 */
export { Access, accessOf, DEBUG_LOAD, FETCH, LOAD, STORE } from './access.ts'
export { isDevice, Shareability } from './attributes.ts'
export { type ExplainedStep, type Explanation, explain } from './explain.ts'
export type { ExplainedRule } from './explain-denial.ts'
export type { DescriptorKind } from './explain-descriptor.ts'
export { type ExplainedField, memoryType, sizeText } from './explain-field.ts'
export type { ExplainedGranuleEntry, GranuleEntryKind } from './explain-granule.ts'
export { FaultKind, faultKindOf, faultLevelOf, faultName, faultStatusCode, NO_STATUS_CODE } from './fault.ts'
export {
  ALL_FEATURES,
  type Features,
  featuresFromIdRegisters,
  type IdRegisters,
  QEMU_MAX_FEATURES,
} from './features.ts'
export { GranuleCheck, GranuleFault } from './granule-check.ts'
export { GranuleProtection, granuleProtectionCheck, granuleStatusCode } from './granule-protection.ts'
export type { Descriptor, Descriptor128, TableMemory } from './memory.ts'
export { encodePar, isPar128, parHigh, parLow } from './par.ts'
export { HighBits, TableParameters } from './parameters.ts'
export { TranslationRegime } from './regime.ts'
export { REGIME_REGISTERS, Regime, RegimeRegister, SecurityState } from './regime-register.ts'
export { Tlb, TlbOptionError, type TlbOptions } from './tlb.ts'
export type { TlbEvent, TlbEventSide } from './tlb-event.ts'
export { decodeTlbi, decodeTlbip, TlbInvalidation, TlbiKind } from './tlbi.ts'
export { type DescriptorRead, type GranuleRead, type WalkRecorder, WalkTrace } from './trace.ts'
export { Permission, StageState, Translation, Update } from './translation.ts'
export { walk } from './walk.ts'
