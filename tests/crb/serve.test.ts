import net from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { EmbeddedTpm, TpmCrb } from '../../src/crb/index.ts'
import { Mssim } from '../../src/crb/mssim/index.ts'
import { type TpmProtocol, TpmServer } from '../../src/crb/serve/index.ts'
import { Swtpm } from '../../src/crb/swtpm/index.ts'
import { ManualTpm, response } from './backends.ts'
import { Guest } from './bus.ts'
import { capability, command, fromHex, getRandom, responseCode, startup, toHex } from './tpm2.ts'

const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(protocol: TpmProtocol): Promise<{ server: TpmServer; wrong: string[] }> {
  const wrong: string[] = []
  const crb = new TpmCrb({ tpm: new EmbeddedTpm() })
  const onProtocolError = (message: string): void => {
    wrong.push(message.replace(/^\S+ /, ''))
  }
  const server = await TpmServer.listen({ crb, protocol, port: 0, onProtocolError })
  cleanups.push(() => server.close())
  return { server, wrong }
}

/** Sends bytes and resolves to all that comes back until the server closes or `enough` bytes are there. */
function talk(port: number, bytes: Uint8Array, enough: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes))
    let got = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk])
      if (got.length >= enough) socket.end()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(got.toString('hex')))
  })
}

/** SEND_COMMAND at a locality. */
function send(bytes: Uint8Array, locality = 0): Uint8Array {
  return fromHex(`00000008 0${locality} ${bytes.length.toString(16).padStart(8, '0')} ${toHex(bytes)}`)
}

async function run(guest: Guest, bytes: Uint8Array): Promise<Uint8Array> {
  guest.submit(bytes)
  while (guest.read(0x4c) === 1) await new Promise((resolve) => setTimeout(resolve, 1))
  return guest.answer()
}

describe('TpmServer, mssim', () => {
  it('runs commands, whole, in pieces and several in one segment', async () => {
    const { server } = await serve('mssim')
    expect(await talk(server.port, send(startup()), 18)).toBe(
      `0000000a 80010000000a00000000 00000000`.replaceAll(' ', ''),
    )
    const two = Buffer.concat([send(getRandom(4)), send(getRandom(4))])
    const answers = await talk(server.port, two, 48)
    expect(answers).toMatch(/^(00000010800100000010000000000004.{8}00000000){2}$/)
    const socket = net.connect(server.port, '127.0.0.1')
    const bytes = send(getRandom(4))
    const got: Promise<Buffer> = new Promise((resolve) => socket.once('data', resolve))
    for (const byte of bytes) {
      socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await got).length).toBe(24)
    socket.destroy()
  })

  it('answers other localities, a command that lies, and a handshake', async () => {
    const { server } = await serve('mssim')
    expect(await talk(server.port, send(startup(), 3), 18)).toContain('80010000000a00000907')
    const lie = fromHex('8001 0000000b 00000144 0000')
    expect(await talk(server.port, send(lie), 18)).toContain('80010000000a00000142')
    expect(await talk(server.port, fromHex('0000000f 00000001'), 12)).toBe('000000010000000300000000')
  })

  it('powers the TPM off and on, and resets it', async () => {
    const { server } = await serve('mssim')
    await talk(server.port, send(startup()), 18)
    expect(await talk(server.port + 1, fromHex('00000001 0000000b'), 8)).toBe('0000000000000000')
    expect(await talk(server.port, send(getRandom(4)), 24)).toContain('00000000')
    await talk(server.port + 1, fromHex('00000002'), 4)
    expect(await talk(server.port, send(getRandom(4)), 18)).toContain('80010000000a00000101')
    await talk(server.port + 1, fromHex('00000001'), 4)
    expect(await talk(server.port, send(getRandom(4)), 18)).toContain('80010000000a00000100')
    await talk(server.port, send(startup()), 18)
    await talk(server.port + 1, fromHex('00000011'), 4)
    expect(await talk(server.port, send(getRandom(4)), 18)).toContain('80010000000a00000100')
  })

  it.each([
    ['a signal that there is none of', '00000063', 0, 'sent signal 99 on the command port: connection closed'],
    ['a command larger than the buffer', '00000008 00 00001000', 0, 'sent a command of 4096 bytes: connection closed'],
    ['a command of 4 GiB', '00000008 00 ffffffff', 0, 'sent a command of 4294967295 bytes: connection closed'],
    ['a command shorter than a header', '00000008 00 00000009', 0, 'sent a command of 9 bytes: connection closed'],
    ['another signal on the platform port', '00000008', 1, 'sent signal 8 on the platform port: connection closed'],
  ])('closes the connection on %s, and serves the next', async (_, bytes, offset, message) => {
    const { server, wrong } = await serve('mssim')
    expect(await talk(server.port + offset, fromHex(bytes), 1)).toBe('')
    expect(wrong).toEqual([message])
    expect(responseCode(fromHex((await talk(server.port, send(startup()), 18)).slice(8)))).toBe(0)
  })

  it('is a TPM to our own client: a CRB behind a CRB', async () => {
    const { server } = await serve('mssim')
    const tpm = await Mssim.connect({ port: server.port })
    cleanups.push(() => tpm.close())
    const guest = new Guest({ tpm })
    expect(toHex(await run(guest, startup()))).toBe('80010000000a00000000')
    expect((await run(guest, getRandom(16))).length).toBe(28)
    await new Promise<void>((resolve) => guest.crb.reset(resolve))
    expect(responseCode(await run(guest, getRandom(4)))).toBe(0x100)
    await server.close()
    expect(toHex(await run(guest, getRandom(4)))).toBe('00c40000000a00000009')
    expect(tpm.error?.code).toBe('closed')
  })
})

describe('TpmServer, swtpm', () => {
  it('is a TPM to our own client', async () => {
    const { server } = await serve('swtpm')
    const tpm = await Swtpm.connect({ data: { port: server.port }, control: { port: server.port + 1 } })
    cleanups.push(() => tpm.close())
    const guest = new Guest({ tpm })
    expect(toHex(await run(guest, startup()))).toBe('80010000000a00000000')
    expect((await run(guest, getRandom(16))).length).toBe(28)
    await expect(tpm.saveState()).rejects.toMatchObject({ code: 'refused' })
  })

  it.each([
    ['capabilities', '00000001', '000000000000142f'],
    ['the established flag', '00000004', '0000000000000000'],
    ['locality 0', '00000005 00', '00000000'],
    ['another locality', '00000005 02', '0000003d'],
    ['no locality', '00000005', '00000003'],
    ['cancel', '00000009', '00000000'],
    ['buffer size', '00000011 00000000', `00000000${'00000f80'.repeat(3)}`],
    ['a command that a CRB does not have', '0000000c 000000010000000100000000', '0000000a'],
  ])('answers control commands: %s', async (_, request, reply) => {
    const { server } = await serve('swtpm')
    expect(await talk(server.port + 1, fromHex(request), reply.length / 2)).toBe(reply)
  })
})

describe('TpmServer, the established flag', () => {
  it.each([
    [false, '0000000000000000'],
    [true, '0000000001000000'],
  ])("is the TPM's: %s; without power there is none", async (flag, reply) => {
    const tpm = new ManualTpm()
    tpm.isEstablished = flag
    const server = await TpmServer.listen({ crb: new TpmCrb({ tpm }), protocol: 'swtpm', port: 0 })
    cleanups.push(() => server.close())
    const ask = fromHex('00000004')
    expect(await talk(server.port + 1, ask, 8)).toBe(reply)
    expect(await talk(server.port + 1, fromHex('0000000e'), 4)).toBe('00000000')
    expect(await talk(server.port + 1, ask, 4)).toBe('0000000a')
  })
})

describe('TpmServer, any client', () => {
  /** A server whose TPM answers when the test says so. */
  async function slow(): Promise<{ server: TpmServer; tpm: ManualTpm; until: (n: number) => Promise<void> }> {
    const tpm = new ManualTpm()
    const server = await TpmServer.listen({ crb: new TpmCrb({ tpm }), protocol: 'mssim', port: 0 })
    cleanups.push(() => server.close())
    const until = async (n: number): Promise<void> => {
      while (tpm.commands.length < n) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return { server, tpm, until }
  }

  it('answers a client that has closed its own side', async () => {
    const { server, tpm, until } = await slow()
    const got = new Promise<string>((resolve) => {
      let text = ''
      const socket = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }, () =>
        socket.end(send(getRandom(4))),
      )
      socket.on('data', (chunk) => {
        text += chunk.toString('hex')
      })
      socket.on('close', () => resolve(text))
    })
    await until(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    tpm.answers[0]?.(response(12))
    expect(await got).toBe(`0000000c${toHex(response(12))}00000000`)
  })

  it('answers a command that a reset drops with TPM_RC_FAILURE, not with the command', async () => {
    const { server, tpm, until } = await slow()
    const dropped = talk(server.port, send(getRandom(4)), 18)
    await until(1)
    const reset = talk(server.port + 1, fromHex('00000011'), 4)
    while (tpm.ready.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    tpm.ready[0]?.()
    expect(await reset).toBe('00000000')
    expect(await dropped).toBe('0000000a80010000000a0000010100000000')
    const next = talk(server.port, send(getRandom(4)), 20)
    await until(2)
    tpm.answers[1]?.(response(12))
    expect(await next).toBe(`0000000c${toHex(response(12))}00000000`)
  })

  it('says what is wrong with its options', async () => {
    const crb = new TpmCrb({ tpm: new EmbeddedTpm() })
    const { server } = await serve('mssim')
    for (const [options, code] of [
      [{ protocol: 'tabrmd' }, 'option'],
      [{ port: 65_535 }, 'option'],
      [{ port: server.port }, 'connect'],
    ] as const) {
      const wrong = { crb, protocol: 'mssim', ...options } as Parameters<typeof TpmServer.listen>[0]
      await expect(TpmServer.listen(wrong)).rejects.toMatchObject({ name: 'TpmSocketError', code })
    }
  })

  it.each(['mssim', 'swtpm'] as const)('%s: serves the next client whatever the last one sent', async (protocol) => {
    const { server } = await serve(protocol)
    const good = protocol === 'mssim' ? send(command(0x144, '0000')) : command(0x144, '0000')
    const wanted = protocol === 'mssim' ? 18 : 10
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0, 1), async (bytes, offset) => {
        // The server keeps a connection that is in the middle of a request: the client ends it.
        await new Promise<void>((resolve) => {
          const socket = net.connect(server.port + offset, '127.0.0.1', () => socket.end(bytes))
          socket.on('error', () => {})
          socket.on('close', () => resolve())
          socket.resume()
        })
        expect((await talk(server.port, good, wanted)).length).toBe(2 * wanted)
      }),
      { numRuns: 100 },
    )
  })

  it('stops taking commands from a client that does not read its answers', async () => {
    const commands = 12_000
    let run = 0
    const crb = new TpmCrb({ tpm: new EmbeddedTpm(), onEvent: (event) => event.type === 'command' && run++ })
    const server = await TpmServer.listen({ crb, protocol: 'swtpm', port: 0 })
    cleanups.push(() => server.close())
    await talk(server.port, startup(), 10)
    run = 0
    const answer = (await talk(server.port, capability(6, 0x100, 127), 300)).length / 2
    const socket = net.connect(server.port, '127.0.0.1')
    socket.write(Buffer.concat(Array.from({ length: commands }, () => capability(6, 0x100, 127))))
    for (let before = -1; before !== run; ) {
      before = run
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(run).toBeLessThan(commands)
    let got = 0
    await new Promise<void>((resolve) =>
      socket.on('data', (chunk) => {
        got += chunk.length
        if (got >= commands * answer) resolve()
      }),
    )
    expect(got).toBe(commands * answer)
    socket.destroy()
  })
})
