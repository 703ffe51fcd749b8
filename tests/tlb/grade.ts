import {
  Access,
  FaultKind,
  type Features,
  parHigh,
  parLow,
  QEMU_MAX_FEATURES,
  Translation,
  type TranslationRegime,
  walk,
} from '../../src/tlb/index.ts'
import { accessOfOp, type Outcome, type Probe, regimeOf, VectorMemory, type WalkFile } from './vector.ts'

const NAMES: Readonly<Record<number, string>> = {
  [FaultKind.ADDRESS_SIZE]: 'address_size',
  [FaultKind.TRANSLATION]: 'translation',
  [FaultKind.ACCESS_FLAG]: 'access_flag',
  [FaultKind.PERMISSION]: 'permission',
  [FaultKind.EXTERNAL_ON_WALK]: 'external_on_walk',
}

export interface Mismatch {
  readonly id: string
  readonly va: string
  readonly op: string
  readonly field: string
  readonly expected: unknown
  readonly got: unknown
}

const parOf = (out: Translation): string => `0x${((BigInt(parHigh(out)) << 32n) | BigInt(parLow(out))).toString(16)}`

type Field = readonly [name: string, expected: unknown, got: unknown]

/** Fields of a result that differ from the PAR_EL1 of an AT instruction. */
function gradeAt(want: Outcome, out: Translation): Field[] {
  if (want.pa !== undefined) {
    return [
      ['fault', 0, out.fault],
      ['pa', want.pa, `0x${(BigInt(out.pa) & ~0xfffn).toString(16)}`],
      ['attr', want.attr, `0x${out.attr.toString(16)}`],
      ['sh', want.sh, out.sh],
      ['par', want.par, parOf(out)],
    ]
  }
  const fields: Field[] = [
    ['fault', want.fault, NAMES[out.fault]],
    ['level', want.level, out.level],
    ['s1ptw', want.s1ptw, out.s1ptw],
  ]
  // An external abort on the walk of an AT instruction is taken as an exception: no PAR_EL1, so no stage.
  if (want.stage !== undefined) fields.push(['stage', want.stage, out.stage])
  if (want.par !== undefined) fields.push(['par', want.par, parOf(out)])
  fields.push(['fsc', want.fst ?? Number(want.esr) & 0x3f, out.fsc])
  return fields
}

const ABORTS = [0x20, 0x21, 0x24, 0x25]

/** Fields of a result that differ from how a real access ended. */
function gradeReal(want: Outcome, access: number, out: Translation): Field[] {
  const aborted = ABORTS.includes(want.ec ?? 0)
  if (!aborted || want.fault === 'external') return [['fault', 0, out.fault]]
  // Taken to EL1 or EL2, an external abort tells no stage.
  const fields: Field[] = [
    ['fault', want.fault, NAMES[out.fault]],
    ['level', want.level, out.level],
    ['s1ptw', want.s1ptw, out.s1ptw],
    ['fsc', Number(want.esr) & 0x3f, out.fsc],
  ]
  if (want.fault !== 'external_on_walk') fields.push(['stage', want.taken_to, out.stage])
  if ((access & Access.EXECUTE) === 0) fields.push(['wnr', want.wnr, out.write ? 1 : 0])
  if (want.hpfar !== undefined && out.stage === 2) {
    fields.push(['hpfar', BigInt(want.hpfar), (BigInt(out.ipa) >> 12n) << 4n])
  }
  return fields
}

/** Walks one probe and compares all that it says. */
function gradeProbe(regime: TranslationRegime, memory: VectorMemory, probe: Probe, access: number): Field[] {
  const out = new Translation()
  const va = BigInt(probe.va)
  walk(regime, memory, Number(va >> 32n), Number(va & 0xffff_ffffn), access, out)
  const fields = probe.op.startsWith('S') ? gradeAt(probe.out, out) : gradeReal(probe.out, access, out)
  const after = Object.entries(probe.mem_after ?? {}).map(([pa, value]) => `${pa}=${value}`)
  const written = [...memory.written].map(([pa, value]) => `0x${pa.toString(16)}=0x${value.toString(16)}`)
  return [...fields, ['mem_after', after.sort().join(), written.sort().join()]]
}

/** Every probe of a file, by the CPU that made it. */
export function grade(
  file: WalkFile,
  features: Features = QEMU_MAX_FEATURES,
): { probes: number; mismatches: Mismatch[] } {
  let probes = 0
  const mismatches: Mismatch[] = []
  for (const { id, regs, mem, probes: list } of file.cases) {
    const regime = regimeOf(regs, features)
    for (const probe of list) {
      probes++
      const pan = BigInt(regs['PSTATE.PAN'] ?? '0x0') !== 0n
      const uao = BigInt(regs['PSTATE.UAO'] ?? '0x0') !== 0n
      const access = accessOfOp(probe.op, pan, uao)
      const bad = gradeProbe(regime, new VectorMemory(mem, file.ram), probe, access)
      const first = bad.find(([, expected, got]) => expected !== got)
      if (first !== undefined) {
        const [field, expected, got] = first
        mismatches.push({ id, va: probe.va, op: probe.op, field, expected, got })
      }
    }
  }
  return { probes, mismatches }
}
