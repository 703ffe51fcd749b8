import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runGuest } from '../../src/cli/demo/run.ts'
import type { TpmBackend } from '../../src/crb/backend.ts'
import { EmbeddedTpm } from '../../src/crb/index.ts'

let output = ''

beforeEach(() => {
  output = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Answers everything late, or with what it is told. */
function backend(answer: (done: (response: Uint8Array | undefined) => void) => void): TpmBackend {
  return {
    bufferSize: 4096,
    execute: (_command, _locality, done) => answer(done),
    cancel: () => {},
    established: () => false,
    reset: (ready) => ready(),
    close: () => {},
  }
}

describe('the guest that does as tpm.sys does', () => {
  it('reads the random bytes of the TPM by LDP', async () => {
    const tpm = new EmbeddedTpm({ random: (bytes) => bytes.fill(0xa5) })
    expect(await runGuest(tpm)).toBe(true)
    expect(output).toContain(`read by LDP: ${'a5'.repeat(16)}`)
    expect(output).toContain('ldp x1, x2, [x0, #48]')
    expect(output).toMatch(/ISV=0.*r8 0x30 r8 0x38/)
  })

  it('waits for a TPM that answers later', async () => {
    const embedded = new EmbeddedTpm()
    const late = backend(() => {})
    late.execute = (command, locality, done) => void setTimeout(() => embedded.execute(command, locality, done), 2)
    expect(await runGuest(late)).toBe(true)
    expect(output).toMatch(/polls of START[^\n]*\n +tpm\.sys-like +\d+ +\d+ \([\d.]+ %\) +[1-9]/)
  })

  it.each([
    ['nothing', undefined],
    ['garbage', Uint8Array.of(1, 2, 3)],
    ['an error code', Uint8Array.of(0x80, 1, 0, 0, 0, 10, 0, 0, 1, 1)],
  ])('says so when the TPM answers %s', async (_name, answer) => {
    expect(await runGuest(backend((done) => done(answer)))).toBe(false)
    expect(output).toContain('the TPM gave no random bytes')
  })
})
