import { hex } from '../../bits.ts'
import { InProcessVcpu } from '../../host/index.ts'
import {
  AddressSpace,
  DataAbortHandler,
  MEMTX_ERROR,
  MEMTX_OK,
  MemoryRegion,
  type MemoryRegionOps,
  Reg,
  RegisterFile,
  type SignedPointer,
  type Vcpu,
  VectorReg,
} from '../../mmio/index.ts'
import { lowBytes, VectorVcpu } from './vector-vcpu.ts'
import type { RegisterValues, VectorAccess, VectorMachine, VectorOutcome, VectorStep } from './vectors-case.ts'
import { VectorRam } from './vectors-ram.ts'

/** Slots by name; the frame of the fault and those that have a number in their name are not among them. */
const NAMED: ReadonlyMap<string, number> = new Map(
  Object.entries(Reg)
    .filter(([name]) => !/^(X0|LR|XZR|V0|ESR_EL2|FAR_EL2|HPFAR_EL2)$/.test(name))
    .map(([name, slot]) => [name.toLowerCase(), slot]),
)

/** Scalable registers: first number of their kind, how many, and what part of a vector they are as long as. */
const SCALABLE: Readonly<Record<string, readonly [first: number, count: number, part: number]>> = {
  z: [VectorReg.Z0, 32, 1],
  p: [VectorReg.P0, 16, 8],
  za: [VectorReg.ZA0, 256, 1],
}

/** A register that a case names and the machine has not. */
export class NoRegisterError extends Error {
  override readonly name = 'NoRegisterError'
}

/** The bytes of a register that is no number, by name. */
function bytesOf(vcpu: Vcpu, name: string): Uint8Array | undefined {
  const [, bank, digits] = /^([a-z]+?)(\d*)$/.exec(name) ?? []
  const n = Number(digits)
  if (bank === 'v') return n < 32 ? lowBytes(vcpu.regs, n) : undefined
  if (!vcpu.vectors) return undefined
  const { file, length } = vcpu.vectors
  if (name === 'ffr') return file.view(VectorReg.FFR).subarray(0, length / 8)
  if (name === 'zt0') return file.view(VectorReg.ZT0)
  const [first, count, part] = SCALABLE[bank as string] ?? [0, 0, 1]
  return n < (bank === 'za' ? length : count) ? file.view(first + n).subarray(0, length / part) : undefined
}

/** Byte `offset` of a device, before anything is written to it. */
function deviceByte(offset: number): number {
  return (0x5a + 37 * offset + (offset >>> 8)) & 0xff
}

/** The machine of a case: its vCPU stops at each step's abort, and the handler is asked. */
export class VectorPlayer {
  readonly #machine: VectorMachine
  readonly #vcpu: Vcpu
  readonly #ram: VectorRam
  readonly #handler: DataAbortHandler
  #accesses: VectorAccess[] = []

  /** @throws NoRegisterError when the case names a register that there is not. */
  constructor(machine: VectorMachine) {
    this.#machine = machine
    this.#vcpu = machine.vl === 0 ? new InProcessVcpu() : new VectorVcpu(machine.vl)
    const space = new AddressSpace()
    this.#ram = new VectorRam(machine, space)
    for (const [k, [base, size]] of machine.devices.entries()) {
      space.add(MemoryRegion.io(`device ${k}`, size, this.#device(base, size)), base)
    }
    setRegisters(this.#vcpu, machine.registers)
    const { authentic } = machine
    this.#handler = new DataAbortHandler({
      space,
      features: { PAN: true, SSBS: false, MTE: false, NMI: false, LSE2: true },
      ...(authentic ? { authenticate: (_, pointer) => authenticate(authentic, pointer) } : {}),
      trace: {
        accessed: (write, pa, size, data, at, result) => {
          const refused = result !== MEMTX_OK
          const bytes = refused && !write ? '' : Buffer.from(data.subarray(at, at + size)).toString('hex')
          this.#accesses.push({ kind: write ? 'w' : 'r', pa, size, bytes, refused })
        },
      },
    })
  }

  /** One abort, and all that came of it. */
  step(step: VectorStep & { readonly kind: 'abort' }): VectorOutcome {
    this.#ram.placeCode(step.code, step.word)
    this.#ram.begin()
    this.#accesses = []
    const vcpu = this.#vcpu
    const before = new RegisterFile()
    before.x.set(vcpu.regs.x)
    const vectorsBefore = vcpu.vectors?.file.bytes.slice()
    const { esr, far, hpfar } = step
    const { kind } = this.#handler.handle(vcpu, { esr, far, hpfar })
    return {
      outcome: kind,
      accesses: this.#accesses.map(accessEntry),
      registers: changedRegisters(vcpu, before, vectorsBefore),
      memory: this.#ram.changed(),
    }
  }

  #device(base: number, size: number): MemoryRegionOps {
    const bytes = Uint8Array.from({ length: size }, (_, k) => deviceByte(k))
    const refuses = (kind: 'r' | 'w', offset: number, length: number): boolean =>
      this.#machine.refuses.some(([k, pa]) => k === kind && pa >= base + offset && pa < base + offset + length)
    const word = (at: number, length: number): number =>
      bytes.subarray(at, at + length).reduceRight((n, byte) => n * 256 + byte, 0)
    return {
      valid: { max: 8 },
      impl: { max: 8 },
      read(offset, length, tx) {
        if (refuses('r', offset, length)) tx.result = MEMTX_ERROR
        if (length === 8) tx.hi = word(offset + 4, 4)
        return word(offset, Math.min(length, 4))
      },
      write(offset, value, length, tx) {
        if (refuses('w', offset, length)) {
          tx.result = MEMTX_ERROR
          return
        }
        for (let k = 0; k < length; k++) bytes[offset + k] = k < 4 ? value >>> (8 * k) : tx.hi >>> (8 * (k - 4))
      },
    }
  }
}

/** An access as a case lists it. */
function accessEntry({ kind, pa, size, bytes, refused }: VectorAccess): (string | number)[] {
  return [kind, hex(pa), size, bytes, ...(refused ? ['refused'] : [])]
}

function setRegisters(vcpu: Vcpu, values: RegisterValues): void {
  for (const [name, value] of values) {
    if (typeof value !== 'bigint') {
      const bytes = bytesOf(vcpu, name)
      if (bytes === undefined || value.length > bytes.length) throw new NoRegisterError(`there is no ${name} so long`)
      bytes.set(value)
      const z = /^z(\d+)$/.exec(name)
      if (z) lowBytes(vcpu.regs, Number(z[1])).set(bytes.subarray(0, 16))
      const v = /^v(\d+)$/.exec(name)
      if (v) vcpu.vectors?.file.view(Number(v[1])).set(bytes)
      continue
    }
    const slot = /^x(?:[12]?\d|30)$/.test(name) ? Number(name.slice(1)) : NAMED.get(name)
    if (slot === undefined) throw new NoRegisterError(`there is no register ${name}`)
    vcpu.regs.set(slot, value)
  }
}

function authenticate(authentic: ReadonlyMap<bigint, bigint>, pointer: SignedPointer): boolean {
  const plain = authentic.get((BigInt(pointer.hi >>> 0) << 32n) | BigInt(pointer.lo >>> 0))
  if (plain === undefined) return false
  pointer.hi = Number(plain >> 32n)
  pointer.lo = Number(plain & 0xffff_ffffn)
  return true
}

function changedRegisters(
  vcpu: Vcpu,
  before: RegisterFile,
  vectorsBefore: Uint8Array | undefined,
): Record<string, string> {
  const changed: Record<string, string> = {}
  const { regs, vectors } = vcpu
  const note = (name: string, slot: number): void => {
    if (regs.get(slot) !== before.get(slot)) changed[name] = hex(regs.get(slot))
  }
  for (let r = 0; r < 31; r++) note(`x${r}`, r)
  for (const [name, slot] of NAMED) note(name, slot)
  if (!vectors || !vectorsBefore) {
    for (let v = 0; v < 32; v++) {
      const at = 8 * (Reg.V0 + 2 * v)
      noteBytes(changed, `v${v}`, lowBytes(vcpu.regs, v), before.bytes.subarray(at, at + 16))
    }
    return changed
  }
  const names = Object.entries(SCALABLE).flatMap(([bank, [, count]]) =>
    Array.from({ length: count }, (_, n) => `${bank}${n}`),
  )
  for (const name of [...names, 'ffr', 'zt0']) {
    const now = bytesOf(vcpu, name)
    if (now) noteBytes(changed, name, now, vectorsBefore.subarray(now.byteOffset, now.byteOffset + now.length))
  }
  return changed
}

function noteBytes(changed: Record<string, string>, name: string, now: Uint8Array, before: Uint8Array): void {
  const text = Buffer.from(now).toString('hex')
  if (text !== Buffer.from(before).toString('hex')) changed[name] = text
}
