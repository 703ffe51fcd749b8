import { parseArgs } from 'node:util'
import { EmbeddedTpm, type TpmBackend, TpmCrb } from '../crb/index.ts'
import { TpmServer } from '../crb/serve/index.ts'
import { type Command, UsageError } from './command.ts'

const HELP = `nisv tpm serve [OPTION]...

Offers a TPM behind CRB registers to TPM software on this machine. Each command goes through the registers as Linux'
driver would have it go. Runs until it is interrupted.

  --protocol P     mssim (default) or swtpm: the TCTI that the clients use
  --port N         the first of two neighbouring ports (2321)
  --tpm T          embedded (default), swtpm (started for this; Debian: swtpm), or mssim:HOST:PORT
  --state DIR      swtpm's state directory; without it the TPM's state goes with it
  --reconnect R    when swtpm or the simulator fails: off (default), reset (a device reset brings it
                   back), or resume (swtpm only: a new one goes on where the last command ended)
  --startup        sends TPM2_Startup(CLEAR) first

  nisv tpm serve --tpm swtpm --startup &
  tpm2_getrandom -T mssim:host=127.0.0.1,port=2321 --hex 8
`

/** TPM2_Startup(TPM_SU_CLEAR). */
const STARTUP = Uint8Array.of(0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0)

/** `nisv tpm`. */
export const tpmCommand: Command = {
  name: 'tpm',
  summary: 'offer a TPM behind CRB registers to tpm2-tools',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        protocol: { type: 'string', default: 'mssim' },
        port: { type: 'string', default: '2321' },
        tpm: { type: 'string', default: 'embedded' },
        state: { type: 'string' },
        reconnect: { type: 'string', default: 'off' },
        startup: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    if (positionals.join(' ') !== 'serve') throw new UsageError("tpm takes 'serve'")
    const { protocol } = values
    if (protocol !== 'mssim' && protocol !== 'swtpm') {
      throw new UsageError(`--protocol is mssim or swtpm, not '${protocol}'`)
    }
    if (!/^\d{1,5}$/.test(values.port)) throw new UsageError(`--port is a number, not '${values.port}'`)
    const tpm = await openTpm(values.tpm, values.state, values.reconnect)
    try {
      if (values.startup) await startup(tpm)
      const server = await TpmServer.listen({
        crb: new TpmCrb({ tpm }),
        protocol,
        port: Number(values.port),
        onProtocolError: (message) => process.stderr.write(`nisv: ${message}\n`),
      })
      const tcti = `${protocol}:host=${server.host},port=${server.port}`
      process.stdout.write(`TPM ready: tpm2_getrandom -T ${tcti} --hex 8\n`)
      await interrupted()
      await server.close()
      return 0
    } finally {
      tpm.close()
    }
  },
}

async function openTpm(name: string, stateDir: string | undefined, reconnect: string): Promise<TpmBackend> {
  if (stateDir !== undefined && name !== 'swtpm') throw new UsageError('--state goes with --tpm swtpm')
  if (name === 'embedded') {
    policy(reconnect, ['off'])
    return new EmbeddedTpm()
  }
  if (name === 'swtpm') {
    const options = { reconnect: policy(reconnect, ['off', 'reset', 'resume']) }
    const { Swtpm } = await import('../crb/swtpm/index.ts')
    return Swtpm.spawn(stateDir === undefined ? options : { ...options, stateDir })
  }
  const [, host, port] = /^mssim:([^:]+):(\d{1,5})$/.exec(name) ?? []
  if (host === undefined) throw new UsageError(`--tpm is embedded, swtpm or mssim:HOST:PORT, not '${name}'`)
  const options = { host, port: Number(port), reconnect: policy(reconnect, ['off', 'reset']) }
  const { Mssim } = await import('../crb/mssim/index.ts')
  return Mssim.connect(options)
}

/** One of those that a back end has. */
function policy<const Name extends string>(given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given)
  if (found === undefined) throw new UsageError(`--reconnect is ${names.join(' or ')} with this TPM, not '${given}'`)
  return found
}

function startup(tpm: TpmBackend): Promise<void> {
  return new Promise((resolve) => tpm.execute(STARTUP, 0, () => resolve()))
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve())
  })
}
