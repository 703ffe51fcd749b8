/**
 * Arm's Sail model as a machine that translates addresses: registers and memory in, PAR_EL1 or a fault out.
 */
import { BUILTINS } from './builtins.mjs'
import { Interpreter } from './interpreter.mjs'
import { Model } from './model.mjs'
import { Bits, UNIT } from './values.mjs'

const FILES = [
  'prelude.sail',
  'builtins.sail',
  'v8_base.sail',
  'interface.sail',
  'mem.sail',
  'stubs.sail',
  'impdefs.sail',
]
/** The pseudocode keeps what software writes to these in registers of another name. */
const STORED = ['TTBR0_EL1', 'TTBR1_EL1', 'TTBR0_EL2', 'TTBR1_EL2', 'VTTBR_EL2', 'PAR_EL1']

const PA_SPACES = { PAS_Secure: 0, PAS_NonSecure: 1, PAS_Root: 2, PAS_Realm: 3 }
const FAULTS = {
  Fault_Translation: 'translation',
  Fault_Permission: 'permission',
  Fault_AccessFlag: 'access_flag',
  Fault_AddressSize: 'address_size',
  Fault_SyncExternalOnWalk: 'external_on_walk',
  Fault_GPCFOnWalk: 'gpf_on_walk',
  Fault_GPCFOnOutput: 'gpf',
  Fault_Alignment: 'alignment',
}

export function hex(value) {
  return `0x${value.toString(16)}`
}

export class SailMachine {
  /** Doublewords of memory by physical address; what is not there reads 0 inside {@link ram}. */
  memory = new Map()
  ram = [0n, 1n << 56n]
  /** Descriptors read since {@link clear}: physical addresses in order, with how many bytes. */
  reads = []
  /** Descriptors written. */
  writes = []
  /** Makes a doubleword that is read for the first time: `(pa, bytes of the read, of a granule protection table)`. */
  fresh = () => 0n

  /**
   * @param {string} folder `arm-v9.4-a/src` of a checkout of rems-project/sail-arm.
   * @param {(name: string) => boolean} has whether the CPU has a feature, `FEAT_...`.
   * @param {Record<string, boolean | bigint>} choices IMPLEMENTATION DEFINED choices by the pseudocode's text.
   */
  constructor(folder, has, choices) {
    const model = new Model(folder, FILES)
    this.model = model
    this.sail = new Interpreter(model, { ...BUILTINS, ...this.substitutes(choices) })
    const features = model.enums.get('Feature')
    const { registers } = this.sail
    registers.set(
      'FeatureImpl',
      features.map((name) => has(name)),
    )
    for (const name of features)
      if (model.registers.has(`${name}_IMPLEMENTED`)) registers.set(`${name}_IMPLEMENTED`, has(name))
    this.initial = new Map(registers)
    /** The function that found the last fault. */
    this.decided = ''
    this.sail.onStatus = (status, stack) => {
      if (status !== 'Fault_None') this.decided = stack.at(-1)
    }
  }

  substitutes(choices) {
    const choice = (kind) => (text) => {
      const chosen = choices[text]
      return chosen ?? this.sail.functionOf(kind)([text])
    }
    return {
      __IMPDEF_boolean: choice('ImpDefBool'),
      __IMPDEF_integer: choice('ImpDefInt'),
      IsFeatureImplemented: (feature) => this.sail.registers.get('FeatureImpl')[this.model.members.get(feature)[1]],
      HaveEL: () => true,
      HaveAArch32EL: () => false,
      ELStateUsingAArch32: () => false,
      ELUsingAArch32: () => false,
      UsingAArch32: () => false,
      HighestEL: () => new Bits(2, 3n),
      ConstrainUnpredictable: (which) => choices[which] ?? 'Constraint_FAULT',
      ConstrainUnpredictableBool: (which) => choices[which] ?? false,
      // What the PE reports of attributes is its own to choose: all of it.
      ReportedPARAttrs: (attributes) => attributes,
      ReportedPARShareability: (shareability) => shareability,
      __UNKNOWN_bit: () => new Bits(1, 1n),
      __IMPDEF_bit: () => new Bits(1, 0n),
      __IMPDEF_bits: (n) => new Bits(Number(n), 0n),
      // A misprogrammed contiguous hint is CONSTRAINED UNPREDICTABLE: here an entry is no larger than its descriptor.
      ContiguousSize: () => 0n,
      start_translation: () => UNIT,
      end_translation: () => UNIT,
      PhysMemRead: (desc, size, access) => this.readMemory(desc, size, access),
      PhysMemWrite: (desc, size, _access, _info, data) => this.writeMemory(desc, size, data),
      AArch64_GetTranslationStartInfo: () => UNIT,
      AArch64_BreakpointMatch: () => false,
    }
  }

  status(fault) {
    return {
      statuscode: fault,
      extflag: new Bits(1, 0n),
      merrorstate: 'ErrorState_UC',
      store64bstatus: new Bits(64, 0n),
    }
  }

  inside(pa, size) {
    return pa >= this.ram[0] && pa + size <= this.ram[0] + this.ram[1]
  }

  readMemory(desc, size, access) {
    const pa = desc.paddress.address.value
    const width = 8 * Number(size)
    if (!this.inside(pa, size)) return [this.status('Fault_SyncExternal'), new Bits(width, 0n)]
    this.reads.push([pa, Number(size)])
    let value = 0n
    for (let i = 0n; i < size; i += 8n) {
      let word = this.memory.get(pa + i)
      if (word === undefined) {
        word = this.fresh(pa + i, Number(size), access.acctype === 'AccessType_GPTW')
        this.memory.set(pa + i, word)
      }
      value |= word << (8n * i)
    }
    return [this.status('Fault_None'), new Bits(width, value)]
  }

  writeMemory(desc, size, data) {
    const pa = desc.paddress.address.value
    if (!this.inside(pa, size)) return this.status('Fault_SyncExternal')
    for (let i = 0n; i < size; i += 8n) this.memory.set(pa + i, BigInt.asUintN(64, data.value >> (8n * i)))
    this.writes.push(pa)
    return this.status('Fault_None')
  }

  /** Registers as after a reset of this script's making, no memory. */
  clear() {
    this.sail.registers = new Map(this.initial)
    this.sail.stack = []
    this.memory.clear()
    this.reads = []
    this.writes = []
  }

  /** Writes a register by the manual's name, or a field of PSTATE. */
  set(name, value) {
    const field = /^PSTATE\.(\w+)$/.exec(name)?.[1]
    if (field !== undefined) {
      const pstate = this.sail.read('PSTATE')
      this.sail.write('PSTATE', { ...pstate, [field]: new Bits(pstate[field].width, value) })
      return
    }
    const stored = STORED.includes(name) && this.model.registers.has(`_${name}`) ? `_${name}` : name
    this.sail.write(stored, value)
    // A register whose low half AArch32 has too.
    const low = {
      TTBR0_EL1: 'TTBR0_NS',
      TTBR1_EL1: 'TTBR1_NS',
      VTTBR_EL2: 'VTTBR',
      PAR_EL1: 'PAR_NS',
      TTBR0_EL2: 'HTTBR',
    }[name]
    if (low !== undefined && this.model.registers.has(low)) this.sail.write(low, value & ((1n << 64n) - 1n))
  }

  get(name) {
    const value = this.sail.call(`${name}_read`, [UNIT])
    return value.bits?.value ?? value.value
  }

  /** AT S1E0R and so on, executed at `from`. @returns PAR_EL1. */
  at(operation, va, from = 2n) {
    const [, stage, el, write, pan] = /^(S1|S12)E(\d)([RW])(P?)$/.exec(operation)
    this.set('PSTATE.EL', from)
    const access = `ATAccess_${write === 'W' ? 'Write' : 'Read'}${pan === 'P' ? 'PAN' : ''}`
    const translation = stage === 'S1' ? 'TranslationStage_1' : 'TranslationStage_12'
    this.sail.call('AArch64_AT', [new Bits(64, va), translation, new Bits(2, BigInt(el)), access])
    return this.get('PAR_EL1')
  }

  /**
   * An access of one byte (of a doubleword for GCS) made at PSTATE.EL: its fault, or where it goes.
   * @param {bigint} va
   * @param {string} kind `load`, `store`, `fetch`, `atomic`, `rcw`, `gcs-load`, `gcs-store`; `nonfault` of SVE; `tag-load`,
   * `tag-store` of Allocation Tags, `checked-load`, `checked-store` with one; with `-unprivileged` for those of LDTR and STTR.
   */
  access(va, kind) {
    const result = this.sail.call('AArch64_TranslateAddress', [new Bits(64, va), this.descriptorOf(kind), true, 1n])
    const { fault, paddress, memattrs } = result
    if (fault.statuscode === 'Fault_None') {
      return {
        pa: hex(paddress.address.value),
        paspace: PA_SPACES[paddress.paspace],
        attr: hex(this.sail.call('EncodePARAttrs', [memattrs]).value),
        sh: Number(this.sail.call('PAREncodeShareability', [memattrs]).value),
      }
    }
    const out = {
      fault: FAULTS[fault.statuscode] ?? fault.statuscode,
      level: Number(fault.level),
      stage: fault.secondstage ? 2 : 1,
    }
    if (fault.gpcf.gpf !== 'GPCF_None') {
      Object.assign(out, {
        gpf: fault.gpcf.gpf,
        level: Number(fault.gpcf.level),
        pa: hex(fault.paddress.address.value),
      })
    }
    if (fault.s2fs1walk) out.s1ptw = true
    if (fault.write) out.wnr = true
    for (const [name, flag] of [
      ['dirtyBit', fault.dirtybit],
      ['overlay', fault.overlay],
      ['topLevel', fault.toplevel],
      ['assuredOnly', fault.assuredonly],
      ['noTagAccess', fault.tagaccess],
      ['tagNotData', fault.s1tagnotdata],
    ]) {
      if (flag) out[name] = true
    }
    if (fault.secondstage) out.ipa = hex((fault.ipaddress.address.value >> 12n) << 12n)
    return out
  }

  descriptorOf(kind) {
    const unprivileged = kind.endsWith('-unprivileged')
    const name = kind.replace('-unprivileged', '')
    const call = (f, ...args) => this.sail.call(f, args)
    const operation = `MemOp_${name.endsWith('store') ? 'STORE' : 'LOAD'}`
    if (name === 'fetch') return call('CreateAccDescIFetch', UNIT)
    if (name === 'atomic') return call('CreateAccDescAtomicOp', 'MemAtomicOp_ADD', false, false, false)
    if (name === 'nonfault') return call('CreateAccDescSVENF', true, false)
    if (name.startsWith('tag-')) return call('CreateAccDescLDGSTG', operation)
    if (name.startsWith('checked-')) return call('CreateAccDescGPR', operation, false, !unprivileged, true)
    if (name === 'rcw') return call('CreateAccDescRCW', 'MemAtomicOp_CAS', false, false, false, false)
    if (name.startsWith('gcs')) return call('CreateAccDescGCS', this.sail.read('PSTATE').EL, operation)
    return call('CreateAccDescGPR', operation, false, !unprivileged, false)
  }
}
