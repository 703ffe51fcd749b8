/**
 * `nisv/crb/swtpm`: the TPM back end that needs Node's sockets and processes. A sub-path of its own, so that
 * `nisv/crb` runs in a browser.
 *
 * @module
 */

export type { SocketAddress } from '../socket/channel.ts'
export { TpmSocketError, type TpmSocketErrorCode } from '../socket/error.ts'
export type { SwtpmConnectOptions, SwtpmOptions, SwtpmReconnect, SwtpmSpawnOptions } from './options.ts'
export type { SwtpmProcessOptions } from './process.ts'
export { Swtpm } from './swtpm.ts'
