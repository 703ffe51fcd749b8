/** Loads and stores of devices and RAM on QEMU's `max`, with the order, size and value of every device access. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '../../llvm/words.mjs'
import { chooseCases } from '../choose.mjs'
import { hex, LeftOut } from '../file.mjs'
import { qemuVersion, runRecords, TOLD } from '../machine.mjs'
import { caseOf } from './case.mjs'
import { contractPage, outcomeOf, recordOf } from './record.mjs'
import { readTrace } from './trace.mjs'

const DOC =
  'EL1t, MMU on, vectors of 256 bits; R(i) is splitmix64. x[i] = R(i), sp = 0x80001800, z[i] lane j = R(1000 + 4i + j), ' +
  'p[i] = R(5000 + i) low 32, ffr all ones, nzcv 0. From 0x80000000 (Device-nGnRE) and 0x80200000 (Normal Non-cacheable) ' +
  'pages of RAM 0x4a000000 (R(10000 + k)), DEV0 0x10000000 (R(30000 + k), keeps writes for the case), RAM 0x4a010000, ' +
  'DEV1 0xa000000 (empty virtio-mmio slots), RAM 0x4a020000, DEV2 0x8006000 (GICD_IROUTER), none, DEV0, none'
const RAM_PAGES = 0x4a00_0000
const PRISTINE = 0x4b00_0000
/** Contents of the three pages of RAM, and of DEV0. */
const RAM = [10000, 10512, 11024].map(contractPage)
const DEV0 = contractPage(30000)

/**
 * Cases for `nisv conform access`.
 *
 * @param decoder - the module `nisv/decode`.
 * @returns header, cases, and how many were left out by reason.
 */
export function accessCases(decoder, { seed, count }) {
  const leftOut = new LeftOut()
  const next = random(seed, 0x61636365)
  const chosen = chooseCases(decoder, { seed, count }, (insn, operands) => caseOf(insn, operands, next), leftOut)
  const records = chosen.map(recordOf)
  const traces = []
  const { results, dead, told } = runRecords('access', records, {
    machine: 'highmem=off,gic-version=3',
    preload: RAM.flatMap((page, i) => [
      [RAM_PAGES + 0x1_0000 * i, page],
      [PRISTINE + 0x1000 * i, page],
    ]),
    args: devices,
    ended: (folder, first, done) => {
      for (const [i, one] of readTrace(join(folder, 'trace')).entries()) if (i < done) traces[first + i] = one
    },
  })
  for (const { index, why } of dead) leftOut.add(`QEMU dies: ${why} (${chosen[index].cls})`)
  const cases = chosen.flatMap((one, i) => {
    if (results[i] === undefined) return []
    const out = outcomeOf(records[i], results[i])
    if (out.ec !== '0x00') return [lineOf(one, out, traces[i])]
    leftOut.add('UNDEFINED: this QEMU does not have the instruction')
    return []
  })
  const ids = { ID_AA64MMFR2_EL1: hex(told.readBigUInt64LE(TOLD)) }
  const header = { seed, cpu: 'max', vl_bits: 256, id_regs: ids, oracle: `QEMU ${qemuVersion()}`, doc: DOC }
  return { header, cases, leftOut }
}

/** Arguments for QEMU: halves of DEV0, what fills it, the trace. */
function devices(folder) {
  const dev0 = join(folder, 'dev0')
  writeFileSync(dev0, DEV0)
  // RAM smaller than a page: every access of the CPU is traced as it is made.
  const halves = [1, 2].flatMap((i) => [
    ...['-object', `memory-backend-ram,id=half${i},size=2048`],
    ...['-device', `ivshmem-plain,memdev=half${i},addr=${i}`],
  ])
  const traced = ['memory_region_ops_*', 'memory_region_subpage_*'].flatMap((name) => ['-trace', name])
  return [...halves, '-fw_cfg', `name=opt/dev,file=${dev0}`, ...traced, '-D', join(folder, 'trace')]
}

/** A line of the file. */
function lineOf({ id, cls, alias, words, x, z, p, sp, ffr }, out, { accesses, ops }) {
  const text = (list) => list.map(([kind, address, size, value]) => [kind, hex(address), size, hex(value)])
  const values = (group) => Object.fromEntries(Object.entries(group).map(([k, v]) => [k, hex(v)]))
  const some = (name, group) => (Object.keys(group).length > 0 ? { [name]: group } : {})
  const { end, word, ec, esr, far, ...changed } = out
  const ending = end === 'ok' ? { end } : { end, word, ec, esr, far }
  const model = ops.length > 0 ? { dev_ops: text(ops) } : {}
  return {
    ...{ id, cls, alias, code: words.map((w) => w.toString(16).padStart(8, '0')) },
    ...{ x: values(x), ...some('z', z), ...some('p', values(p)) },
    ...(sp === undefined ? {} : { sp: hex(sp) }),
    ...(ffr === undefined ? {} : { ffr: hex(ffr) }),
    out: { ...ending, accesses: text(accesses), ...model, ...changed },
  }
}
