import { type Encoding, findField } from '../encoding.ts'
import { systemOperation, systemOperations } from '../isa/tables/system-operations.ts'
import { genericName, systemRegister, systemRegisterEncoding } from '../isa/tables/system-registers.ts'
import { type NameOperand, type Operand, type OperandForm, type OperandReader, registerSet } from '../operand.ts'

const OPERATION = /^(at|ic|tlbi|tlbip|plbi|mlbi|gic)_op$/

/** What DSB and DMB limit, by CRm (DDI 0487, C6.2 "DMB"); a number where LLVM has no name. */
const BARRIERS = [
  '',
  'oshld',
  'oshst',
  'osh',
  '',
  'nshld',
  'nshst',
  'nsh',
  '',
  'ishld',
  'ishst',
  'ish',
  '',
  'ld',
  'st',
  'sy',
] as const

const CONTROL: readonly NameOperand[] = Array.from({ length: 16 }, (_, n) => ({ kind: 'name', name: `c${n}` }))

/**
 * Operands of system instructions:
 *
 * | token | meaning |
 * |---|---|
 * | `sysreg_read`, `sysreg_write` | the register that o0 (op0 without its 1), op1, CRn, CRm and op2 name |
 * | `tlbi_op` and so on | the operation that op1, CRn, CRm and op2 name |
 * | `Cn`, `Cm` | `c7`: CRn, CRm as SYS writes them |
 * | `barrier` | CRm of DSB and DMB |
 * | `isb_limit` | CRm of ISB, of which only SY has a name |
 * | `nb` | not bounded: the field of TENTER, TEXIT and TCHANGE |
 */
export function systemNotation(encoding: Encoding, token: string): OperandForm | undefined {
  if (token === 'nb') {
    const field = findField(encoding, 'nb')
    return field && { read: (word) => named(((word >>> field.lsb) & 1) === 1 ? 'nb' : '', 0) }
  }
  return registerName(encoding, token) ?? operationName(token) ?? fixedName(token)
}

function registerName(encoding: Encoding, token: string): OperandForm | undefined {
  if (token === 'sysreg_read' || token === 'sysreg_write') {
    if (!findField(encoding, 'o0')) return undefined
    const writing = token === 'sysreg_write'
    return {
      bits: 0x7fff << 5,
      read: (word) => {
        const register = 0x8000 | ((word >>> 5) & 0x7fff)
        const name = systemRegister(register, writing)?.name ?? genericName(register)
        return { kind: 'system-register', name, encoding: register }
      },
      write: (o) => {
        const register =
          o.kind === 'system-register' ? o.encoding : o.kind === 'name' ? systemRegisterEncoding(o.name, writing) : -1
        return register >>> 15 === 1 ? (register & 0x7fff) << 5 : -1
      },
    }
  }
  return undefined
}

function operationName(token: string): OperandForm | undefined {
  const operation = OPERATION.exec(token)
  if (operation) {
    const instruction = operation[1] as string
    return {
      bits: 0x3fff << 5,
      read: (word) => {
        const found = systemOperation(instruction, (word >>> 5) & 0x3fff)
        return { kind: 'name', name: found?.name ?? '' }
      },
      write: (o) => {
        if (o.kind !== 'name') return -1
        const name = o.name.toLowerCase()
        const found = systemOperations().find((each) => each.instruction === instruction && each.name === name)
        return found ? found.encoding << 5 : -1
      },
    }
  }
  return undefined
}

const CRN = 15 << 12
const CRM = 15 << 8

function fixedName(token: string): OperandForm | undefined {
  if (token === 'Cn') return { bits: CRN, read: (word) => CONTROL[(word >>> 12) & 15] as NameOperand }
  if (token === 'Cm') return { bits: CRM, read: (word) => CONTROL[(word >>> 8) & 15] as NameOperand }
  if (token === 'barrier')
    return { bits: CRM, read: (word) => named(BARRIERS[(word >>> 8) & 15] as string, (word >>> 8) & 15) }
  if (token === 'isb_limit')
    return { bits: CRM, read: (word) => named(((word >>> 8) & 15) === 15 ? 'sy' : '', (word >>> 8) & 15) }
  return undefined
}

function named(name: string, value: number): Operand {
  return name === '' ? { kind: 'immediate', value, radix: 10 } : { kind: 'name', name }
}

/** `Xt|1`: the second of a pair whose first register is even, or XZR beside XZR (SYSP, TLBIP). */
export function secondOfPairNotation(encoding: Encoding, token: string): OperandReader | undefined {
  const field = token === 'Xt|1' ? findField(encoding, 'Rt') : undefined
  if (!field) return undefined
  const set = registerSet('X')
  const { lsb } = field
  return (word) => set[((word >>> lsb) & 31) | 1] as (typeof set)[number]
}
