import { hex } from '../../bits.ts'
import { EffectiveAddress, Extend, type Plan, Reg, type ScalablePlan, Writeback } from '../../mmio/index.ts'
import { scalableElements } from './accesses.ts'
import { type AbortFrame, baseSlotOf, blockBytes, isKnown, registersOf, slotName } from './frame.ts'

/** How the address of an access arose, and where FAR lies in it. */
export interface AddressTold {
  /** Its parts, a line each: base, offset or index, what is written back. */
  readonly parts: readonly string[]
  /** Of the first byte; undefined where a register is not given. */
  readonly effective: bigint | undefined
  /** Registers that would have to be given. */
  readonly missing: readonly string[]
  /** Bytes of the whole access. */
  readonly length: number
  /** Bytes from the first byte to FAR, modulo 2^64; undefined where that is not known. */
  readonly faulted: bigint | undefined
}

const EXTENDS = ['LSL', 'UXTW', 'SXTW']
const MASK = (1n << 64n) - 1n

/** The address of a word with one: a scalar base, elements behind one another. */
export function toldAddress(plan: Plan, frame: AbortFrame): AddressTold {
  if (plan.scalable) return scalableAddress(plan, plan.scalable, frame)
  const base = baseSlotOf(plan, frame.pstate)
  const parts = [baseText(plan, frame, base)]
  const missing: string[] = []
  if (!isKnown(frame, base)) missing.push(slotName(base))
  if (plan.index >= 0) {
    parts.push(indexText(plan, frame))
    if (!isKnown(frame, plan.index)) missing.push(slotName(plan.index))
  } else if (plan.offset !== 0) {
    parts.push(`${plan.writeback === Writeback.POST ? 'afterwards ' : ''}${signed(plan.offset)}`)
  }
  const block = blockBytes(plan)
  if (block > 0) parts.push(`any address in an aligned block of ${block} bytes`)
  const length = block > 0 ? block : plan.count * plan.size
  const effective = missing.length === 0 ? compute(plan, frame, block) : undefined
  if (effective !== undefined) parts.push(`first byte at ${hex(effective)}`)
  const faulted = effective === undefined ? undefined : (frame.far - effective) & MASK
  const back = writtenBack(plan, frame, base, missing.length === 0)
  if (back !== '') parts.push(back)
  const guess = guessed(plan, frame, base, missing)
  if (guess !== '') parts.push(guess)
  return { parts, effective, missing, length, faulted }
}

function scalableAddress(plan: Plan, scalable: ScalablePlan, frame: AbortFrame): AddressTold {
  const unknown = { effective: undefined, faulted: undefined, length: 0 }
  if (scalable.vectorBase >= 0 || scalable.vectorIndex >= 0) {
    const which =
      scalable.vectorBase >= 0 ? `addresses in Z${scalable.vectorBase}` : `offsets in Z${scalable.vectorIndex}`
    return { ...unknown, parts: [`each active lane at its own address: ${which}, not given`], missing: [] }
  }
  const base = baseSlotOf(scalable, frame.pstate)
  const slots = [base, ...(scalable.index >= 0 ? [scalable.index] : [])]
  const parts = [baseText(plan, frame, base)]
  if (scalable.index >= 0) parts.push(`+ ${slotName(scalable.index)}, LSL #${scalable.shift}`)
  else if (scalable.offset !== 0)
    parts.push(signed(scalable.offset) + (scalable.mulVl ? ' times what one register transfers' : ''))
  parts.push(`vectors of ${8 * frame.vl} bits; every lane taken as active`)
  const missing = slots.filter((slot) => !isKnown(frame, slot)).map(slotName)
  const elements = scalableElements(plan, frame)
  if (missing.length > 0 || !elements || elements.count === 0) return { ...unknown, parts, missing }
  const at = (e: number): bigint => (BigInt(elements.hi[e] as number) << 32n) | BigInt(elements.lo[e] as number)
  const effective = at(0)
  const length = Number((at(elements.count - 1) - effective) & MASK) + elements.size
  parts.push(`first byte at ${hex(effective)}`)
  return { parts, effective, missing, length, faulted: (frame.far - effective) & MASK }
}

function baseText(plan: Plan, frame: AbortFrame, base: number): string {
  const kind = plan.key === '' ? 'base' : `base, signed with key ${plan.key}`
  if (!isKnown(frame, base)) return `${kind} ${slotName(base)}: not given`
  return `${kind} ${slotName(base)} = ${hex(frame.registers.get(base) ?? 0n)}`
}

function indexText(plan: Plan, frame: AbortFrame): string {
  const after = plan.writeback === Writeback.POST ? 'afterwards ' : ''
  const name = slotName(plan.index)
  const value = plan.index === Reg.XZR ? 0n : frame.registers.get(plan.index)
  const how = `${EXTENDS[plan.extend] as string} #${plan.shift}`
  return `${after}+ ${plan.extend === Extend.LSL ? name : name.replace('X', 'W')}, ${how}${
    value === undefined ? ': not given' : ` = ${hex(value)}`
  }`
}

function signed(n: number): string {
  return n < 0 ? `- ${-n}` : `+ ${n}`
}

function compute(plan: Plan, frame: AbortFrame, block: number): bigint {
  const address = new EffectiveAddress()
  address.compute(plan, registersOf(plan.key === '' ? frame : stripped(plan, frame)))
  const effective = (BigInt(address.hi) << 32n) | BigInt(address.lo)
  return block > 0 ? effective - (effective % BigInt(block)) : effective
}

/** The base without its signature, of a 48-bit address; FAR shows whether that was right. */
function stripped(plan: Plan, frame: AbortFrame): AbortFrame {
  const base = baseSlotOf(plan, frame.pstate)
  const value = frame.registers.get(base) ?? 0n
  const code = 0xffff_0000_0000_0000n
  const plain = (value >> 55n) & 1n ? value | code : value & ~code
  return { ...frame, registers: new Map([...frame.registers, [base, plain]]) }
}

function writtenBack(plan: Plan, frame: AbortFrame, base: number, known: boolean): string {
  if (plan.writeback === Writeback.NONE) return ''
  const when = plan.writeback === Writeback.PRE ? 'pre-index' : 'post-index'
  if (!known) return `${when}: ${slotName(base)} is written back`
  const address = new EffectiveAddress()
  const registers = registersOf(plan.key === '' ? frame : stripped(plan, frame))
  address.compute(plan, registers)
  address.writeBack(plan, registers)
  return `${when}: ${slotName(base)} becomes ${hex(registers.regs.get(base))}`
}

/** Where only the base is missing: what it would be if FAR were the first byte. */
function guessed(plan: Plan, frame: AbortFrame, base: number, missing: readonly string[]): string {
  if (missing.length !== 1 || missing[0] !== slotName(base) || plan.index >= 0 || plan.block !== 0) return ''
  const offset = plan.writeback === Writeback.POST ? 0 : plan.offset
  const value = (frame.far - BigInt(offset)) & MASK
  return `if FAR is the first byte, ${slotName(base)} was ${hex(value)}`
}
