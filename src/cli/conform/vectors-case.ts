/**
 * The format of conformance vectors, tests/conformance/README.md, and its checks.
 *
 * @module
 */

import { type CaseLine, ConformInputError } from './input.ts'

type Fields = Readonly<Record<string, unknown>>

/** Registers by name: numbers of 64 bits, or bytes where the register is a vector or a predicate. */
export type RegisterValues = ReadonlyMap<string, bigint | Uint8Array>

/** RAM doublewords by address. */
export type Words = ReadonlyMap<number, bigint>

/** Base and size of a range of guest-physical addresses. */
export type Range = readonly [base: number, size: number]

/** One element access: kind, address, bytes in order; and whether the device refused it. */
export interface VectorAccess {
  readonly kind: 'r' | 'w'
  readonly pa: number
  readonly size: number
  /** Hexadecimal, in memory order; none of a read that was refused. */
  readonly bytes: string
  readonly refused: boolean
}

/** What a step ends in, as texts: two are the same if and only if their JSON is. */
export interface VectorOutcome {
  readonly outcome: string
  readonly accesses: readonly (readonly (string | number)[])[]
  readonly registers: Readonly<Record<string, string>>
  readonly memory: Readonly<Record<string, string>>
}

/** A translation's end: `pa`, or `fsc`; and the descriptors that it changed. */
export interface WalkEnd {
  readonly pa?: string
  readonly fsc?: string
  readonly memory: Readonly<Record<string, string>>
}

/** The machine that a case begins with. */
export interface VectorMachine {
  readonly registers: RegisterValues
  readonly memory: Words
  readonly ram: readonly Range[]
  readonly devices: readonly Range[]
  /** Bytes of a Z register; 0 without SVE. */
  readonly vl: number
  readonly refuses: readonly (readonly [kind: 'r' | 'w', pa: number])[]
  /** Signed pointers that authenticate, and what they become; undefined where the CPU's keys are not modelled. */
  readonly authentic: ReadonlyMap<bigint, bigint> | undefined
}

interface AbortStep {
  readonly kind: 'abort'
  readonly word: number
  readonly code: number
  readonly esr: number
  readonly far: bigint
  readonly hpfar: bigint
  /** Undefined where only {@link VectorOutcome} is asked for. */
  readonly expect: Fields | undefined
}

interface TranslateStep {
  readonly kind: 'translate'
  readonly va: bigint
  readonly access: 'read' | 'write' | 'fetch'
  readonly el: 0 | 1
  readonly registers: RegisterValues
  readonly expect: Fields | undefined
}

export type VectorStep = AbortStep | TranslateStep

/** A case. */
export interface Vector {
  readonly id: string
  readonly class: string
  readonly machine: VectorMachine
  readonly steps: readonly VectorStep[]
}

/** RAM and devices of a case together, at most. */
const MOST_BYTES = 1 << 24
const VECTOR_NAME = /^(?:v|z|p|za)\d{1,3}$|^(?:ffr|zt0)$/

/** @throws ConformInputError naming the first member that is not of the format. */
export function parseVector(line: CaseLine): Vector {
  return new Cursor(line).vector(line.value)
}

class Cursor {
  readonly #line: CaseLine

  constructor(line: CaseLine) {
    this.#line = line
  }

  vector(value: Fields): Vector {
    const { id, class: of = '', steps } = value
    if (typeof id !== 'string') this.#fail('id is no string')
    if (typeof of !== 'string') this.#fail('class is no string')
    if (!Array.isArray(steps) || steps.length === 0) this.#fail('has no steps')
    const machine = this.#machine(this.#fields(value.machine ?? {}, 'machine'))
    return { id, class: of, machine, steps: steps.map((step, k) => this.#step(step, `steps[${k}]`)) }
  }

  #machine(m: Fields): VectorMachine {
    const ram = this.#ranges(m.ram, 'ram')
    const devices = this.#ranges(m.devices, 'devices')
    if ([...ram, ...devices].reduce((sum, [, size]) => sum + size, 0) > MOST_BYTES) {
      this.#fail(`ram and devices are more than ${MOST_BYTES} bytes`)
    }
    const vl = m.vl ?? 0
    if (vl !== 0 && vl !== 16 && vl !== 32 && vl !== 64 && vl !== 128 && vl !== 256) {
      this.#fail('vl is no vector length: 16, 32, 64, 128 or 256 bytes')
    }
    const authentic = m.authentic === undefined ? undefined : this.#fields(m.authentic, 'authentic')
    return {
      registers: this.#registers(m.registers, 'registers'),
      memory: this.#words(m.memory, 'memory'),
      ram,
      devices,
      vl,
      refuses: this.#list(m.refuses ?? [], 'refuses').map((one) => {
        const [kind, pa] = this.#list(one, 'an entry of refuses')
        if (kind !== 'r' && kind !== 'w') this.#fail('an entry of refuses is neither "r" nor "w"')
        return [kind, this.#address(pa, 'an entry of refuses')] as const
      }),
      authentic:
        authentic &&
        new Map(
          Object.entries(authentic).map(([a, b]) => [this.#u64(a, 'a key of authentic'), this.#u64(b, 'authentic')]),
        ),
    }
  }

  #step(value: unknown, name: string): VectorStep {
    const step = this.#fields(value, name)
    const expect = step.expect === undefined ? undefined : this.#fields(step.expect, `${name}.expect`)
    if (step.va !== undefined) {
      const { access, el = 1 } = step
      if (access !== 'read' && access !== 'write' && access !== 'fetch') {
        this.#fail(`${name}.access is not "read", "write" or "fetch"`)
      }
      if (el !== 0 && el !== 1) this.#fail(`${name}.el is not 0 or 1`)
      const registers = this.#registers(step.registers, `${name}.registers`)
      return { kind: 'translate', va: this.#u64(step.va, `${name}.va`), access, el, registers, expect }
    }
    return {
      kind: 'abort',
      word: this.#u32(step.word, `${name}.word`),
      code: this.#address(step.code, `${name}.code`),
      esr: this.#u32(step.esr, `${name}.esr`),
      far: this.#u64(step.far, `${name}.far`),
      hpfar: this.#u64(step.hpfar, `${name}.hpfar`),
      expect,
    }
  }

  #registers(value: unknown, name: string): RegisterValues {
    const entries = Object.entries(this.#fields(value ?? {}, name))
    return new Map(
      entries.map(([register, v]) => {
        const where = `${name}.${register}`
        return [register, VECTOR_NAME.test(register) ? this.#bytes(v, where) : this.#u64(v, where)]
      }),
    )
  }

  #words(value: unknown, name: string): Words {
    const entries = Object.entries(this.#fields(value ?? {}, name))
    return new Map(
      entries.map(([at, v]) => {
        const pa = this.#address(at, `an address of ${name}`)
        if (pa % 8 !== 0) this.#fail(`${name}: the address ${at} is no multiple of 8`)
        return [pa, this.#u64(v, `${name}.${at}`)]
      }),
    )
  }

  #ranges(value: unknown, name: string): Range[] {
    return this.#list(value ?? [], name).map((range) => {
      const [base, size] = this.#list(range, `an entry of ${name}`)
      const one = [this.#address(base, name), this.#address(size, name)] as const
      if (one[0] % 4096 !== 0 || one[1] % 4096 !== 0 || one[1] === 0) this.#fail(`${name} is not in whole 4 KiB pages`)
      return one
    })
  }

  #bytes(value: unknown, name: string): Uint8Array {
    if (typeof value !== 'string' || !/^(?:[0-9a-f]{2}){1,256}$/i.test(value)) {
      this.#fail(`${name} is no string of hexadecimal bytes`)
    }
    return Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  }

  #u64(value: unknown, name: string): bigint {
    if (typeof value !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(value)) {
      this.#fail(`${name} is no "0x" string of at most 64 bits`)
    }
    return BigInt(value)
  }

  #u32(value: unknown, name: string): number {
    const n = this.#u64(value, name)
    if (n >= 1n << 32n) this.#fail(`${name} has more than 32 bits`)
    return Number(n)
  }

  #address(value: unknown, name: string): number {
    const n = this.#u64(value, name)
    if (n >= 1n << 52n) this.#fail(`${name} has more than 52 bits`)
    return Number(n)
  }

  #list(value: unknown, name: string): unknown[] {
    if (!Array.isArray(value)) this.#fail(`${name} is no list`)
    return value
  }

  #fields(value: unknown, name: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#fail(`${name} is no object`)
    return value as Fields
  }

  #fail(problem: string): never {
    throw new ConformInputError(this.#line.file, this.#line.line, problem)
  }
}
