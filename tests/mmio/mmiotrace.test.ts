import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readRecording } from '../../src/cli/replay/recording.ts'
import { replayCommand } from '../../src/cli/replay.ts'
import { AccessKind, AccessLog, MmioTrace } from '../../src/mmio/index.ts'
import { CRB, CRB_VA, DEV, DEV_VA, Machine } from './machine.ts'

/** One line of a trace, by the table of Documentation/trace/mmiotrace.rst, read strictly. */
type Line =
  | { key: 'VERSION' }
  | { key: 'MAP'; time: number; id: number; pa: bigint; va: bigint; length: bigint }
  | { key: 'UNMAP'; time: number; id: number }
  | { key: 'MARK'; time: number; text: string }
  | { key: 'R' | 'W'; width: number; time: number; id: number; pa: bigint; value: bigint; pc: bigint }

const NUMBER = '0x(?:0|[1-9a-f][0-9a-f]{0,15})'
const TIME = String.raw`(\d+\.\d{6})`
const FORMS = {
  map: new RegExp(`^MAP ${TIME} (\\d+) (${NUMBER}) (${NUMBER}) (${NUMBER}) 0x0 0$`),
  unmap: new RegExp(`^UNMAP ${TIME} (\\d+) 0x0 0$`),
  mark: new RegExp(`^MARK ${TIME} (.*)$`),
  access: new RegExp(`^([RW]) ([1248]) ${TIME} (\\d+) (${NUMBER}) (${NUMBER}) (${NUMBER}) 0$`),
}

/** @throws Error on anything that the format has not: order, widths, values above their width, ids without a map. */
function parse(text: string): Line[] {
  expect(text.endsWith('\n')).toBe(true)
  const [first, ...rest] = text.slice(0, -1).split('\n')
  if (first !== 'VERSION 20070824') throw new Error(`no version: ${first}`)
  const maps = new Map<number, readonly [bigint, bigint]>()
  let last = 0
  const lines = rest.map((line): Line => {
    const parsed = parseLine(line)
    if (parsed.key === 'VERSION') throw new Error('a second version')
    if (parsed.time < last) throw new Error(`time runs back: ${line}`)
    last = parsed.time
    if (parsed.key === 'MAP') maps.set(parsed.id, [parsed.pa, parsed.length])
    if (parsed.key === 'UNMAP' && !maps.delete(parsed.id)) throw new Error(`no such map: ${line}`)
    if (parsed.key !== 'R' && parsed.key !== 'W') return parsed
    if (parsed.value >= 1n << BigInt(8 * parsed.width)) throw new Error(`wider than its width: ${line}`)
    const [base, length] = maps.get(parsed.id) ?? [0n, 0n]
    const inside = parsed.pa >= base && parsed.pa < base + length
    if (inside !== parsed.id > 0) throw new Error(`not in its map: ${line}`)
    return parsed
  })
  return [{ key: 'VERSION' }, ...lines]
}

function parseLine(line: string): Line {
  let m = FORMS.access.exec(line)
  if (m) {
    const [, key, width, time, id, pa, value, pc] = m as unknown as string[]
    return {
      key: key as 'R' | 'W',
      width: Number(width),
      time: Number(time),
      id: Number(id),
      pa: BigInt(pa!),
      value: BigInt(value!),
      pc: BigInt(pc!),
    }
  }
  m = FORMS.map.exec(line)
  if (m) {
    const [, time, id, pa, va, length] = m as unknown as string[]
    return { key: 'MAP', time: Number(time), id: Number(id), pa: BigInt(pa!), va: BigInt(va!), length: BigInt(length!) }
  }
  m = FORMS.unmap.exec(line)
  if (m) return { key: 'UNMAP', time: Number(m[1]), id: Number(m[2]) }
  m = FORMS.mark.exec(line)
  if (m) return { key: 'MARK', time: Number(m[1]), text: m[2] as string }
  throw new Error(`no line of an mmiotrace: ${line}`)
}

/** What a trace wrote. */
function traced(use: (trace: MmioTrace) => void, now?: () => number): string {
  const lines: string[] = []
  const write = (line: string): void => void lines.push(line)
  use(new MmioTrace(now ? { write, now } : { write }))
  return lines.join('')
}

describe('MmioTrace', () => {
  it('has the elements of instructions: widths, values, addresses, PC', () => {
    const m = new Machine()
    m.command.fill(0)
    const text = traced((trace) => {
      trace.map('crb', CRB, 0x1000, CRB_VA)
      trace.map('dev', DEV, 0x2000)
      const run = (word: number, far: number, write = false): void => {
        const outcome = m.run(word, { far, write })
        expect(outcome.kind).toBe('retired')
        for (const entry of outcome.journal) trace.entry(entry, outcome.pc)
      }
      m.setX(2, CRB_VA + 0x30)
      run(0xa9400440, CRB_VA + 0x30) // ldp x0, x1, [x2]
      m.setX(2, DEV_VA + 0x40)
      m.setX(1, 0x0102_0304n)
      run(0x78002041, DEV_VA + 0x42, true) // sturh w1, [x2, #2]
      run(0x3dc00040, DEV_VA + 0x40) // ldr q0, [x2]
      m.setX(2, CRB_VA + 0xffe)
      run(0xb9400040, CRB_VA + 0xffe) // ldr w0, [x2]
    })
    expect(text).toBe(
      [
        'VERSION 20070824',
        'MARK 0.000000 map 1: crb',
        'MAP 0.000001 1 0xfed40000 0x10001000 0x1000 0x0 0',
        'MARK 0.000002 map 2: dev',
        'MAP 0.000003 2 0x50000000 0x0 0x2000 0x0 0',
        'R 8 0.000004 1 0xfed40030 0x2fbf4ede6dfd8d1 0x400000 0',
        `R 8 0.000005 1 0xfed40038 0x3a332c251e171009 0x400000 0`,
        'W 2 0.000006 2 0x50000042 0x304 0x400004 0',
        `R 8 0.000007 2 0x50000040 0xa0958a7f03045e53 0x400008 0`,
        `R 8 0.000008 2 0x50000048 0xf8ede2d7ccc1b6ab 0x400008 0`,
        'R 2 0.000009 1 0xfed40ffe 0x0 0x40000c 0',
        `R 2 0.000010 0 0x4000a000 0x4d40 0x40000c 0`,
        '',
      ].join('\n'),
    )
    expect(parse(text)).toHaveLength(12)
  })

  it('has the callbacks of devices, and marks what the format has no line for', () => {
    const log = new AccessLog(8)
    log.record(AccessKind.LOAD, null, 0x30, CRB + 0x30, 4, 0, 0xdead_beef, 0)
    log.record(AccessKind.STORE, null, 0x38, CRB + 0x38, 8, 0x1122_3344, 0x5566_7788, 2)
    log.record(AccessKind.ATOMIC, null, 0x40, CRB + 0x40, 4, 0, 1, 0)
    log.record(AccessKind.LOAD, null, 0x40, CRB + 0x40, 64, 0, 5, 0)
    log.record(AccessKind.ZERO, null, 0x80, CRB + 0x80, 8, 0, 0, 0)
    const times = [999_999, 1_000_000, 1_000_001, 12_000_000, 12_000_000, 12_000_000, 12_000_001]
    const text = traced(
      (trace) => {
        for (const record of log) trace.access(record, 0xffff_8000_0000_1000n)
      },
      () => times.shift() as number,
    )
    expect(text).toBe(
      [
        'VERSION 20070824',
        'R 4 0.999999 0 0xfed40030 0xdeadbeef 0xffff800000001000 0',
        'W 8 1.000000 0 0xfed40038 0x1122334455667788 0xffff800000001000 0',
        'MARK 1.000001 refused at 0xfed40038: MEMTX 2',
        'MARK 12.000000 atomic of 4 bytes at 0xfed40040',
        'R 8 12.000000 0 0xfed40040 0x5 0xffff800000001000 0',
        'MARK 12.000000 56 bytes more at 0xfed40048',
        'W 8 12.000001 0 0xfed40080 0x0 0xffff800000001000 0',
        '',
      ].join('\n'),
    )
    expect(parse(text)).toHaveLength(8)
  })

  it('forgets a window that is gone, and keeps a mark on one line', () => {
    const text = traced((trace) => {
      const id = trace.map('a\nb', CRB, 0x1000)
      trace.unmap(id)
      trace.unmap(id)
      trace.entry({ write: false, pa: CRB, offset: 0, bytes: [1], result: 0 })
    })
    expect(text.split('\n').slice(1)).toEqual([
      'MARK 0.000000 map 1: a b',
      'MAP 0.000001 1 0xfed40000 0x0 0x1000 0x0 0',
      'UNMAP 0.000002 1 0x0 0',
      'R 1 0.000003 0 0xfed40000 0x1 0x0 0',
      '',
    ])
  })

  it('is a trace whatever is accessed, with every byte in order', () => {
    const entry = fc.record({
      write: fc.boolean(),
      pa: fc.integer({ min: 0, max: 2 ** 52 - 1 }),
      offset: fc.constant(0),
      bytes: fc
        .constantFrom(1, 2, 4, 8, 16, 64)
        .chain((n) => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: n, maxLength: n })),
      result: fc.integer({ min: 0, max: 15 }),
    })
    fc.assert(
      fc.property(fc.array(entry), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (entries, pc) => {
        const lines = parse(traced((trace) => entries.forEach((e) => void trace.entry(e, pc))))
        const bytes = lines.flatMap((line) => {
          if (line.key !== 'R' && line.key !== 'W') return []
          expect(line.pc).toBe(pc)
          return Array.from({ length: line.width }, (_, k) => [
            line.key,
            Number(line.pa) + k,
            Number((line.value >> BigInt(8 * k)) & 255n),
          ])
        })
        expect(bytes).toEqual(entries.flatMap((e) => e.bytes.map((b, k) => [e.write ? 'W' : 'R', e.pa + k, b])))
      }),
      { numRuns: 300 },
    )
  })
})

describe('nisv replay --mmiotrace', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('writes what a recorded guest did to the CRB, byte for byte', async () => {
    const recording = 'recordings/linux-6.12-lpa2.jsonl.gz'
    const dir = mkdtempSync(join(tmpdir(), 'nisv-mmiotrace-'))
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    try {
      const file = join(dir, 'trace')
      expect(await replayCommand.run(['--mmiotrace', file, recording])).toBe(0)
      const lines = parse(readFileSync(file, 'utf8'))
      const map = lines.find((line) => line.key === 'MAP')!
      const expected: unknown[] = []
      let faults = 0
      for await (const event of readRecording(recording)) {
        if (event.kind !== 'fault') continue
        faults++
        for (const { kind, offset, bytes } of event.accesses) {
          for (const [k, byte] of bytes.entries()) {
            expected.push([kind.toUpperCase(), offset + k, byte, event.pc, (faults / 1e6).toFixed(6)])
          }
        }
      }
      const got = lines.flatMap((line) => {
        if (line.key !== 'R' && line.key !== 'W') return []
        expect(line.id).toBe(1)
        return Array.from({ length: line.width }, (_, k) => [
          line.key,
          Number(line.pa - map.pa) + k,
          Number((line.value >> BigInt(8 * k)) & 255n),
          line.pc,
          line.time.toFixed(6),
        ])
      })
      expect(got.length).toBeGreaterThan(1000)
      expect(got).toEqual(expected)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it('cannot write where there is no directory', async () => {
    await expect(
      replayCommand.run(['--mmiotrace', '/no/such/trace', 'recordings/linux-6.1-4k.jsonl.gz']),
    ).rejects.toThrow(/ENOENT.*no\/such\/trace/)
  })
})
