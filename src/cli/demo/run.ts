import { setImmediate } from 'node:timers/promises'
import { type TpmBackend, TpmCrb } from '../../crb/index.ts'
import { decode, format } from '../../decode/index.ts'
import { InProcessVcpu } from '../../host/index.ts'
import { AddressSpace, DataAbortHandler, MemoryRegion, Reg } from '../../mmio/index.ts'
import { Access, FaultKind, RegimeRegister, Translation, TranslationRegime, walk } from '../../tlb/index.ts'
import { paint, table } from '../terminal.ts'
import { type Abort, DemoCpu } from './cpu.ts'
import {
  buildGuest,
  CODE_VA,
  CRB_BASE,
  CRB_VA,
  GET_RANDOM,
  MAIR_EL1,
  RAM_BASE,
  SCTLR_EL1,
  STARTUP,
  TCR_EL1,
  TTBR1_EL1,
} from './guest.ts'

/** Steps after which a guest that never halts is given up: a TPM that never answers. */
const MOST_STEPS = 2_000_000

/** Runs the built-in guest to its HLT and prints each fault. Resolves to whether the TPM gave random bytes. */
export async function runGuest(tpm: TpmBackend): Promise<boolean> {
  const crb = new TpmCrb({ tpm, base: CRB_BASE })
  const space = crb.attach(new AddressSpace())
  space.add(MemoryRegion.ram('ram', buildGuest()), RAM_BASE)
  const vcpu = new InProcessVcpu()
  powerOn(vcpu)
  const cpu = new DemoCpu(vcpu, translator(space), (pa) => fetchWord(space, pa))
  const log: string[] = []
  const handler = new DataAbortHandler({
    space,
    trace: {
      accessed: (write, pa, size) => log.push(`${write ? 'w' : 'r'}${size} 0x${(pa - CRB_BASE).toString(16)}`),
    },
  })
  let faults = 0
  let withoutSyndrome = 0
  let polls = 0
  let micros = 0
  let lastPc = -1n
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const step = cpu.step()
    if (step === 'halted') return report(vcpu, faults, withoutSyndrome, polls, micros)
    if (step === 'executed') continue
    const pc = vcpu.regs.get(Reg.PC)
    const again = pc <= lastPc
    if (again) {
      polls++
      // The TPM answers from its socket: let it.
      await setImmediate()
    }
    lastPc = pc
    log.length = 0
    const start = performance.now()
    const outcome = handler.handle(vcpu, step)
    micros += (performance.now() - start) * 1000
    faults++
    const isv = ((step.esr >> 24n) & 1n) === 1n
    if (!isv) withoutSyndrome++
    if (outcome.kind !== 'retired') {
      process.stdout.write(`  ${paint('red', outcome.describe())}\n`)
      return false
    }
    if (!again) process.stdout.write(`${line(space, step, pc, isv, log)}\n`)
  }
  process.stdout.write(`  ${paint('red', `the TPM did not answer within ${MOST_STEPS} steps`)}\n`)
  return false
}

function powerOn(vcpu: InProcessVcpu): void {
  const { regs } = vcpu
  regs.set(Reg.SCTLR_EL1, SCTLR_EL1)
  regs.set(Reg.TCR_EL1, TCR_EL1)
  regs.set(Reg.TTBR1_EL1, TTBR1_EL1)
  regs.set(Reg.MAIR_EL1, MAIR_EL1)
  regs.set(Reg.PSTATE, 0x3c5n)
  regs.set(Reg.PC, CODE_VA)
  regs.set(Reg.X0, CRB_VA)
  regs.set(Reg.X0 + 10, CRB_VA + 0x80n)
  setCommand(vcpu, 20, STARTUP)
  setCommand(vcpu, 22, GET_RANDOM)
}

/** A command in two registers, for one STP. */
function setCommand(vcpu: InProcessVcpu, register: number, command: string): void {
  const bytes = Buffer.from(command, 'hex')
  vcpu.regs.set(register, bytes.readBigUInt64LE(0))
  vcpu.regs.set(register + 1, bytes.readBigUInt64LE(8))
}

/** What the guest's own MMU does; the handler walks the same tables by itself. */
function translator(space: AddressSpace): (va: bigint, execute: boolean) => number {
  const regime = new TranslationRegime()
  for (const [register, value] of [
    [RegimeRegister.SCTLR_EL1, SCTLR_EL1],
    [RegimeRegister.TCR_EL1, TCR_EL1],
    [RegimeRegister.TTBR1_EL1, TTBR1_EL1],
    [RegimeRegister.MAIR_EL1, MAIR_EL1],
  ] as const) {
    regime.set(register, Number(value >> 32n), Number(value & 0xffff_ffffn))
  }
  regime.update()
  const page = new Translation()
  return (va, execute) => {
    const access = execute ? Access.EXECUTE : Access.READ
    const type = walk(regime, space, Number(va >> 32n), Number(va & 0xffff_ffffn), access, page)
    return type === FaultKind.NONE ? page.pa : -1
  }
}

function fetchWord(space: AddressSpace, pa: number): number {
  const bytes = new Uint8Array(4)
  space.readRam(pa, 4, bytes, 0)
  return new DataView(bytes.buffer).getUint32(0, true)
}

function line(space: AddressSpace, abort: Abort, pc: bigint, isv: boolean, log: readonly string[]): string {
  const pa = translator(space)(pc, true)
  const insn = decode(fetchWord(space, pa))
  const text = insn ? format(insn) : ''
  const ipa = (abort.hpfar << 8n) | (abort.far & 0xfffn)
  const syndrome = isv ? 'ISV=1' : paint('yellow', 'ISV=0')
  return `  ${hex(pc)}  ${text.padEnd(26)} ${syndrome}  ${hex(abort.far)} -> ${hex(ipa)}  ${log.join(' ')}`
}

/** The answer as the guest has it in its registers, and the closing table. */
function report(vcpu: InProcessVcpu, faults: number, withoutSyndrome: number, polls: number, micros: number): boolean {
  const { regs } = vcpu
  // Two LDP X read the answer: tag, size, response code, then the length of the random bytes and the bytes themselves.
  const answer = Buffer.alloc(32)
  for (const [i, r] of [15, 16, 17, 18].entries()) answer.writeBigUInt64LE(regs.get(Reg.X0 + r), 8 * i)
  const length = answer.readUInt16BE(10)
  const ok = answer.readUInt16BE(0) === 0x8001 && answer.readUInt32BE(6) === 0 && length === 16
  const random = answer.subarray(12, 28).toString('hex')
  process.stdout.write(
    `\n${ok ? paint('green', `TPM2_GetRandom(16), read by LDP: ${random}`) : paint('red', 'the TPM gave no random bytes')}\n\n`,
  )
  const share = `${withoutSyndrome} (${((100 * withoutSyndrome) / faults).toFixed(1)} %)`
  process.stdout.write(
    `${table([
      ['guest', 'faults', 'ISV=0', 'polls of START', 'µs a fault'],
      ['tpm.sys-like', String(faults), share, String(polls), (micros / faults).toFixed(1)],
    ])}\n`,
  )
  return ok
}

function hex(n: bigint): string {
  return `0x${n.toString(16)}`
}
