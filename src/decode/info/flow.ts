import type { Encoding } from '../encoding.ts'
import type { Operand } from '../operand.ts'
import type { Flow, FlowKind } from './types.ts'

const NEXT: Flow = { kind: 'next', target: undefined }
const KINDS = new Map<string, FlowKind>()
for (const [kind, mnemonics] of [
  ['branch', 'b'],
  ['call', 'bl'],
  ['conditional', 'b.<cond> bc.<cond> cbz cbnz tbz tbnz'],
  ['indirect', 'br braa braaz brab brabz'],
  ['indirect-call', 'blr blraa blraaz blrab blrabz'],
  ['return', 'ret retaa retab retaasppc retabsppc retaasppcr retabsppcr'],
  ['exception', 'svc hvc smc brk hlt dcps1 dcps2 dcps3 udf tenter'],
  ['exception-return', 'eret eretaa eretab drps texit'],
] as const)
  for (const mnemonic of mnemonics.split(' ')) KINDS.set(mnemonic, kind)

/** Where a word goes on. */
export function flowOf({ mnemonic, group }: Encoding, operands: readonly Operand[]): Flow {
  if (!group.startsWith('Branches') && group !== 'Reserved') return NEXT
  const kind = KINDS.get(mnemonic) ?? (mnemonic.startsWith('cb') ? 'conditional' : 'next')
  if (kind === 'next') return NEXT
  const last = kind === 'return' ? undefined : operands.at(-1)
  return { kind, target: last?.kind === 'label' ? last.offset : undefined }
}
