/** The client of swtpm against a server that misbehaves; the real one is in tests/live. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { TpmSocketError } from '../../src/crb/socket/error.ts'
import { Swtpm, type SwtpmOptions } from '../../src/crb/swtpm/index.ts'
import { response } from './backends.ts'
import { Guest } from './bus.ts'
import { type FakeOptions, FakeSwtpm } from './fake-swtpm.ts'
import { getRandom, toHex } from './tpm2.ts'

const POWER_ON = ['ce', 'c11', 'c2', 'ce', 'c2', 'c4']
const FATAL = '00c40000000a00000009'

const opened: { stop(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.stop()
})

async function connect(
  fakeOptions: FakeOptions = {},
  options: SwtpmOptions = {},
): Promise<{ fake: FakeSwtpm; tpm: Swtpm; g: Guest }> {
  const fake = await FakeSwtpm.start(fakeOptions)
  opened.push(fake)
  const tpm = await Swtpm.connect({ data: fake.data, control: fake.control, ...options })
  opened.push({ stop: () => tpm.close() })
  return { fake, tpm, g: new Guest({ tpm }) }
}

/** Resolves when START has fallen. */
async function idle(g: Guest): Promise<void> {
  while (g.read(0x4c) === 1) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('a well-behaved swtpm', () => {
  it('sees one segment per request, INIT(0) after the stored state is gone, SET_LOCALITY once per power-on', async () => {
    const { fake, g } = await connect()
    expect(fake.log).toEqual(POWER_ON)
    for (let i = 0; i < 2; i++) {
      g.submit(getRandom(8))
      expect(g.read(0x4c)).toBe(1)
      await idle(g)
      expect([toHex(g.answer()), g.read(0x44)]).toEqual(['80010000000a00000000', 0])
    }
    const command = toHex(getRandom(8))
    expect(fake.log).toEqual([...POWER_ON, 'c5', command, command])
    await new Promise<void>((resolve) => g.crb.reset(resolve))
    g.submit(getRandom(8))
    await idle(g)
    expect(fake.log.slice(9)).toEqual([...POWER_ON, 'c5', command])
  })

  it('is resumed by one INIT that deletes the stored state', async () => {
    const flags: number[] = []
    const control = (code: number, body: Buffer): undefined => {
      if (code === 2) flags.push(body.readUInt32BE(0))
      return undefined
    }
    const { fake } = await connect({ control }, { resume: true })
    expect([fake.log, flags]).toEqual([['ce', 'c11', 'c2', 'c4'], [1]])
  })

  it('says whether it is established', async () => {
    const { g } = await connect({ control: (code) => (code === 4 ? Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0) : undefined) })
    expect(g.read(0x00)).toBe(0x80)
  })

  it('is given up by close: what runs gets no answer', async () => {
    const { fake, tpm } = await connect({ data: () => 'hang' })
    const answer = new Promise<Uint8Array | undefined>((resolve) => tpm.execute(getRandom(8), 0, resolve))
    while (!fake.log.includes(toHex(getRandom(8)))) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(tpm.error).toBeUndefined()
    tpm.close()
    expect(await answer).toBeUndefined()
  })

  it('is reset only after the running command has ended', async () => {
    const { fake, tpm } = await connect({ data: () => 'hang' })
    const order: string[] = []
    tpm.execute(getRandom(8), 0, (answer) => order.push(`answer ${answer?.length}`))
    const ready = new Promise<void>((resolve) => tpm.reset(resolve)).then(() => order.push('ready'))
    while (!fake.log.includes(toHex(getRandom(8)))) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(fake.log.filter((entry) => entry === 'c2').length).toBe(2)
    // The answer comes in two pieces.
    fake.send(response(12).subarray(0, 7))
    await new Promise((resolve) => setTimeout(resolve, 5))
    fake.send(response(12).subarray(7))
    await ready
    expect(order).toEqual(['answer 12', 'ready'])
    expect(tpm.error).toBeUndefined()
  })
})

describe('a swtpm that fails during a command', () => {
  it.each([
    ['dies', 'close', 'closed'],
    ['hangs', 'hang', 'timeout'],
    ['declares less than a header', response(10, 9), 'protocol'],
    ['declares more than 4096 bytes', response(10, 4097), 'protocol'],
    ['sends more than it declares', response(20, 12), 'protocol'],
    ['sends garbage', Uint8Array.from({ length: 16 }, () => 0xff), 'protocol'],
  ] as const)('%s: the guest gets the fatal error, the host %s', async (_name, reply, code) => {
    const errors: TpmSocketError[] = []
    const { tpm, g } = await connect(
      { data: () => reply },
      { commandTimeout: 50, onError: (error) => errors.push(error) },
    )
    g.submit(getRandom(8))
    await idle(g)
    expect([g.read(0x44) & 1, toHex(g.answer())]).toEqual([1, FATAL])
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(errors.map((error) => error.code)).toEqual([code])
    expect(tpm.error).toBe(errors[0])
    // The next command fails at once, and a reset completes.
    await new Promise<void>((resolve) => g.crb.reset(resolve))
    expect(g.read(0x44)).toBe(2)
    g.submit(getRandom(8))
    expect([g.read(0x4c), g.read(0x44) & 1]).toEqual([0, 1])
  })

  it('answers unasked: the client ends', async () => {
    const { fake, tpm } = await connect()
    fake.send(response(10))
    while (tpm.error === undefined) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(tpm.error.code).toBe('protocol')
  })

  it('refuses a locality', async () => {
    const refuse = Uint8Array.of(0, 0, 0, 0x3d)
    const { tpm, g } = await connect({ control: (code) => (code === 5 ? refuse : undefined) })
    g.submit(getRandom(8))
    await idle(g)
    expect([g.read(0x44) & 1, tpm.error]).toEqual([1, undefined])
  })
})

describe('a swtpm that cannot be used', () => {
  const failure = async (fakeOptions: FakeOptions, options: SwtpmOptions = {}): Promise<TpmSocketError> => {
    const fake = await FakeSwtpm.start(fakeOptions)
    opened.push(fake)
    const error = await Swtpm.connect({ data: fake.data, control: fake.control, ...options }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(TpmSocketError)
    return error as TpmSocketError
  }

  it('refuses INIT: a short reply names the command and the result', async () => {
    const error = await failure({ control: (code) => (code === 2 ? Uint8Array.of(0, 0, 0, 9) : undefined) })
    expect([error.code, error.message]).toEqual(['refused', 'swtpm answered INIT with 0x9 (fail)'])
  })

  it('answers a short error where a long reply was due', async () => {
    const error = await failure({ control: (code) => (code === 4 ? Uint8Array.of(0, 0, 0, 10) : undefined) })
    expect(error.message).toBe('swtpm answered GET_TPMESTABLISHED with 0xa (bad ordinal or wrong state)')
  })

  it('hangs or closes during power-on', async () => {
    expect((await failure({ control: () => 'hang' }, { controlTimeout: 30 })).code).toBe('timeout')
    expect((await failure({ control: () => 'close' })).code).toBe('closed')
  })

  it('is not there', async () => {
    const address = { path: '/nonexistent/nisv.sock' }
    const error = await Swtpm.connect({ data: address, control: address }).catch((e: unknown) => e)
    expect(error).toMatchObject({ name: 'TpmSocketError', code: 'connect' })
    expect((error as Error).message).toMatch(/nonexistent/)
  })

  it('is not installed, or ends at once', async () => {
    const missing = await Swtpm.spawn({ command: '/nonexistent/swtpm' }).catch((e: unknown) => e)
    expect(missing).toMatchObject({ name: 'TpmSocketError', code: 'spawn' })
    expect((missing as Error).message).toMatch(/Debian package swtpm/)
    const nowhere = await Swtpm.spawn({ stateDir: '/nonexistent/tpm' }).catch((e: unknown) => e)
    expect(nowhere).toMatchObject({ code: 'option', message: expect.stringContaining("'/nonexistent/tpm'") })
    const ends = await Swtpm.spawn({ command: 'false' }).catch((e: unknown) => e)
    expect(ends).toMatchObject({ code: 'spawn' })
    expect((ends as Error).message).toMatch(/exit code 1/)
  })

  it('starts, but answers nonsense: that is why, not that it then ends because we leave it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nisv-fake-'))
    opened.push({ stop: () => rmSync(dir, { recursive: true }) })
    const command = join(dir, 'swtpm.cjs')
    const program = `#!${process.execPath}
const net = require('node:net')
const at = (name) => /path=(.*)/.exec(process.argv[process.argv.indexOf(name) + 1])[1]
net.createServer((s) => s.on('data', () => s.write(Buffer.alloc(9)))).listen(at('--ctrl'))
net.createServer((s) => s.on('close', () => process.exit(0)).resume()).listen(at('--server'))
`
    writeFileSync(command, program, { mode: 0o755 })
    const error = await Swtpm.spawn({ command }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'protocol' })
    expect((error as Error).message).toBe('swtpm answered STOP with 5 bytes too many')
  })

  it('has a timeout that is none', async () => {
    const address = { path: '/x' }
    for (const commandTimeout of [0, -1, Number.NaN, 2 ** 31]) {
      const error = await Swtpm.connect({ data: address, control: address, commandTimeout }).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'option' })
    }
  })
})

describe("swtpm's state", () => {
  const blobs: Readonly<Record<number, Uint8Array>> = {
    1: Uint8Array.of(1, 2, 3),
    2: new Uint8Array(3000).fill(7),
    3: new Uint8Array(0),
  }
  const u32 = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4)
    for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4)
    return bytes
  }
  /** GET_STATEBLOB in pieces of at most `piece` bytes; a blob that is not there has a result of its own. */
  const get = (body: Buffer, piece = 4096): Uint8Array => {
    const blob = blobs[body.readUInt32BE(4)] as Uint8Array
    const data = blob.subarray(body.readUInt32BE(8), body.readUInt32BE(8) + piece)
    return Buffer.concat([u32(blob.length === 0 ? 0x800 : 0, 0, blob.length, data.length), data])
  }

  it('is got blob by blob, in pieces, and set in the order of QEMU', async () => {
    const set: string[] = []
    const control = (code: number, body: Buffer): Uint8Array | undefined => {
      if (code === 0xd) set.push(toHex(body.subarray(0, 15)))
      return code === 0xc ? get(body, 1000) : undefined
    }
    const { fake, tpm } = await connect({ control })
    const state = await tpm.saveState()
    expect(state.parts.map(({ data }) => data)).toEqual([blobs[1], blobs[2], blobs[3]])
    fake.log.length = 0
    await tpm.loadState(state)
    expect(fake.log.slice(-7)).toEqual(['cc', 'c4', 'ce', 'cd', 'cd', 'c2', 'c4'])
    expect(set).toEqual(['000000000000000100000003010203', '000000000000000200000bb8070707'])
  })

  it('is put back when swtpm refuses the new one', async () => {
    const set: string[] = []
    const control = (code: number, body: Buffer): Uint8Array | undefined => {
      if (code === 0xd) {
        set.push(`${body.readUInt32BE(4)}:${body.length - 12}`)
        if (body.length - 12 === 5) return u32(3)
      }
      return code === 0xc ? get(body) : undefined
    }
    const { tpm } = await connect({ control })
    const parts = ['permanent', 'volatile', 'savestate'].map((name) => ({ name, flags: 0, data: new Uint8Array(5) }))
    await expect(tpm.loadState({ kind: 'swtpm', parts })).rejects.toThrow(
      'swtpm answered SET_STATEBLOB with 0x3 (bad parameter)',
    )
    expect([set, tpm.error]).toEqual([['1:5', '1:3', '2:3000'], undefined])
  })

  it.each([
    ['is refused shortly', () => u32(0xa), 'GET_STATEBLOB with 0xa'],
    ['is impossibly long', () => u32(0, 0, 0x7fff_ffff, 0x7fff_ffff), 'an impossible size'],
    ['ends too early', () => u32(0, 0, 100, 0), 'gave 0 bytes of permanent, of 100'],
  ] as const)('%s: saving fails and says why', async (_name, reply, problem) => {
    const { g } = await connect({ control: (code) => (code === 0xc ? reply() : undefined) })
    await expect(g.crb.save()).rejects.toThrow(problem)
  })

  it('has a buffer size to choose', async () => {
    const { tpm } = await connect({}, { bufferSize: 4096 })
    expect(tpm.bufferSize).toBe(4096)
    await expect(connect({}, { bufferSize: 5000 })).rejects.toThrow('bufferSize is 5000')
  })
})
