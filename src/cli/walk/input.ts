import { readFileSync } from 'node:fs'
import {
  Access,
  accessOf,
  type Descriptor,
  RegimeRegister,
  type TableMemory,
  TranslationRegime,
} from '../../tlb/index.ts'
import { UsageError } from '../command.ts'
import { type RecordedFault, readFault } from '../replay/recording.ts'

/** What a walk needs, wherever it came from. */
export interface WalkInput {
  readonly regime: TranslationRegime
  readonly memory: TableMemory
  readonly va: bigint
  /** Bits of `Access`. */
  readonly access: number
}

/** Doublewords by address; nothing elsewhere. */
class WordMemory implements TableMemory {
  readonly #words: ReadonlyMap<number, bigint>

  constructor(words: ReadonlyMap<number, bigint>) {
    this.#words = words
  }

  readDescriptor(pa: number, out: Descriptor): boolean {
    const word = this.#words.get(pa)
    if (word === undefined) return false
    out.hi = Number(word >> 32n)
    out.lo = Number(word & 0xffff_ffffn)
    return true
  }
}

/** ESR_ELx.WnR. */
const WNR = 0x40n
/** ESR_ELx.ISS2.GCS. */
const ISS2_GCS = 1n << 40n

/** Fault `number`, from 1, of a recording. @throws RecordingError when it has not so many. */
export async function recordedInput(file: string, number: number): Promise<WalkInput> {
  return faultInput(await readFault(file, number))
}

function faultInput(fault: RecordedFault): WalkInput {
  const kind = (fault.esr & WNR) !== 0n ? Access.WRITE : Access.READ
  const stack = (fault.esr & ISS2_GCS) !== 0n ? Access.GCS : 0
  return {
    regime: regimeOf(new Map(Object.entries(fault.sys))),
    memory: new WordMemory(fault.memory),
    va: fault.far,
    access: accessOf(kind, Number(fault.pstate & 0xffff_ffffn)) | stack,
  }
}

/** Registers that FEAT_D128 widens to 128 bits: bits [127:64] are in one of their own. */
const HIGH = '_HIGH'

/** Registers and memory as JSON: the text itself, or a file of it. The address and access are the caller's. */
export function givenInput(regs: string, mem: string): Pick<WalkInput, 'regime' | 'memory'> {
  const words = new Map<number, bigint>()
  for (const [address, word] of u64Entries(mem, '--mem')) {
    const pa = parseU64(address, '--mem')
    if (pa >= 1n << 53n || (pa & 7n) !== 0n) {
      throw new UsageError(`--mem: the address ${address} is not a multiple of 8 below 2^53`)
    }
    words.set(Number(pa), word)
  }
  return { regime: regimeOf(givenRegisters(regs)), memory: new WordMemory(words) }
}

function givenRegisters(regs: string): Map<string, bigint> {
  const names = Object.keys(RegimeRegister).filter((name) => !name.endsWith(HIGH))
  const registers = new Map<string, bigint>()
  for (const [given, value] of entries(regs, '--regs')) {
    const name = given.toUpperCase()
    if (!names.includes(name)) throw new UsageError(`--regs: '${given}' is none of ${names.join(', ')}`)
    const wide = Object.hasOwn(RegimeRegister, name + HIGH)
    const whole = parseHex(value, `--regs ${given}`, wide ? 128 : 64)
    registers.set(name, whole & 0xffff_ffff_ffff_ffffn)
    if (wide) registers.set(name + HIGH, whole >> 64n)
  }
  return registers
}

function u64Entries(source: string, option: string): [string, bigint][] {
  return entries(source, option).map(([name, word]) => [name, parseU64(word, `${option} ${name}`)])
}

function entries(source: string, option: string): [string, unknown][] {
  const text = /^\s*[[{]/.test(source) ? source : readFileSync(source, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${option} is no JSON: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${option} is no JSON object of "0x" strings`)
  }
  return Object.entries(value)
}

/** @throws UsageError unless `text` is a "0x" string of at most 64 bits. */
export function parseU64(text: unknown, what: string): bigint {
  return parseHex(text, what, 64)
}

function parseHex(text: unknown, what: string, bits: number): bigint {
  if (typeof text !== 'string' || !/^0x[0-9a-f]+$/i.test(text) || text.length > 2 + bits / 4) {
    throw new UsageError(`${what} takes a "0x" number of at most ${bits} bits, not '${String(text)}'`)
  }
  return BigInt(text)
}

/** @throws UsageError unless `text` is the number of a fault. */
export function parseFaultNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`--fault takes the number of a fault from 1, not '${text}'`)
  }
  return number
}

function regimeOf(registers: ReadonlyMap<string, bigint>): TranslationRegime {
  const regime = new TranslationRegime()
  const byName = new Map([...registers].map(([name, value]) => [name.toUpperCase(), value]))
  for (const [name, index] of Object.entries(RegimeRegister)) {
    const value = byName.get(name)
    if (value === undefined) continue
    regime.set(index, Number(value >> 32n), Number(value & 0xffff_ffffn))
  }
  regime.update()
  return regime
}
