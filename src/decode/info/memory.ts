import type { MemoryAccess } from '../access.ts'
import type { Encoding } from '../encoding.ts'
import type { Operand } from '../operand.ts'
import type { MemoryKind, MemoryUse } from './types.ts'

const NONE: readonly MemoryUse[] = []

/** The memory accesses of a word. */
export function memoryUses(encoding: Encoding, operands: readonly Operand[]): readonly MemoryUse[] {
  const { access, mnemonic } = encoding
  if (!access) return GUARDED[mnemonic] ?? NONE
  const kind = kindOf(encoding, access)
  const store = access.store
  const use: MemoryUse = {
    kind,
    load: access.load,
    store,
    size: elementSize(access, operands),
    count: countOf(access, operands),
    order: access.order,
    exclusive: access.form.startsWith('exclusive'),
    unprivileged: access.unprivileged,
    nonTemporal: access.nonTemporal,
    tags: tagsOf(encoding, access),
    checked: isChecked(encoding, access, operands),
    scattered: access.form.includes('gather') || access.form === 'scatter',
  }
  // A copy loads at Xs and stores at Xd: two accesses, of one kind.
  return kind === 'copy'
    ? [
        { ...use, store: false },
        { ...use, load: false },
      ]
    : [use]
}

function kindOf({ mnemonic }: Encoding, { form, load }: MemoryAccess): MemoryKind {
  switch (form) {
    case 'atomic':
    case 'atomic-pair':
      return 'atomic'
    case 'compare':
    case 'compare-pair':
      return 'compare-and-swap'
    case 'copy':
    case 'set':
    case 'zero':
    case 'tag':
      return form
    case 'none':
      return /^r?prf/.test(mnemonic) ? 'prefetch' : 'maintain'
  }
  return load ? 'load' : 'store'
}

function tagsOf({ mnemonic }: Encoding, { form, load }: MemoryAccess): MemoryUse['tags'] {
  if (form.startsWith('tag')) return load ? 'load' : 'store'
  return mnemonic.startsWith('setg') ? 'store' : ''
}

/** Bytes of one element; structures and replicating loads have their size in the arrangement. */
function elementSize({ size, form }: MemoryAccess, operands: readonly Operand[]): number {
  if (size !== 0 || form === 'fill') return size
  const first = operands[0]
  if (first?.kind !== 'list') return 0
  return (
    ({ b: 1, h: 2, s: 4, d: 8, q: 16 } as Record<string, number>)[first.registers[0]?.arrangement.slice(-1) ?? ''] ?? 0
  )
}

function countOf({ form, size, registers, structure }: MemoryAccess, operands: readonly Operand[]): number | 'VL' {
  switch (form) {
    case 'pair':
    case 'exclusive-pair':
    case 'atomic-pair':
    case 'compare-pair':
    case 'tag-pair':
      return 2
    case 'register':
    case 'exclusive':
    case 'atomic':
    case 'compare':
    case 'block64':
      return 1
    case 'lane':
    case 'replicate':
      return structure
    case 'replicate-quad':
      return 16 / size
    case 'replicate-octo':
      return 32 / size
    case 'multiple': {
      const first = operands[0]
      const arrangement = first?.kind === 'list' ? (first.registers[0]?.arrangement ?? '') : ''
      return registers * Number(arrangement.slice(0, -1) || '1')
    }
    case 'none':
      return 0
    case 'tag':
    case 'tag-zero':
      return size === 0 ? 'VL' : 1
  }
  return form === 'fill' && size !== 0 ? 1 : 'VL'
}

/**
 * Whether the access is tag checked (the pseudocode's `tagchecked`): not literals, not SP plus a constant without
 * write-back, not what accesses tags.
 */
function isChecked({ mnemonic }: Encoding, { form }: MemoryAccess, operands: readonly Operand[]): boolean {
  if (form.startsWith('tag') || form === 'none' || mnemonic.startsWith('gcs')) return false
  if (form === 'copy' || form === 'set' || form === 'zero') return true
  const address = operands.find((o) => o.kind === 'memory')
  if (address?.kind !== 'memory') return false
  const { base, index, mode } = address
  return mode !== 'offset' || !base.sp || index !== undefined
}

function guarded(kind: MemoryKind, load: boolean, store: boolean, count: number): MemoryUse {
  return {
    kind,
    load,
    store,
    size: 8,
    count,
    order: 'plain',
    exclusive: false,
    unprivileged: false,
    nonTemporal: false,
    tags: '',
    checked: false,
    scattered: false,
  }
}

const POP_RECORD = [guarded('load', true, false, 4)]
/** The Guarded Control Stack's own instructions (`AddGCSRecord` and kin), which name no address. */
const GUARDED: Readonly<Record<string, readonly MemoryUse[]>> = {
  gcspushm: [guarded('store', false, true, 1)],
  gcspopm: [guarded('load', true, false, 1)],
  gcspushx: [guarded('store', false, true, 4)],
  gcspopx: POP_RECORD,
  gcspopcx: POP_RECORD,
  gcsss1: [guarded('compare-and-swap', true, true, 1)],
  gcsss2: [guarded('load', true, false, 1), guarded('store', false, true, 1)],
}
