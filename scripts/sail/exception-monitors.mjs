/**
 * Exclusives monitors by Arm's own model: two processors that load, store and swap at random in 32 bytes, exclusively or not, where
 * some addresses are refused. What becomes of each access is what `AArch64_SetExclusiveMonitors`,
 * `AArch64_ExclusiveMonitorsPass`, `Mem_read`, `Mem_set` and `MemAtomic` of arm-v9.4-a say. A JSON line a case, to stdout or a file.
 *
 *     node scripts/sail/exception-monitors.mjs --sail sail-arm/arm-v9.4-a/src [--seed 1] [--count 100] [--out FOLDER]
 *
 * `tests/mmio/vectors/sail-exception/monitors` has some. Of a case each step has the processor (`pe`), what it does (`op`), where
 * (`at`, in the 32 bytes), how many bytes, whether the device refuses, and `out`: `done`, `failed`, `alignment` or `external`.
 *
 * IMPLEMENTATION DEFINED are: what is marked, which are the bytes of the load; and what a store-exclusive may be of, which is any
 * part of these.
 */
import { Case } from './cases.mjs'
import { ExceptionMachine } from './exception-machine.mjs'
import { folder, writeCases } from './exception-options.mjs'
import { Bits } from './values.mjs'

/** What an access ends in. */
class Aborted extends Error {}

const inside = (mark, at, size) => mark !== undefined && at >= mark[0] && at + size <= mark[0] + mark[1]
const touches = (mark, at, size) => mark !== undefined && at < mark[0] + mark[1] && mark[0] < at + size

class MonitorMachine extends ExceptionMachine {
  /** What each processor has marked: in its own monitor, and in the one of all. */
  local = []
  global = []
  pe = 0n
  refuses = false
  atomic = false

  substitutes(choices) {
    const at = (address) => address.address.value
    return {
      ...super.substitutes(choices),
      ProcessorID: () => this.pe,
      MarkExclusiveLocal: (address, pe, size) => {
        this.local[Number(pe)] = [at(address), size]
      },
      MarkExclusiveGlobal: (address, pe, size) => {
        this.global[Number(pe)] = [at(address), size]
      },
      IsExclusiveLocal: (address, pe, size) => inside(this.local[Number(pe)], at(address), size),
      IsExclusiveGlobal: (address, pe, size) => inside(this.global[Number(pe)], at(address), size),
      ClearExclusiveLocal: (pe) => {
        this.local[Number(pe)] = undefined
      },
      ClearExclusiveByAddress: (address, pe, told) => {
        // MemAtomic tells how many bits there are.
        const size = this.atomic ? told / 8n : told
        for (const [i, mark] of this.global.entries())
          if (BigInt(i) !== pe && touches(mark, at(address), size)) this.global[i] = undefined
      },
      AArch64_TranslateAddress: (address, access) => ({
        ...this.block(address, access),
        memattrs: {
          ...this.sail.undefinedOf(['name', 'MemoryAttributes', []], {}),
          memtype: 'MemType_Normal',
          shareability: 'Shareability_OSH',
          tags: 'MemTag_Untagged',
        },
      }),
      PhysMemRead: (_desc, size) => [this.answer(), new Bits(8 * Number(size), 0n)],
      PhysMemWrite: () => this.answer(),
      AArch64_Abort: (_address, { statuscode }) => {
        throw new Aborted(statuscode === 'Fault_Alignment' ? 'alignment' : 'external')
      },
    }
  }

  answer() {
    return this.status(this.refuses ? 'Fault_SyncExternal' : 'Fault_None')
  }

  /** @returns what becomes of a step. */
  step({ pe, op, at, size, refuses }) {
    this.pe = BigInt(pe)
    this.refuses = refuses === true
    this.atomic = op === 'add'
    try {
      return this.execute(op, new Bits(64, BASE + BigInt(at)), BigInt(size))
    } catch (e) {
      if (!(e instanceof Aborted)) throw e
      this.sail.stack = []
      return e.message
    }
  }

  execute(op, address, size) {
    const data = new Bits(8 * Number(size), 0n)
    if (op === 'clear') this.call('ClearExclusiveLocal', this.pe)
    else if (op === 'store') {
      this.call('Mem_set', address, size, this.call('CreateAccDescGPR', 'MemOp_STORE', false, true, false), data)
    } else if (op === 'add') {
      const access = this.call('CreateAccDescAtomicOp', 'MemAtomicOp_ADD', false, false, false)
      this.call('MemAtomic', address, data, data, access)
    } else if (op === 'load-exclusive') {
      this.call('AArch64_SetExclusiveMonitors', address, size)
      this.call('Mem_read', address, size, this.call('CreateAccDescExLDST', 'MemOp_LOAD', false, false))
    } else {
      if (!this.call('AArch64_ExclusiveMonitorsPass', address, size)) return 'failed'
      this.call('Mem_set', address, size, this.call('CreateAccDescExLDST', 'MemOp_STORE', false, false), data)
    }
    return 'done'
  }
}

/** Steps: the same few addresses and sizes, so that they meet. */
function makeSteps(c) {
  return Array.from({ length: 5 + c.random(8) }, () => {
    const pe = c.pick([0, 0, 0, 1])
    const op = c.pick([
      'load-exclusive',
      'load-exclusive',
      'store-exclusive',
      'store-exclusive',
      'store',
      'add',
      'clear',
    ])
    if (op === 'clear') return { pe, op, at: 0, size: 0 }
    const size = c.pick([1, 4, 8, 8, 8])
    const near = c.chance(75) ? 0 : size * c.random(32 / size)
    // Exclusives and atomics across 16 bytes.
    const at = c.chance(12) && size > 1 && op !== 'store' ? 17 - size : near
    return { pe, op, at, size, ...(c.chance(25) ? { refuses: true } : {}) }
  })
}

/** Guest-physical address of the 32 bytes. */
const BASE = 0x1000_3000n

const machine = new MonitorMachine(folder)

/** One case. */
function run(random) {
  const state = { el2: false, lower32: false, pc: 0x40_0000n, absent: new Set() }
  machine.begin({ ...state, registers: { SCTLR_EL1: 5n }, pstate: { EL: 1n, SP: 1n, nRW: 0n } })
  machine.local = [undefined, undefined]
  machine.global = [undefined, undefined]
  return { steps: makeSteps(new Case(random)).map((step) => ({ ...step, out: machine.step(step) })) }
}

writeCases('monitors', run)
