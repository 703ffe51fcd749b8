/**
 * Whether a saved state is one of this device: what a device computes anew must be as this one computes it.
 *
 * @module
 */

import { hex } from '../../bits.ts'
import { PPI_SIZE } from '../ppi.ts'
import type { CrbRegisterFile } from '../register-file.ts'
import { CRB, CRB_BUFFER_SIZE, CRB_REGISTERS_SIZE, crbRegisterAt, fieldMask } from '../registers.ts'
import type { CrbState } from './crb-state.ts'
import { StateError } from './error.ts'

/** Bits that change while the device runs, by word. Everything else is as after a reset. */
const CHANGING: ReadonlyMap<number, number> = new Map([
  // tpmEstablished is not stored by QEMU up to 11.1, but is 1 in files of the series that made it so: it is masked.
  [
    CRB.LOC_STATE.offset >> 2,
    fieldMask(CRB.LOC_STATE.fields.locAssigned) | fieldMask(CRB.LOC_STATE.fields.tpmEstablished),
  ],
  [CRB.LOC_STS.offset >> 2, fieldMask(CRB.LOC_STS.fields.Granted) | fieldMask(CRB.LOC_STS.fields.beenSeized)],
  [CRB.CTRL_STS.offset >> 2, fieldMask(CRB.CTRL_STS.fields.tpmSts) | fieldMask(CRB.CTRL_STS.fields.tpmIdle)],
  [CRB.CTRL_START.offset >> 2, fieldMask(CRB.CTRL_START.fields.Start)],
])

const NOTHING = new Uint8Array(0)

/** What a device has, as far as its state depends on it. */
export interface DeviceShape {
  readonly registers: CrbRegisterFile
  readonly chunk: boolean
  /** Bytes of the longest command and answer. */
  readonly limit: number
  readonly ppi: boolean
}

/**
 * @throws StateError `device` (or `value`) that names the register or part, what the state has and what the device has.
 */
export function checkState(state: CrbState, device: DeviceShape): void {
  const words = CRB_REGISTERS_SIZE / 4
  if (state.registers.length !== words) {
    throw new StateError('value', 'regs', -1, `${state.registers.length} registers; there are ${words}`)
  }
  checkSize('buff', state.buffer, CRB_BUFFER_SIZE)
  if (state.ppi !== undefined) checkSize('ppi ', state.ppi, PPI_SIZE)
  for (let word = 0; word < words; word++) {
    const changing = CHANGING.get(word) ?? 0
    const saved = ((state.registers[word] ?? 0) & ~changing) >>> 0
    const own = (device.registers.resetValue(word) & ~changing) >>> 0
    if (saved === own) continue
    const name = crbRegisterAt(word * 4)
    const what = name ?? `reserved word ${hex(word * 4, 2)}`
    throw new StateError(
      name === undefined ? 'value' : 'device',
      'regs',
      -1,
      `${what} is ${hex(state.registers[word] ?? 0)}, this device has ${hex(own)}; restore into a device of the same base and profile`,
    )
  }
  if (state.chunk !== undefined && !device.chunk) {
    throw new StateError(
      'device',
      'chnk',
      -1,
      'a command is on its way in pieces; restore into a device of profile chunk',
    )
  }
  const { responseOffset: given = 0, response = NOTHING } = state.chunk ?? {}
  if (!(Number.isInteger(given) && given >= 0 && given <= response.length)) {
    throw new StateError('value', 'chnk', -1, `offset ${given} into a response of ${response.length} bytes`)
  }
  const longest = Math.max(state.chunk?.command.length ?? 0, response.length)
  if (longest > device.limit) {
    throw new StateError('device', 'chnk', -1, `${longest} bytes on their way; the TPM takes ${device.limit} at most`)
  }
  if (state.ppi !== undefined && !device.ppi) {
    throw new StateError('device', 'ppi ', -1, 'the state has a PPI, the device has none; make it with ppi: true')
  }
}

/** A state may be a host's own making. */
function checkSize(section: string, bytes: Uint8Array, size: number): void {
  if (bytes instanceof Uint8Array && bytes.length === size) return
  throw new StateError('value', section, -1, `${bytes?.length} bytes; there are ${size}`)
}
