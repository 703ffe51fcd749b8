/** A server that speaks swtpm's protocol as told: right, or wrong in a chosen way. */

import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What to do with a request: bytes to answer, nothing (hang), or end the connection. */
export type FakeReply = Uint8Array | 'hang' | 'close'

export interface FakeOptions {
  /** Reply to control command `code`; the default is success in the right length. */
  readonly control?: (code: number, body: Buffer) => FakeReply | undefined
  /** Reply to a TPM command; the default is an empty success. */
  readonly data?: (command: Buffer) => FakeReply | undefined
}

const REPLY_LENGTH: Readonly<Record<number, number>> = { 4: 8, 17: 16 }

export class FakeSwtpm {
  /** Every segment that arrived: control codes as `c2`, TPM commands as hexadecimal. */
  readonly log: string[] = []
  readonly data: { path: string }
  readonly control: { path: string }
  readonly #dir: string
  readonly #servers: net.Server[] = []
  readonly #sockets: net.Socket[] = []

  private constructor() {
    this.#dir = mkdtempSync(join(tmpdir(), 'nisv-fake-'))
    this.data = { path: join(this.#dir, 'd') }
    this.control = { path: join(this.#dir, 'c') }
  }

  static async start(options: FakeOptions = {}): Promise<FakeSwtpm> {
    const fake = new FakeSwtpm()
    await fake.#listen(fake.control.path, (segment) => {
      const code = segment.readUInt32BE(0)
      fake.log.push(`c${code.toString(16)}`)
      return options.control?.(code, segment.subarray(4)) ?? new Uint8Array(REPLY_LENGTH[code] ?? 4)
    })
    await fake.#listen(fake.data.path, (segment) => {
      fake.log.push(segment.toString('hex'))
      return options.data?.(segment) ?? Buffer.from('80010000000a00000000', 'hex')
    })
    return fake
  }

  #listen(path: string, serve: (segment: Buffer) => FakeReply): Promise<void> {
    return new Promise((resolve) => {
      const server = net.createServer((socket) => {
        this.#sockets.push(socket)
        socket.on('error', () => {})
        socket.on('data', (segment) => {
          const reply = serve(segment)
          if (reply === 'close') socket.destroy()
          else if (reply !== 'hang') socket.write(reply)
        })
      })
      this.#servers.push(server)
      server.listen(path, resolve)
    })
  }

  /** Sends bytes on the data connection, asked for or not. */
  send(bytes: Uint8Array): void {
    // The client opens the control connection first.
    this.#sockets[1]?.write(bytes)
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy()
    for (const server of this.#servers) server.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
