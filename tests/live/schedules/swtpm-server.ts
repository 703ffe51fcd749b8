/** A swtpm of the user's: it listens where it is told, can be killed and stopped, and comes back. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { SocketAddress } from '../../../src/crb/socket/channel.ts'
import type { Server } from './proxy.ts'

export class SwtpmServer implements Server {
  readonly data: SocketAddress
  readonly control: SocketAddress
  readonly #args: readonly string[]
  readonly #random: (n: number) => number
  readonly #timers = new Set<NodeJS.Timeout>()
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #killed = false
  #closed = false

  /** @param dir - the TPM's state, and the sockets. */
  constructor(dir: string, random: (n: number) => number) {
    const [data, control] = [join(dir, 'd'), join(dir, 'c')]
    this.data = { path: data }
    this.control = { path: control }
    this.#args = ['socket', '--tpm2', '--tpmstate', `dir=${dir}`]
    this.#args = [...this.#args, '--server', `type=unixio,path=${data}`, '--ctrl', `type=unixio,path=${control}`]
    this.#random = random
    this.#start()
  }

  #start(): void {
    this.#killed = false
    const child = spawn('swtpm', this.#args, { stdio: 'ignore' })
    this.#child = child
    this.#ended = new Promise((resolve) => {
      child.once('close', () => {
        if (this.#child === child) this.#child = undefined
        resolve()
      })
      child.once('error', () => resolve())
    })
  }

  /** Somebody starts it again, sooner or later. */
  kill(): void {
    this.#killed = true
    this.#child?.kill('SIGKILL')
    this.#after(this.#random(3) * 15, () => this.#run())
  }

  /** Somebody wakes it, or kills it and starts it again. */
  stop(): void {
    this.#child?.kill('SIGSTOP')
    const wake = this.#random(2) === 0
    this.#after(20 + this.#random(150), () => (wake ? this.#child?.kill('SIGCONT') : this.kill()))
  }

  /** It runs, and nothing more happens to it. */
  async settle(): Promise<void> {
    this.#clear()
    await this.#run()
  }

  /** Kills it for good. */
  async close(): Promise<void> {
    this.#closed = true
    this.#clear()
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** Started if need be, awake. */
  async #run(): Promise<void> {
    if (this.#killed) await this.#ended
    if (this.#closed) return
    if (this.#child === undefined) this.#start()
    else this.#child.kill('SIGCONT')
  }

  #clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #after(ms: number, step: () => unknown): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      step()
    }, ms)
    this.#timers.add(timer)
  }
}
