/**
 * `nisv/crb`: the TPM 2.0 CRB device and the back ends that run anywhere. The one that talks to swtpm is in
 * `nisv/crb/swtpm`, since it needs Node.
 *
 * @module
 */

export {
  AcpiError,
  type AcpiTpmOptions,
  acpiTpm2Table,
  acpiTpmDevice,
  acpiTpmSsdt,
  TPM2_START_METHOD,
} from './acpi/tables.ts'
export type { TpmBackend } from './backend.ts'
export { type MappedRegion, type RegionSpace, TpmCrb } from './device.ts'
export { type CrbBus, CrbDriver, CrbDriverError, type CrbDriverErrorCode, type CrbDriverOptions } from './driver.ts'
export { EmbeddedTpm, type EmbeddedTpmOptions } from './embedded/embedded-tpm.ts'
export type { RandomFill } from './embedded/random.ts'
export type { CrbEvent, CrbEventHook, CrbFault, CrbIgnored } from './events.ts'
export { CRB_DEFAULT_BASE, type CrbOptionCode, CrbOptionError, type TpmCrbOptions } from './options.ts'
export { PPI_DEFAULT_BASE, PPI_FIELDS, PPI_SIZE, type PpiOptions, TpmPpi, tpmConfigFile } from './ppi.ts'
export { CRB_PROFILES, type CrbProfile, type CrbProfileName } from './profile.ts'
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
export type { RestoreOptions, SaveOptions } from './snapshot.ts'
export type { ChunkState, CrbState, TpmSavedState, TpmStatePart } from './state/crb-state.ts'
export { StateError, type StateErrorCode } from './state/error.ts'
export { decodeCrbState, encodeCrbState } from './state/record.ts'
export type { ByteSource } from './state/source.ts'
export {
  crbStateOf,
  type DescriptionJson,
  downgradeStream,
  injectState,
  parseQemuStream,
  type QemuSection,
  type QemuStream,
  type QemuTpm,
  type RamBlock,
  type RamPage,
  readQemuTpm,
  upgradeStream,
  type VmstateForm,
} from './vmstate/index.ts'
