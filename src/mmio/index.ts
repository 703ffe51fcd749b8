/**
 * The data-abort handler and the bus behind it.
 *
 * ```ts
 * const handler = new DataAbortHandler({ space })
 * const outcome = handler.handle(vcpu, { esr, far, hpfar })
 * ```
 *
 * @module
 */

export type { DeviceErrorHook } from './access.ts'
export { AccessKind, type AccessKindName, AccessLog, type AccessRecord, type Named } from './access-log.ts'
export { AddressSpace, type AddressSpaceOptions, type Mapping, type UnassignedPolicy } from './address-space.ts'
export type { PstateFeatures } from './exception.ts'
export type { GuestMemory } from './guest-memory.ts'
export { type Abort, DataAbortHandler, type HandlerOptions } from './handler.ts'
export {
  ADDRESS_LIMIT,
  MemoryRegion,
  type RamOptions,
  RegionError,
  type RegionErrorCode,
  type RegionKind,
  type WritePolicy,
} from './memory-region.ts'
export { describeReason, Outcome, type OutcomeKind, type Reason } from './outcome.ts'
export { MAX_ELEMENTS, makePlan, Plan, PlanCache, PlanStatus } from './plan.ts'
export {
  type AccessSizes,
  MEMTX_ACCESS_ERROR,
  MEMTX_DECODE_ERROR,
  MEMTX_ERROR,
  MEMTX_OK,
  type MemoryRegionOps,
  type MemTx,
  MemTxAttrs,
  type MemTxResult,
} from './region.ts'
export { REGISTER_SLOTS, Reg, RegisterFile } from './register-file.ts'
export { DFSC_ALIGNMENT, DFSC_EXTERNAL, ExceptionClass, Syndrome } from './syndrome.ts'
export type { TraceObserver } from './trace.ts'
export type { Vcpu } from './vcpu.ts'
