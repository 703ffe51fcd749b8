/**
 * `nisv/crb`: the TPM 2.0 CRB device and the back ends that run anywhere. The one that talks to swtpm is in
 * `nisv/crb/swtpm`, since it needs Node.
 *
 * @module
 */

export type { TpmBackend } from './backend.ts'
export {
  CRB_DEFAULT_BASE,
  type CrbOptionCode,
  CrbOptionError,
  type MappedRegion,
  type RegionSpace,
  TpmCrb,
  type TpmCrbOptions,
} from './device.ts'
export { EmbeddedTpm, type EmbeddedTpmOptions } from './embedded/embedded-tpm.ts'
export type { RandomFill } from './embedded/random.ts'
export type { CrbEvent, CrbEventHook, CrbFault, CrbIgnored } from './events.ts'
export {
  type RecordedExchange,
  RecordedTpm,
  RecordedTpmError,
  type RecordedTpmErrorCode,
  type RecordedTpmOptions,
} from './recorded-tpm.ts'
export {
  CRB,
  CRB_BUFFER_SIZE,
  CRB_REGISTERS_SIZE,
  CRB_SIZE,
  type CrbField,
  type CrbRegister,
  type CrbRegisterName,
  crbRegisterAt,
  describeCrbRegister,
} from './registers.ts'
