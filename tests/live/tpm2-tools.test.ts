/** Real tpm2-tools, through the two TCTIs that speak over TCP, drive CRB registers by `TpmServer`. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CrbEvent, EmbeddedTpm, type TpmBackend, TpmCrb } from '../../src/crb/index.ts'
import { type TpmProtocol, TpmServer } from '../../src/crb/serve/index.ts'
import { Swtpm } from '../../src/crb/swtpm/index.ts'
import { requireSwtpm } from './swtpm-tool.ts'

const run = promisify(execFile)
const cleanups: (() => void | Promise<void>)[] = []

beforeAll(async () => {
  requireSwtpm()
  const missing = 'install the Debian packages tpm2-tools, libtss2-tcti-mssim0, libtss2-tcti-swtpm0 and swtpm-tools'
  for (const program of ['tpm2_getrandom', 'swtpm_ioctl']) {
    await run(program, ['--version']).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new Error(`${program} is missing: ${missing}`)
    })
  }
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Bench {
  /** Runs a tool in a folder of its own; resolves to what it prints. */
  readonly tool: (name: string, ...args: readonly string[]) => Promise<string>
  readonly folder: string
  readonly port: number
  readonly events: readonly CrbEvent[]
}

async function bench(protocol: TpmProtocol, tpm: TpmBackend): Promise<Bench> {
  const events: CrbEvent[] = []
  const crb = new TpmCrb({ tpm, onEvent: (event) => events.push(event) })
  const server = await TpmServer.listen({ crb, protocol, port: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'nisv-tools-'))
  cleanups.push(
    () => tpm.close(),
    () => server.close(),
    () => rmSync(folder, { recursive: true, force: true }),
  )
  const env = { ...process.env, TPM2TOOLS_TCTI: `${protocol}:host=127.0.0.1,port=${server.port}` }
  const tool = async (name: string, ...args: readonly string[]): Promise<string> =>
    (await run(name, args, { cwd: folder, env, timeout: 60_000 })).stdout
  return { tool, folder, port: server.port, events }
}

/** Commands that failed or were ignored: there must be none. */
const trouble = (events: readonly CrbEvent[]): readonly CrbEvent[] => events.filter(({ type }) => type === 'error')

describe.each(['mssim', 'swtpm'] as const)('tpm2-tools over TCTI %s', (protocol) => {
  it('use everything of a swtpm: random, PCRs, keys, signatures, NV', async () => {
    const { tool, folder, events } = await bench(protocol, await Swtpm.spawn())
    await tool('tpm2_startup', '-c')
    expect(await tool('tpm2_getrandom', '--hex', '16')).toMatch(/^[0-9a-f]{32}$/)

    expect(await tool('tpm2_pcrread', 'sha256:16')).toContain(`0x${'00'.repeat(32)}`)
    await tool('tpm2_pcrextend', `16:sha256=${'ab'.repeat(32)}`)
    // SHA-256 of 32 zeros and 32 bytes 0xab.
    const extended = 'debb3e7acfff6dd18d501042273629f0b79cb206bb8c24f59f62ddb80849403b'
    expect((await tool('tpm2_pcrread', 'sha256:16')).toLowerCase()).toContain(extended)

    await tool('tpm2_createprimary', '-c', 'primary.ctx', '-Q')
    await tool('tpm2_flushcontext', '-t')
    await tool('tpm2_create', '-C', 'primary.ctx', '-u', 'key.pub', '-r', 'key.priv', '-Q')
    await tool('tpm2_flushcontext', '-t')
    await tool('tpm2_load', '-C', 'primary.ctx', '-u', 'key.pub', '-r', 'key.priv', '-c', 'key.ctx', '-Q')
    await tool('tpm2_flushcontext', '-t')
    writeFileSync(join(folder, 'message'), 'nisv')
    await tool('tpm2_sign', '-c', 'key.ctx', '-g', 'sha256', '-o', 'signature', 'message')
    await tool('tpm2_flushcontext', '-t')
    const verify = ['-c', 'key.ctx', '-g', 'sha256', '-s', 'signature', '-m'] as const
    await tool('tpm2_verifysignature', ...verify, 'message')
    await tool('tpm2_flushcontext', '-t')
    writeFileSync(join(folder, 'other'), 'nisw')
    await expect(tool('tpm2_verifysignature', ...verify, 'other')).rejects.toThrow()

    // Longer than a segment of the simulator's TCTI, shorter than libtpms' largest NV write.
    const blob = Buffer.from(Array.from({ length: 1500 }, (_, i) => (i * 7) & 0xff))
    writeFileSync(join(folder, 'blob'), blob)
    await tool('tpm2_nvdefine', '0x1500016', '-s', '1500', '-Q')
    await tool('tpm2_nvwrite', '0x1500016', '-i', 'blob')
    await tool('tpm2_nvread', '0x1500016', '-s', '1500', '-o', 'back')
    expect(readFileSync(join(folder, 'back')).equals(blob)).toBe(true)
    expect(trouble(events)).toEqual([])
  }, 120_000)

  it('use what the EmbeddedTpm has: random, PCRs, capabilities, self-test', async () => {
    const { tool, events } = await bench(protocol, new EmbeddedTpm())
    await tool('tpm2_startup', '-c')
    await tool('tpm2_selftest', '-f')
    expect(await tool('tpm2_getrandom', '--hex', '32')).toMatch(/^[0-9a-f]{64}$/)
    await tool('tpm2_pcrextend', `16:sha256=${'ab'.repeat(32)}`)
    expect((await tool('tpm2_pcrread', 'sha256:16')).toLowerCase()).toContain('debb3e7acfff6dd1')
    expect(await tool('tpm2_getcap', 'properties-fixed')).toContain('TPM2_PT_FAMILY_INDICATOR')
    expect(await tool('tpm2_getcap', 'pcrs')).toContain('sha256')
    expect(trouble(events)).toEqual([])
  }, 60_000)
})

describe('swtpm_ioctl on TpmServer', () => {
  it('initialises, asks and stops', async () => {
    const { tool, port } = await bench('swtpm', new EmbeddedTpm())
    const ioctl = (...args: readonly string[]): Promise<string> =>
      tool('swtpm_ioctl', '--tcp', `127.0.0.1:${port + 1}`, ...args)
    expect(await ioctl('-c')).toContain('0x142f')
    expect(await ioctl('-e')).toContain('tpmEstablished is 0')
    await ioctl('-i')
    await ioctl('-l', '0')
    await expect(ioctl('-l', '3')).rejects.toThrow()
    await tool('tpm2_startup', '-c')
    await ioctl('--stop')
    await expect(tool('tpm2_getrandom', '--hex', '4')).rejects.toThrow(/0x101/)
    await ioctl('-i')
    await expect(tool('tpm2_getrandom', '--hex', '4')).rejects.toThrow(/0x100/)
  })
})
