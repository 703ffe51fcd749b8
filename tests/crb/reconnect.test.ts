/** Clients whose TPM fails and comes back: what the guest sees, what goes over the sockets. Real ones are in tests/live. */

import { afterEach, describe, expect, it } from 'vitest'
import { EmbeddedTpm, TpmCrb } from '../../src/crb/index.ts'
import { Mssim } from '../../src/crb/mssim/index.ts'
import { TpmServer } from '../../src/crb/serve/index.ts'
import { Swtpm, type SwtpmOptions, type TpmSocketError } from '../../src/crb/swtpm/index.ts'
import { Guest } from './bus.ts'
import { type FakeOptions, type FakeReply, FakeSwtpm } from './fake-swtpm.ts'
import { getRandom, pcrExtend, pcrRead, startup, toHex } from './tpm2.ts'

const POWER_ON = ['ce', 'c11', 'c2', 'ce', 'c2', 'c4']
/** The blobs: permanent and volatile, and that there is no third; nothing twice. */
const FETCH = ['cc', 'cc', 'cc', 'c4']
/** Into a new swtpm: power off, size; power off, two blobs, INIT, established. */
const RESTORE = ['ce', 'c11', 'ce', 'cd', 'cd', 'c2', 'c4']
const COMMAND = toHex(getRandom(8))
const OK = '80010000000a00000000'
const FATAL = '00c40000000a00000009'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const reset = (g: Guest): Promise<void> => new Promise((resolve) => g.crb.reset(resolve))

async function run(g: Guest, command = getRandom(8)): Promise<string> {
  g.submit(command)
  while (g.read(0x4c) === 1) await sleep(1)
  return toHex(g.answer())
}

/** GET_STATEBLOB of blobs that tell how many commands the TPM has answered. */
function blob(body: Buffer, answered: number): Uint8Array {
  const data = body.readUInt32BE(4) === 3 ? Buffer.alloc(0) : Buffer.from([body.readUInt32BE(4), answered])
  const head = Buffer.alloc(16)
  if (data.length === 0) head.writeUInt32BE(0x800)
  head.writeUInt32BE(data.length, 8)
  head.writeUInt32BE(data.length, 12)
  return Buffer.concat([head, data])
}

interface World {
  readonly fake: FakeSwtpm
  readonly tpm: Swtpm
  readonly g: Guest
  readonly errors: TpmSocketError[]
  /** Blobs that were set, in hexadecimal. */
  readonly set: string[]
  readonly reconnected: () => number
}

/** A swtpm that does with its nth TPM command as told, and with its nth control command. */
async function world(
  options: SwtpmOptions,
  data: (nth: number) => FakeReply | undefined,
  control: NonNullable<FakeOptions['control']> = () => undefined,
): Promise<World> {
  let commands = 0
  let reconnections = 0
  const set: string[] = []
  const errors: TpmSocketError[] = []
  const fake = await FakeSwtpm.start({
    data: () => data(++commands),
    control: (code, body) => {
      if (code === 0xd) set.push(toHex(body.subarray(12)))
      return control(code, body) ?? (code === 0xc ? blob(body, commands) : undefined)
    },
  })
  opened.push(() => fake.stop())
  const tpm = await Swtpm.connect({
    data: fake.data,
    control: fake.control,
    commandTimeout: 60,
    controlTimeout: 60,
    ...options,
    onError: (error) => errors.push(error),
    onReconnect: () => {
      reconnections++
    },
  })
  opened.push(() => tpm.close())
  return { fake, tpm, g: new Guest({ tpm }), errors, set, reconnected: () => reconnections }
}

describe('reconnect: reset', () => {
  it('brings the TPM back at a device reset, and not before', async () => {
    const { fake, tpm, g, errors, reconnected } = await world({ reconnect: 'reset' }, (nth) =>
      nth === 2 ? 'close' : undefined,
    )
    expect(await run(g)).toBe(OK)
    expect(await run(g)).toBe(FATAL)
    expect(await run(g)).toBe(FATAL)
    expect([tpm.error?.code, reconnected()]).toEqual(['closed', 0])
    await expect(g.crb.save()).rejects.toThrow('closed')
    const before = fake.log.length
    await reset(g)
    expect(fake.log.slice(before)).toEqual(POWER_ON)
    expect([g.read(0x44), tpm.error, reconnected(), errors.length]).toEqual([2, undefined, 1, 1])
    expect(await run(g)).toBe(OK)
  })

  it.each(['reset', 'resume'] as const)('waits no longer for a command that a reset dropped: %s', async (reconnect) => {
    const { g, errors, reconnected } = await world({ reconnect, commandTimeout: 300_000 }, (nth) =>
      nth === 2 ? 'hang' : undefined,
    )
    expect(await run(g)).toBe(OK)
    g.submit(getRandom(8))
    await reset(g)
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['timeout', 'swtpm did not end its command within 60 ms after a reset'],
    ])
    expect([g.read(0x4c), g.read(0x44), reconnected()]).toEqual([0, 2, 1])
    expect(await run(g)).toBe(OK)
    // One that ends in time is no reason to give swtpm up.
    g.submit(getRandom(8))
    await reset(g)
    await sleep(80)
    expect([errors.length, reconnected()]).toEqual([1, 1])
  })

  it('takes a swtpm whose death the reset finds out', async () => {
    let inits = 0
    const { g, errors, reconnected } = await world(
      { reconnect: 'reset' },
      () => undefined,
      (code) => (code === 2 && ++inits === 3 ? 'close' : undefined),
    )
    await reset(g)
    expect([errors.map(({ code }) => code), reconnected()]).toEqual([['closed'], 1])
    expect(await run(g)).toBe(OK)
  })

  it('a reset with nobody there completes; the next one tries again', async () => {
    const { fake, tpm, g, errors } = await world({ reconnect: 'reset' }, () => 'close')
    expect(await run(g)).toBe(FATAL)
    fake.stop()
    await reset(g)
    expect(await run(g)).toBe(FATAL)
    await reset(g)
    expect(errors.map(({ code }) => code)).toEqual(['closed', 'connect', 'connect'])
    expect(tpm.error?.code).toBe('closed')
  })
})

describe('reconnect: resume', () => {
  it('fetches the state before each answer; the guest never sees the death', async () => {
    const { fake, tpm, g, set, errors, reconnected } = await world({ reconnect: 'resume' }, (nth) =>
      nth === 2 ? 'close' : undefined,
    )
    expect(await run(g)).toBe(OK)
    expect(fake.log).toEqual([...POWER_ON, ...FETCH, 'c5', COMMAND, ...FETCH])
    const before = fake.log.length
    expect(await run(g)).toBe(OK)
    expect(fake.log.slice(before)).toEqual([COMMAND, ...RESTORE, 'c5', COMMAND, ...FETCH])
    // What went in was the state after the first command.
    expect(set).toEqual(['0101', '0201'])
    expect([g.read(0x44) & 1, tpm.error, errors.length, reconnected()]).toEqual([0, undefined, 1, 1])
  })

  it('runs a command again whose state could not be fetched', async () => {
    let fetches = 0
    const { fake, g, set } = await world(
      { reconnect: 'resume' },
      () => undefined,
      (code) => (code === 0xc && ++fetches === 5 ? 'hang' : undefined),
    )
    expect(await run(g)).toBe(OK)
    expect(fake.log.filter((entry) => entry === COMMAND).length).toBe(2)
    expect(set).toEqual(['0100', '0200'])
  })

  it('gives a command up that kills two', async () => {
    const { fake, g, set, reconnected } = await world({ reconnect: 'resume' }, (nth) =>
      nth === 2 || nth === 3 ? 'close' : undefined,
    )
    await run(g)
    expect(await run(g)).toBe(FATAL)
    expect(fake.log.filter((entry) => entry === COMMAND).length).toBe(3)
    await reset(g)
    expect(await run(g)).toBe(OK)
    expect([set, reconnected()]).toEqual([['0101', '0201', '0101', '0201'], 2])
  })

  it.each([
    ['no permanent state', () => new Uint8Array(16), 'no permanent state'],
    ['a blob that ends too early', () => Buffer.from(`${'00'.repeat(11)}05${'00'.repeat(4)}`, 'hex'), '0 bytes of'],
    ['a refusal', () => Uint8Array.of(0, 0, 0, 9), 'GET_STATEBLOB with 0x9'],
  ])('%s is no state to go on from', async (_, reply, problem) => {
    let lies = false
    const { g, errors } = await world(
      { reconnect: 'resume' },
      () => undefined,
      (code) => (code === 0xc && lies ? reply() : undefined),
    )
    lies = true
    expect(await run(g)).toBe(FATAL)
    expect(errors[0]?.message).toContain(problem)
    lies = false
    await reset(g)
    expect(await run(g)).toBe(OK)
  })

  it('a reply that comes twice shifts those behind it, and passes for none of them', async () => {
    let shifted: Uint8Array | undefined
    let twice = false
    const { g, set, errors } = await world(
      { reconnect: 'resume' },
      (nth) => (nth === 3 ? 'close' : undefined),
      (code, body) => {
        if (code !== 0xc && code !== 4) return undefined
        const own = code === 4 ? new Uint8Array(8) : blob(body, 0x44)
        if (twice) shifted = own
        twice = false
        const given = shifted
        if (given !== undefined) shifted = code === 4 ? undefined : own
        return given
      },
    )
    twice = true
    expect(await run(g)).toBe(OK)
    expect(errors[0]?.message).toContain('GET_TPMESTABLISHED with 12 bytes too many')
    expect(await run(g)).toBe(OK)
    expect(set).toEqual(['0100', '0200', '0102', '0202'])
  })

  it('without anybody there: the fatal error in time, then at once; saving says why', async () => {
    const { fake, g, errors } = await world({ reconnect: 'resume' }, () => 'close')
    fake.stop()
    await sleep(5)
    expect(await run(g)).toBe(FATAL)
    expect(await run(g)).toBe(FATAL)
    expect(errors.map(({ code }) => code)).toEqual(['closed', 'connect'])
    await expect(g.crb.save()).rejects.toMatchObject({ code: 'tpm' })
    expect(errors.map(({ code }) => code)).toEqual(['closed', 'connect', 'connect'])
  })

  it('a reset does not wait for a second run', async () => {
    const { fake, g } = await world({ reconnect: 'resume' }, (nth) => (nth === 1 ? 'hang' : undefined))
    g.submit(getRandom(8))
    await reset(g)
    expect(fake.log.filter((entry) => entry === COMMAND).length).toBe(1)
    expect(await run(g)).toBe(OK)
  })

  it('goes on from a state that was restored', async () => {
    const { g, set } = await world({ reconnect: 'resume' }, (nth) => (nth === 1 ? 'close' : undefined))
    const state = await g.crb.saveState()
    const parts = (state.tpm?.parts ?? []).map((part) => ({ ...part, data: part.data.map(() => 0x77) }))
    await g.crb.restore({ ...state, tpm: { kind: 'swtpm', parts } })
    expect(await run(g)).toBe(OK)
    expect(set).toEqual(['7777', '7777', '7777', '7777'])
  })

  it('ends with close, whatever is under way', async () => {
    const { fake, tpm, g } = await world(
      { reconnect: 'resume' },
      () => 'close',
      () => undefined,
    )
    g.submit(getRandom(8))
    while (!fake.log.includes(COMMAND)) await sleep(1)
    tpm.close()
    while (g.read(0x4c) === 1) await sleep(1)
    const count = fake.log.length
    await reset(g)
    expect([fake.log.length, tpm.error?.code]).toEqual([count, 'closed'])
  })
})

it('a reset during a restore waits for it: neither half is lost', async () => {
  const during: { reset?: Promise<void> } = {}
  const { fake, g } = await world(
    {},
    () => undefined,
    (code) => {
      if (code === 0xd) during.reset ??= reset(g)
      return undefined
    },
  )
  const state = await g.crb.saveState()
  const before = fake.log.length
  await expect(g.crb.restore(state)).rejects.toMatchObject({ code: 'interrupted' })
  await during.reset
  expect(fake.log.slice(before)).toEqual([...FETCH, 'ce', 'cd', 'cd', 'c2', 'c4', ...POWER_ON])
  expect(await run(g)).toBe(OK)
})

it('hooks that throw change nothing', async () => {
  const fake = await FakeSwtpm.start({ control: (code, body) => (code === 0xc ? blob(body, 0) : undefined) })
  opened.push(() => fake.stop())
  const boom = (): never => {
    throw new Error('host')
  }
  const { data, control } = fake
  const tpm = await Swtpm.connect({ data, control, reconnect: 'resume', onError: boom, onReconnect: boom })
  opened.push(() => tpm.close())
  fake.send(Uint8Array.of(1))
  while (tpm.error === undefined) await sleep(1)
  expect(await run(new Guest({ tpm }))).toBe(OK)
})

it.each(['maybe', '', 'on'])('there is no policy %j', async (reconnect) => {
  const address = { path: '/x' }
  for (const promise of [
    Swtpm.connect({ data: address, control: address, reconnect: reconnect as 'off' }),
    Swtpm.spawn({ command: 'false', reconnect: reconnect as 'off' }),
    Mssim.connect({ port: 1, reconnect: reconnect as 'off' }),
  ])
    await expect(promise).rejects.toMatchObject({ code: 'option' })
})

describe('Mssim', () => {
  const listen = async (port: number): Promise<TpmServer> => {
    const server = await TpmServer.listen({ crb: new TpmCrb({ tpm: new EmbeddedTpm() }), protocol: 'mssim', port })
    opened.push(() => server.close())
    return server
  }

  it.each(['off', 'reset'] as const)('reconnect: %s', async (reconnect) => {
    const first = await listen(0)
    const { port } = first
    const errors: TpmSocketError[] = []
    const tpm = await Mssim.connect({ port, signalTimeout: 100, reconnect, onError: (error) => errors.push(error) })
    opened.push(() => tpm.close())
    const g = new Guest({ tpm })
    await run(g, startup())
    await run(g, pcrExtend(16, 0xb, 'ab'.repeat(32)))
    await first.close()
    expect(await run(g)).toBe(FATAL)
    await reset(g)
    expect(await run(g)).toBe(FATAL)
    await listen(port)
    await reset(g)
    if (reconnect === 'off') {
      expect(await run(g, startup())).toBe(FATAL)
      expect(errors.map(({ code }) => code)).toEqual(['closed'])
      return
    }
    expect(errors.map(({ code }) => code)).toEqual(['closed', 'connect'])
    expect(await run(g, startup())).toBe(OK)
    expect((await run(g, pcrRead(0xb, 16))).slice(-64)).toBe('00'.repeat(32))
  })
})
