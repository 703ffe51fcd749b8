/**
 * QEMU's migration streams: read, and written with another state or in another form.
 *
 * @module
 */

export { downgradeStream, injectState, upgradeStream } from './convert.ts'
export type { DescriptionJson } from './description.ts'
export type { RamBlock, RamPage } from './ram.ts'
export { parseQemuStream, type QemuSection, type QemuStream } from './stream.ts'
export { crbStateOf, type QemuTpm, readQemuTpm, type VmstateForm } from './tpm.ts'
