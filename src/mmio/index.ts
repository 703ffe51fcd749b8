/**
 * `nisv/mmio`: the data-abort handler and the bus behind it.
 *
 * The whole of it in use:
 *
 * ```ts
 * const crb = new TpmCrb({ tpm: new EmbeddedTpm() }) // or any MemoryRegion.io(name, size, ops)
 * const space = crb.attach(new AddressSpace()).add(MemoryRegion.ram('ram', bytes), 0x4000_0000)
 * const handler = new DataAbortHandler({ space }) // features, busErrors, granule, trace: see HandlerOptions
 * const outcome = handler.handle(vcpu, { esr, far, hpfar }) // bigint or number
 * outcome.kind // 'retired' | 'injected' | 'retry' | 'deferred' | 'unhandled'
 * outcome.reason // a key of REASONS; outcome.describe() is a line for people
 * ```
 *
 * - A {@link Vcpu} is `{ regs: RegisterFile, pull(slot), push(slot) }`, slots by {@link Reg}; each slot is pulled once
 *   at most per fault, and pushed once if it changed. `handle(vcpu)` without an abort takes it from the slots
 *   `Reg.ESR_EL2`, `FAR_EL2`, `HPFAR_EL2` and allocates nothing.
 * - A {@link TraceObserver} (`trace` of the options) is told of plan, pages, element accesses and outcome.
 * - A device that answers later ends the fault in `deferred`; `outcome.continuation` is JSON, and `handler.resume(vcpu,
 *   continuation, value)` goes on, in this process or another. `outcome.journal` lists what was done so far.
 * - {@link buildPlan} and {@link PlanCache} say what a word does to memory, as data.
 *
 * @module
 */

export { AccessKind, type AccessKindName, AccessLog, type AccessRecord, type Named } from './access-log.ts'
export { AddressSpace, type AddressSpaceOptions, type UnassignedPolicy } from './address-space.ts'
export { unalignedAccessFaults } from './alignment.ts'
export type { Authenticate, SignedPointer } from './authenticate.ts'
export type { Constraint, UnpredictableOptions } from './constrained.ts'
export { type Continuation, ContinuationError, type TranslatedPage, type WaitingAccess } from './continuation.ts'
export type { Deferral } from './deferral.ts'
export type { DeviceErrorHook } from './device-caller.ts'
export { EffectiveAddress } from './effective-address.ts'
export type { PstateFeatures } from './exception.ts'
export { ExclusiveMonitor } from './exclusive-monitor.ts'
export type { Abort } from './fault.ts'
export type { GuestMemory } from './guest-memory.ts'
export { DataAbortHandler } from './handler.ts'
export { type AccessFeatures, HandlerError, type HandlerOptions } from './handler-options.ts'
export { JOURNAL_ENTRIES, Journal, type JournalEntry } from './journal.ts'
export {
  ADDRESS_LIMIT,
  MemoryRegion,
  type RamOptions,
  RegionError,
  type RegionErrorCode,
  type RegionKind,
  type WritePolicy,
} from './memory-region.ts'
export { MmioTrace, type MmioTraceOptions } from './mmiotrace.ts'
export { MEMORY_COPY_CHUNK } from './mops.ts'
export { describeReason, Outcome, type OutcomeKind, REASONS, type Reason } from './outcome.ts'
export {
  BASE_PC,
  BASE_SP,
  BLOCK_ZERO,
  DEFAULT_ZERO_BLOCK,
  Extend,
  MAX_BYTES,
  MAX_ELEMENTS,
  Plan,
  PlanStatus,
  type Refusal,
  TAG_OF_ADDRESS,
  TAG_OF_SP,
  Writeback,
  ZERO_ELEMENT,
} from './plan.ts'
export { buildPlan } from './plan-build.ts'
export { PlanCache } from './plan-cache.ts'
export { agreesWithSyndrome, stageTwoSyndrome } from './plan-syndrome.ts'
export {
  type AccessSizes,
  type AtomicRequest,
  type DeviceAtomicOperation,
  MEMTX_ACCESS_ERROR,
  MEMTX_DECODE_ERROR,
  MEMTX_DEFERRED,
  MEMTX_ERROR,
  MEMTX_OK,
  type MemoryRegionOps,
  type MemTx,
  MemTxAttrs,
  type MemTxResult,
  type WholeAccess,
} from './region.ts'
export type { Mapping } from './region-map.ts'
export { RegisterAccess } from './register-access.ts'
export { REGISTER_SLOTS, Reg, RegisterFile } from './register-file.ts'
export { MAX_RETRIES } from './retry-limit.ts'
export { MAX_SCALABLE_ELEMENTS, ScalableElements } from './scalable-elements.ts'
export type { ScalablePlan } from './scalable-plan.ts'
export {
  DFSC_ALIGNMENT,
  DFSC_EXTERNAL,
  DFSC_UNSUPPORTED_EXCLUSIVE,
  dataAbortSyndrome,
  ExceptionClass,
  SP_ALIGNMENT_SYNDROME,
  Syndrome,
} from './syndrome.ts'
export type { TagMemory } from './tag-memory.ts'
export type { TraceObserver } from './trace.ts'
export type { Vcpu } from './vcpu.ts'
export { MAX_VECTOR_BYTES, VectorFile, VectorReg, type VectorRegisters } from './vector-file.ts'
