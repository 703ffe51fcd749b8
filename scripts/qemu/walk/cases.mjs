/** Address translation instructions at EL2 of QEMU's `max`, under random tables of EL1&0. */
import { random } from '../../llvm/words.mjs'
import { hex, LeftOut } from '../file.mjs'
import { qemuVersion, runRecords, TOLD } from '../machine.mjs'
import { ARENA, ARENA_BYTES, Tables } from './tables.mjs'

const NOTE = 'words of ram not in mem read 0; outside ram: external abort'
/** Instructions by their number in guest.S. */
const OPS = ['S1E0R', 'S1E0W', 'S1E1R', 'S1E1W', 'S1E1RP', 'S1E1WP', 'S12E0R', 'S12E0W', 'S12E1R', 'S12E1W']
/** ID registers in the order in which the guest tells them. */
const IDS = ['MMFR0', 'MMFR1', 'MMFR2', 'MMFR3', 'ISAR1', 'ISAR2', 'PFR1', 'PFR2'].map((name) => `ID_AA64${name}_EL1`)
const REGISTERS = ['SCTLR_EL1', 'TCR_EL1', 'TTBR0_EL1', 'TTBR1_EL1', 'MAIR_EL1', 'PSTATE.PAN']
/** Where QEMU 7.2 is not the judge, and why. */
const WRONG = [
  [
    ({ attr, sh }) => attr !== undefined && /^0x(?:[\da-f]|4[04])$/.test(attr) && sh !== OUTER_SHAREABLE,
    'PAR_EL1.SH of Device or Non-cacheable memory: QEMU 7.2 has that of the descriptor (later QEMU Outer Shareable)',
  ],
]
const OUTER_SHAREABLE = 2
/** Translations of each set of tables. */
const PROBES = 10
const PROBE = 48

/**
 * Cases for `nisv conform walk`: `count` translations.
 *
 * @returns header, cases, and how many were left out by reason.
 */
export function walkCases({ seed, count }) {
  const next = random(seed, 0x77616c6b)
  const leftOut = new LeftOut()
  const chosen = Array.from({ length: Math.ceil(count / PROBES) }, () => choose(next, leftOut))
  const { results, dead, told } = runRecords('walk', chosen.map(recordOf), {
    machine: 'virtualization=on,highmem=off',
  })
  for (const { why } of dead) for (let i = 0; i < PROBES; i++) leftOut.add(`under tables of which QEMU dies: ${why}`)
  const cases = chosen.flatMap(({ tables, probes }, i) => {
    const record = results[i]
    if (record === undefined) return []
    const judged = probes.flatMap(({ va, op }, k) => {
      const out = outcomeOf(record, record.length - PROBE * (PROBES - k))
      const wrong = WRONG.find(([holds]) => holds(out))
      if (wrong) leftOut.add(wrong[1])
      return wrong ? [] : [{ va: hex(va), op: OPS[op], out }]
    })
    return [{ id: `${seed}/${i}`, regs: hexed(tables.registers), mem: hexed(tables.memory), probes: judged }]
  })
  const ids = Object.fromEntries(IDS.map((name, i) => [name, hex(told.readBigUInt64LE(TOLD + 8 * i))]))
  const ram = [hex(ARENA), hex(ARENA_BYTES)]
  const header = { seed, cpu: 'max', id_regs: ids, ram, oracle: `QEMU ${qemuVersion()}`, note: NOTE }
  return { header, cases, leftOut }
}

function choose(next, leftOut) {
  const tables = new Tables(next, leftOut)
  const vas = []
  const probes = []
  for (let i = 0; i < PROBES; i++) {
    const va = tables.address(vas)
    vas.push(va)
    probes.push({ va, op: next() % OPS.length })
  }
  return { tables, probes }
}

function recordOf({ tables, probes }) {
  const words = REGISTERS.map((name) => tables.registers[name])
  words.push(BigInt(tables.memory.size))
  for (const [address, descriptor] of tables.memory) words.push(address, descriptor)
  words.push(BigInt(probes.length))
  for (const { va, op } of probes) words.push(va, BigInt(op), 0n, 0n, 0n, 0n)
  return Buffer.from(BigUint64Array.from(words).buffer)
}

/** Names in hexadecimal, of an object or a Map. */
function hexed(values) {
  const entries = values instanceof Map ? [...values] : Object.entries(values)
  return Object.fromEntries(entries.map(([k, v]) => [typeof k === 'bigint' ? hex(k) : k, hex(v)]))
}

const FAULTS = ['address_size', 'translation', 'access_flag', 'permission', undefined, 'external_on_walk']

/** Kind and level of a fault status. */
function faultOf(fst) {
  if (fst === 0x29) return { fault: 'address_size', level: -1 }
  if (fst === 0x2b) return { fault: 'translation', level: -1 }
  if (fst === 0x13) return { fault: 'external_on_walk', level: -1 }
  return { fault: FAULTS[fst >> 2] ?? `status ${hex(fst)}`, level: fst & 3 }
}

function outcomeOf(record, at) {
  const [par, esr, far, hpfar] = [2, 3, 4, 5].map((i) => record.readBigUInt64LE(at + 8 * i))
  if (esr !== 0n) {
    const bits = Number(esr)
    const told = { taken_to: 2, ec: bits >>> 26, esr: hex(esr), ...faultOf(bits & 63), s1ptw: ((bits >> 7) & 1) === 1 }
    return { ...told, wnr: (bits >> 6) & 1, cm: (bits >> 8) & 1, far: hex(far), hpfar: hex(hpfar) }
  }
  const low = Number(par & 0xfffn)
  if ((low & 1) === 0) {
    return { pa: hex(par & 0xf_ffff_ffff_f000n), attr: hex(par >> 56n), sh: (low >> 7) & 3, par: hex(par) }
  }
  const fst = (low >> 1) & 63
  const stage = (low >> 9) & 1 ? 2 : 1
  return { ...faultOf(fst), stage, s1ptw: ((low >> 8) & 1) === 1, fst, par: hex(par) }
}
