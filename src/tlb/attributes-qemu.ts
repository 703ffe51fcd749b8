/**
 * Memory attributes of two stages as QEMU 10 and 11 report them in PAR_EL1, where they differ from the pseudocode:
 * `Features.qemu`.
 *
 * @module
 */
import { isDevice, type Stage2Memory } from './attributes.ts'

/** A stage 2 MemAttr[3:0] as a MAIR byte; Normal memory is Read- and Write-Allocate. */
function mairOf(memAttr: number, cacheable: boolean): number {
  if (memAttr >> 2 === 0) return (memAttr & 3) << 2
  if (!cacheable) return 0x44
  const outer = memAttr >> 2 === 1 ? 4 : (memAttr & 0b1100) | 3
  const inner = (memAttr & 3) === 1 ? 4 : ((memAttr & 3) << 2) | 3
  return (outer << 4) | inner
}

function combineNibble(stage1: number, stage2: number): number {
  if (stage1 === 4 || stage2 === 4) return 4
  // Write-Back under Write-Through keeps the allocation hints and loses transience.
  return (stage1 & 4) !== 0 && stage2 >> 2 === 2 ? 8 | (stage1 & 3) : stage1
}

/** The strongest low nibble wins where one stage is Device, even if it is the other stage's and Normal. */
function combineDevice(a: number, b: number): number {
  for (const type of [0, 4, 8]) if (a === type || b === type) return type
  return 12
}

function combine(stage1: number, stage2: number): number {
  if (isDevice(stage1) || isDevice(stage2)) return combineDevice(stage1 & 15, stage2 & 15)
  return (combineNibble(stage1 >> 4, stage2 >> 4) << 4) | combineNibble(stage1 & 15, stage2 & 15)
}

function forceNibble(nibble: number): number {
  return nibble === 4 || nibble === 0 ? 15 : nibble | 4
}

/** MemAttr[3:0] with HCR_EL2.FWB; MemAttr[3] set, and 0b0100, are reserved and give Device-nGnRnE. */
function force(attr: number, memAttr: number): number {
  if (memAttr < 4) return memAttr << 2
  if (memAttr === 7) return attr
  if (memAttr === 5) return isDevice(attr) ? attr : 0x44
  if (memAttr !== 6) return 0
  return isDevice(attr) ? 0xff : (forceNibble(attr >> 4) << 4) | forceNibble(attr & 15)
}

/** The counterpart of `stage2Attributes`; takes the same arguments but FnXS, as it knows no XS. */
export function qemuStage2Attributes(
  attr: number,
  memAttr: number,
  p: Omit<Stage2Memory, 'xs'>,
  cacheable: boolean,
): number {
  const tagged = attr === 0xf0
  const stage1 = tagged ? 0xff : attr
  // FEAT_MTE_PERM: QEMU takes both NoTagAccess values of FWB as stage 1's attributes.
  const noTagAccess = p.mtePerm && (p.fwb ? memAttr >= 14 : memAttr === 4)
  const result = p.fwb
    ? force(stage1, noTagAccess ? 7 : memAttr)
    : combine(stage1, mairOf(noTagAccess ? 15 : memAttr, cacheable))
  if (!tagged || result !== 0xff) return result
  return noTagAccess ? 0xe0 : 0xf0
}
