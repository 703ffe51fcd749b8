/** Work per fault has the bounds of docs/bounds.md, whatever the word, at the longest vectors. */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { A64, type Encoding } from '../../src/decode/index.ts'
import { type Outcome, type Plan, Reg } from '../../src/mmio/index.ts'
import { MAX_VECTOR_BYTES } from '../../src/mmio/vector-file.ts'
import { instructionWord } from '../../src/testing/index.ts'
import { Bench } from './laws/bench.ts'
import { planOf } from './laws/cases.ts'
import { CODE_VA, CRB_VA, DEV_VA, Machine, PAGES } from './machine.ts'

/** What one fault did. */
interface Work {
  /** Elements, or parts of them, that went to the address space; bytes of them; callbacks of the device. */
  readonly accesses: number
  readonly bytes: number
  readonly callbacks: number
  /** Descriptors read of the guest's tables, the instruction's among them. */
  readonly descriptors: number
}

/** Rows of the table in docs/bounds.md, in its order. */
const KINDS = ['plain', 'zero', 'tagZero', 'block64', 'atomic', 'copy', 'scalable', 'gather'] as const
type Kind = (typeof KINDS)[number]

/** Descriptors of one translation: of the path that is kept, and where one of it changed, of the walk. */
const TRANSLATION = 2 * 4

/** What the table says: the instruction is translated, too, and no descriptor of this guest is to be updated. */
const BOUNDS: Readonly<Record<Kind, Work>> = Object.fromEntries(
  readFileSync(new URL('../../docs/bounds.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^\|[^|]+\| \d/.test(line))
    .map((line, i): [string, Work] => {
      const [accesses, bytes, pages] = line.split('|').slice(2, 5).map(Number) as [number, number, number]
      return [KINDS[i] ?? line, { accesses, bytes, callbacks: bytes, descriptors: (1 + pages) * TRANSLATION }]
    }),
) as Record<Kind, Work>

function kindOf(plan: Plan): Kind {
  const { scalable, form } = plan
  if (scalable) return scalable.vectorBase >= 0 || scalable.vectorIndex >= 0 ? 'gather' : 'scalable'
  if (plan.copySet) return 'copy'
  if (form === 'zero') return 'zero'
  // STZG and STZ2G are stores like others.
  if (form === 'tag-zero' && plan.block !== 0) return 'tagZero'
  if (form === 'block64') return 'block64'
  return plan.load && plan.store ? 'atomic' : 'plain'
}

const ROWS: readonly Encoding[] = A64.encodings.filter((row) => row.access !== undefined)

/** How many descriptors of the guest's tables a fault reads. */
function countDescriptors({ space }: Machine, fault: () => unknown): number {
  let reads = 0
  const read = space.readDescriptor.bind(space)
  const compare = space.descriptorsAre.bind(space)
  space.readDescriptor = (pa, out) => {
    reads++
    return read(pa, out)
  }
  space.descriptorsAre = (pa, hi, lo, from, to) => {
    reads += to - from
    return compare(pa, hi, lo, from, to)
  }
  fault()
  space.readDescriptor = read
  space.descriptorsAre = compare
  return reads
}

/** Executes a word whose address is aimed at the device, and counts. */
function work(bench: Bench, row: Encoding, word: number, seed: number): Work | undefined {
  const c = { row, word, plan: planOf(word), seed, first: false }
  if (!bench.set(c, { length: MAX_VECTOR_BYTES })) return undefined
  const { m } = bench
  const outcomes: Outcome[] = []
  const descriptors = countDescriptors(m, () => outcomes.push(bench.run(c)))
  const { journal } = outcomes[0] as Outcome
  expect(journal.dropped).toBe(0)
  const { pulled } = m.vcpu
  expect(new Set(pulled).size).toBe(pulled.length)
  if (!c.plan.scalable) expect(pulled.length).toBeLessThan(20)
  let bytes = 0
  for (const access of journal) bytes += access.bytes.length
  return { accesses: journal.length, bytes, callbacks: m.log.length, descriptors }
}

describe('work per fault', () => {
  const nothing = (): { -readonly [K in keyof Work]: number } => ({
    accesses: 0,
    bytes: 0,
    callbacks: 0,
    descriptors: 0,
  })
  const most = Object.fromEntries(KINDS.map((kind) => [kind, nothing()])) as Record<Kind, ReturnType<typeof nothing>>

  beforeAll(() => {
    const bench = new Bench({ handler: { zeroBlock: 2048 } })
    for (const row of ROWS) {
      const words = fc.sample(instructionWord(row), { numRuns: 3, seed: row.index })
      for (const [k, word] of words.entries()) {
        const done = work(bench, row, word, Math.imul(row.index * 3 + k + 1, 0x2545_f491))
        if (!done) continue
        const at = most[kindOf(planOf(word))]
        for (const what of Object.keys(at) as (keyof Work)[]) at[what] = Math.max(at[what], done[what])
      }
    }
  })

  it('the table has a row for each kind', () => {
    expect(Object.keys(BOUNDS)).toEqual(KINDS)
  })

  it.each(KINDS)('%s', (kind) => {
    const bound = BOUNDS[kind]
    for (const what of Object.keys(bound) as (keyof Work)[]) {
      expect([what, most[kind][what] <= bound[what]]).toEqual([what, true])
    }
  })
  it('is as much as that: the words reach most of what there is', () => {
    expect(most.plain).toMatchObject({ accesses: 64, bytes: 64 })
    expect(most.zero).toMatchObject({ accesses: 256, bytes: 2048 })
    expect(most.tagZero).toMatchObject({ accesses: 128, bytes: 2048 })
    expect(most.block64).toMatchObject({ accesses: 1, bytes: 64 })
    expect(most.atomic).toMatchObject({ accesses: 4, bytes: 32 })
    expect(most.copy.accesses).toBeGreaterThan(16)
    expect(most.scalable).toMatchObject({ accesses: 1024, bytes: 1024 })
    expect(most.gather.accesses).toBeGreaterThanOrEqual(64)
  })
})

/** A guest whose CRB page, RAM behind registers, is Tagged memory, and whose tags are counted. */
class TaggedGuest {
  reads = 0
  writes = 0
  readonly m: Machine = new Machine({
    zeroBlock: 2048,
    tags: {
      read: () => {
        this.reads++
        return 0
      },
      write: () => void this.writes++,
    },
  })

  constructor() {
    const { m } = this
    // Normal Tagged for all; TBI0; ATA, and checks that end in an abort.
    m.setX(Reg.MAIR_EL1, 0xf0)
    m.setX(Reg.TCR_EL1, m.x(Reg.TCR_EL1) | (1n << 37n))
    m.setX(Reg.SCTLR_EL1, m.x(Reg.SCTLR_EL1) | (1n << 43n) | (1n << 40n))
  }

  /** Executes a word with X2 at `va`. */
  run(word: number, va: number, write: boolean): { kind: string; accesses: number; reads: number; writes: number } {
    const { m } = this
    this.reads = 0
    this.writes = 0
    m.setX(2, va)
    m.setX(Reg.PC, CODE_VA)
    const { kind, journal } = m.run(word, { far: va, write })
    return { kind, accesses: journal.length, reads: this.reads, writes: this.writes }
  }
}

describe('tags', () => {
  const guest = new TaggedGuest()
  // Bytes behind the registers, in a block of 2048 that is RAM throughout.
  const va = CRB_VA + 0x800

  it.each([
    ['ldr x1, [x2] in one granule', 0xf940_0041, va, false, 1, 1, 0],
    ['ldr x1, [x2] over two', 0xf940_0041, va + 12, false, 1, 2, 0],
    ['ld4 {v0.16b-v3.16b}, [x2]', 0x4c40_0040, va + 8, false, 64, 5, 0],
    ['dc zva, x2', 0xd50b_7422, va, true, 256, 128, 0],
    ['dc gva, x2', 0xd50b_7462, va, true, 0, 0, 128],
    ['dc gzva, x2', 0xd50b_7482, va, true, 128, 0, 128],
    ['ldgm x1, [x2]', 0xd9e0_0041, va, false, 0, 16, 0],
    ['stgm x1, [x2]', 0xd9a0_0041, va, true, 0, 0, 16],
    ['stzgm x1, [x2]', 0xd920_0041, va, true, 128, 0, 128],
  ] as const)('%s: each granule once', (_, word, at, write, accesses, reads, writes) => {
    expect(guest.run(word, at, write)).toEqual({ kind: 'retired', accesses, reads, writes })
  })
})

describe('memory copy and set', () => {
  // SETM [X4]!, X6!, X5 and CPYFM [X4]!, [X5]!, X6!: more than a chunk is left.
  it.each([
    ['setm', 0x19c5_44c4, 256],
    ['cpyfm', 0x1945_04c4, 512],
  ])('%s: a chunk', (_, word, accesses) => {
    const m = new Machine()
    m.setX(4, DEV_VA + 0x800)
    m.setX(5, DEV_VA + 0x1000)
    m.setX(6, -0x800)
    const { reason, journal } = m.run(word, { far: DEV_VA, write: true })
    expect([reason, journal.length, journal.dropped]).toEqual(['chunk-done', accesses, 0])
  })
})

describe('walks of five levels', () => {
  // ldr x1, [x2] from the last bytes of the CRB page into RAM.
  const at = CRB_VA + 0xffc
  /** Of 52 bits (TCR_EL1.DS), with hardware updates of the Access flag (HA). */
  const TCR = (1n << 59n) | (1n << 39n) | 12n
  const LEVELS = 5
  const AF = 1 << 10

  /** @returns descriptors read by one fault, where both pages of the data have the Access flag `flag`. */
  function descriptors(flag: number, swaps: boolean): { reason: string; reads: number; refused: number } {
    const m = new Machine()
    m.setX(Reg.TCR_EL1, (m.x(Reg.TCR_EL1) & ~0x3fn) | TCR)
    m.setX(Reg.TTBR0_EL1, 0x4000_6000)
    m.setX(2, at)
    m.descriptor(6, 0, 0x4000_0003)
    // Without the shareability, where DS has address bits.
    m.descriptor(3, 0, 0x4000_4403)
    for (const [i, pa] of PAGES.entries()) if (pa >= 0) m.descriptor(5, i, (pa | 3 | flag) >>> 0)
    const { space } = m
    let refused = 0
    const swap = space.compareAndSwapDescriptor.bind(space)
    space.compareAndSwapDescriptor = (...args) => {
      if (swaps) return swap(...args)
      refused++
      return false
    }
    let reason = ''
    const reads = countDescriptors(m, () => {
      reason = m.run(0xf940_0041, { far: at }).reason
    })
    return { reason, reads, refused }
  }

  it('once each: the instruction and two pages', () => {
    expect(descriptors(AF, true)).toEqual({ reason: 'done', reads: 3 * LEVELS, refused: 0 })
  })

  it('an Access flag to be set: once more', () => {
    expect(descriptors(0, true)).toEqual({ reason: 'done', reads: 5 * LEVELS, refused: 0 })
  })

  it('a descriptor that changes under every update: eight times more', () => {
    expect(descriptors(0, false)).toEqual({ reason: 'translation-differs', reads: (4 + 8) * LEVELS, refused: 9 })
  })
})
