/**
 * `nisv/crb/mssim`: a TPM back end that speaks the reference simulator's TCP protocol. Needs Node's sockets.
 *
 * @module
 */

export { TpmSocketError, type TpmSocketErrorCode } from '../socket/error.ts'
export { Mssim, type MssimOptions } from './mssim.ts'
export { MSSIM_PORT } from './protocol.ts'
