import { bits } from '../../bits.ts'
import {
  decodeInto,
  type Encoding,
  Instruction,
  type MemoryOperand,
  type Operand,
  operands,
  UNALLOCATED,
} from '../../decode/index.ts'
import type { Vcpu } from '../../mmio/index.ts'
import { Reg } from '../../mmio/index.ts'

/** What the hardware of a hypervisor has at a stage-2 data abort: ESR_EL2, FAR_EL2, HPFAR_EL2. */
export interface Abort {
  readonly esr: bigint
  readonly far: bigint
  readonly hpfar: bigint
}

/** The demonstration's guest ran into something that its CPU does not have. */
class DemoCpuError extends Error {
  override readonly name = 'DemoCpuError'
}

/** Finds the guest-physical address of a virtual one, or -1. */
export type Translate = (va: bigint, execute: boolean) => number

/** What one step came to. */
export type Step = 'executed' | 'halted' | Abort

const EC_DATA_ABORT_LOWER = 0x24n << 26n
const IL = 1n << 25n
const ISV = 1n << 24n
/** Translation fault, level 3: what a page that stage 2 does not map reports. */
const DFSC_TRANSLATION_L3 = 7n

/**
 * Just enough of an A64 CPU to run the built-in guest between its faults: MOVZ, CBNZ, HLT, and the address of each
 * load or store, which is always outside RAM and so always a data abort, with the syndrome that hardware gives.
 */
export class DemoCpu {
  readonly #vcpu: Vcpu
  readonly #translate: Translate
  readonly #fetch: (pa: number) => number
  readonly #insn = new Instruction()

  constructor(vcpu: Vcpu, translate: Translate, fetch: (pa: number) => number) {
    this.#vcpu = vcpu
    this.#translate = translate
    this.#fetch = fetch
  }

  /** Executes one instruction, or stops in front of one that aborts. */
  step(): Step {
    const { regs } = this.#vcpu
    const pc = regs.get(Reg.PC)
    const pa = this.#translate(pc, true)
    if (pa < 0) throw new DemoCpuError(`no instruction at 0x${pc.toString(16)}`)
    const insn = this.#insn
    if (decodeInto(this.#fetch(pa), insn) === UNALLOCATED)
      throw new DemoCpuError(`undefined word at 0x${pc.toString(16)}`)
    const { encoding, word } = insn
    if (encoding.access) return this.#abort(encoding, word)
    switch (encoding.id) {
      case 'MOVZ_32_movewide':
        regs.set(bits(word, 0, 5), BigInt(bits(word, 5, 16) * 2 ** (16 * bits(word, 21, 2))))
        break
      case 'CBNZ_32_compbranch': {
        const label = operands(insn).find((o) => o.kind === 'label')
        if (label && regs.lo(bits(word, 0, 5)) !== 0) {
          regs.set(Reg.PC, pc + BigInt(label.offset))
          return 'executed'
        }
        break
      }
      case 'HLT_EX_exception':
        return 'halted'
      default:
        throw new DemoCpuError(`the demonstration's CPU has no ${encoding.mnemonic} (at 0x${pc.toString(16)})`)
    }
    regs.set(Reg.PC, pc + 4n)
    return 'executed'
  }

  #abort(encoding: Encoding, word: number): Abort {
    const { regs } = this.#vcpu
    const list = operands(this.#insn)
    const memory = list.find((o): o is MemoryOperand => o.kind === 'memory')
    if (!memory || memory.index) throw new DemoCpuError(`the demonstration's CPU has no such address: ${encoding.id}`)
    const base = regs.get(memory.base.sp ? Reg.SP_EL1 : memory.base.number)
    const va = BigInt.asUintN(64, base + (memory.mode === 'post' ? 0n : BigInt(memory.offset)))
    const ipa = this.#translate(va, false)
    if (ipa < 0) throw new DemoCpuError(`no page at 0x${va.toString(16)}`)
    return { esr: syndrome(encoding, word, list[0], memory), far: va, hpfar: BigInt(Math.floor(ipa / 4096)) << 4n }
  }
}

/** ESR_EL2 as hardware makes it: a syndrome for plain LDR and STR, none for the rest (DDI 0487, ISS for a Data Abort). */
function syndrome(encoding: Encoding, word: number, first: Operand | undefined, memory: MemoryOperand): bigint {
  const access = encoding.access
  let esr = EC_DATA_ABORT_LOWER | IL | DFSC_TRANSLATION_L3
  if (!access) return esr
  if (access.store) esr |= 1n << 6n
  const plain = access.form === 'register' && access.bank === 'X' && memory.mode === 'offset'
  if (!plain || first?.kind !== 'register') return esr
  esr |= ISV | (BigInt(Math.log2(access.size)) << 22n) | (BigInt(bits(word, 0, 5)) << 16n)
  if (access.signed !== 0) esr |= 1n << 21n
  if (first.class === 'X') esr |= 1n << 15n
  return esr
}
