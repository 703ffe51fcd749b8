import { parseArgs } from 'node:util'
import { Reg } from '../mmio/index.ts'
import { explainAbort } from './abort/explain.ts'
import type { AbortFrame } from './abort/frame.ts'
import { abortJson, abortTree } from './abort/print.ts'
import { type Command, UsageError } from './command.ts'
import { type RecordedFault, readFault } from './replay/recording.ts'
import { parseFaultNumber, parseU64 } from './walk/input.ts'
import { parseWord } from './words.ts'

const HELP = `nisv abort [--json] --esr E --far F --word W [--hpfar H] [--x N=V]... [--sp V] [--pc V] [--el N] [--vl BITS]
nisv abort [--json] --recording FILE --fault N

Explains a data abort: the syndrome field by field, why it does not describe the instruction, how the address arose, which
accesses follow in which order, what is written, what nisv would do, what does not go together, and which instructions the
guest could use instead. Exit status 0 when nisv would emulate it, 1 when not.

  --esr, --far, --hpfar  ESR_EL2, FAR_EL2, HPFAR_EL2: "0x" and hexadecimal
  --word W               the instruction at PC, in hexadecimal
  --x N=V                X0 to X30 before it, as --x 2=0xfed40030; as many as are known
  --sp V, --pc V         SP and PC
  --el N                 the exception level of the guest: 0, 1 (unless given), or 2 where it has one of its own
  --vl BITS              length of an SVE vector, 128 (unless given) to 2048
  --recording FILE       a recording of data aborts (JSON Lines, .gz or not); --fault N is the number of one, from 1
  --json                 one JSON object
`

/** `nisv abort`. */
export const abortCommand: Command = {
  name: 'abort',
  summary: 'explain a data abort and its instruction',
  help: HELP,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        esr: { type: 'string' },
        far: { type: 'string' },
        hpfar: { type: 'string' },
        word: { type: 'string' },
        x: { type: 'string', multiple: true },
        sp: { type: 'string' },
        pc: { type: 'string' },
        el: { type: 'string' },
        vl: { type: 'string' },
        recording: { type: 'string' },
        fault: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const { recording, fault, json, ...given } = values
    const told = explainAbort(await frameOf(recording, fault, given))
    process.stdout.write(`${json ? JSON.stringify(abortJson(told)) : abortTree(told)}\n`)
    return told.outcome.kind === 'retired' ? 0 : 1
  },
}

interface Given {
  readonly esr?: string
  readonly far?: string
  readonly hpfar?: string
  readonly word?: string
  readonly x?: readonly string[]
  readonly sp?: string
  readonly pc?: string
  readonly el?: string
  readonly vl?: string
}

async function frameOf(recording: string | undefined, fault: string | undefined, given: Given): Promise<AbortFrame> {
  if (recording === undefined && fault === undefined) return givenFrame(given)
  const [other] = Object.keys(given)
  if (other !== undefined) throw new UsageError(`abort takes --recording and --fault, or --${other} and the others`)
  if (recording === undefined || fault === undefined)
    throw new UsageError('abort takes --recording and --fault together')
  return recordedFrame(await readFault(recording, parseFaultNumber(fault)))
}

function givenFrame(given: Given): AbortFrame {
  const { esr, far, word, el = '1', vl = '128' } = given
  if (esr === undefined || far === undefined || word === undefined) {
    const missing = Object.entries({ '--esr': esr, '--far': far, '--word': word }).filter(([, v]) => v === undefined)
    const names = missing.map(([name]) => name).join(', ')
    throw new UsageError(`abort needs --esr, --far and --word, or --recording and --fault: missing: ${names}`)
  }
  const code = parseWord(word)
  if (code < 0) throw new UsageError(`--word takes a 32-bit word in hexadecimal, not '${word}'`)
  if (!/^[012]$/.test(el)) throw new UsageError(`--el takes 0, 1 or 2, not '${el}'`)
  if (!/^(?:128|256|512|1024|2048)$/.test(vl)) {
    throw new UsageError(`--vl takes 128, 256, 512, 1024 or 2048 bits, not '${vl}'`)
  }
  const registers = new Map((given.x ?? []).map(parseRegister))
  if (given.sp !== undefined) {
    for (const slot of [Reg.SP_EL0, Reg.SP_EL1, Reg.SP_EL2]) registers.set(slot, parseU64(given.sp, '--sp'))
  }
  if (given.pc !== undefined) registers.set(Reg.PC, parseU64(given.pc, '--pc'))
  return {
    esr: parseU64(esr, '--esr'),
    far: parseU64(far, '--far'),
    hpfar: given.hpfar === undefined ? undefined : parseU64(given.hpfar, '--hpfar'),
    word: code,
    registers,
    // ELnh.
    pstate: el === '0' ? 0 : 0x3c1 | (Number(el) << 2),
    vl: Number(vl) / 8,
  }
}

function parseRegister(text: string): [slot: number, value: bigint] {
  const [, digits, value] = /^[xX]?(\d{1,2})=(.*)$/.exec(text) ?? []
  if (digits === undefined || Number(digits) > 30)
    throw new UsageError(`--x takes N=V with N from 0 to 30, not '${text}'`)
  return [Number(digits), parseU64(value, `--x ${digits}`)]
}

function recordedFrame(fault: RecordedFault): AbortFrame {
  const { esr, far, hpfar, word, x, spEl0, spEl1, pc, pstate } = fault
  const registers = new Map(x.map((value, n): [number, bigint] => [n, value]))
  registers.set(Reg.SP_EL0, spEl0).set(Reg.SP_EL1, spEl1).set(Reg.PC, pc)
  return { esr, far, hpfar, word, registers, pstate: Number(pstate & 0xffff_ffffn), vl: 16 }
}
