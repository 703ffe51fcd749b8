/**
 * What a guest can write instead, so that hardware gives a syndrome: loads and stores of one general-purpose register
 * without write-back, and the rest of the work around them.
 *
 * @module
 */

import { AsmError, assemble, decode, format, type MemoryOperand, operands } from '../../decode/index.ts'
import { BASE_PC, type Plan, PlanStatus, Reg, Writeback } from '../../mmio/index.ts'
import { hasSyndrome } from './cause.ts'

/** An instruction that was assembled, and its text as it decodes. */
export interface SafeInstruction {
  readonly word: number
  readonly text: string
}

/** What to write instead, and what to know of it. */
export interface SafeForm {
  readonly advice: string
  readonly instructions: readonly SafeInstruction[]
}

const DATA = 'a scratch register stands for any that is free'
const LOCK = 'nothing that has a syndrome is atomic: take a lock in Normal memory around'
/** Elements that an unsigned offset reaches. */
const REACH = 4096
const NONE: readonly SafeInstruction[] = []

/** The safe form of a word, and why it is none where it is none. */
export function safeForm(plan: Plan): SafeForm {
  if (plan.status === PlanStatus.UNALLOCATED || plan.status === PlanStatus.NOT_MEMORY) {
    return { advice: 'nothing: the word accesses no memory', instructions: NONE }
  }
  if (plan.status === PlanStatus.NO_ACCESS)
    return { advice: 'leave it out: a device is not cached', instructions: NONE }
  if (plan.guarded) return { advice: 'nothing: a Guarded Control Stack belongs into RAM', instructions: NONE }
  if (hasSyndrome(plan) && plan.base !== BASE_PC) {
    return { advice: 'it is the safe form already: hardware gives it a syndrome', instructions: NONE }
  }
  if (plan.copySet) return { advice: 'a loop of LDR and STR, of the width that the device takes', instructions: NONE }
  if (plan.scalable || plan.status === PlanStatus.REFUSED) {
    return { advice: 'LDR and STR of W or X registers, one for each element', instructions: NONE }
  }
  return new Writer(plan).form()
}

/** Operand of a data-processing instruction for an atomic. */
const OPERATIONS: Readonly<Record<string, string>> = { add: 'add', clr: 'bic', eor: 'eor', set: 'orr' }

/** Writes the lines for one word. */
class Writer {
  readonly #plan: Plan
  readonly #memory: MemoryOperand | undefined
  /** Two registers that the word does not name. */
  readonly #scratch: readonly [number, number]
  readonly #lines: string[] = []
  /** The base and the constant offset from it that the elements count from. */
  #base: string
  #offset = 0

  constructor(plan: Plan) {
    this.#plan = plan
    const insn = decode(plan.word)
    this.#memory = insn && operands(insn).find((o): o is MemoryOperand => o.kind === 'memory')
    const named = new Set([...plan.slots.subarray(0, plan.count), ...plan.sources, plan.base, plan.index, plan.result])
    this.#scratch = [16, 17, 15, 14, 13, 12, 11, 10, 9].filter((r) => !named.has(r)).slice(0, 2) as [number, number]
    this.#base = plan.base < 0 ? 'sp' : `x${plan.base === Reg.XZR ? 'zr' : plan.base}`
  }

  form(): SafeForm {
    const plan = this.#plan
    switch (plan.form) {
      case 'exclusive':
      case 'exclusive-pair':
        return this.#end(
          'an exclusive on a device is not sure to be one: take a lock in Normal memory, and use LDR and STR',
        )
      case 'atomic':
        return this.#atomic()
      case 'atomic-pair':
      case 'compare':
      case 'compare-pair':
        return this.#end(`${LOCK} LDR, the comparison or exchange, and STR`)
      case 'block64':
        return this.#end('no other instruction makes one access of 64 bytes: a device that wants it needs it')
      case 'tag':
      case 'tag-zero':
        return this.#end('leave the tags out: a device has none')
      case 'zero':
        return this.#zero()
      default:
        return this.#elements()
    }
  }

  /** Loads and stores without atomicity: of one register, a pair, SIMD&FP, structures. */
  #elements(): SafeForm {
    const plan = this.#plan
    this.#address()
    if (this.#loadsItsBase()) {
      const [, second] = this.#scratch
      this.#lines.push(`mov x${second}, ${this.#base}`)
      this.#base = `x${second}`
    }
    const index = this.#index()
    if (plan.vector) this.#vectors(index)
    else {
      for (let e = 0; e < plan.count; e++)
        this.#general(`${this.#gpr(plan.slots[e] as number)}`, plan.size, e * plan.size, index)
    }
    this.#writeBack()
    const scratch = this.#lines.some((line) =>
      new RegExp(`\\b[wx]${this.#scratch[0]}\\b|\\b[wx]${this.#scratch[1]}\\b`).test(line),
    )
    const notes = [
      'one general-purpose register at a time, without write-back',
      plan.order === 'plain' ? '' : 'its ordering is in each access',
      plan.size > 8 ? 'the device sees 8 bytes at a time' : '',
      scratch ? DATA : '',
    ]
    return this.#end(notes.filter((note) => note !== '').join('; '))
  }

  /** Where a literal lies, or a signed base, or an offset out of the reach of each access. */
  #address(): void {
    const plan = this.#plan
    const [, second] = this.#scratch
    if (plan.base === BASE_PC) {
      this.#lines.push(`adr x${second}, #${plan.offset}`)
      this.#base = `x${second}`
      return
    }
    if (plan.key !== '') {
      this.#lines.push(`mov x${second}, ${this.#base}`, `aut${plan.key === 'DA' ? 'dza' : 'dzb'} x${second}`)
      this.#base = `x${second}`
      if (plan.offset !== 0) this.#lines.push(...addition(this.#base, this.#base, plan.offset))
      return
    }
    if (plan.writeback !== Writeback.POST && plan.index < 0) this.#offset = plan.offset
    const last = this.#offset + plan.count * plan.size
    // Ordered and unprivileged accesses reach 255 bytes.
    const near = plan.order !== 'plain' || plan.unprivileged
    if (this.#offset >= -256 && last <= (near ? 256 : REACH * Math.min(plan.size, 8))) return
    this.#lines.push(...addition(`x${second}`, this.#base, this.#offset))
    this.#base = `x${second}`
    this.#offset = 0
  }

  /** A load whose destination is its base, with more to load after it. */
  #loadsItsBase(): boolean {
    const { load, vector, count, slots, base } = this.#plan
    return load && !vector && this.#base === `x${base}` && slots.subarray(0, count - 1).includes(base)
  }

  /** The index as it is written, where one element has it: more elements need the sum. */
  #index(): string {
    const plan = this.#plan
    const memory = this.#memory
    if (plan.index < 0 || !memory || plan.writeback === Writeback.POST) return ''
    const narrow = memory.extend !== 'lsl' && memory.extend !== 'sxtx'
    const name = `${narrow ? 'w' : 'x'}${plan.index === Reg.XZR ? 'zr' : plan.index}`
    const shift = plan.shift > 0 || memory.extend !== 'lsl' ? `, ${memory.extend} #${plan.shift}` : ''
    if (plan.size <= 8) return `${name}${shift}`
    const [, second] = this.#scratch
    const extend = memory.extend === 'lsl' && this.#base === 'sp' ? 'uxtx' : memory.extend
    this.#lines.push(`add x${second}, ${this.#base}, ${name}, ${extend} #${plan.shift}`)
    this.#base = `x${second}`
    return ''
  }

  #gpr(slot: number): string {
    const wide = this.#plan.sixtyFour || this.#plan.size === 8
    return `${wide ? 'x' : 'w'}${slot === Reg.XZR ? 'zr' : slot}`
  }

  /** One access of `register` at `offset` from the first element. */
  #general(register: string, size: number, offset: number, index = ''): void {
    const at = this.#offset + offset
    const place = index !== '' ? `${this.#base}, ${index}` : at === 0 ? this.#base : `${this.#base}, #${at}`
    this.#lines.push(`${this.#mnemonic(size, at)} ${register}, [${place}]`)
  }

  #mnemonic(size: number, at: number): string {
    const { load, signed, order, unprivileged, vector } = this.#plan
    const suffix = size === 1 ? 'b' : size === 2 ? 'h' : ''
    const extended = load && signed > 0 && !vector ? `s${size === 4 ? 'w' : suffix}` : suffix
    const ordered = order !== 'plain'
    if (unprivileged) return `${load ? 'ldtr' : 'sttr'}${extended}`
    if (!ordered) return `${load ? 'ldr' : 'str'}${extended}`
    if (order === 'acquire-pc' || at !== 0) return `${load ? 'ldapur' : 'stlur'}${extended}`
    return `${load ? 'ldar' : 'stlr'}${extended}`
  }

  /** SIMD&FP registers by way of a general-purpose one. */
  #vectors(index: string): void {
    const plan = this.#plan
    const pieces = this.#pieces()
    // Elements are put in one by one: what they do not fill becomes zero.
    if (plan.load && plan.form === 'multiple' && plan.fill === 8 && !pieces[0]?.whole) {
      for (const v of new Set(pieces.map((p) => p.v))) this.#lines.push(`movi v${v}.2d, #0`)
    }
    for (const { v, lane, size, offset, whole } of pieces) {
      const r = `${size === 8 ? 'x' : 'w'}${this.#scratch[0]}`
      const letter = { 1: 'b', 2: 'h', 4: 's', 8: 'd' }[size] as string
      if (!plan.load) {
        this.#lines.push(lane === 0 && size >= 4 ? `fmov ${r}, ${letter}${v}` : `umov ${r}, v${v}.${letter}[${lane}]`)
        this.#general(r, size, offset, index)
        continue
      }
      this.#general(r, size, offset, index)
      if (plan.replicate > size) this.#lines.push(`dup v${v}.${plan.replicate / size}${letter}, ${r}`)
      else if (whole) this.#lines.push(`fmov ${size === 8 ? 'd' : 's'}${v}, ${r}`)
      else this.#lines.push(`mov v${v}.${letter}[${lane}], ${r}`)
    }
  }

  /** Elements of at most eight bytes; those of LD1 and ST1 that follow one another in a register are taken together. */
  #pieces(): { v: number; lane: number; size: number; offset: number; whole: boolean }[] {
    const plan = this.#plan
    const together = plan.form === 'multiple' && new Set(plan.slots.subarray(0, plan.fill / plan.size)).size === 1
    const bytes = plan.count * plan.size
    const size = together || plan.size > 8 ? 8 : plan.size
    const scalar = plan.form === 'register' || plan.form === 'pair' || together || plan.replicate === size
    return Array.from({ length: bytes / size }, (_, k) => {
      const offset = k * size
      const e = Math.floor(offset / plan.size)
      const at = (plan.lanes[e] as number) + (offset % plan.size)
      const lane = at / size
      return { v: ((plan.slots[e] as number) - Reg.V0) >> 1, lane, size, offset, whole: scalar && lane === 0 }
    })
  }

  #writeBack(): void {
    const plan = this.#plan
    if (plan.writeback === Writeback.NONE) return
    const base = plan.base < 0 ? 'sp' : `x${plan.base}`
    if (plan.key !== '') this.#lines.push(`mov ${base}, ${this.#base}`)
    else if (plan.index >= 0) this.#lines.push(`add ${base}, ${base}, x${plan.index}`)
    else this.#lines.push(...addition(base, base, plan.offset))
  }

  /** An atomic under a lock. */
  #atomic(): SafeForm {
    const plan = this.#plan
    const [first, second] = this.#scratch
    const operation = OPERATIONS[plan.operation]
    if (plan.vector || plan.unprivileged || plan.rcw !== '' || (operation === undefined && plan.operation !== 'swp')) {
      return this.#end(`${LOCK} LDR, the operation, and STR`)
    }
    const wide = plan.size === 8 ? 'x' : 'w'
    const suffix = plan.size === 1 ? 'b' : plan.size === 2 ? 'h' : ''
    const operand = plan.sources[0] === Reg.XZR ? `${wide}zr` : `${wide}${plan.sources[0] as number}`
    const target = plan.slots[0] as number
    this.#lines.push(`ldr${suffix} ${wide}${first}, [${this.#base}]`)
    if (operation === undefined) this.#lines.push(`str${suffix} ${operand}, [${this.#base}]`)
    else {
      this.#lines.push(`${operation} ${wide}${second}, ${wide}${first}, ${operand}`)
      this.#lines.push(`str${suffix} ${wide}${second}, [${this.#base}]`)
    }
    if (target !== Reg.XZR) this.#lines.push(`mov ${wide}${target}, ${wide}${first}`)
    const order = plan.order === 'plain' ? '' : '; the lock has the ordering'
    return this.#end(`${LOCK} these, whose read and write are two${order}; ${DATA}`)
  }

  #zero(): SafeForm {
    const [, second] = this.#scratch
    this.#lines.push(`and x${second}, ${this.#base}, #0xffffffffffffffc0`)
    for (let at = 0; at < 64; at += 8) this.#lines.push(`str xzr, [x${second}${at === 0 ? '' : `, #${at}`}]`)
    return this.#end(`stores of zero, for blocks of 64 bytes; ${DATA}`)
  }

  /** Assembles the lines, and reads back what came of them. Lines that do not assemble are no advice. */
  #end(advice: string): SafeForm {
    try {
      const words = this.#lines.map((line) => assemble(line))
      return { advice, instructions: words.map((word) => ({ word, text: textOf(word) })) }
    } catch (error) {
      if (!(error instanceof AsmError)) throw error
      return { advice, instructions: NONE }
    }
  }
}

/** An immediate is of 12 bits, or of 12 bits shifted by 12. */
function addition(to: string, from: string, n: number): string[] {
  const name = n < 0 ? 'sub' : 'add'
  const [high, low] = [Math.abs(n) >> 12, Math.abs(n) & 0xfff]
  if (high === 0) return [`${name} ${to}, ${from}, #${low}`]
  return [`${name} ${to}, ${from}, #${high}, lsl #12`, ...(low === 0 ? [] : [`${name} ${to}, ${to}, #${low}`])]
}

function textOf(word: number): string {
  const insn = decode(word)
  return insn ? format(insn) : ''
}
