/**
 * What a hypervisor shim implements, and one that needs no hypervisor.
 *
 * @module
 */
export type { GuestMemory, Vcpu } from '../mmio/index.ts'
export { Reg, RegisterFile } from '../mmio/index.ts'
export { InProcessVcpu } from './in-process.ts'
