import { spawnSync } from 'node:child_process'
import { RegimeRegister } from '../dist/tlb/index.js'
import { qemuVersion, runRecords } from '../scripts/qemu/machine.mjs'
import { makeWalk } from './walk.js'

/** Where scripts/qemu/rate/guest.S wants the tables. */
const GIVEN = 0x4600_0000
/** Translations of a round; the median of the rounds counts, as with nisv's benchmarks. */
const TIMES = 100_000
const ROUNDS = 15
const RESULTS = 64
/** HCR_EL2.RW: EL1 is AArch64. */
const RW = 1 << 31
const REGISTERS = ['SCTLR_EL1', 'TCR_EL1', 'TTBR0_EL1', 'MAIR_EL1', 'HCR_EL2', 'VTCR_EL2', 'VTTBR_EL2']

/** What QEMU's AT instructions do to the tables of `makeWalk`: nanoseconds each (median), by the names of nisv's benchmarks. */
function measure() {
  const walks = [
    ['walk', makeWalk(false)],
    ['walk, 24 descriptors', makeWalk(true)],
  ]
  return walks.map(([name, { ram, regime }]) => {
    const given = REGISTERS.flatMap((r) => [regime.lo(RegimeRegister[r]), regime.hi(RegimeRegister[r])])
    given[2 * REGISTERS.indexOf('HCR_EL2')] |= RW
    const record = Buffer.from(Int32Array.of(...given, TIMES, 0, 0, 0, 0, 0, 0, 0).buffer)
    const { results, dead } = runRecords('rate', Array(ROUNDS).fill(record), {
      machine: 'virtualization=on',
      preload: [[GIVEN, Buffer.from(ram.bytes)]],
    })
    if (dead.length > 0) throw new Error(`QEMU's AT: ${dead[0].why}`)
    const rounds = results.map((result) => {
      const [ticks, frequency, wrong] = [0, 8, 16].map((at) => Number(result.readBigUInt64LE(RESULTS + at)))
      if (wrong !== 0) throw new Error(`QEMU's AT: ${wrong} translations are not the identity`)
      return (ticks * 1e9) / frequency / TIMES
    })
    return { name, ns: rounds.sort((a, b) => a - b)[ROUNDS >> 1] }
  })
}

/**
 * Prints what the translations of `walkBenches` cost by AT instructions of QEMU's system emulation, beside what nisv
 * takes.
 *
 * @param nisv - nanoseconds (median) by the name of a benchmark.
 */
export function compareWithQemu(nisv) {
  const missing = ['qemu-system-aarch64', 'aarch64-linux-gnu-as'].find((name) => spawnSync(name, ['--version']).error)
  if (missing) {
    const packages = 'qemu-system-arm and binutils-aarch64-linux-gnu'
    console.log(`\nno comparison with QEMU's AT instructions: ${missing} is missing (apt-get install ${packages})`)
    return
  }
  console.log(
    `\nthe same tables by AT instructions of QEMU ${qemuVersion()} (it keeps stage 2's part of nested walks):`,
  )
  for (const { name, ns } of measure()) {
    const own = nisv.get(name)
    const ratio = own === undefined ? '' : `; nisv ${own.toFixed(0)} ns, ${(ns / own).toFixed(1)} times as fast`
    console.log(`${name}: ${ns.toFixed(0)} ns, ${(1e3 / ns).toFixed(2)}M/s${ratio}`)
  }
}
