import { hex, TWO32 } from '../../bits.ts'
import { Access, FaultKind, faultStatusCode, parHigh, parLow, Translation, walk } from '../../tlb/index.ts'
import type { WalkCase, WalkProbe } from './walk-case.ts'

/** What a probe comes to, in the fields of the file. */
export interface WalkOutcome {
  readonly out: Readonly<Record<string, unknown>>
  /** Doublewords that hardware changed; absent when it changed none. */
  readonly mem_after?: Readonly<Record<string, string>>
}

const NAMES: Readonly<Record<number, string>> = {
  [FaultKind.ADDRESS_SIZE]: 'address_size',
  [FaultKind.TRANSLATION]: 'translation',
  [FaultKind.ACCESS_FLAG]: 'access_flag',
  [FaultKind.PERMISSION]: 'permission',
  [FaultKind.EXTERNAL_ON_WALK]: 'external_on_walk',
  [FaultKind.EXTERNAL]: 'external',
}

// ESR_ELx
const IL = 1 << 25
const CM = 1 << 8
const S1PTW = 1 << 7
const WNR = 1 << 6
/** ISV, and SRT = 1: the byte accesses of the oracle's harness are LDRB, STRB, LDTRB, STTRB of W1. */
const BYTE_OF_W1 = (1 << 24) | (1 << 16)
const INSTRUCTION_ABORT_LOWER = 0x20
const DATA_ABORT_LOWER = 0x24
const PC_ALIGNMENT = 0x22

/**
 * RAM of the oracle's machine (QEMU's `virt`, 2 GiB). The header's is the part of it that tables are in; an access to
 * the rest is no External abort either. A fetch finds the zeroes of untouched RAM: UDF #0.
 */
const MACHINE_RAM = 0x4000_0000
const MACHINE_RAM_END = 0xc000_0000

const translation: Translation = new Translation()

/** Runs one probe on untouched memory. */
export function runProbe(one: WalkCase, probe: WalkProbe): WalkOutcome {
  one.memory.restore()
  const out = probe.at ? addressTranslation(one, probe) : realAccess(one, probe)
  const written = [...one.memory.written].sort(([a], [b]) => a - b)
  if (written.length === 0) return { out }
  return { out, mem_after: Object.fromEntries(written.map(([pa, word]) => [hex(pa), hex(word)])) }
}

function u64(hi: number, lo: number): string {
  return hex((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0))
}

/** An AT instruction executed at EL2: PAR_EL1, or the exception that an external abort on its walk is. */
function addressTranslation({ regime, memory }: WalkCase, probe: WalkProbe): Readonly<Record<string, unknown>> {
  const t = translation
  walk(regime, memory, probe.vaHi, probe.vaLo, probe.access, t)
  const par = u64(parHigh(t), parLow(t))
  if (t.fault === FaultKind.NONE) return { pa: hex(t.pa - (t.pa % 0x1000)), attr: hex(t.attr), sh: t.sh, par }
  const fault = NAMES[t.fault]
  if (t.fault !== FaultKind.EXTERNAL_ON_WALK) {
    return { fault, level: t.level, stage: t.stage, s1ptw: t.s1ptw, fst: t.fsc, par }
  }
  // `AArch64.DataAbort` at EL2: a cache maintenance or address translation instruction sets CM and WnR.
  const iss = CM | WNR | (t.s1ptw ? S1PTW : 0) | t.fsc
  return {
    taken_to: 2,
    ...syndrome(DATA_ABORT_LOWER + 1, iss),
    fault,
    level: t.level,
    s1ptw: t.s1ptw,
    wnr: 1,
    cm: 1,
    far: u64(probe.vaHi, probe.vaLo),
    // Not valid for an External abort; the harness cleared it.
    hpfar: '0x0',
  }
}

/** A load, store or fetch at EL1 or EL0: done, or the exception that it raises. */
function realAccess({ regime, memory }: WalkCase, probe: WalkProbe): Readonly<Record<string, unknown>> {
  const t = translation
  const fetch = (probe.access & Access.EXECUTE) !== 0
  const { vaLo } = probe
  let { vaHi } = probe
  if (fetch) {
    // `AArch64.BranchAddr`: PC gets no tag where the top byte is ignored for fetches.
    const p = (vaHi & (1 << 23)) !== 0 ? regime.upper : regime.lower
    if (p.tbi && !p.tbid) vaHi = (vaHi << 8) >> 8
    if ((vaLo & 3) !== 0) return { taken_to: 1, ...syndrome(PC_ALIGNMENT, 0), far: u64(vaHi, vaLo) }
  }
  walk(regime, memory, vaHi, vaLo, probe.access, t)
  let { fault, stage, level, fsc }: { fault: number; stage: number; level: number | null; fsc: number } = t
  if (fault === FaultKind.NONE) {
    const ram = memory.has(t.pa) || (t.pa >= MACHINE_RAM && t.pa < MACHINE_RAM_END)
    if (ram) return fetch ? { done: true, fetched: 0 } : { done: true }
    fault = FaultKind.EXTERNAL
    stage = 1
    level = null
    fsc = faultStatusCode(fault, 0)
  }
  const ec = (fetch ? INSTRUCTION_ABORT_LOWER : DATA_ABORT_LOWER) + (stage === 1 ? probe.el : 0)
  const s1ptw = stage === 2 && t.s1ptw
  const wnr = !fetch && t.write ? 1 : 0
  // Stage 2 data aborts not on a walk of stage 1 describe the access.
  const described = stage === 2 && !fetch && !s1ptw
  const iss = (described ? BYTE_OF_W1 : 0) | (s1ptw ? S1PTW : 0) | (wnr << 6) | fsc
  const far = u64(vaHi, vaLo)
  const out = { taken_to: stage, ...syndrome(ec, iss), fault: NAMES[fault], level, s1ptw, wnr, cm: 0, far }
  return stage === 2 ? { ...out, hpfar: hexOfPage(t.ipa) } : out
}

/** HPFAR_EL2 for an IPA: FIPA, bits [51:12], at bit 4. */
function hexOfPage(ipa: number): string {
  return hex(Math.floor(ipa / 0x1000) * 16)
}

function syndrome(ec: number, iss: number): { ec: number; esr: string } {
  return { ec, esr: hex(((ec * 0x400_0000) % TWO32) + IL + iss) }
}
