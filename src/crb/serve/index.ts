/**
 * `nisv/crb/serve`: a CRB offered to TPM software over TCP. Needs Node's sockets.
 *
 * @module
 */

export { TpmSocketError, type TpmSocketErrorCode } from '../socket/error.ts'
export { type TpmProtocol, TpmServer, type TpmServerOptions } from './server.ts'
