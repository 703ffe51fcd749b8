import { hex } from '../../bits.ts'
import { InProcessVcpu } from '../../host/index.ts'
import {
  buildPlan,
  DFSC_ALIGNMENT,
  dataAbortSyndrome,
  EffectiveAddress,
  Plan,
  PlanStatus,
  Reg,
  RegisterAccess,
  ScalableElements,
  type ScalablePlan,
  stageTwoSyndrome,
  unalignedAccessFaults,
  VectorFile,
  VectorReg,
  type VectorRegisters,
} from '../../mmio/index.ts'
import { emitOutcomes } from './emit.ts'
import { type CaseLine, ConformInputError, hasLse2 } from './input.ts'
import { Report } from './report.ts'

type Fields = Readonly<Record<string, unknown>>

/** EL1h. */
const PSTATE = 0x3c5n
/** SCTLR_EL1 of the file's machine: stage 1 off. Memory is Normal (HCR_EL2.DC). */
const SCTLR = 0x30d0_0800n
/** Stage 2 maps 1 GiB to 2 GiB, and nothing else. */
const RAM = [1n << 30n, 1n << 31n] as const
/** Bits of an IPA that stage 2 translates, from level 1 on; a Translation fault above is one of level 0. */
const IPA_BITS = 39n
const TRANSLATION_LEVEL_0 = 0x04
const TRANSLATION_LEVEL_1 = 0x05
/** Of an address above 2^52, by stage 1. */
const ADDRESS_SIZE_LEVEL_0 = 0x00

/** What a word ends in, by the names of the file. */
interface AbortOutcome extends Fields {
  readonly end: string
}

/**
 * Holds plan and address of every word against the abort that QEMU raised: exception class, WnR, status, FAR, HPFAR and
 * the instruction syndrome. UNDEFINED words are not graded. WnR of an Alignment fault of an atomic neither: QEMU has
 * 1 for most, the pseudocode 0.
 *
 * @returns the exit status.
 */
export async function conformAbort(cases: AsyncIterable<CaseLine>, report: Report = new Report()): Promise<number> {
  const classes = new Map<string, [number, number]>()
  const player = new AbortPlayer()
  for await (const line of cases) {
    if ('header' in line.value) {
      player.lse2 = hasLse2(line.value.header)
      continue
    }
    const { out, cls, code } = line.value
    if (typeof out !== 'object' || out === null) {
      throw new ConformInputError(line.file, line.line, 'has no outcome; use --emit')
    }
    const want = out as Fields
    if (want.ec === 0) continue
    const got = player.run(line)
    // QEMU looks at the monitor, which is never set here, before the alignment of a store-exclusive.
    if (cls === 'excl' && want.end === 'ok' && got.esr === '0x96000061') continue
    const field = differingField(want, got)
    if (field !== '') {
      report.mismatch(`${line.line} ${String(cls)} ${String(code)}`, field, String(want[field]), String(got[field]))
    }
    report.count(field === '')
    const sums = classes.get(String(cls)) ?? [0, 0]
    sums[field === '' ? 0 : 1] += 1
    classes.set(String(cls), sums)
  }
  return report.end(classes)
}

/** Prints each case's outcome as nisv has it, in order. */
export function emitAbort(cases: AsyncIterable<CaseLine>): Promise<number> {
  const player = new AbortPlayer()
  return emitOutcomes(
    cases,
    (line) => player.run(line),
    (header) => {
      player.lse2 = hasLse2(header)
    },
  )
}

function differingField(want: Fields, got: Fields): string {
  for (const field of new Set([...Object.keys(want), ...Object.keys(got)])) {
    if (want[field] === got[field]) continue
    const both = Number(want.esr) ^ Number(got.esr)
    if (field === 'esr' && both === 0x40 && (Number(want.esr) & 0x3f) === DFSC_ALIGNMENT) continue
    return field
  }
  return ''
}

/** All lanes are active, all vectors zero. */
const VECTORS: VectorRegisters = {
  file: new VectorFile(),
  length: 32,
  pull: (reg) => {
    if (reg >= VectorReg.P0 && reg < VectorReg.FFR) VECTORS.file.view(reg).fill(0xff)
  },
  push: () => {},
}

/** Words of a file on one vCPU: plan, address, and which of the checks before the access stops them. */
class AbortPlayer {
  /** FEAT_LSE2 of the file's CPU. */
  lse2 = true
  readonly #vcpu: InProcessVcpu = new InProcessVcpu()
  readonly #plan: Plan = new Plan()
  readonly #address: EffectiveAddress = new EffectiveAddress()
  readonly #registers: RegisterAccess = new RegisterAccess()
  readonly #elements: ScalableElements = new ScalableElements()

  run(line: CaseLine): AbortOutcome {
    const { code, x } = line.value
    if (typeof code !== 'string') throw new ConformInputError(line.file, line.line, 'has no code')
    const { regs } = this.#vcpu
    regs.x.fill(0n)
    regs.set(Reg.PSTATE, PSTATE)
    regs.set(Reg.SCTLR_EL1, SCTLR)
    for (const [r, v] of Object.entries((x ?? {}) as Fields)) {
      regs.set(r === '31' ? Reg.SP_EL1 : Number(r), BigInt(String(v)))
    }
    const plan = this.#plan
    buildPlan(Number.parseInt(code, 16), plan)
    if (plan.status === PlanStatus.REFUSED) return { end: plan.refusal }
    if (plan.status === PlanStatus.UNALLOCATED) return undefinedWord()
    if (plan.status !== PlanStatus.ACCESS) return { end: 'ok' }
    this.#registers.begin(this.#vcpu)
    if (plan.scalable) return this.#scalable(plan, plan.scalable)
    this.#address.compute(plan, this.#registers)
    const { hi, lo } = this.#address
    const address = (BigInt(hi) << 32n) | BigInt(lo)
    if (unalignedAccessFaults(plan, lo, this.lse2, this.#registers)) return el1(plan, DFSC_ALIGNMENT, address)
    // The monitor is never set here.
    if (plan.result >= 0 && plan.form !== 'block64') return { end: 'ok' }
    if (address >> 52n !== 0n) return el1(plan, ADDRESS_SIZE_LEVEL_0, address)
    if (address >= RAM[0] && address < RAM[1]) return { end: 'ok' }
    return el2(plan, address)
  }

  /** Active elements in order: the first that faults, unless the load may not fault there. */
  #scalable(plan: Plan, scalable: ScalablePlan): AbortOutcome {
    const elements = this.#elements
    elements.list(scalable, this.#registers, VECTORS)
    if (scalable.form === 'non-fault') return { end: 'ok' }
    const first = scalable.form === 'first-fault' || scalable.form === 'first-fault-gather'
    for (let i = 0; i < (first ? Math.min(elements.count, 1) : elements.count); i++) {
      const address = (BigInt(elements.hi[i] as number) << 32n) | BigInt(elements.lo[i] as number)
      if (address >> 52n !== 0n) return el1(plan, ADDRESS_SIZE_LEVEL_0, address)
      for (const at of [address, address + BigInt(elements.size) - 1n]) {
        if (at < RAM[0] || at >= RAM[1]) return el2(plan, at === address ? at : at - (at % 4096n))
      }
    }
    return { end: 'ok' }
  }
}

function undefinedWord(): AbortOutcome {
  return { end: 'EL1', ec: 0, esr: '0x2000000', far: '0x0' }
}

function el1(plan: Plan, status: number, far: bigint): AbortOutcome {
  const esr = dataAbortSyndrome(false, plan.store && !plan.load, status)
  return { end: 'EL1', ec: esr >>> 26, esr: hex(esr), far: hex(far) }
}

function el2(plan: Plan, far: bigint): AbortOutcome {
  const esr = stageTwoSyndrome(plan, far >> IPA_BITS === 0n ? TRANSLATION_LEVEL_1 : TRANSLATION_LEVEL_0)
  const isv = (esr >>> 24) & 1
  const all = { end: 'EL2', ec: esr >>> 26, esr: hex(esr), far: hex(far), hpfar: hex((far >> 12n) << 4n) }
  const some = { ...all, fsc: esr & 0x3f, isv, wnr: (esr >>> 6) & 1 }
  if (isv === 0) return some
  const sas = (esr >>> 22) & 3
  const sse = (esr >>> 21) & 1
  return { ...some, sas, sse, srt: (esr >>> 16) & 31, sf: (esr >>> 15) & 1, ar: (esr >>> 14) & 1 }
}
