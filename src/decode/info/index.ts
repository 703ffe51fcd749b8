import type { Encoding } from '../encoding.ts'
import { featuresOfWord } from '../features/by-word.ts'
import { preferred } from '../format.ts'
import type { Instruction } from '../instruction.ts'
import { UNALLOCATED } from '../instruction.ts'
import { operands } from '../syntax.ts'
import { controlStackOf } from './control-stack.ts'
import { flagUses } from './flags.ts'
import { flowOf } from './flow.ts'
import { addImplicit } from './implicit.ts'
import { memoryUses } from './memory.ts'
import { addOperands } from './operands.ts'
import { bitRange, RegisterUses } from './registers.ts'
import type { FlagUses, Flow, InstructionInfo } from './types.ts'

/**
 * What an instruction does: registers, memory, flags, flow, features. Derived from its row and its operands, so aliases
 * have what their row has. An unallocated word does nothing but raise an exception.
 *
 * @example
 * ```ts
 * const { registers, flow } = info(decode(0x94000002)!) // bl #8
 * registers.map((r) => [r.file, r.number, r.write]) // [['PC', 0, 'full'], ['X', 30, 'full']]
 * flow // { kind: 'call', target: 8 }
 * ```
 */
export function info(insn: Instruction): InstructionInfo {
  const { encoding, word } = insn
  const ops = insn.verdict === UNALLOCATED ? [] : operands(insn)
  const uses = new RegisterUses()
  addOperands(uses, encoding, ops, word)
  addImplicit(uses, encoding, word)
  const flags = flagUses(encoding, word)
  addFlags(uses, flags)
  const flow: Flow = insn.verdict === UNALLOCATED ? { kind: 'exception', target: undefined } : flowOf(encoding, ops)
  return {
    registers: uses.list(),
    memory: memoryUses(encoding, ops),
    flow,
    flags,
    controlStack: controlStackOf(encoding, flow.kind),
    features: featuresOf(encoding, word),
    group: encoding.group,
  }
}

/** The row's features, and those of the alias that gives a word of HINT or SYS its effect. */
function featuresOf(encoding: Encoding, word: number): readonly string[] {
  const alias = preferred(encoding, word, true)
  const features = featuresOfWord(encoding, word)
  return alias === encoding || alias.features.length === 0 ? features : [...features, ...alias.features]
}

/** NZCV as a register: bits 31:28. */
function addFlags(uses: RegisterUses, { n, z, c, v }: FlagUses): void {
  const all = [v, c, z, n]
  const read = all.flatMap((flag, i) => (flag.read ? [28 + i] : []))
  const written = all.flatMap((flag, i) => (flag.write === 'none' ? [] : [28 + i]))
  const span = (bits: readonly number[]) => {
    const low = bits[0]
    return low === undefined ? undefined : bitRange(low, (bits.at(-1) as number) - low + 1)
  }
  if (read.length + written.length === 0) return
  uses.add(
    'NZCV',
    0,
    span(read),
    written.length === 4 ? 'full' : written.length > 0 ? 'partial' : 'none',
    span(written),
  )
}
