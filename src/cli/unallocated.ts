import type { UnallocatedReason } from '../decode/index.ts'

/** A requirement of a row, `A|B` for either: `FEAT_A or FEAT_B`. */
export function featureText(feature: string): string {
  return feature.replace(/\w+/g, 'FEAT_$&').replaceAll('|', ' or ')
}

/** Why a word is unallocated, in one line. */
export function reasonText(reason: UnallocatedReason): string {
  switch (reason.kind) {
    case 'feature':
      return `${reason.encoding.id} needs ${featureText(reason.feature)}`
    case 'reserved':
      return `${reason.encoding.id} reserves it (${reason.rule})`
    case 'excluded': {
      const what = reason.field === '' ? 'these bits' : `${reason.field} = ${reason.value}`
      return `${reason.encoding.id} leaves out ${what}`
    }
    case 'no-encoding': {
      const { group, nearest } = reason
      if (group === '') return 'no class has these bits 28:25'
      if (!nearest) return `no encoding in ${group}`
      const bits = nearest.bits === 1 ? '1 bit' : `${nearest.bits} bits`
      return `no encoding in ${group}; ${nearest.encoding.id} is ${bits} away`
    }
  }
}
