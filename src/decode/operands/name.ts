import { findField, type Encoding } from '../encoding.ts'
import type { OperandReader } from '../operand.ts'

const TYPES = ['pld', 'pli', 'pst', 'ir'] as const
const TARGETS = ['l1', 'l2', 'l3', 'slc'] as const

/** The name of prefetch operation 0..31 of PRFM (DDI 0487, PRFM `<prfop>`), or `undefined` for a number without one. */
export function prefetchName(operation: number): string | undefined {
  if (operation === 0b11000) return 'ir'
  const type = TYPES[operation >>> 3]
  if (type === undefined || type === 'ir') return undefined
  return `${type}${TARGETS[(operation >>> 1) & 3]}${(operation & 1) === 0 ? 'keep' : 'strm'}`
}

/** `'zva'`: the word itself. `prfop`: the prefetch operation in Rt, a number where it has no name. */
export function nameReader(encoding: Encoding, token: string): OperandReader | undefined {
  if (/^'.+'$/.test(token)) {
    const name = { kind: 'name', name: token.slice(1, -1) } as const
    return () => name
  }
  if (token !== 'prfop') return undefined
  const rt = findField(encoding, 'Rt')
  return rt && ((word) => prefetch((word >>> rt.lsb) & 31))
}

function prefetch(operation: number): ReturnType<OperandReader> {
  const name = prefetchName(operation)
  return name === undefined ? { kind: 'immediate', value: operation, radix: 10 } : { kind: 'name', name }
}
