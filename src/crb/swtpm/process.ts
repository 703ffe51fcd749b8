/**
 * A swtpm of our own: started on unix sockets in a private directory, never left behind.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { SocketAddress } from '../socket/channel.ts'
import { TpmSocketError } from '../socket/error.ts'
import { atExit } from './at-exit.ts'
import { TemporaryDir } from './temporary.ts'

/** How to start a swtpm. */
export interface SwtpmProcessOptions {
  /** Directory of the TPM's state, which must exist. Unless told, a temporary one that goes with the process. */
  readonly stateDir?: string
  /** The program; `swtpm` unless told. */
  readonly command?: string
  /** Further arguments of `swtpm socket`. */
  readonly args?: readonly string[]
}

/** The end of its error output that messages show. */
const STDERR_KEPT = 2000

/** A running `swtpm socket --tpm2`. */
export class SwtpmProcess {
  readonly data: SocketAddress
  readonly control: SocketAddress
  /** Settles when the process has ended, with how. Never rejects. */
  readonly exited: Promise<string>
  readonly #child: ChildProcess
  readonly #dir: TemporaryDir
  #stderr = ''
  #ended: string | undefined
  #missing: Error | undefined

  constructor(options: SwtpmProcessOptions) {
    const { command = 'swtpm', args = [], stateDir } = options
    // swtpm itself starts without, and says no more than "fail" when it is to power on.
    if (stateDir !== undefined && statSync(stateDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new TpmSocketError('option', `stateDir is '${stateDir}', which is no directory; make it`)
    }
    // Not in stateDir: a unix socket's path is at most 107 bytes.
    this.#dir = new TemporaryDir('nisv-swtpm-')
    const data = join(this.#dir.path, 'data.sock')
    const control = join(this.#dir.path, 'ctrl.sock')
    this.data = { path: data }
    this.control = { path: control }
    const server = ['--server', `type=unixio,path=${data}`, '--ctrl', `type=unixio,path=${control}`]
    // --terminate: it ends when our data connection does, however we end.
    const state = ['--tpmstate', `dir=${stateDir ?? this.#dir.path}`, '--terminate']
    this.#child = spawn(command, ['socket', '--tpm2', ...state, ...server, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-STDERR_KEPT)
    })
    const forget = atExit(() => this.kill())
    this.exited = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#ended !== undefined) return
        this.#ended = how
        forget()
        this.#dir.remove()
        resolve(how)
      }
      this.#child.once('error', (error) => {
        this.#missing = error
        end(error.message)
      })
      this.#child.once('close', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`))
    })
  }

  /** The process's id, while it could be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Why it cannot be used, once it has ended. */
  get failure(): TpmSocketError | undefined {
    if (this.#ended === undefined) return undefined
    if (this.#missing !== undefined) {
      const text = `cannot start swtpm: ${this.#missing.message}; install it (Debian package swtpm) or give its path`
      return new TpmSocketError('spawn', text, this.#missing)
    }
    return new TpmSocketError(
      'spawn',
      `swtpm ended: ${this.#ended}${this.#stderr && `; it says: ${this.#stderr.trim()}`}`,
    )
  }

  /** Sends a signal; SIGKILL unless told. Nothing happens when the process has ended. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.#ended === undefined && this.#child.pid !== undefined) this.#child.kill(signal)
  }
}
