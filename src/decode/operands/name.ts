import { bitExpression } from '../bit-expression.ts'
import type { Encoding } from '../encoding.ts'
import type { OperandReader } from '../operand.ts'

const TYPES = ['pld', 'pli', 'pst'] as const
const TARGETS = ['l1', 'l2', 'l3', 'slc'] as const

/** The name of prefetch operation 0..31 of PRFM (DDI 0487, PRFM `<prfop>`), or `undefined` for a number without one. */
function prefetchName(operation: number): string | undefined {
  const type = TYPES[operation >>> 3]
  if (type === undefined) return undefined
  return `${type}${TARGETS[(operation >>> 1) & 3]}${(operation & 1) === 0 ? 'keep' : 'strm'}`
}

/** The name of prefetch operation 0..15 of SVE's PRFB to PRFD, which have neither PLI nor SLC, or `undefined`. */
function svePrefetchName(operation: number): string | undefined {
  const target = TARGETS[(operation >>> 1) & 3]
  if (target === undefined || target === 'slc') return undefined
  return `${operation < 8 ? 'pld' : 'pst'}${target}${(operation & 1) === 0 ? 'keep' : 'strm'}`
}

/** The name of range prefetch operation 0..63 of RPRFM (`<rprfop>`), or `undefined`. */
function rangePrefetchName(operation: number): string | undefined {
  return RANGE[operation]
}

const RANGE: Readonly<Record<number, string>> = { 0: 'pldkeep', 1: 'pstkeep', 4: 'pldstrm', 5: 'pststrm' }

/** Operations that have names, by token: which bits hold the number, and what names it. */
const OPERATIONS: Readonly<
  Record<string, { readonly bits: string; readonly name: (n: number) => string | undefined }>
> = {
  prfop: { bits: 'Rt', name: prefetchName },
  'prfop:4': { bits: 'prfop', name: svePrefetchName },
  rprfop: { bits: 'option<2>:option<0>:S:Rt<2:0>', name: rangePrefetchName },
}

/** `'zva'`: the word itself. `prfop`, `prfop:4`, `rprfop`: the (SVE, range) prefetch operation, a number where it has no name. */
export function nameNotation(encoding: Encoding, token: string): OperandReader | undefined {
  if (/^'.+'$/.test(token)) {
    const name = { kind: 'name', name: token.slice(1, -1) } as const
    return () => name
  }
  const operation = Object.hasOwn(OPERATIONS, token) ? OPERATIONS[token] : undefined
  const number = operation && bitExpression(encoding, operation.bits)
  if (!number) return undefined
  return (word) => {
    const value = number.read(word)
    const name = operation.name(value)
    return name === undefined ? { kind: 'immediate', value, radix: 10 } : { kind: 'name', name }
  }
}
