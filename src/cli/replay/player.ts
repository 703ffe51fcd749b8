import { RecordedTpm, TpmCrb } from '../../crb/index.ts'
import { InProcessVcpu } from '../../host/index.ts'
import {
  AddressSpace,
  DataAbortHandler,
  type JournalEntry,
  type Outcome,
  Reg,
  type RegisterFile,
} from '../../mmio/index.ts'
import { Access, accessOf, FaultKind, RegimeRegister, Translation, TranslationRegime, walk } from '../../tlb/index.ts'
import { type ByteAccess, compareAccesses, compareRegisters, type Mismatch, recordedBytes } from './compare.ts'
import { memoryAround, RecordedMemory } from './memory.ts'
import type { RecordedAnswer, RecordedFault } from './recording.ts'
import { StageClock, type StageTimes } from './stages.ts'

/** Bytes of the CRB's window: registers and data buffer. */
export const WINDOW = 0x1000

/** What the replay of one fault came to. */
export interface FaultResult {
  readonly fault: RecordedFault
  readonly outcome: { readonly kind: Outcome['kind']; readonly reason: Outcome['reason']; readonly text: string }
  readonly accesses: readonly ByteAccess[]
  /** The accesses as the instruction made them, of RAM too. */
  readonly journal: readonly JournalEntry[]
  /** Pages translated on the way: virtual and guest-physical address. */
  readonly pages: readonly { readonly va: bigint; readonly pa: number }[]
  readonly mismatches: readonly Mismatch[]
  readonly times: StageTimes
}

/** Plays recorded faults against a live CRB whose TPM answers from the recording. */
export class Player {
  readonly crb: TpmCrb
  readonly tpm: RecordedTpm
  readonly #memory = new RecordedMemory()
  readonly #vcpu = new InProcessVcpu()
  readonly #space: AddressSpace
  readonly #handler: DataAbortHandler
  readonly #regime = new TranslationRegime()
  readonly #page = new Translation()
  #accesses: ByteAccess[] = []
  #pages: { va: bigint; pa: number }[] = []
  readonly #clock = new StageClock()
  #errorsSeen = 0

  /**
   * @param base - guest-physical address of the CRB in the recording.
   * @param answers - the recording's TPM answers, in order.
   */
  constructor(base: number, answers: readonly RecordedAnswer[]) {
    this.tpm = new RecordedTpm(answers.map(({ request, response }) => ({ req: request, rsp: response })))
    this.crb = new TpmCrb({ tpm: this.tpm, base })
    this.#space = this.crb.attach(new AddressSpace())
    for (const { region, base: at } of memoryAround(this.#memory, base, WINDOW)) this.#space.add(region, at)
    this.#handler = new DataAbortHandler({
      space: this.#space,
      trace: {
        planned: () => this.#clock.end('fetch'),
        translated: (hi, lo, pa) => {
          this.#clock.end('translate')
          this.#pages.push({ va: (BigInt(hi) << 32n) | BigInt(lo), pa })
        },
        accessed: (write, pa, size, data, at) => {
          this.#clock.end('dispatch')
          for (let i = 0; i < size; i++) {
            const offset = pa - base + i
            // Recordings have the device's part of an access that straddles RAM and device.
            if (offset < 0 || offset >= WINDOW) continue
            this.#accesses.push({ kind: write ? 'w' : 'r', offset, value: data[at + i] as number })
          }
        },
        finished: () => this.#clock.end('retire'),
      },
    })
  }

  /** Replays one fault and compares everything. */
  play(fault: RecordedFault): FaultResult {
    const { regs } = this.#vcpu
    this.#accesses = []
    this.#pages = []
    loadRegisters(fault, regs)
    this.#memory.load(fault.memory)
    this.#placeCode(fault)
    this.#clock.start()
    const outcome = this.#handler.handle(this.#vcpu, fault)
    const { kind, reason } = outcome
    const mismatches: Mismatch[] =
      kind === 'retired' ? [] : [{ what: 'outcome', expected: 'retired', got: outcome.describe() }]
    mismatches.push(...compareAccesses(recordedBytes(fault.accesses), this.#accesses), ...compareRegisters(fault, regs))
    return {
      fault,
      outcome: { kind, reason, text: outcome.describe() },
      accesses: this.#accesses,
      journal: [...outcome.journal],
      pages: this.#pages,
      mismatches,
      times: this.#clock.times(),
    }
  }

  /** The TPM's answer arrives. */
  answer(answer: RecordedAnswer): Mismatch[] {
    this.tpm.release()
    // The wrong request was noticed at its START, long before its answer.
    const fresh = this.tpm.errors.slice(this.#errorsSeen)
    this.#errorsSeen += fresh.length
    return fresh.map((error) => ({
      what: `TPM exchange at line ${answer.line}`,
      expected: 'the recorded request',
      got: error.message,
    }))
  }

  /** The recording has the instruction without its address: the guest's own tables tell where it is. */
  #placeCode(fault: RecordedFault): void {
    const { regs } = this.#vcpu
    const sources = [
      [RegimeRegister.SCTLR_EL1, Reg.SCTLR_EL1],
      [RegimeRegister.TCR_EL1, Reg.TCR_EL1],
      [RegimeRegister.TTBR0_EL1, Reg.TTBR0_EL1],
      [RegimeRegister.TTBR1_EL1, Reg.TTBR1_EL1],
      [RegimeRegister.MAIR_EL1, Reg.MAIR_EL1],
    ] as const
    for (const [register, slot] of sources) this.#regime.set(register, regs.hi(slot), regs.lo(slot))
    this.#regime.update()
    const access = accessOf(Access.EXECUTE, regs.lo(Reg.PSTATE))
    const type = walk(this.#regime, this.#space, regs.hi(Reg.PC), regs.lo(Reg.PC), access, this.#page)
    if (type === FaultKind.NONE) this.#memory.placeCode(this.#page.pa, fault.word)
  }
}

function loadRegisters(fault: RecordedFault, regs: RegisterFile): void {
  for (let r = 0; r < 31; r++) regs.set(Reg.X0 + r, fault.x[r] as bigint)
  regs.set(Reg.SP_EL0, fault.spEl0)
  regs.set(Reg.SP_EL1, fault.spEl1)
  regs.set(Reg.PC, fault.pc)
  regs.set(Reg.PSTATE, fault.pstate)
  regs.set(Reg.SCTLR_EL1, fault.sys.sctlr_el1)
  regs.set(Reg.TCR_EL1, fault.sys.tcr_el1)
  regs.set(Reg.TTBR0_EL1, fault.sys.ttbr0_el1)
  regs.set(Reg.TTBR1_EL1, fault.sys.ttbr1_el1)
  regs.set(Reg.MAIR_EL1, fault.sys.mair_el1)
  regs.set(Reg.VBAR_EL1, fault.sys.vbar_el1)
  for (let v = 0; v < 32; v++) {
    const at = (Reg.V0 + 2 * v) * 8
    regs.bytes.fill(0, at, at + 16)
    const bytes = fault.v.get(v)
    if (bytes) regs.bytes.set(bytes, at)
  }
}

/**
 * The guest-physical base of the device window: the page of a fault's HPFAR less the offset that the recorder saw.
 *
 * @returns -1 when the fault's access begins on another page than the one that aborted.
 */
export function windowBase(fault: RecordedFault): number {
  const first = fault.accesses[0]
  if (!first) return -1
  const ipa = Number((fault.hpfar >> 4n) << 12n) + Number(fault.far & 0xfffn)
  const base = ipa - first.offset
  return base >= 0 && base % WINDOW === 0 ? base : -1
}
