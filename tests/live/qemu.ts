/** A real QEMU with a tpm-crb on a real swtpm: a q35 machine that is never started, its bus driven over qtest. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BASE = 0xfed4_0000
export const PPI = 0xfed4_5000
const PATIENCE_MS = 20_000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A socket of text lines. */
class Lines {
  readonly #socket: net.Socket
  readonly #lines: string[] = []
  #rest = ''
  #waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined
  #gone: Error | undefined

  constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n')
      this.#rest = lines.pop() as string
      this.#lines.push(...lines)
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#gone = new Error('QEMU has gone')
      this.#wake()
    })
  }

  #wake(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    const line = this.#lines.shift()
    if (line === undefined && this.#gone === undefined) return
    this.#waiting = undefined
    if (line !== undefined) waiting.resolve(line)
    else waiting.reject(this.#gone as Error)
  }

  async line(): Promise<string> {
    const late = new Promise<string>((_, reject) => {
      setTimeout(() => reject(new Error(`no answer from QEMU within ${PATIENCE_MS} ms`)), PATIENCE_MS).unref()
    })
    const line = new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#wake()
    })
    return Promise.race([line, late])
  }

  send(text: string): void {
    this.#socket.write(`${text}\n`)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** What QEMU said when it ended by itself. */
export class QemuRefusal extends Error {
  override readonly name = 'QemuRefusal'
}

/** What to start besides the TPM. */
export interface QemuMachine {
  /** `q35` unless told. */
  readonly type?: string
  /** MiB; 16 unless told. */
  readonly memory?: number
  /** Whether the firmware runs; it stands still unless told. */
  readonly running?: boolean
  readonly args?: readonly string[]
}

/** How to save. */
export interface QemuSave {
  readonly capabilities?: readonly string[]
  /** Bytes a second: a slow one has a running machine saved in several rounds. */
  readonly bandwidth?: number
}

export class Qemu {
  readonly #dir = mkdtempSync(join(tmpdir(), 'nisv-qemu-'))
  readonly #children: ChildProcess[] = []
  #stderr = ''
  #ended = false
  #qtest: Lines | undefined
  #qmp: Lines | undefined

  /**
   * Starts swtpm and QEMU.
   * @param incoming - a state to load.
   * @throws (rejects) QemuRefusal with QEMU's words when it does not load.
   */
  static async start(incoming?: Uint8Array, machine: QemuMachine = {}): Promise<Qemu> {
    const qemu = new Qemu()
    try {
      await qemu.#start(incoming, machine)
    } catch (error) {
      // It may have ended because of what it read: then it has said why.
      const until = Date.now() + 1000
      while (!qemu.#ended && Date.now() < until) await sleep(5)
      const refusal = qemu.#ended ? new QemuRefusal(qemu.#stderr.trim()) : error
      await qemu.stop()
      throw refusal
    }
    return qemu
  }

  async #start(incoming: Uint8Array | undefined, machine: QemuMachine): Promise<void> {
    const { type = 'q35', memory = 16, running = false } = machine
    const at = (name: string): string => join(this.#dir, name)
    this.#children.push(
      spawn(
        'swtpm',
        ['socket', '--tpm2', '--tpmstate', `dir=${this.#dir}`, '--ctrl', `type=unixio,path=${at('tpm')}`],
        {
          stdio: 'ignore',
        },
      ),
    )
    await this.#until(() => existsSync(at('tpm')), 'swtpm')
    const args = ['-machine', type, '-accel', 'tcg', '-nodefaults', '-display', 'none', '-m', String(memory)]
    if (!running) args.push('-S')
    args.push('-qtest', `unix:${at('qtest')},server=on,wait=off`, '-qtest-log', '/dev/null')
    args.push('-qmp', `unix:${at('qmp')},server=on,wait=off`, '-chardev', `socket,id=c,path=${at('tpm')}`)
    args.push('-tpmdev', 'emulator,id=t,chardev=c', '-device', 'tpm-crb,tpmdev=t', ...(machine.args ?? []))
    if (incoming !== undefined) {
      writeFileSync(at('in'), incoming)
      args.push('-incoming', `exec:cat ${at('in')}`)
    }
    const child = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#children.push(child)
    child.stderr?.on('data', (text: Buffer) => {
      this.#stderr += text.toString()
    })
    child.once('close', () => {
      this.#ended = true
    })
    this.#qtest = await this.#connect(at('qtest'))
    this.#qmp = await this.#connect(at('qmp'))
    await this.#qmp.line()
    await this.execute('qmp_capabilities')
    if (incoming !== undefined) {
      await this.#until(async () => {
        const { status } = (await this.execute('query-migrate')) as { status?: string }
        if (status === 'failed') {
          // It says why and ends.
          await this.#until(() => this.#ended, 'the end of QEMU')
        }
        return status === 'completed'
      }, 'loading')
    }
  }

  async #connect(path: string): Promise<Lines> {
    let lines: Lines | undefined
    await this.#until(
      () =>
        new Promise<boolean>((resolve) => {
          const socket = net.createConnection({ path })
          socket.once('error', () => resolve(false))
          socket.once('connect', () => {
            lines = new Lines(socket)
            resolve(true)
          })
        }),
      path,
    )
    return lines as Lines
  }

  async #until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const until = Date.now() + PATIENCE_MS
    while (!(await condition())) {
      if (this.#ended && what !== 'the end of QEMU') throw new Error(`QEMU ended: ${this.#stderr}`)
      if (Date.now() > until) throw new Error(`waited in vain for ${what}`)
      await sleep(5)
    }
    if (what === 'the end of QEMU') throw new Error('QEMU ended')
  }

  /** A QMP command. */
  async execute(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const qmp = this.#qmp as Lines
    qmp.send(JSON.stringify({ execute: command, arguments: args }))
    for (;;) {
      const answer = JSON.parse(await qmp.line()) as { return?: unknown; error?: { desc: string } }
      if (answer.error !== undefined) throw new Error(answer.error.desc)
      if ('return' in answer) return answer.return
    }
  }

  async #ask(command: string): Promise<string> {
    const qtest = this.#qtest as Lines
    qtest.send(command)
    for (;;) {
      const line = await qtest.line()
      if (line.startsWith('IRQ')) continue
      if (!line.startsWith('OK')) throw new Error(`${command}: ${line}`)
      return line.slice(3)
    }
  }

  async read(offset: number): Promise<number> {
    return Number(await this.#ask(`readl 0x${(BASE + offset).toString(16)}`))
  }

  async write(offset: number, value: number): Promise<void> {
    await this.#ask(`writel 0x${(BASE + offset).toString(16)} 0x${value.toString(16)}`)
  }

  async readBytes(address: number, count: number): Promise<Uint8Array> {
    const text = await this.#ask(`read 0x${address.toString(16)} 0x${count.toString(16)}`)
    return Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
  }

  async writeBytes(address: number, bytes: Uint8Array): Promise<void> {
    await this.#ask(
      `write 0x${address.toString(16)} 0x${bytes.length.toString(16)} 0x${Buffer.from(bytes).toString('hex')}`,
    )
  }

  /** All 32 words of the register window. */
  async registers(): Promise<number[]> {
    const words: number[] = []
    for (let offset = 0; offset < 0x80; offset += 4) words.push(await this.read(offset))
    return words
  }

  /** A TPM command through the registers. */
  async run(command: Uint8Array): Promise<Uint8Array> {
    await this.write(0x08, 1)
    await this.write(0x40, 1)
    await this.writeBytes(BASE + 0x80, command)
    await this.write(0x4c, 1)
    while ((await this.read(0x4c)) !== 0) await sleep(1)
    const head = Buffer.from(await this.readBytes(BASE + 0x80, 10))
    return this.readBytes(BASE + 0x80, head.readUInt32BE(2))
  }

  /** The machine's state, as `migrate` writes it into a file. */
  async save({ capabilities = [], bandwidth }: QemuSave = {}): Promise<Uint8Array> {
    const file = join(this.#dir, 'out')
    const state = capabilities.map((capability) => ({ capability, state: true }))
    if (state.length > 0) await this.execute('migrate-set-capabilities', { capabilities: state })
    if (bandwidth !== undefined) await this.execute('migrate-set-parameters', { 'max-bandwidth': bandwidth })
    await this.execute('migrate', { uri: `exec:cat > ${file}` })
    await this.#until(async () => {
      const { status } = (await this.execute('query-migrate')) as { status?: string }
      return status === 'completed'
    }, 'saving')
    return readFileSync(file)
  }

  async stop(): Promise<void> {
    this.#qtest?.close()
    this.#qmp?.close()
    // QEMU first, then the swtpm that it talks to; a QEMU that hangs in its TPM does not heed SIGTERM.
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await ended
    }
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
