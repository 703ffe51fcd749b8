/** What an instruction that did not come to its end may have done: what its journal lists. */

import { expect } from 'vitest'
import type { Outcome } from '../../../src/mmio/index.ts'
import { DEV } from '../machine.ts'
import type { Bench, Snapshot } from './bench.ts'
import { type Case, same, sameBytes } from './cases.ts'

/** Slots of a copy that say how far it came. */
function progress({ plan, word }: Case): readonly number[] {
  return plan.copySet ? [(word >>> 5) & 31] : []
}

/**
 * Holds the state of a bench against what its journal says of it: of registers nothing changed but these, and of memory
 * what was written; -1 is the scalable ones. Of an access that was refused any byte may be done; of one that waits those before.
 */
export function onlyTheJournal(
  bench: Bench,
  c: Case,
  outcome: Outcome,
  before: Snapshot,
  slots: readonly number[],
): void {
  const refused = outcome.reason === 'external-abort'
  for (const slot of bench.changed(before)) if (!slots.includes(slot)) expect(progress(c)).toContain(slot)
  if (!slots.includes(-1)) same(bench.vectors.pushed, [])
  const entries = [...outcome.journal]
  const memory = before.bytes.slice()
  const ram = before.ram.slice()
  for (const [i, e] of entries.entries()) {
    const inRam = e.pa < DEV
    const of = inRam ? ram : memory
    const at = inRam ? e.pa - 0x4000_8000 : e.pa - DEV
    if (refused && i === entries.length - 1) {
      expect(e.result).not.toBe(0)
      // Of the store that was refused any byte may be done.
      if (e.write && at < of.length)
        of.set((inRam ? bench.m.ram.subarray(0x8000) : bench.bytes).subarray(at, at + e.bytes.length), at)
      continue
    }
    expect(e.result).toBe(0)
    if (e.write && at < of.length) of.set(e.bytes, at)
    else same(e.bytes, [...of.subarray(at, at + e.bytes.length)])
  }
  const waiting = outcome.continuation?.waiting
  if (waiting?.write) {
    const done = waiting.bytes.slice(0, waiting.at.before + waiting.at.done)
    if (waiting.pa >= DEV) memory.set(done, waiting.pa - DEV)
  }
  sameBytes(bench.bytes, memory, 'the device')
  sameBytes(bench.m.ram.subarray(0x8000), ram, 'RAM')
  // What observers were told, and what the device was asked.
  const told = bench.m.elements.map((e) => `${e.kind} ${e.pa} ${e.bytes}`)
  same(entries.map((e) => `${e.write ? 'w' : 'r'} ${e.pa} ${e.bytes}`).slice(0, told.length), told)
  const asked: string[] = []
  for (const a of bench.m.log)
    for (let k = 0; k < a.size; k++) asked.push(`${a.kind === 'load' ? 'r' : 'w'} ${a.pa + k}`)
  const noted = entries.flatMap((e) => e.bytes.map((_, k) => `${e.write ? 'w' : 'r'} ${e.pa + k}`))
  const ofDevice = noted.filter((text) => Number(text.slice(2)) >= DEV)
  same(waiting ? asked.slice(0, ofDevice.length) : asked, ofDevice.slice(0, asked.length))
  if (!refused && !waiting) expect(asked.length).toBe(ofDevice.length)
}
