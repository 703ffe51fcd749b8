import { getHeapSpaceStatistics } from 'node:v8'
import { bench, do_not_optimize, group } from 'mitata'
import { EmbeddedTpm, TpmCrb } from '../dist/crb/index.js'
import { InProcessVcpu } from '../dist/host/index.js'
import { AddressSpace, DataAbortHandler, MemoryRegion, Reg } from '../dist/mmio/index.js'
import { CLASSES, ClassFault } from './classes.js'

const RAM = 0x4000_0000
const CRB = 0x0c00_0000
/** Bits 63:32 of a kernel's addresses: above 2^31, where V8 allocates for what is not kept a signed number. */
const KERNEL = 0xffff_0000
const CODE_VA = 0x20_0000
const CRB_VA = (BigInt(KERNEL) << 32n) + 0x20_1000n

/** Kinds of fault: the word at PC, X0 holds the CRB's address. The syndrome is the hardware's. */
const FAULTS = [
  ['ldr w1, [x0, #48]  (ISV=1)', 0xb9403001, 0x9381_0007n],
  ['ldp x1, x2, [x0, #48]', 0xa9430801, 0x9200_0007n],
  ['ldr q0, [x0, #48]', 0x3dc00c00, 0x9200_0007n],
  ['stp x1, x2, [x0, #128]', 0xa9080801, 0x9200_0047n],
]
const OFFSETS = [48, 48, 48, 128]

/** A vCPU stopped at a fault, and the handler for it: four levels of 4 KiB tables, as Linux has them. */
export function makeFault(word, esr, offset) {
  const ram = new Uint8Array(0x10000)
  const view = new DataView(ram.buffer)
  const table = (at, index, value) => view.setBigUint64(at + 8 * index, value, true)
  table(0x0000, 0, BigInt(RAM + 0x1000) | 3n)
  table(0x1000, 0, BigInt(RAM + 0x2000) | 3n)
  table(0x2000, 1, BigInt(RAM + 0x3000) | 3n)
  table(0x3000, 0, BigInt(RAM + 0x8000) | 0x70fn)
  table(0x3000, 1, BigInt(CRB) | 0x60_0000_0000_0403n)
  view.setUint32(0x8000, word, true)
  const crb = new TpmCrb({ tpm: new EmbeddedTpm(), base: CRB })
  const space = crb.attach(new AddressSpace()).add(MemoryRegion.ram('ram', ram), RAM)
  const vcpu = new InProcessVcpu()
  const { regs } = vcpu
  regs.set(Reg.SCTLR_EL1, 0x30d0_1805n)
  regs.set(Reg.TCR_EL1, 0x2_b510_3510n)
  regs.set(Reg.TTBR1_EL1, BigInt(RAM))
  regs.set(Reg.MAIR_EL1, 0xff04n)
  regs.set(Reg.PSTATE, 0x3c5n)
  regs.set(Reg.X0, CRB_VA)
  regs.set(Reg.ESR_EL2, esr)
  regs.set(Reg.FAR_EL2, CRB_VA + BigInt(offset))
  regs.set(Reg.HPFAR_EL2, BigInt(CRB) >> 8n)
  return { handler: new DataAbortHandler({ space }), vcpu }
}

/** Puts the vCPU back in front of its instruction, without a bigint. */
export function rearm(vcpu) {
  vcpu.regs.setPair(Reg.PC, KERNEL, CODE_VA)
}

export function faultBenches() {
  group('data abort at the TPM CRB, warm', () => {
    for (const [i, [name, word, esr]] of FAULTS.entries()) {
      const { handler, vcpu } = makeFault(word, esr, OFFSETS[i])
      rearm(vcpu)
      const outcome = handler.handle(vcpu)
      if (outcome.kind !== 'retired') throw new Error(`${name}: ${outcome.describe()}`)
      bench(name, () => {
        rearm(vcpu)
        return do_not_optimize(handler.handle(vcpu))
      })
    }
  })
}

/** Bytes in use where V8 puts new objects; its own code and tables are elsewhere. */
function newSpace() {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_used_size
}

/**
 * Bytes of heap that one fault allocates: needs --expose-gc and a young generation that never fills.
 *
 * @param fault - handles one; `warm` times before, until V8 has optimized for the last time: what it allocates for
 * itself is not the fault's. On a busy machine it may come later: so the least of three runs, each of which shows what every
 * fault allocates.
 */
function bytesOf(fault, warm, count) {
  for (let i = 0; i < warm; i++) fault()
  let least = Infinity
  for (let run = 0; run < 3; run++) {
    globalThis.gc()
    const before = newSpace()
    for (let i = 0; i < count / 3; i++) fault()
    least = Math.min(least, (newSpace() - before) / (count / 3))
  }
  return least
}

/** The LDP X fault at the CRB, and a fault of every class: bytes of each by name. */
export function bytesPerFault(warm = 60_000, count = 60_000) {
  const { handler, vcpu } = makeFault(FAULTS[1][1], FAULTS[1][2], OFFSETS[1])
  const crb = () => {
    rearm(vcpu)
    handler.handle(vcpu)
  }
  const bytes = { [`${FAULTS[1][0]} at the CRB`]: bytesOf(crb, 300_000, 1_000_000) }
  for (const given of CLASSES) {
    const fault = new ClassFault(given)
    bytes[given.text] = bytesOf(() => fault.run(), warm, count)
  }
  return bytes
}

/** Nanoseconds of a fault of every class, by name: the fastest of `turns` runs of each. */
export function classTimes(turns = 40, count = 1000) {
  const times = {}
  for (const given of CLASSES) {
    const fault = new ClassFault(given)
    const { kind, reason } = fault.run()
    if (kind !== 'retired' || reason === 'exclusive-failed') throw new Error(`${given.text}: ${kind}, ${reason}`)
    let fastest = Infinity
    // The first turns are V8's.
    for (let turn = -30; turn < turns; turn++) {
      const start = performance.now()
      for (let i = 0; i < count; i++) fault.run()
      if (turn >= 0) fastest = Math.min(fastest, performance.now() - start)
    }
    times[given.text] = (fastest * 1e6) / count / (given.before === undefined ? 1 : 2)
  }
  return times
}

/** Prints a table of both. @param bytes - of {@link bytesPerFault}. */
export function listClasses(times, bytes) {
  console.log(
    `\n${'a fault of every class, at a device of 8-byte registers'.padEnd(56)}${'ns'.padStart(8)}${'bytes'.padStart(8)}`,
  )
  for (const [name, of] of Object.entries(bytes)) {
    const ns = times[name]?.toFixed(0) ?? ''
    console.log(name.padEnd(56) + ns.padStart(8) + of.toFixed(2).padStart(8))
  }
}
