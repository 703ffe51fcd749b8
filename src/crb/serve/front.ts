import type { ByteStream } from './byte-stream.ts'
import type { ServedCrb } from './target.ts'

/** Sends; resolves when the client has taken enough of what went before. */
export type Send = (bytes: Uint8Array) => Promise<void>

/** Serves one connection; resolves when it ends, to what the client did wrong, or to `''`. Never rejects. */
export type PortHandler = (stream: ByteStream, send: Send, tpm: ServedCrb) => Promise<string>

/** A protocol: one handler per port, for the first port and the ones that follow it. */
export interface Front {
  readonly ports: readonly PortHandler[]
}
