/**
 * `nisv/crb/swtpm`: the TPM back end that needs Node's sockets and processes. A sub-path of its own, so that
 * `nisv/crb` runs in a browser.
 *
 * @module
 */

export type { SwtpmAddress } from './channel.ts'
export { SwtpmError, type SwtpmErrorCode } from './error.ts'
export type { SwtpmProcessOptions } from './process.ts'
export { Swtpm, type SwtpmConnectOptions, type SwtpmOptions, type SwtpmSpawnOptions } from './swtpm.ts'
