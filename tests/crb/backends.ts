/** Back ends whose answers a test releases, and one that misbehaves in every way. */

import type { TpmBackend } from '../../src/crb/backend.ts'

type Done = (response: Uint8Array | undefined) => void

/** Keeps what it is given; the test answers. */
export class ManualTpm implements TpmBackend {
  bufferSize = 4096
  readonly calls: string[] = []
  readonly commands: Uint8Array[] = []
  readonly answers: Done[] = []
  readonly ready: (() => void)[] = []
  isEstablished = false

  execute(command: Uint8Array, locality: number, done: Done): void {
    this.calls.push(`execute ${locality}`)
    this.commands.push(command)
    this.answers.push(done)
  }
  cancel(): void {
    this.calls.push('cancel')
  }
  established(): boolean {
    this.calls.push('established')
    return this.isEstablished
  }
  reset(ready: () => void): void {
    this.calls.push('reset')
    this.ready.push(ready)
  }
  close(): void {}
}

/** A response of `length` bytes that declares `declared`. */
export function response(length: number, declared = length): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x5a)
  bytes.set([0x80, 0x01, declared >>> 24, declared >>> 16, declared >>> 8, declared, 0, 0, 0, 0].slice(0, length))
  return bytes
}
