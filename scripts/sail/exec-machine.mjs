/**
 * Arm's Sail model as a CPU at EL1 with one page of memory: registers and an instruction in, accesses in order and
 * registers out. Address translation is the identity.
 */
import { ExceptionMachine } from './exception-machine.mjs'
import { Instructions } from './instructions.mjs'
import { Bits, UNIT } from './values.mjs'

/** NS, EL1 and EL2 are AArch64, and all that it enables: ATA, GCSEn, TCR2En, ... */
const SCR_EL3 = [0, 10, 26, 27, 36, 37, 38, 39, 40, 43, 44, 45, 46].reduce((value, n) => value | (1n << BigInt(n)), 0n)

/** DC ZVA is of 64 bytes. */
const DCZID_EL0 = 4n

/** The page that is mapped, Normal Write-Back and tagged; no other address is, but that of the code. */
export const WINDOW = 0x2000_0000n
const PAGE = 4096n
/** Bytes of a vector. */
export const VECTOR_BYTES = 32
const VL = 8n * BigInt(VECTOR_BYTES)

/** What the model throws. */
class Thrown extends Error {
  constructor(what) {
    super(`${what.tag} is thrown`)
    this.what = what
  }
}
/** The instruction is over before its end. */
class Ended extends Error {}

export class ExecMachine extends ExceptionMachine {
  window = new Uint8Array(Number(PAGE))
  tags = new Uint8Array(Number(PAGE) / 16)
  /** Bytes at PC that are mapped, for literals. */
  code = new Uint8Array(64)
  x = []
  /** Accesses of memory in order: kind, address, bytes. */
  log = []
  exclusive = undefined
  /** The algorithm of memory copy and set. */
  optionA = true
  /** An element of a load that may not fault has. */
  stopped = false

  constructor(folder) {
    super(folder)
    this.instructions = new Instructions(folder, this.model)
    this.whole('Mem_read__2')
    this.whole('Mem_set__2')
    this.whole('MemNF_read')
    this.whole('AArch64_DataMemZero')
  }

  /** An unaligned element is one access of the log, though the model goes by bytes. */
  whole(name) {
    const original = this.sail.functionOf(name)
    this.sail.callers.set(name, (args) => {
      const first = this.log.length
      try {
        const value = original(args)
        if (name === 'MemNF_read' && value[1]) {
          this.stopped = true
          // The bytes before the one that cannot be read are of no consequence.
          this.log.length = first
        }
        return value
      } finally {
        // A pair is two elements.
        if (name === 'AArch64_DataMemZero') this.join(first, Number(args[3]))
        else this.join(first, Number(args[1]) / (args[3] === true ? 2 : 1))
      }
    })
  }

  /** Makes accesses from `first` on elements of so many bytes, or as much of one as there is: their parts ascend. */
  join(first, size) {
    let element = ['', 0n, '']
    for (const [kind, at, bytes] of this.log.splice(first)) {
      const length = element[2].length / 2
      if (length > 0 && length < size && element[1] + BigInt(length) === at) element[2] += bytes
      else {
        element = [kind, at, bytes]
        this.log.push(element)
      }
    }
  }

  substitutes(choices) {
    return {
      ...super.substitutes({ ...choices, ...CHOICES }),
      throw: (what) => {
        throw new Thrown(what)
      },
      EndOfInstruction: () => {
        throw new Ended()
      },
      X_read: (n, width) => new Bits(Number(width), n === 31n ? 0n : this.x[Number(n)]),
      X_set: (n, _width, value) => {
        if (n !== 31n) this.x[Number(n)] = value.value
      },
      CurrentVL_read: () => VL,
      CurrentSVL_read: () => VL,
      CurrentNSVL_read: () => VL,
      IsSVEEnabled: () => true,
      CheckSVEEnabled: () => UNIT,
      CheckNonStreamingSVEEnabled: () => UNIT,
      CheckSMEEnabled: () => UNIT,
      CheckSMEAndZAEnabled: () => UNIT,
      CheckStreamingSVEEnabled: () => UNIT,
      CheckStreamingSVEAndZAEnabled: () => UNIT,
      CheckSMEZT0Enabled: () => UNIT,
      CheckFPAdvSIMDEnabled64: () => UNIT,
      CheckFPEnabled64: () => UNIT,
      // The code is gone before, as a CPU's that stopped at the access: nothing is authenticated here.
      AuthDA: (pointer) => pointer,
      AuthDB: (pointer) => pointer,
      Hint_SetPSTATE: () => UNIT,
      ProcessorID: () => 0n,
      MarkExclusiveLocal: (address, _processor, size) => {
        this.exclusive = [address.address.value, size]
      },
      MarkExclusiveGlobal: () => UNIT,
      IsExclusiveLocal: (address, _processor, size) =>
        this.exclusive?.[0] === address.address.value && this.exclusive[1] === size,
      IsExclusiveGlobal: () => true,
      ClearExclusiveLocal: () => {
        this.exclusive = undefined
      },
      ClearExclusiveByAddress: () => UNIT,
      AArch64_TranslateAddress: (va, accdesc, _aligned, size) => this.translate(va, accdesc, size),
      PhysMemRead: (desc, size) => this.readBytes(desc, Number(size)),
      PhysMemWrite: (desc, size, _access, _info, data) => this.writeBytes(desc, Number(size), data),
      PhysMemTagRead: (desc) => this.readTag(desc),
      PhysMemTagWrite: (desc, _access, tag) => this.writeTag(desc, tag),
      AddressSupportsLS64: () => true,
      ...this.memoryCopy(),
      AArch64_CheckSystemAccess: () => UNIT,
      AArch64_SysInstr: (...args) => this.systemInstruction(...args),
      // A load that may not fault reads nothing more once an element has: any element may be one that cannot be read.
      ConstrainUnpredictableBool: (which) =>
        which === 'Unpredictable_NONFAULT' ? this.stopped : (CHOICES[which] ?? false),
    }
  }

  /** SYS: DC ZVA, DC GVA, DC GZVA. */
  systemInstruction(_op0, op1, crn, crm, op2, t) {
    const type = { 1: 'CacheType_Data', 3: 'CacheType_Tag', 4: 'CacheType_Data_Tag' }[op2]
    if (op1 !== 3n || crn !== 7n || crm !== 4n || type === undefined) throw new Thrown({ tag: 'Absent' })
    this.sail.call('AArch64_MemZero', [new Bits(64, t === 31n ? 0n : this.x[Number(t)]), type])
  }

  /**
   * Memory copy and set as nisv's CPU has them: the prologue copies nothing, the stage after it all that there is, a byte or
   * a granule at a time. PSTATE.C is looked at where there is something to do, sizes are not.
   */
  memoryCopy() {
    const word = () => Number(this.word)
    const isSet = () => ((word() >>> 22) & 3) === 3
    const epilogue = () => (isSet() ? (word() >>> 14) & 3 : (word() >>> 22) & 3) === 2
    const none = new Bits(64, 0n)
    return {
      CPYOptionA: () => this.optionA,
      CPYFOptionA: () => this.optionA,
      SETOptionA: () => this.optionA,
      SETGOptionA: () => this.optionA,
      MaxBlockSizeCopiedBytes: () => 16n,
      CPYPreSizeChoice: () => none,
      CPYPostSizeChoice: (_to, _from, size) => (epilogue() ? size : none),
      CPYSizeChoice: () => 1n,
      SETPreSizeChoice: () => none,
      SETPostSizeChoice: (_to, size) => (epilogue() ? size : none),
      SETSizeChoice: (_to, _size, alignment) => alignment,
      MemCpyDirectionChoice: () => true,
      MemCpyParametersIllformedM: () => false,
      MemCpyParametersIllformedE: () => false,
      MemSetParametersIllformedM: () => false,
      MemSetParametersIllformedE: () => false,
      MemCpyZeroSizeCheck: () => false,
      MemSetZeroSizeCheck: () => false,
    }
  }

  /** State before a case. */
  beginCase({ optionA = true, uao = false, tco = false, x, sp, z, p, ffr, za, zt0, nzcv, pc, registers }) {
    this.begin({
      registers: { SCR_EL3, DCZID_EL0, ...registers, SP_EL1: sp },
      pstate: {
        EL: 1n,
        SP: 1n,
        UAO: uao ? 1n : 0n,
        TCO: tco ? 1n : 0n,
        N: bitOf(nzcv, 3),
        Z: bitOf(nzcv, 2),
        C: bitOf(nzcv, 1),
        V: bitOf(nzcv, 0),
      },
      pc,
      absent: new Set(),
      el2: false,
      lower32: false,
    })
    this.optionA = optionA
    this.x = x.slice()
    const { sail } = this
    sail.write(
      '_Z',
      z.map((v) => new Bits(2048, v)),
    )
    sail.write(
      '_P',
      p.map((v) => new Bits(256, v)),
    )
    sail.write('_FFR', ffr)
    const rows = sail.read('_ZA').map((row, i) => (i < za.length ? new Bits(2048, za[i]) : row))
    sail.write('_ZA', rows)
    sail.write('_ZT0', zt0)
    this.pc = pc
    this.log = []
    this.exclusive = undefined
    this.tags.fill(0)
  }

  /** State after. */
  state() {
    const { sail } = this
    const pstate = sail.read('PSTATE')
    const wide = (name) => sail.read(name).map((v) => BigInt.asUintN(Number(VL), v.value))
    const sp = sail.read('SP_EL1')
    return {
      x: this.x.slice(),
      sp: (sp.bits ?? sp).value,
      z: wide('_Z'),
      p: sail.read('_P').map((v) => v.value),
      ffr: sail.read('_FFR').value,
      za: wide('_ZA').slice(0, VECTOR_BYTES),
      zt0: sail.read('_ZT0').value,
      nzcv: ['N', 'Z', 'C', 'V'].reduce((n, flag) => (n << 1n) | pstate[flag].value, 0n),
      // Asynchronous tag checks: TFSR_EL1, TFSRE0_EL1.
      tfsr: (sail.read('TFSRE0_EL1').bits.value << 2n) | sail.read('TFSR_EL1').bits.value,
      window: this.window.slice(),
      tags: this.tags.slice(),
    }
  }

  /**
   * Executes a word.
   * @returns {{ end: 'ok' | 'undefined' | 'exception', esr?: bigint, far?: bigint }}
   */
  step(word) {
    const { sail } = this
    this.word = BigInt(word >>> 0)
    sail.stack = []
    sail.write('_PC', this.pc)
    this.stopped = false
    const opcode = new Bits(32, this.word)
    let see = -1
    for (const clause of this.instructions.clausesOf(word)) {
      if (clause.see <= see) continue
      this.clause = clause
      try {
        sail.compile(clause.expression())({ __opcode: opcode, pc: this.pc })
        return { end: 'ok' }
      } catch (e) {
        if (e instanceof Ended) return this.ended()
        if (!(e instanceof Thrown)) throw e
        if (e.what.tag === 'Absent') this.clause = undefined
        if (e.what.tag === 'Absent' || e.what.tag === 'Error_Undefined') return { end: 'undefined' }
        if (e.what.tag !== 'Error_See') throw e
        see = clause.see
      }
    }
    this.clause = undefined
    return { end: 'undefined' }
  }

  ended() {
    const { sail } = this
    if (sail.read('_PC').value === this.pc) return { end: 'ok' }
    const far = sail.read('FAR_EL1')
    return { end: 'exception', esr: sail.read('ESR_EL1').bits.value, far: (far.bits ?? far).value }
  }

  /** Where an address is: a view and an index, or undefined. */
  place(pa) {
    if (pa >= WINDOW && pa < WINDOW + PAGE) return [this.window, Number(pa - WINDOW)]
    if (pa >= this.pc && pa < this.pc + BigInt(this.code.length)) return [this.code, Number(pa - this.pc)]
    return undefined
  }

  translate(va, accdesc, _size) {
    const { sail } = this
    const pa = BigInt.asUintN(56, va.value)
    const fault = sail.call('NoFault__1', [accdesc])
    const descriptor = { ...this.descriptor(), fault, vaddress: va }
    // The page is none of a Guarded Control Stack.
    const mapped = (va.value >> 55n) % 2n === 0n && this.place(pa) !== undefined && accdesc.acctype !== 'AccessType_GCS'
    if (!mapped) {
      descriptor.fault = { ...fault, statuscode: 'Fault_Translation', level: levelOf(va.value), write: accdesc.write }
      return descriptor
    }
    const { paddress, memattrs } = descriptor
    descriptor.paddress = { ...paddress, address: new Bits(56, pa), paspace: 'PAS_NonSecure' }
    const writeBack = { ...memattrs.inner, attrs: 'MemAttr_WB', hints: 'MemHint_RWA', transient: false }
    descriptor.memattrs = {
      ...memattrs,
      memtype: 'MemType_Normal',
      inner: writeBack,
      outer: writeBack,
      shareability: 'Shareability_ISH',
      tags: pa >= WINDOW ? 'MemTag_AllocationTagged' : 'MemTag_Untagged',
    }
    return descriptor
  }

  descriptor() {
    this.empty ??= this.sail.undefinedOf(['name', 'AddressDescriptor', []], {})
    return this.empty
  }

  readBytes(desc, size) {
    const pa = desc.paddress.address.value
    let value = 0n
    for (let i = size - 1; i >= 0; i--) {
      const at = this.place(pa + BigInt(i))
      value = (value << 8n) | BigInt(at === undefined ? 0 : at[0][at[1]])
    }
    const data = new Bits(8 * size, value)
    this.log.push(['r', pa, memoryOrder(data)])
    return [this.status('Fault_None'), data]
  }

  writeBytes(desc, size, data) {
    const pa = desc.paddress.address.value
    for (let i = 0; i < size; i++) {
      const at = this.place(pa + BigInt(i))
      if (at !== undefined) at[0][at[1]] = Number((data.value >> BigInt(8 * i)) & 0xffn)
    }
    this.log.push(['w', pa, memoryOrder(data)])
    return this.status('Fault_None')
  }

  readTag(desc) {
    const pa = desc.paddress.address.value
    return [this.status('Fault_None'), new Bits(4, BigInt(this.tags[Number((pa - WINDOW) >> 4n)]))]
  }

  writeTag(desc, tag) {
    const pa = desc.paddress.address.value
    this.tags[Number((pa - WINDOW) >> 4n)] = Number(tag.value)
    return this.status('Fault_None')
  }
}

/** The level at which the tables of a test end: 39-bit addresses below, and a table of pages where the window or the code is. */
function levelOf(va) {
  const address = va & 0x00ff_ffff_ffff_ffffn
  if (address >> 39n !== 0n) return 0n
  if (address >> 30n !== 0n) return 1n
  return [WINDOW, 0x1000_0000n].includes((address >> 21n) << 21n) ? 3n : 2n
}

const bitOf = (value, n) => (value >> BigInt(n)) & 1n

/** The bytes of a value from the lowest address, in hexadecimal. */
function memoryOrder({ width, value }) {
  return Buffer.from(value.toString(16).padStart(width / 4, '0'), 'hex')
    .reverse()
    .toString('hex')
}

/** As nisv does unless it is told otherwise. */
const CHOICES = {
  Unpredictable_WBOVERLAPLD: 'Constraint_UNKNOWN',
  Unpredictable_WBOVERLAPST: 'Constraint_NONE',
  Unpredictable_LDPOVERLAP: 'Constraint_UNKNOWN',
  Unpredictable_LSE128OVERLAP: 'Constraint_UNKNOWN',
  Unpredictable_BASEOVERLAP: 'Constraint_NONE',
  Unpredictable_DATAOVERLAP: 'Constraint_NONE',
  Unpredictable_MOPSOVERLAP31: 'Constraint_UNDEF',
  Unpredictable_DEVPAGE2: 'Constraint_NONE',
  Unpredictable_MISALIGNEDATOMIC: true,
  Unpredictable_LS64UNSUPPORTED: 'Constraint_LIMITED_ATOMICITY',
  Unpredictable_SVELDNFZERO: true,
  Unpredictable_SVELDNFDATA: true,
  Unpredictable_STOREONLYTAGCHECKEDCAS: true,
}
