/** Every export of `nisv/mmio` under hostile input. */

import fc from 'fast-check'
import { describe, expect } from 'vitest'
import * as mmio from '../../src/mmio/index.ts'
import { anyInstructionWord } from '../../src/testing/index.ts'
import {
  anyBigint,
  anyNumber,
  anyOptions,
  anyValue,
  DATA,
  type Draw,
  ERROR,
  ends,
  everyEntry,
  u32,
} from '../public-entries.ts'

const {
  AccessLog,
  AddressSpace,
  ContinuationError,
  DataAbortHandler,
  EffectiveAddress,
  ExclusiveMonitor,
  HandlerError,
  Journal,
  MemoryRegion,
  MmioTrace,
  Outcome,
  Plan,
  PlanCache,
  Reg,
  RegionError,
  RegisterAccess,
  RegisterFile,
  ScalableElements,
  Syndrome,
  VectorFile,
} = mmio

const word = fc.oneof(
  { weight: 3, arbitrary: anyInstructionWord((e) => e.access !== undefined, { constrained: true }) },
  { weight: 1, arbitrary: u32 },
)

function vcpu(draw: Draw): mmio.Vcpu & { regs: mmio.RegisterFile } {
  const regs = new RegisterFile()
  const values = draw(fc.array(anyBigint, { minLength: 8, maxLength: 8 }))
  for (let r = 0; r < mmio.REGISTER_SLOTS; r++) regs.set(r, values[r % 8] as bigint)
  return { regs, pull: () => {}, push: () => {} }
}

function plan(draw: Draw): mmio.Plan {
  const made = new Plan()
  mmio.buildPlan(draw(word), made)
  return made
}

/** A device that answers anything at all, or throws. */
function anyDevice(draw: Draw): mmio.MemoryRegionOps {
  const answer = (tx: mmio.MemTx): unknown => {
    if (draw(fc.boolean())) (tx as { result: unknown }).result = draw(anyValue)
    if (draw(fc.boolean())) (tx as { token: unknown }).token = draw(anyValue)
    if (draw(fc.boolean())) (tx as { hi: unknown }).hi = draw(anyValue)
    if (draw(fc.integer({ min: 0, max: 4 })) === 0) throw draw(anyValue)
    return draw(anyValue)
  }
  return {
    read: (_offset, _size, tx) => answer(tx) as number,
    write: (_offset, _value, _size, tx) => void answer(tx),
    valid: { max: 8, unaligned: true },
    impl: { max: 8 },
    whole: {
      sizes: [16, 64],
      read: (_offset, bytes, tx) => {
        answer(tx)
        bytes.fill(1)
      },
      write: (_offset, _bytes, tx) => void answer(tx),
      atomic: (_offset, _request, tx) => void answer(tx),
    },
    cancel: () => {
      throw draw(anyValue)
    },
  }
}

function space(draw: Draw): mmio.AddressSpace {
  return new AddressSpace()
    .add(MemoryRegion.ram('ram', new Uint8Array(0x2000).fill(draw(u32))), 0x4000_0000)
    .add(MemoryRegion.io('device', 0x1000, anyDevice(draw)), 0x5000_0000)
}

const near = fc.oneof(
  anyNumber,
  fc.integer({ min: 0x4000_0000 - 64, max: 0x4000_2040 }),
  fc.integer({ min: 0x5000_0000 - 64, max: 0x5000_1040 }),
)
const size = fc.oneof(anyNumber, fc.integer({ min: 1, max: 64 }))

/** What was deferred, with some of its members changed. */
const continuation = fc.oneof(
  anyValue,
  anyOptions(['version', 'token', 'pc', 'esr', 'far', 'hpfar', 'word', 'pages', 'journal', 'waiting'], {
    version: [1],
    token: ['t', 7],
    pc: ['0x0'],
    esr: ['0x92000007'],
    far: ['0x0', '0xffffffffffffffff'],
    hpfar: ['0x0'],
    word: [-1, 0xf9400040],
    pages: [[], [{ va: '0x0', pa: 0, attr: 0 }]],
    journal: [[], [{ write: false, pa: 0, offset: 0, bytes: [0], result: 0 }]],
    waiting: [
      {
        write: false,
        pa: 0x5000_0000,
        offset: 0,
        bytes: [0],
        at: {
          token: 't',
          region: 'device',
          offset: 0,
          size: 1,
          before: 0,
          piece: 1,
          done: 0,
          result: 0,
          errorAddress: -1,
        },
      },
    ],
  }),
)

const OPTIONS = [
  'features',
  'busErrors',
  'granule',
  'exclusives',
  'order',
  'unpredictable',
  'zeroBlock',
  'authenticate',
]
const MORE_OPTIONS = ['tags', 'tagBlock', 'tagZeroBlock', 'memoryCopy', 'trace']

describe('nisv/mmio', () => {
  everyEntry(mmio, {
    AccessKind: DATA,
    AccessLog: (draw) => {
      const log = ends(
        [RangeError],
        () =>
          new AccessLog(
            draw(
              fc.oneof(
                anyNumber.filter((n) => !(n > 1e5)),
                fc.integer({ min: 1, max: 9 }),
              ),
            ),
          ),
      )
      if (log === undefined) return
      for (let i = 0; i < 5; i++) {
        const n = (): number => draw(anyNumber)
        const ticket = log.begin(draw(fc.integer({ min: 0, max: 5 })) as mmio.AccessKind, null, n(), n(), n(), n(), n())
        log.finish(draw(fc.oneof(fc.constant(ticket), anyNumber)), n(), n(), n())
      }
      expect([...log].length).toBeLessThanOrEqual(5)
      log.clear()
    },
    AddressSpace: (draw) => {
      const options = draw(
        anyOptions(['unassigned', 'log', 'onDeviceError'], { unassigned: [{ reads: 'ones' }, { error: false }] }),
      )
      ends([RegionError], () => new AddressSpace(options as mmio.AddressSpaceOptions))
      const s = space(draw)
      const extra = MemoryRegion.ram('extra', new Uint8Array(16))
      ends([RegionError], () => s.add(extra, draw(near)))
      s.remove(extra)
      const buffer = new Uint8Array(64)
      const at = draw(fc.oneof(anyNumber, fc.constant(0)))
      ends([RegionError], () => s.read(draw(near), draw(size), buffer, at, draw(anyNumber)))
      ends([RegionError], () => s.write(draw(near), draw(size), buffer, at, draw(anyNumber)))
      ends([RegionError], () => s.readRam(draw(near), draw(size), buffer, at))
      const found = { hi: 0, lo: 0 }
      s.readDescriptor(draw(near), found)
      s.readInstruction(draw(near), found)
      s.compareAndSwapDescriptor(draw(near), draw(u32), draw(u32), draw(u32), draw(u32))
      s.find(draw(near))
      s.isRam(draw(near), draw(fc.integer({ min: 0, max: 1e6 })), draw(fc.boolean()))
      s.cancel(draw(near), draw(fc.oneof(fc.string(), anyNumber)))
      const pa = draw(near)
      const whole = draw(fc.constantFrom(1, 2, 4, 8, 16))
      if (s.takesAtomic(pa, whole, 'add', draw(fc.boolean()))) {
        const sixteen = (): Uint8Array => new Uint8Array(16)
        s.atomic(pa, whole, 'add', sixteen(), sixteen(), sixteen(), 0)
      }
      expect([...s].length).toBe(2)
    },
    unalignedAccessFaults: (draw) => {
      const registers = new RegisterAccess()
      registers.begin(vcpu(draw))
      expect(mmio.unalignedAccessFaults(plan(draw), draw(anyNumber), draw(fc.boolean()), registers)).toBeTypeOf(
        'boolean',
      )
    },
    ContinuationError: ERROR,
    EffectiveAddress: (draw) => {
      const registers = new RegisterAccess()
      registers.begin(vcpu(draw))
      const address = new EffectiveAddress()
      const made = plan(draw)
      if (made.status === mmio.PlanStatus.ACCESS && !made.scalable) {
        address.compute(made, registers)
        address.writeBack(made, registers)
      }
      expect([address.hi >>> 0, address.lo >>> 0]).toEqual([address.hi, address.lo])
    },
    ExclusiveMonitor: (draw) => {
      const monitor = new ExclusiveMonitor()
      const [a, b] = [vcpu(draw), vcpu(draw)]
      monitor.mark(a, draw(anyNumber), draw(anyNumber))
      monitor.stored(b, draw(anyNumber), draw(anyNumber))
      expect(monitor.covers(a, draw(anyNumber), draw(anyNumber))).toBeTypeOf('boolean')
      monitor.clear(a)
    },
    DataAbortHandler: (draw) => {
      const options = draw(
        anyOptions([...OPTIONS, ...MORE_OPTIONS], { granule: [16384], order: ['architectural-order'] }),
      )
      ends([HandlerError], () => new DataAbortHandler(draw(anyValue) as mmio.HandlerOptions))
      ends([HandlerError], () => new DataAbortHandler({ ...options, space: new AddressSpace() } as mmio.HandlerOptions))
      const handler = new DataAbortHandler({ space: space(draw) })
      const at = vcpu(draw)
      // Half of the guests have their stage 1 off: PC and FAR are addresses of RAM and of the device.
      if (draw(fc.boolean())) {
        at.regs.set(Reg.SCTLR_EL1, 0n)
        at.regs.set(Reg.PSTATE, 0x3c5n)
        at.regs.set(Reg.PC, 0x4000_0000n)
        for (let r = 0; r < 31; r++) at.regs.set(r, 0x5000_0000n + BigInt(draw(fc.integer({ min: -8, max: 0x1008 }))))
      }
      const number = fc.oneof(anyNumber, anyBigint, fc.constantFrom(0x9200_0007, 0x9200_0047, 0x5000_0000, 0x500_0000))
      const outcome = handler.handle(at, { esr: draw(number), far: draw(number), hpfar: draw(number) })
      expect(outcome.reason in mmio.REASONS).toBe(true)
      handler.handle(at)
      const given = draw(continuation) as mmio.Continuation
      const value = draw(fc.oneof(anyNumber, anyBigint))
      ends([ContinuationError], () => handler.resume(at, given, value, draw(anyNumber)))
      ends([ContinuationError], () => handler.cancel(at, given))
      handler.clearExclusive(at)
    },
    HandlerError: ERROR,
    JOURNAL_ENTRIES: DATA,
    Journal: (draw) => {
      const journal = new Journal()
      for (let i = 0; i < 5; i++) {
        const bytes = draw(fc.integer({ min: 0, max: 64 }))
        journal.record(
          draw(fc.boolean()),
          draw(anyNumber),
          bytes,
          draw(anyNumber),
          new Uint8Array(64),
          0,
          draw(u32) & 15,
        )
      }
      expect([...journal].length).toBe(journal.length)
      journal.clear()
    },
    ADDRESS_LIMIT: DATA,
    MemoryRegion: (draw) => {
      const [name, bytes, ops] = [
        draw(anyValue),
        draw(anyValue),
        draw(
          anyOptions(['read', 'write', 'valid', 'impl', 'endianness', 'whole', 'cancel'], {
            read: [() => 0],
            write: [() => {}],
            valid: [{ max: 8 }],
            whole: [{ sizes: [16] }, { sizes: [64], read: () => {}, write: () => {} }],
          }),
        ),
      ]
      const sizes = draw(fc.oneof(anyNumber, anyValue)) as number
      const options = draw(anyOptions(['readonly'], { readonly: [true, 'discard'] }))
      const region = ends([RegionError], () =>
        MemoryRegion.io(name as string, sizes, ops as unknown as mmio.MemoryRegionOps),
      )
      ends([RegionError], () => MemoryRegion.io('name', 16, ops as unknown as mmio.MemoryRegionOps))
      ends([RegionError], () => MemoryRegion.ram(name as string, bytes as Uint8Array, options))
      ends([RegionError], () => MemoryRegion.ram('ram', new Uint8Array(4), options))
      ends([RegionError], () => MemoryRegion.hostRam('ram', sizes, bytes as mmio.GuestMemory, options))
      expect(region?.describe(draw(anyNumber)) ?? '').toBeTypeOf('string')
    },
    RegionError: ERROR,
    MmioTrace: (draw) => {
      const lines: string[] = []
      const times = draw(fc.array(anyNumber, { minLength: 1, maxLength: 3 }))
      const trace = new MmioTrace({
        write: (line) => lines.push(line),
        now: () => times[lines.length % times.length] as number,
      })
      const id = trace.map(draw(fc.string()), draw(anyNumber), draw(anyNumber), draw(fc.oneof(anyNumber, anyBigint)))
      trace.mark(draw(fc.string()))
      const [pa, pc] = [draw(anyNumber), draw(fc.oneof(anyNumber, anyBigint))]
      trace.entry({ write: true, pa, offset: 0, bytes: [1, 2, 3], result: draw(u32) & 7 }, pc)
      const kind = draw(fc.constantFrom('load', 'store', 'atomic', 'cas', 'tag', 'zero'))
      trace.access(
        { seq: 0, kind, region: '', offset: 0, pa, size: draw(anyNumber), value: draw(anyBigint), result: 0 },
        pc,
      )
      trace.unmap(draw(fc.oneof(anyNumber, fc.constant(id))))
      for (const line of lines) expect(line).toMatch(/^[^\n]*\n$/)
    },
    MEMORY_COPY_CHUNK: DATA,
    describeReason: (draw) => {
      expect(mmio.describeReason(draw(fc.constantFrom(...Object.keys(mmio.REASONS))) as mmio.Reason)).toBeTypeOf(
        'string',
      )
    },
    Outcome: (draw) => {
      const outcome = new Outcome()
      outcome.begin(vcpu(draw).regs)
      Object.assign(outcome, {
        word: draw(fc.oneof(u32, fc.constant(-1))),
        ipa: draw(anyNumber),
        status: draw(u32) & 63,
      })
      const bytes = draw(fc.integer({ min: 0, max: 2 ** 31 }))
      expect(outcome.describe()).toContain('PC 0x')
      expect([outcome.plusHi(bytes), outcome.plusLo(bytes)].every((n) => n === n >>> 0)).toBe(true)
    },
    REASONS: DATA,
    BASE_PC: DATA,
    BASE_SP: DATA,
    BLOCK_ZERO: DATA,
    DEFAULT_ZERO_BLOCK: DATA,
    Extend: DATA,
    MAX_BYTES: DATA,
    MAX_ELEMENTS: DATA,
    Plan: (draw) => {
      const made = plan(draw)
      expect(made.count * made.size).toBeLessThanOrEqual(mmio.MAX_BYTES)
    },
    PlanStatus: DATA,
    TAG_OF_ADDRESS: DATA,
    TAG_OF_SP: DATA,
    Writeback: DATA,
    ZERO_ELEMENT: DATA,
    buildPlan: (draw) => {
      const made = new Plan()
      mmio.buildPlan(draw(fc.oneof(word, anyNumber)), made)
      expect(Object.values(mmio.PlanStatus)).toContain(made.status)
    },
    PlanCache: (draw) => {
      const cache = ends([RangeError], () => new PlanCache(draw(fc.oneof(anyNumber, fc.integer({ min: 0, max: 4 })))))
      for (let i = 0; i < 20; i++) {
        const wanted = draw(word)
        const made = cache?.get(wanted | 0)
        if (made) expect(made.word >>> 0).toBe(wanted)
      }
    },
    agreesWithSyndrome: (draw) => {
      expect(mmio.agreesWithSyndrome(plan(draw), new Syndrome().parse(draw(anyNumber)))).toBeTypeOf('boolean')
    },
    stageTwoSyndrome: (draw) => {
      const esr = mmio.stageTwoSyndrome(plan(draw), draw(anyNumber))
      expect(esr >>> 26).toBe(mmio.ExceptionClass.DATA_ABORT_LOWER)
    },
    MEMTX_ACCESS_ERROR: DATA,
    MEMTX_DECODE_ERROR: DATA,
    MEMTX_DEFERRED: DATA,
    MEMTX_ERROR: DATA,
    MEMTX_OK: DATA,
    MemTxAttrs: DATA,
    RegisterAccess: (draw) => {
      const registers = new RegisterAccess()
      const pushed: number[] = []
      const of = { ...vcpu(draw), push: (reg: number) => pushed.push(reg) }
      registers.begin(of)
      const slots = draw(fc.array(fc.integer({ min: 0, max: mmio.REGISTER_SLOTS - 1 })))
      for (const slot of slots) {
        registers.read(slot)
        registers.wrote(slot)
      }
      registers.commit()
      expect(pushed).toEqual([...new Set(slots)])
    },
    REGISTER_SLOTS: DATA,
    Reg: DATA,
    RegisterFile: (draw) => {
      const file = new RegisterFile()
      const [slot, value] = [draw(fc.integer({ min: 0, max: mmio.REGISTER_SLOTS - 1 })), draw(anyBigint)]
      file.set(slot, value)
      expect(file.get(slot)).toBe(BigInt.asUintN(64, value))
      file.setPair(slot, draw(anyNumber), draw(anyNumber))
      expect([file.lo(slot), file.hi(slot)].every((n) => n === n >>> 0)).toBe(true)
    },
    MAX_RETRIES: DATA,
    MAX_SCALABLE_ELEMENTS: DATA,
    ScalableElements: (draw) => {
      const registers = new RegisterAccess()
      registers.begin(vcpu(draw))
      const { scalable } = plan(draw)
      const file = new VectorFile()
      file.bytes.fill(draw(u32))
      const vectors = { file, length: draw(fc.constantFrom(16, 32, 256)), pull: () => {}, push: () => {} }
      const elements = new ScalableElements()
      if (scalable) elements.list(scalable, registers, vectors)
      expect(elements.count).toBeLessThanOrEqual(mmio.MAX_SCALABLE_ELEMENTS)
    },
    DFSC_ALIGNMENT: DATA,
    DFSC_EXTERNAL: DATA,
    DFSC_UNSUPPORTED_EXCLUSIVE: DATA,
    dataAbortSyndrome: (draw) => {
      const esr = mmio.dataAbortSyndrome(draw(fc.boolean()), draw(fc.boolean()), draw(anyNumber))
      expect(esr).toBe(esr >>> 0)
    },
    ExceptionClass: DATA,
    SP_ALIGNMENT_SYNDROME: DATA,
    Syndrome: (draw) => {
      const s = new Syndrome().parse(draw(anyNumber))
      expect([s.ec < 64, s.srt < 32, [1, 2, 4, 8].includes(s.size), s.status < 64]).toEqual([true, true, true, true])
    },
    MAX_VECTOR_BYTES: DATA,
    VectorFile: (draw) => {
      const view = new VectorFile().view(draw(fc.integer({ min: 0, max: mmio.VectorReg.ZA0 + 255 })))
      expect(view.length).toBeGreaterThan(0)
    },
    VectorReg: DATA,
  })
})
