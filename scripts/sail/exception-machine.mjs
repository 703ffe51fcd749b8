/**
 * Arm's Sail model as a machine that takes exceptions: PSTATE and registers in, what they are at the vector out.
 */
import { SailMachine } from './machine.mjs'
import { Bits, UNIT } from './values.mjs'

/** What nisv's guests have no part in, or what other profiles than this one have. */
const ABSENT = /^FEAT_(SPE.*|TRBE.*|BRBE.*|TME|AA32EL[123]|ANERR|ADERR|PFAR|IESB)$/
/** The pseudocode's functions that end an instruction. */
class Taken extends Error {}

const FAULTS = {
  translation: 'Fault_Translation',
  permission: 'Fault_Permission',
  'access-flag': 'Fault_AccessFlag',
  'address-size': 'Fault_AddressSize',
  external: 'Fault_SyncExternal',
  'external-on-walk': 'Fault_SyncExternalOnWalk',
  alignment: 'Fault_Alignment',
  'tag-check': 'Fault_TagCheck',
  exclusive: 'Fault_Exclusive',
}

/** Access descriptors by name: `(machine, store)`. */
const ACCESSES = {
  gpr: (m, operation) => m.call('CreateAccDescGPR', operation, false, true, true),
  unprivileged: (m, operation) => m.call('CreateAccDescGPR', operation, false, false, true),
  asimd: (m, operation) => m.call('CreateAccDescASIMD', operation, false, true),
  ordered: (m, operation) => m.call('CreateAccDescAcqRel', operation, true),
  exclusive: (m, operation) => m.call('CreateAccDescExLDST', operation, false, true),
  atomic: (m) => m.call('CreateAccDescAtomicOp', 'MemAtomicOp_ADD', false, false, true),
  gcs: (m, operation) => m.call('CreateAccDescGCS', m.sail.read('PSTATE').EL, operation),
  ls64: (m, operation) => m.call('CreateAccDescLS64', operation, true),
  mops: (m, operation) => m.call('CreateAccDescMOPS', operation, true, false),
  zero: (m) => m.call('CreateAccDescDCZero', false, true),
  fetch: (m) => m.call('CreateAccDescIFetch', UNIT),
}

export class ExceptionMachine extends SailMachine {
  /** The instruction at PC. */
  word = 0n
  /** The guest has EL2; EL1 executes AArch32. */
  el2 = false
  lower32 = false
  /** Unpredictable_ZEROBTYPE. */
  zeroBtype = false
  /** What UNKNOWN bits are. */
  unknown = 0n

  constructor(folder) {
    super(folder, (name) => !ABSENT.test(name), {})
    this.features = this.initial.get('FeatureImpl')
  }

  substitutes(choices) {
    const {
      ELStateUsingAArch32: _state,
      ELUsingAArch32: _using,
      UsingAArch32: _own,
      ...others
    } = super.substitutes(choices)
    const unknown = (width) => new Bits(Number(width), this.unknown === 0n ? 0n : (1n << width) - 1n)
    return {
      ...others,
      HaveEL: (el) => el.value !== 2n || this.el2,
      HaveAArch32EL: (el) => el.value === 0n || (el.value === 1n && this.lower32),
      ConstrainUnpredictableBool: (which) =>
        which === 'Unpredictable_ZEROBTYPE' ? this.zeroBtype : (choices[which] ?? false),
      Halted: () => false,
      HaltingAllowed: () => false,
      Hint_Branch: () => UNIT,
      SynchronizeContext: () => UNIT,
      take_exception: () => UNIT,
      sail_branch_announce: () => UNIT,
      MaybeZeroSVEUppers: () => UNIT,
      AArch64_MaybeZeroRegisterUppers: () => UNIT,
      ThisInstrLength: () => 32n,
      ThisInstr: () => new Bits(32, this.word),
      __UNKNOWN_bits: unknown,
      __UNKNOWN_bit: () => unknown(1n),
      // Which error it was is the implementation's to say: a recoverable one, of no particular instruction.
      AArch64_PEErrorState: () => 'ErrorState_UER',
      GetLoadStoreType: () => new Bits(2, 0n),
      IsExternalAbortTakenSynchronously: () => true,
      AArch64_TranslateAddress: (address, access) => this.block(address, access),
      PhysMemWrite: () => this.status('Fault_SyncExternal'),
      EndOfInstruction: () => {
        throw new Taken()
      },
    }
  }

  call(name, ...args) {
    return this.sail.call(name, args)
  }

  /** Registers and PSTATE as a case has them. @param {Set<string>} absent names of features that the CPU lacks. */
  begin({ registers, pstate, pc, absent, el2, lower32, zeroBtype = false }) {
    this.clear()
    this.zeroBtype = zeroBtype
    this.el2 = el2
    this.lower32 = lower32
    const names = this.model.enums.get('Feature')
    this.sail.registers.set(
      'FeatureImpl',
      this.features.map((has, i) => has && !absent.has(names[i])),
    )
    this.set('SCR_EL3', SCR_EL3)
    this.set('HCRX_EL2', HCRX_SCTLR2EN)
    for (const [name, value] of Object.entries(registers))
      this.set(name, name === 'HCRX_EL2' ? value | HCRX_SCTLR2EN : value)
    for (const [field, value] of Object.entries(pstate)) this.set(`PSTATE.${field}`, value)
    this.sail.write('_PC', pc)
  }

  /** PSTATE in the layout of SPSR_ELx. */
  spsr() {
    return this.call('GetPSRFromPSTATE', 'AArch64_NonDebugState', 64n).value
  }

  /** Takes the exception of a case. @returns what the target's registers are. */
  take(exception) {
    try {
      this.raise(exception)
    } catch (e) {
      if (!(e instanceof Taken)) throw e
      this.sail.stack = []
    }
    const el = this.sail.read('PSTATE').EL.value
    const far = this.sail.read(`FAR_EL${el}`)
    return {
      el: Number(el),
      elr: this.sail.read(`ELR_EL${el}`).value,
      spsr: this.sail.read(`SPSR_EL${el}`).bits.value,
      esr: this.sail.read(`ESR_EL${el}`).bits.value,
      far: far.bits?.value ?? far.value,
      pstate: this.spsr(),
      pc: this.sail.read('_PC').value,
      ...(exception.stage2 ? { hpfar: this.sail.read('HPFAR_EL2').bits.value } : {}),
    }
  }

  raise({ kind, va, ...rest }) {
    const address = new Bits(64, va)
    if (kind === 'data-abort') this.call('AArch64_DataAbort', address, this.record(rest))
    else if (kind === 'tag-check') this.call('AArch64_RaiseTagCheckFault', address, this.record(rest))
    else if (kind === 'instruction-abort')
      this.call('AArch64_InstructionAbort', address, this.record({ ...rest, access: 'fetch' }))
    else if (kind === 'sp-alignment') this.call('AArch64_SPAlignmentFault', UNIT)
    else if (kind === 'pc-alignment') this.call('AArch64_PCAlignmentFault', UNIT)
    else if (kind === 'illegal-state') this.call('AArch64_CheckIllegalState', UNIT)
    else if (kind === 'zero-block') this.zeroBlock(address, rest.fault)
    else if (kind === 'undefined') this.call('AArch64_UndefinedFault', UNIT)
    else if (kind === 'authentication') this.call('AArch64_PACFailException', new Bits(2, rest.key === 'DA' ? 2n : 3n))
    else if (kind === 'gcs-store') this.gcsStore(rest)
    else this.memoryCopy(rest)
  }

  /** GCSSTR where it is not enabled. */
  gcsStore({ word }) {
    this.word = word
    this.call('CheckGCSSTREnabled', UNIT)
  }

  /** A memory copy or set that finds PSTATE.C of the other option. */
  memoryCopy({ word, optionA }) {
    const field = (low, width) => (word >> low) & ((1n << width) - 1n)
    const [d, s, n] = [field(0n, 5n), field(16n, 5n), field(5n, 5n)]
    const set = field(22n, 2n) === 3n
    if (set) {
      const epilogue = field(14n, 2n) === 2n
      const options = new Bits(2, field(12n, 2n))
      this.call('MismatchedMemSetException', optionA, d, s, n, true, epilogue, options, field(26n, 1n) === 1n)
    } else {
      const epilogue = field(22n, 2n) === 2n
      this.call('MismatchedMemCpyException', optionA, d, s, n, true, epilogue, new Bits(4, field(12n, 4n)))
    }
  }

  /** DC ZVA of 64 bytes that are Device memory, or at which nothing is. */
  zeroBlock(address, fault) {
    this.fault = fault
    const block = new Bits(64, address.value & ~63n)
    const access = ACCESSES.zero(this)
    this.call('AArch64_DataMemZero', address, block, { ...access, tagchecked: false }, 64n)
  }

  /** What the address of a block translates to. */
  block(address, access) {
    const none = this.call('NoFault__1', access)
    const statuscode = this.fault === 'alignment' ? 'Fault_Alignment' : 'Fault_None'
    const paddress = { paspace: 'PAS_NonSecure', address: new Bits(56, address.value & ((1n << 48n) - 1n)) }
    return { fault: { ...none, statuscode }, vaddress: address, paddress }
  }

  record({ fault, level, access, store, dirtyBit, overlay, stage2 = false, walk = false, ipa = 0n }) {
    const descriptor = ACCESSES[access](this, store ? 'MemOp_STORE' : 'MemOp_LOAD')
    const none = this.call('NoFault__1', descriptor)
    return {
      ...none,
      statuscode: FAULTS[fault],
      level: BigInt(level ?? 0),
      extflag: new Bits(1, 0n),
      dirtybit: dirtyBit === true,
      overlay: overlay === true,
      secondstage: stage2,
      s2fs1walk: walk,
      ipaddress: { paspace: 'PAS_NonSecure', address: new Bits(56, ipa) },
    }
  }
}

/** SCR_EL3: NS, EL2 and EL1 are AArch64, all that it enables. */
const bit = (n) => 1n << BigInt(n)
const SCR_EL3 = bit(0) | bit(10) | bit(27) | bit(38) | bit(39) | bit(44)
/** Registers of cases are as they take effect: so SCTLR2_EL1 is on. */
const HCRX_SCTLR2EN = bit(15)
