/** A guest of the CRB, and what its TPM must be: PCR 16 and one NV index, by what was answered. */

import { createHash } from 'node:crypto'
import type { CrbState } from '../../../src/crb/state/crb-state.ts'
import type { Guest } from '../../crb/bus.ts'
import {
  command,
  getRandom,
  PASSWORD,
  pcrExtend,
  pcrRead,
  responseCode,
  startup,
  toHex,
  u16,
  u32,
} from '../../crb/tpm2.ts'

const FATAL = '00c40000000a00000009'
const SHA256 = 0xb
const PCR = 16
const ZERO = '00'.repeat(32)
const INDEX = 0x0150_0016
const OWNER = 0x4000_0001
const WITH_SESSIONS = 0x8002
/** Longest that START may stay set or a reset take: far above every time limit of the clients. */
const PATIENCE_MS = 20_000

/** NV_DefineSpace: 8 bytes that the owner reads and writes. */
export const defineNv = (): Uint8Array =>
  command(
    0x12a,
    `${u32(OWNER)}${PASSWORD}0000${u16(14)}${u32(INDEX)}${u16(SHA256)}${u32(0x0202_0002)}0000${u16(8)}`,
    WITH_SESSIONS,
  )
export const writeNv = (value: string): Uint8Array =>
  command(0x137, `${u32(OWNER)}${u32(INDEX)}${PASSWORD}${u16(8)}${value}0000`, WITH_SESSIONS)
const readNv = (): Uint8Array => command(0x14e, `${u32(OWNER)}${u32(INDEX)}${PASSWORD}${u16(8)}0000`, WITH_SESSIONS)

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What a command did that got no answer. */
export type Unanswered = 'nothing' | 'perhaps'

/** What is known of the TPM. */
interface Known {
  /** PCR 16; `undefined` until a Startup was answered. */
  readonly pcr: string | undefined
  /** The index' values that are possible: one, but for writes without an answer. */
  readonly nv: readonly string[]
}

export class ModelledGuest {
  readonly g: Guest
  readonly #unanswered: Unanswered
  #known: Known
  #saved: { readonly state: CrbState; readonly known: Known } | undefined
  readonly #seen = new Set<string>()
  /** Commands that were answered, and that got the fatal error. */
  answered = 0
  fatal = 0

  /**
   * @param unanswered - whether a command without an answer leaves the TPM as it was.
   * @param nv - the values that the index may have.
   */
  constructor(g: Guest, unanswered: Unanswered, nv: readonly string[]) {
    this.g = g
    this.#unanswered = unanswered
    this.#known = { pcr: undefined, nv }
  }

  get started(): boolean {
    return this.#known.pcr !== undefined
  }

  get nv(): readonly string[] {
    return this.#known.nv
  }

  /** @returns the answer, or `undefined` for the fatal error. */
  async run(bytes: Uint8Array, cancel = false): Promise<Uint8Array | undefined> {
    this.g.submit(bytes)
    if (cancel) this.g.write(0x48, 1)
    const until = Date.now() + PATIENCE_MS
    for (let polls = 0; this.g.read(0x4c) === 1; polls++) {
      if (Date.now() > until) throw new Error('START is still 1')
      if (polls < 50) await new Promise((resolve) => setImmediate(resolve))
      else await sleep(1)
    }
    const answer = this.g.answer()
    if (toHex(answer) !== FATAL) {
      this.answered++
      return answer
    }
    if ((this.g.read(0x44) & 1) === 0) throw new Error('the fatal error without tpmSts')
    this.fatal++
    return undefined
  }

  async startup(): Promise<void> {
    const answer = await this.run(startup())
    if (answer === undefined) return
    expectCode('Startup', answer)
    this.#known = { ...this.#known, pcr: ZERO }
  }

  async extend(digest: string): Promise<void> {
    const answer = await this.run(pcrExtend(PCR, SHA256, digest))
    if (answer === undefined) return
    expectCode('PCR_Extend', answer)
    const pcr = createHash('sha256')
      .update(Buffer.from(`${this.#known.pcr}${digest}`, 'hex'))
      .digest('hex')
    this.#known = { ...this.#known, pcr }
  }

  async readPcr(): Promise<void> {
    const answer = await this.run(pcrRead(SHA256, PCR))
    if (answer === undefined) return
    expectCode('PCR_Read', answer)
    const pcr = toHex(answer.subarray(-32))
    if (pcr !== this.#known.pcr) throw new Error(`PCR 16 is ${pcr}, what was answered makes ${this.#known.pcr}`)
  }

  async writeNv(value: string): Promise<void> {
    const answer = await this.run(writeNv(value))
    if (answer !== undefined) expectCode('NV_Write', answer)
    const possible = answer !== undefined ? [value] : this.#perhaps(value)
    this.#known = { ...this.#known, nv: possible }
  }

  async readNv(): Promise<void> {
    const answer = await this.run(readNv())
    if (answer === undefined) return
    expectCode('NV_Read', answer)
    const value = toHex(answer.subarray(16, 24))
    if (!this.#known.nv.includes(value)) throw new Error(`NV is ${value}, what was answered makes ${this.#known.nv}`)
    this.#known = { ...this.#known, nv: [value] }
  }

  async random(cancel: boolean): Promise<void> {
    const answer = await this.run(getRandom(16), cancel)
    if (answer === undefined) return
    expectCode('GetRandom', answer)
    const bytes = toHex(answer.subarray(12))
    if (bytes.length !== 32 || this.#seen.has(bytes)) throw new Error(`GetRandom gave ${bytes}, perhaps again`)
    this.#seen.add(bytes)
  }

  /** A reset, perhaps with a write under way. */
  async reset(during?: string): Promise<void> {
    if (during !== undefined) this.g.submit(writeNv(during))
    const late = sleep(PATIENCE_MS).then(() => 'late')
    const ready = new Promise((resolve) => this.g.crb.reset(() => resolve('ready')))
    if ((await Promise.race([ready, late])) === 'late') throw new Error('the reset does not complete')
    if (this.g.read(0x4c) !== 0 || this.g.read(0x44) !== 2) throw new Error('the reset left START or STS')
    const nv = during === undefined ? this.#known.nv : [...this.#known.nv, during]
    this.#known = { pcr: undefined, nv }
  }

  /** A save that fails is the host's to know, and changes nothing. */
  async save(): Promise<void> {
    const state = await this.g.crb.saveState().catch(typed)
    if (state !== undefined) this.#saved = { state, known: this.#known }
  }

  /** A restore: all or nothing of it happens. */
  async restore(): Promise<void> {
    const saved = this.#saved
    if (saved === undefined) return
    const done = await this.g.crb.restore(saved.state).then(() => true, typed)
    // What was given once is given again by the TPM of then.
    this.#seen.clear()
    if (done === true) this.#known = saved.known
    else if (this.#unanswered === 'perhaps') {
      this.#known = { ...this.#known, nv: [...this.#known.nv, ...saved.known.nv] }
    }
  }

  #perhaps(value: string): readonly string[] {
    return this.#unanswered === 'nothing' ? this.#known.nv : [...this.#known.nv, value]
  }
}

/** Failures that a host is promised; anything else is a mistake of ours. */
function typed(error: unknown): undefined {
  if (error instanceof Error && (error.name === 'StateError' || error.name === 'TpmSocketError')) return undefined
  throw error
}

function expectCode(what: string, answer: Uint8Array): void {
  if (answer.length < 10) throw new Error(`${what} gave ${toHex(answer)}`)
  const code = responseCode(answer)
  if (code !== 0) throw new Error(`${what} gave code 0x${code.toString(16)}: is what was answered lost?`)
}
