/**
 * Defects of other emulators, found by reading them. The cases are in tests/conformance/known-defects.jsonl, for anyone's
 * emulator; here nisv runs them, and every defect is put back into the outcome to see that the file tells it. What JSON
 * cannot say, which registers a shim is asked for and what a bus makes of an element, follows at the end.
 */

import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type CaseLine, ConformInputError, readCases } from '../../src/cli/conform/input.ts'
import { Report } from '../../src/cli/conform/report.ts'
import { conformVectors, emitVectors, gradeVector, playVector, type VectorEnd } from '../../src/cli/conform/vectors.ts'
import { parseVector, type Vector } from '../../src/cli/conform/vectors-case.ts'
import { decode, format } from '../../src/decode/index.ts'
import { AccessLog, Reg } from '../../src/mmio/index.ts'
import { CRB_VA, DEV, DEV_VA, Machine } from './machine.ts'

const FILE = fileURLToPath(new URL('../conformance/known-defects.jsonl', import.meta.url))

const lines: CaseLine[] = []
for await (const line of readCases(FILE)) if (!('header' in line.value)) lines.push(line)
const cases = lines.map((line) => {
  const vector = parseVector(line)
  return { line, vector, defect: line.value.defect as number | undefined, ends: playVector(line, vector) }
})
type Case = (typeof cases)[number]

async function* listed(list: readonly CaseLine[]): AsyncGenerator<CaseLine> {
  yield* list
}

/** Whether the file takes these ends for those of the case. */
function agrees({ line, vector }: { line: CaseLine; vector: Vector }, ends: readonly VectorEnd[]): boolean {
  return gradeVector(line, vector, ends, new Report(() => {}))
}

/** An end that may be changed. */
interface Loose {
  outcome: string
  accesses: (string | number)[][]
  registers: Record<string, string>
  memory: Record<string, string>
  pa?: string
  fsc?: string
}

const num = (text: unknown): bigint => BigInt(String(text))
const hexOf = (n: bigint): string => `0x${n.toString(16)}`
const at = (one: Case): bigint => num(((one.line.value.machine as Loose).registers as Record<string, string>).x2)

/** Accesses nothing and says so: what an emulator does that refuses. */
function refuse(end: Loose): void {
  Object.assign(end, { outcome: 'unhandled', accesses: [], registers: {}, memory: {} })
}

/** A translation that succeeds where it should fault, or the other way. */
function flip(end: Loose): void {
  if (end.pa === undefined) {
    delete end.fsc
    end.pa = '0x40008040'
  } else {
    delete end.pa
    end.fsc = '0x0f'
  }
}

function flipAny(end: Loose): void {
  if (end.outcome === undefined) flip(end)
  else if (end.outcome === 'injected') Object.assign(end, { outcome: 'retired', accesses: [['r', '0x0', 8, '00']] })
  else Object.assign(end, { outcome: 'injected', accesses: [] })
}

/** Zero-extends what was loaded. */
function zeroExtend(end: Loose): void {
  for (const [name, value] of Object.entries(end.registers)) {
    if (/^x[01]$/.test(name)) {
      end.registers[name] = hexOf(num(value) & (2n ** BigInt(8 * Number(end.accesses[0]?.[2])) - 1n))
    }
  }
}

/** Each defect, as it would show in the ends of its cases. Some cases of a defect keep the rule next to it: unchanged. */
const DEFECTS: Readonly<Record<number, (end: Loose, one: Case) => void>> = {
  1: ({ accesses }) => {
    ;(accesses[1] as unknown[])[1] = accesses[0]?.[1]
  },
  2: ({ accesses }) => {
    for (const a of accesses) {
      a[1] = hexOf(num(a[1]) & ~7n)
      a[2] = 8
      a[3] = String(a[3]).padEnd(16, '0')
    }
  },
  3: ({ accesses }) => {
    const [, pa, size, bytes] = accesses[0] as (string | number)[]
    accesses.push(['w', pa as string, size as number, bytes as string])
  },
  4: (end) => {
    end.accesses = end.accesses.slice(0, -1)
  },
  5: (end) => {
    if (end.outcome === 'retry') Object.assign(end, { outcome: 'retired', accesses: [['r', '0x50000044', 1, '00']] })
    else refuse(end)
  },
  6: (end) => {
    end.outcome = 'injected'
    end.registers.esr_el1 = '0x86000000'
  },
  7: flipAny,
  8: (end) => {
    const [first] = Object.keys(end.memory)
    if (first === undefined) return flipAny(end)
    end.memory = { '0x40100040': end.memory[first] as string }
  },
  9: flipAny,
  10: (end) => {
    end.fsc = { '0x04': '0x00', '0x05': '0x09', '0x06': '0x0a', '0x07': '0x0b' }[end.fsc ?? ''] ?? '0x05'
  },
  11: (end) => {
    const [first, second] = end.accesses
    if (first && second) second[1] = hexOf(num(first[1]) + num(first[2]))
    else flipAny(end)
  },
  12: (end, one) => {
    if (end.outcome === 'injected' || end.registers.x2 === undefined) end.registers.x2 = hexOf(at(one) + 4n)
    else delete end.registers.x2
  },
  13: (end) => {
    if (end.registers.x0 === '0x1') {
      end.registers.x0 = '0x0'
      end.accesses = [['w', '0x50000040', 8, '8888777766665555']]
    } else flipAny(end)
  },
  14: (end, one) => {
    if (String(one.line.value.wrong).includes('not sign-extended')) zeroExtend(end)
    else end.registers.x0 = '0xffffffffffffffff'
  },
  15: (end) => {
    const [first] = end.accesses as (string | number)[][]
    if (first?.[0] === 'w') first[3] = '7856341200000000'.slice(0, 2 * Number(first[2]))
    else end.registers.sp_el1 = '0x0'
  },
  16: flip,
  17: (end) => {
    end.pa = '0x40008040' === end.pa ? '0x40009040' : '0x40008040'
  },
  18: flip,
  19: (end, one) => {
    const { accesses, registers } = end
    if (registers.x2 !== undefined)
      registers.x2 = hexOf(at(one) + (num(registers.x2) - at(one)) / num(accesses[0]?.[2]))
    else for (const a of accesses) a[1] = hexOf(num(a[1]) + 7n)
  },
  20: flip,
}

describe('known defects', () => {
  it('nisv has none of them, nor what others refuse', async () => {
    let text = ''
    const report = new Report((part) => {
      text += part
    })
    expect([await conformVectors(readCases(FILE), report), text.match(/^.* expected .*$/m)?.[0]]).toEqual([
      0,
      undefined,
    ])
    expect(report.passed).toBe(lines.length)
    expect(report.passed).toBeGreaterThan(280)
  })

  it('has cases of each of the twenty, and names where each was found', () => {
    const found = new Set(cases.map((one) => one.defect))
    for (let defect = 1; defect <= 20; defect++) expect(found).toContain(defect)
    for (const { line } of cases) {
      const { peers, wrong } = line.value as { peers: { name: string; file: string }[]; wrong: string }
      expect(wrong.length).toBeGreaterThan(5)
      expect(peers.length).toBeGreaterThan(0)
      for (const { name, file } of peers) expect([name.length > 1, /^[\w./-]+$/.test(file)]).toEqual([true, true])
    }
  })

  it('writes each instruction as it decodes', () => {
    for (const { line } of cases) {
      for (const step of line.value.steps as { word?: string; text: string }[]) {
        if (step.word === undefined) continue
        const insn = decode(Number(step.word))
        const bare = (text: string): string => text.replace(/#0x([0-9a-f]+)/g, (_, d) => `#${Number(`0x${d}`)}`)
        expect([line.value.id, bare(insn ? format(insn) : 'undefined')]).toEqual([line.value.id, bare(step.text)])
      }
    }
  })

  it.each(Object.keys(DEFECTS).map(Number))('tells defect %i', (defect) => {
    const own = cases.filter((one) => one.defect === defect)
    for (const one of own) {
      for (const k of one.ends.keys()) {
        const broken = structuredClone(one.ends) as unknown as Loose[]
        DEFECTS[defect]?.(broken[k] as Loose, one)
        expect([one.vector.id, k, agrees(one, broken as unknown as VectorEnd[])]).toEqual([one.vector.id, k, false])
      }
    }
  })

  it('tells one other outcome, access, byte, size, register, doubleword, and one more of each', () => {
    for (const one of cases) {
      for (const [k, end] of one.ends.entries()) {
        for (const [name, change] of changes(end as unknown as Loose)) {
          const broken = structuredClone(one.ends) as unknown as Loose[]
          change(broken[k] as Loose)
          expect([one.vector.id, name, agrees(one, broken as unknown as VectorEnd[])]).toEqual([
            one.vector.id,
            name,
            false,
          ])
        }
      }
    }
  })

  it('prints the outcomes that it compares', async () => {
    const text: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => text.push(String(chunk)) > 0)
    const bare = lines.map((line) => {
      const steps = (line.value.steps as object[]).map((step) => ({ ...step, expect: undefined }))
      return { ...line, value: { ...line.value, steps } }
    })
    expect(await emitVectors(listed(bare))).toBe(0)
    write.mockRestore()
    const emitted = text
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; out: Loose[] })
    expect(emitted).toHaveLength(lines.length)
    const filled = lines.map((line, i) => {
      const steps = (line.value.steps as object[]).map((step, k) => ({ ...step, expect: emitted[i]?.out[k] }))
      return { ...line, value: { ...line.value, steps } }
    })
    expect(await conformVectors(listed(filled), new Report(() => {}))).toBe(0)
  })
})

/** Small changes of an end, each of which makes it another. */
function changes(end: Loose): [string, (end: Loose) => void][] {
  if (end.outcome === undefined) {
    return [
      ['end', flip],
      [
        'memory',
        (e) => {
          e.memory['0x40000000'] = '0x1'
        },
      ],
    ]
  }
  const list: [string, (end: Loose) => void][] = [
    [
      'outcome',
      (e) => {
        e.outcome = e.outcome === 'retired' ? 'retry' : 'retired'
      },
    ],
    ['one access more', (e) => void e.accesses.push(['r', '0x50000000', 1, '5a'])],
    [
      'one register more',
      (e) => {
        e.registers.x29 = '0x1'
      },
    ],
    [
      'memory',
      (e) => {
        e.memory['0x40000ff8'] = '0x1'
      },
    ],
  ]
  if (end.accesses.length > 0) {
    list.push(['one access less', (e) => void e.accesses.pop()])
    list.push([
      'address',
      (e) => {
        ;(e.accesses[0] as unknown[])[1] = '0x50001ff8'
      },
    ])
    list.push([
      'size',
      (e) => {
        ;(e.accesses[0] as unknown[])[2] = 3
      },
    ])
    list.push([
      'bytes',
      (e) => {
        ;(e.accesses[0] as unknown[])[3] = 'eeee'
      },
    ])
    list.push([
      'kind',
      (e) => {
        ;(e.accesses[0] as unknown[])[0] = e.accesses[0]?.[0] === 'r' ? 'w' : 'r'
      },
    ])
  }
  for (const name of Object.keys(end.registers)) {
    list.push([`without ${name}`, (e) => void delete e.registers[name]])
    list.push([
      `another ${name}`,
      (e) => {
        e.registers[name] = '0x5'
      },
    ])
  }
  return list
}

describe('nisv conform vectors', () => {
  const [some] = lines as [CaseLine]
  const changed = (change: object): CaseLine => ({ ...some, value: { ...some.value, ...change } })
  const machine = some.value.machine as object
  const step = (some.value.steps as object[])[0] as object

  it.each<[object, RegExp]>([
    [{ id: 1 }, /id is no string/],
    [{ class: 1 }, /class is no string/],
    [{ steps: [] }, /has no steps/],
    [{ steps: [{ ...step, word: 5 }] }, /steps\[0\].word is no "0x" string/],
    [{ steps: [{ ...step, esr: '0x100000000' }] }, /more than 32 bits/],
    [{ steps: [{ ...step, expect: undefined }] }, /expects nothing; use --emit/],
    [{ steps: [{ va: '0x0', access: 'jump' }] }, /access is not/],
    [{ steps: [{ va: '0x0', access: 'read', el: 2 }] }, /el is not 0 or 1/],
    [{ machine: { ...machine, ram: [['0x1', '0x1000']] } }, /whole 4 KiB pages/],
    [{ machine: { ...machine, ram: [['0x0', '0x100000000']] } }, /more than 16777216 bytes/],
    [{ machine: { ...machine, devices: [['0x40000000', '0x1000']] } }, /overlap/],
    [{ machine: { ...machine, vl: 24 } }, /no vector length/],
    [{ machine: { ...machine, memory: { '0x40000001': '0x0' } } }, /no multiple of 8/],
    [{ machine: { ...machine, refuses: [['x', '0x0']] } }, /neither "r" nor "w"/],
    [{ machine: { ...machine, registers: { x31: '0x0' } } }, /there is no register x31/],
    [{ machine: { ...machine, registers: { v0: '0x0' } } }, /no string of hexadecimal bytes/],
    [{ machine: { ...machine, registers: { z0: '00' } } }, /there is no z0 so long/],
    [{ machine: { ...machine, registers: { v32: '00' } } }, /there is no v32 so long/],
  ])('refuses %j', async (change, problem) => {
    const error = await conformVectors(listed([changed(change)]), new Report(() => {})).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConformInputError)
    expect((error as Error).message).toMatch(problem)
  })

  it('refuses an id that is there twice', async () => {
    await expect(conformVectors(listed([some, some]), new Report(() => {}))).rejects.toThrow(/is there twice/)
  })

  it('takes any JSON, and any expectation however deep', async () => {
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) as unknown
    const report = new Report(() => {})
    expect(await conformVectors(listed([changed({ steps: [{ ...step, expect: { accesses: deep } }] })]), report)).toBe(
      1,
    )
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('id', 'class', 'machine', 'steps', 'peers'), fc.jsonValue()),
        fc.dictionary(
          fc.constantFrom('registers', 'memory', 'ram', 'devices', 'vl', 'refuses', 'authentic'),
          fc.jsonValue(),
        ),
        (members, parts) => {
          for (const change of [members, { machine: { ...machine, ...parts } }]) {
            const line = changed(change)
            try {
              playVector(line, parseVector(line))
            } catch (error) {
              expect(error).toBeInstanceOf(ConformInputError)
            }
          }
        },
      ),
    )
  })

  it('has an end for any word, frame and registers', () => {
    const aborts = cases.filter(({ vector }) => vector.steps[0]?.kind === 'abort').map(({ line }) => line)
    const hexadecimal = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(hexOf)
    const word = fc.integer({ min: 0, max: 0xffff_ffff }).map((n) => hexOf(BigInt(n)))
    fc.assert(
      fc.property(
        fc.constantFrom(...aborts),
        word,
        word,
        hexadecimal,
        hexadecimal,
        fc.dictionary(fc.constantFrom('x0', 'x2', 'pc', 'pstate', 'sctlr_el1', 'tcr_el1', 'ttbr0_el1'), hexadecimal),
        (line, insn, esr, far, hpfar, registers) => {
          const m = line.value.machine as { registers: object }
          const steps = [
            { word: insn, code: '0x40004000', esr, far, hpfar },
            { va: far, access: 'write' },
          ]
          const value = { id: 'any', machine: { ...m, registers: { ...m.registers, ...registers } }, steps }
          const other = { ...line, value }
          expect(playVector(other, parseVector(other))).toHaveLength(2)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('what the file cannot say', () => {
  const va = DEV_VA + 0x40
  const pa = (DEV + 0x40).toString(16)

  it.each([
    ['by the syndrome', 0x019f_0000],
    ['by the decoder', 0],
  ])('a load to XZR asks the shim for no register 31 and gives it none: %s', (_, iss) => {
    const m = new Machine()
    m.setX(2, va)
    m.vcpu.truth.set(31, 0x1234n)
    expect(m.run(0xb940005f, { far: va, iss }).kind).toBe('retired') // ldr wzr, [x2]
    expect([m.shape(), m.x(31), m.vcpu.pushed]).toEqual([[`r ${pa} 4`], 0x1234n, [Reg.PC]])
  })

  it.each([
    ['by the syndrome', 0x01df_8000],
    ['by the decoder', 0],
  ])('nor does a store of it: %s', (_, iss) => {
    const m = new Machine()
    m.setX(2, va)
    m.vcpu.truth.set(31, 0x1234n)
    expect(m.run(0xf900005f, { far: va, write: true, iss }).kind).toBe('retired') // str xzr, [x2]
    expect([m.elements, m.vcpu.pulled.includes(31)]).toEqual([
      [{ kind: 'w', pa: DEV + 0x40, bytes: Array(8).fill(0) }],
      false,
    ])
  })

  it('Windows’ and nvme-cli’s LDP W on 4-byte registers: two reads of four bytes', () => {
    const m = new Machine()
    m.setX(2, CRB_VA + 0x30)
    m.run(0x29400440, { far: CRB_VA + 0x30 })
    expect(m.callbacks()).toEqual(['load crb+30 4', 'load crb+34 4'])
  })

  it('virtio-win’s str w8, [x10], #4', () => {
    const m = new Machine()
    m.setX(10, CRB_VA + 0x40)
    m.setX(8, 0x0102_0304n)
    expect(m.run(0xb8004548, { far: CRB_VA + 0x40, write: true }).kind).toBe('retired')
    expect([m.callbacks(), m.x(10)]).toEqual([['store crb+40 4'], BigInt(CRB_VA + 0x44)])
  })

  it('an unaligned LDR X on 4-byte registers is cut low to high', () => {
    const m = new Machine()
    m.space.log = new AccessLog(8)
    m.setX(2, CRB_VA + 0x3e)
    m.run(0xf9400040, { far: CRB_VA + 0x3e })
    expect([...m.space.log].map((a) => [a.offset, a.size])).toEqual([
      [0x3e, 2],
      [0x40, 4],
      [0x44, 2],
    ])
  })
})
