/** What became of a case, in the words of the format. */
import {
  ADDRESS,
  FFR,
  MEMORY,
  MODE,
  NZCV,
  P,
  PC,
  PREDICATE,
  SIGNAL_CODE,
  SP,
  VECTOR,
  WINDOW,
  WINDOW_BYTES,
  X,
  Z,
} from '../record.mjs'

/** Said in the header of each file. */
export const DOC =
  'R(i) = splitmix64 output i. Where a case says nothing: x[i]=R(i), sp=0x20000800, nzcv=0, z[i] doubleword j=R(1000+4i+j), ' +
  'p[i]=R(5000+i) low 32 bits, ffr all ones, memory one page of tagged memory (tags 0, synchronous checks) at 0x20000000, doubleword k=R(10000+k), neighbours not ' +
  'mapped; 20 bytes from pc R(20003) to R(20007). Only what changes is in out.'

const SIGILL = 4
const SIGSEGV = 11
/** SEGV_MTEAERR and above have no plain address. */
const FIRST_TAG_CODE = 8

/** The members of `out`. */
export function outcomeOf(before, after, at, pc) {
  const signal = after.readUInt32LE(at + MODE)
  if (signal !== 0) {
    const word = Number(after.readBigUInt64LE(at + PC) - BigInt(pc)) / 4
    if (signal === SIGILL) return { end: 'SIGILL', word }
    const address = after.readBigUInt64LE(at + ADDRESS)
    const plain = signal === SIGSEGV && after.readUInt32LE(at + SIGNAL_CODE) < FIRST_TAG_CODE
    const near = address >= WINDOW - WINDOW_BYTES && address < WINDOW + 2 * WINDOW_BYTES
    // QEMU 7.2 reports the instruction before where DC ZVA faults.
    return { end: 'fault', word: Math.max(word, 0), ...(plain && near ? { addr: hex(address) } : {}) }
  }
  const out = { end: 'ok' }
  const changed = (group, key, place, bytes, text) => {
    if (before.compare(after, at + place, at + place + bytes, at + place, at + place + bytes) === 0) return
    const value = text(at + place)
    out[group] = key === '' ? value : { ...out[group], [key]: value }
  }
  const doubleword = (place) => hex(after.readBigUInt64LE(place))
  const word = (place) => hex(after.readUInt32LE(place))
  for (let r = 0; r < 31; r++) changed('x', String(r), X + 8 * r, 8, doubleword)
  for (let r = 0; r < 32; r++) {
    changed('z', String(r), Z + VECTOR * r, VECTOR, (place) => after.toString('hex', place, place + VECTOR))
  }
  for (let r = 0; r < 16; r++) changed('p', String(r), P + PREDICATE * r, PREDICATE, word)
  changed('sp', '', SP, 8, doubleword)
  changed('nzcv', '', NZCV, 4, word)
  changed('ffr', '', FFR, PREDICATE, word)
  for (let k = 0; k < WINDOW_BYTES; k += 8) changed('mem', hex(WINDOW + k), MEMORY + k, 8, doubleword)
  return out
}

function hex(value) {
  return `0x${value.toString(16)}`
}
