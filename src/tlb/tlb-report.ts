/**
 * Finds what software did without break-before-make: live entries that a new walk contradicts.
 *
 * @module
 */
import type { TranslationRegime } from './regime.ts'
import type { TlbEntries } from './tlb-entries.ts'
import type { TlbEntry } from './tlb-entry.ts'
import type { TlbEvent, TlbEventSide } from './tlb-event.ts'
import type { Translation } from './translation.ts'

/**
 * Holds a walk against the live entries that overlap it, and reports each that disagrees. What may change without
 * break-before-make (permissions, the Access flag, dirty state) does not count.
 */
export function reportDisagreements(
  entries: TlbEntries,
  regime: TranslationRegime,
  context: number,
  hi: number,
  lo: number,
  fetch: boolean,
  out: Translation,
  onEvent: (event: TlbEvent) => void,
): void {
  const va = (hi & 0x00ff_ffff) * 0x1_0000_0000 + (lo >>> 0)
  const start = va - (va % 2 ** out.sizeLog2)
  const end = start + 2 ** out.sizeLog2
  for (const entry of entries.all) {
    if (!isFor(entry, regime, context) || !entry.overlaps(start, end)) continue
    const at = Math.max(start, entry.firstVa)
    const old = entry.side(at)
    const now = {
      pa: out.pa - (va - at),
      sizeLog2: out.stage1SizeLog2,
      attr: out.attr,
      notGlobal: out.notGlobal,
    }
    const what = difference(old, now, entry.isFetch === fetch)
    if (what === undefined) continue
    const kind = old.sizeLog2 === now.sizeLog2 ? 'break-before-make' : 'conflict'
    const upper = hi & 0xff00_0000
    const vaHi = (upper | Math.floor(at / 0x1_0000_0000)) >>> 0
    onEvent({ kind, what, vaHi, vaLo: at % 0x1_0000_0000, before: old, now })
  }
}

/** Whether the entry is one of this register state, owner and ASID. */
function isFor(entry: TlbEntry, regime: TranslationRegime, context: number): boolean {
  const own = !entry.notGlobal || entry.asid === regime.asid
  return entry.isLive && own && entry.context === context && entry.owner === regime.owner
}

/** `sameKind`: both are of data, or both of instructions, whose memory types may differ by SCTLR_ELx.C and I. */
function difference(old: TlbEventSide, now: TlbEventSide, sameKind: boolean): TlbEvent['what'] | undefined {
  if (old.pa !== now.pa) return 'output-address'
  if (sameKind && old.attr !== now.attr) return 'attributes'
  if (old.notGlobal !== now.notGlobal) return 'global'
  return old.sizeLog2 === now.sizeLog2 ? undefined : 'size'
}
