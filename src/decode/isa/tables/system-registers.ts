import { DEBUG_REGISTERS } from './debug-registers.ts'
import { EL0_REGISTERS } from './el0-registers.ts'
import { EL1_REGISTERS } from './el1-registers.ts'
import { EL2_REGISTERS } from './el2-registers.ts'
import { EL3_REGISTERS } from './el3-registers.ts'

/**
 * System registers by encoding (DDI 0487, chapters D19 and D24): the names that MRS, MSR, MRRS and MSRR use.
 *
 * A line is `NAME op0 op1 CRn CRm op2 access features`. Access is `r`, `w` or `rw`: two registers may share an encoding,
 * one for each direction. `DBGBVR<0-15>_EL1 ... +8` is a family of registers, whose encodings are 8 apart. Features are
 * the FEAT_ names (without the prefix) that bring the register; `A|B` means either.
 *
 * @module
 */

/** One system register, for one or both directions. */
export interface SystemRegister {
  readonly name: string
  /** op0:op1:CRn:CRm:op2, 16 bits. */
  readonly encoding: number
  readonly readable: boolean
  readonly writable: boolean
  readonly features: readonly string[]
}

interface Directions {
  readonly read: ReadonlyMap<number, SystemRegister>
  readonly write: ReadonlyMap<number, SystemRegister>
}

const LINE = /^(\S+) +(\d) (\d) (\d+) (\d+) (\d) +(r?w?)(?: +\+(\d+))?(?: +(.+))?$/
const GENERIC = /^S([0-3])_([0-7])_C(\d|1[0-5])_C(\d|1[0-5])_([0-7])$/i
const FAMILY = /<(\d+)-(\d+)>/

// Parsed when a name is first asked for: decoding words needs none of it.
let registers: Directions | undefined
/** Encodings by name in upper case, for reading and for writing. */
let encodings: readonly ReadonlyMap<string, number>[] | undefined

function parse(): Directions {
  const read = new Map<number, SystemRegister>()
  const write = new Map<number, SystemRegister>()
  for (const table of [DEBUG_REGISTERS, EL1_REGISTERS, EL0_REGISTERS, EL2_REGISTERS, EL3_REGISTERS]) {
    for (const line of table.trim().split('\n')) {
      const m = LINE.exec(line)
      if (!m) throw new Error(`system register line '${line}' is not 'NAME op0 op1 CRn CRm op2 access features'`)
      const [, pattern = '', op0, op1, crn, crm, op2, access = '', step = '0', feat] = m
      const first = (Number(op0) << 14) | (Number(op1) << 11) | (Number(crn) << 7) | (Number(crm) << 3) | Number(op2)
      const features = feat?.split(' ') ?? []
      const [from, to] = (FAMILY.exec(pattern) ?? ['', '0', '0']).slice(1).map(Number) as [number, number]
      for (let n = from; n <= to; n++) {
        const register: SystemRegister = {
          name: pattern.replace(FAMILY, String(n)),
          encoding: first + (n - from) * Number(step),
          readable: access.includes('r'),
          writable: access.includes('w'),
          features,
        }
        if (register.readable) read.set(register.encoding, register)
        if (register.writable) write.set(register.encoding, register)
      }
    }
  }
  return { read, write }
}

/**
 * The register that an access names, or `undefined` for one without a name.
 *
 * @param encoding - op0:op1:CRn:CRm:op2, 16 bits.
 * @param writing - MSR or MSRR, not MRS or MRRS.
 */
export function systemRegister(encoding: number, writing: boolean): SystemRegister | undefined {
  registers ??= parse()
  return (writing ? registers.write : registers.read).get(encoding)
}

/**
 * The encoding of the register of that name, generic names (`S3_0_C1_C0_0`, any of op0 0 to 3) included, or -1. Case
 * does not matter.
 */
export function systemRegisterEncoding(name: string, writing: boolean): number {
  const generic = GENERIC.exec(name)
  if (generic) {
    const [op0, op1, crn, crm, op2] = generic.slice(1).map(Number) as [number, number, number, number, number]
    return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2
  }
  registers ??= parse()
  encodings ??= [registers.read, registers.write].map(
    (each) => new Map([...each.values()].map((r) => [r.name.toUpperCase(), r.encoding])),
  )
  return encodings[writing ? 1 : 0]?.get(name.toUpperCase()) ?? -1
}

/** Every system register, in the order of the encodings; one that only one direction names appears once. */
export function systemRegisters(): SystemRegister[] {
  registers ??= parse()
  const all = new Set([...registers.read.values(), ...registers.write.values()])
  return [...all].sort((a, b) => a.encoding - b.encoding)
}

/** `S<op0>_<op1>_C<n>_C<m>_<op2>`: how assemblers write a register without a name. */
export function genericName(encoding: number): string {
  const op0 = encoding >>> 14
  const op1 = (encoding >>> 11) & 7
  return `S${op0}_${op1}_C${(encoding >>> 7) & 15}_C${(encoding >>> 3) & 15}_${encoding & 7}`
}
