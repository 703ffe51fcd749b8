/** The CRB's registers, row by row: QEMU 7.2 hw/tpm/tpm_crb.c as measured over qtest. */

import { describe, expect, it } from 'vitest'
import { ManualTpm, response } from './backends.ts'
import { Guest } from './bus.ts'
import { COMMAND, guest, RESET } from './manual.ts'
import { toHex } from './tpm2.ts'

const FATAL = '00c40000000a00000009'

describe('reset values', () => {
  it("are QEMU's, every word of the window", () => {
    const { g } = guest()
    for (let offset = 0; offset < 0x80; offset += 4)
      expect([offset, g.read(offset)]).toEqual([offset, RESET[offset] ?? 0])
  })

  it('put base + 0x80 into both halves of the address registers', () => {
    const g = new Guest({ tpm: new ManualTpm(), base: 0x12_3456_7000 })
    expect([g.read(0x5c), g.read(0x60)]).toEqual([0x3456_7080, 0x12])
    expect(g.read64(0x68)).toBe(0x12_3456_7080n)
  })

  it('read in every width and alignment', () => {
    const { g } = guest()
    expect(g.read64(0x30)).toBe(0x0000_1014_0002_5811n)
    expect([g.read(0x31, 1), g.read(0x32, 2), g.read(0x33, 2)]).toEqual([0x58, 2, 0x1400])
    expect(g.read(0x01, 1)).toBe(0)
  })
})

describe('LOC_STATE and LOC_CTRL', () => {
  it('grant and give back locality 0', () => {
    const { g } = guest()
    g.write(0x08, 1)
    expect([g.read(0x00), g.read(0x0c), g.read(0x08)]).toEqual([0x83, 1, 0])
    g.write(0x08, 2)
    expect([g.read(0x00), g.read(0x0c)]).toEqual([0x81, 0])
    expect(g.events).toEqual([
      { type: 'locality', granted: true },
      { type: 'locality', granted: false },
    ])
  })

  it.each([0, 3, 4, 5, 8, 9, 0x101])('ignore the value %i', (value) => {
    const { g } = guest()
    g.write(0x08, value)
    expect([g.read(0x00), g.read(0x0c)]).toEqual([0x81, 0])
    expect(g.events).toEqual([{ type: 'ignored', reason: 'value', write: true, offset: 8, size: 4, value }])
  })

  it('show the established flag inverted, asked once, kept over a reset', () => {
    const { g, tpm } = guest()
    tpm.isEstablished = true
    expect(tpm.calls).toEqual([])
    expect(g.read(0x00)).toBe(0x80)
    tpm.isEstablished = false
    expect([g.read(0x00, 1), g.read(0x01, 1)]).toEqual([0x80, 0])
    g.crb.reset()
    expect(g.read(0x00)).toBe(0x80)
    expect(tpm.calls).toEqual(['established', 'reset'])
  })
})

describe('CTRL_REQ', () => {
  it('moves between Idle and Ready, reading 0 itself', () => {
    const { g } = guest()
    g.write(0x40, 1)
    expect([g.read(0x44), g.read(0x40)]).toEqual([0, 0])
    g.write(0x40, 2, 1)
    expect([g.read(0x44), g.read(0x40)]).toEqual([2, 0])
  })

  it('compares the whole value and the exact address', () => {
    const { g } = guest()
    for (const value of [3, 0x101, 0]) g.write(0x40, value)
    g.write(0x41, 1, 1)
    g.write(0x42, 1, 2)
    expect(g.read(0x44)).toBe(2)
    expect(g.events.map((event) => (event.type === 'ignored' ? event.reason : event.type))).toEqual([
      'value',
      'value',
      'value',
      'offset',
      'offset',
    ])
  })

  it('is reached by the second piece of an unaligned store', () => {
    const { g } = guest()
    g.write(0x3e, 0x0001_0000)
    expect(g.read(0x44)).toBe(0)
  })
})

describe('registers that only read, and gaps', () => {
  const writable = [0x08, 0x40, 0x48, 0x4c]

  it('do not change by any write', () => {
    const { g } = guest()
    for (let offset = 0; offset < 0x80; offset += 4) if (!writable.includes(offset)) g.write(offset, 0xffff_ffff)
    for (let offset = 0; offset < 0x80; offset += 4) expect(g.read(offset)).toBe(RESET[offset] ?? 0)
  })

  it('say why: read-only or reserved', () => {
    const { g } = guest()
    g.write(0x58, 1)
    g.write(0x10, 1, 2)
    g.read(0x3c, 1)
    expect(g.events).toEqual([
      { type: 'ignored', reason: 'read-only', write: true, offset: 0x58, size: 4, value: 1 },
      { type: 'ignored', reason: 'reserved', write: true, offset: 0x10, size: 2, value: 1 },
      { type: 'ignored', reason: 'reserved', write: false, offset: 0x3c, size: 1, value: 0 },
    ])
  })
})

describe('CTRL_START', () => {
  it('needs a locality, and the exact value', () => {
    const { g, tpm } = guest()
    g.crb.buffer.set(COMMAND)
    g.write(0x4c, 1)
    g.write(0x08, 1)
    for (const value of [0, 2, 3]) g.write(0x4c, value)
    expect(g.read(0x4c)).toBe(0)
    expect(tpm.commands).toEqual([])
    g.write(0x4c, 1, 1)
    expect(g.read(0x4c)).toBe(1)
    expect(tpm.commands.map(toHex)).toEqual([toHex(COMMAND)])
    expect(tpm.calls).toEqual(['execute 0'])
  })

  it('works in Idle, and is ignored while a command runs', () => {
    const { g, tpm } = guest()
    g.write(0x08, 1)
    g.crb.buffer.set(COMMAND)
    g.write(0x4c, 1)
    g.write(0x4c, 1)
    expect(tpm.commands.length).toBe(1)
    expect(g.crb.busy).toBe(true)
  })

  it('leaves RAM, REQ and LOC_CTRL alive while it runs; the answer covers only its own bytes', () => {
    const { g, tpm } = guest()
    g.submit(COMMAND)
    g.write(0x80 + 20, 0xdead_beef)
    g.write(0x40, 2)
    g.write(0x08, 2)
    expect([g.read(0x44), g.read(0x4c), g.read(0x00), g.read(0x80 + 20)]).toEqual([2, 1, 0x81, 0xdead_beef])
    tpm.answers[0]?.(response(14))
    expect([g.read(0x4c), g.read(0x44)]).toEqual([0, 2])
    expect(toHex(g.crb.buffer.subarray(0, 14))).toBe(toHex(response(14)))
    expect(g.read(0x80 + 20)).toBe(0xdead_beef)
  })

  it('hands over what the header declares, at most the buffer and what the TPM takes', () => {
    for (const [declared, bufferSize, delivered] of [
      [10, 4096, 10],
      [3968, 4096, 3968],
      [3969, 4096, 3968],
      [0xffff_ffff, 4096, 3968],
      [3968, 2808, 2808],
    ] as const) {
      const tpm = new ManualTpm()
      tpm.bufferSize = bufferSize
      new Guest({ tpm }).submit(response(10, declared))
      expect(tpm.commands[0]?.length).toBe(delivered)
    }
  })

  it.each([0, 1, 9])('refuses a declared size of %i with tpmSts, which only a reset clears', (declared) => {
    const { g, tpm } = guest()
    g.submit(response(10, declared))
    expect([g.read(0x4c), g.read(0x44), tpm.commands.length]).toEqual([0, 1, 0])
    expect(g.events.at(-1)).toMatchObject({ type: 'error', reason: 'command-size' })
    g.write(0x40, 2)
    g.write(0x40, 1)
    expect(g.read(0x44)).toBe(1)
    g.crb.reset()
    expect(g.read(0x44)).toBe(2)
  })

  it('delivers it when told to be QEMU 7.2', () => {
    const tpm = new ManualTpm()
    const g = new Guest({ tpm, shortCommands: 'deliver' })
    g.submit(response(10, 9))
    expect([g.read(0x4c), tpm.commands[0]?.length]).toEqual([1, 9])
  })
})

describe('answers', () => {
  it.each([
    ['none', undefined, 'no-answer'],
    ['empty', new Uint8Array(0), 'answer-size'],
    ['shorter than a header', response(9), 'answer-size'],
    ['a header that declares 0', response(10, 0), 'answer-size'],
    ['longer than declared', response(20, 12), 'answer-size'],
    ['shorter than declared', response(12, 20), 'answer-size'],
    ['one byte too long for the buffer', response(3969), 'answer-size'],
  ] as const)('%s: tpmSts and the fatal error', (_name, bytes, reason) => {
    const { g, tpm } = guest()
    g.submit(COMMAND)
    tpm.answers[0]?.(bytes)
    expect([g.read(0x4c), g.read(0x44) & 1, toHex(g.answer())]).toEqual([0, 1, FATAL])
    expect(toHex(g.crb.buffer.subarray(10, 12))).toBe('0008') // the rest of the command stays
    expect(g.events.filter(({ type }) => type === 'error' || type === 'answer')).toMatchObject([
      { type: 'error', reason },
      { type: 'answer' },
    ])
  })

  it('of the whole buffer fits', () => {
    const { g, tpm } = guest()
    g.submit(COMMAND)
    tpm.answers[0]?.(response(3968))
    expect([g.read(0x4c), g.read(0x44), g.answer().length]).toEqual([0, 0, 3968])
  })

  it('a second or late time are ignored, also while the next command runs', () => {
    const { g, tpm } = guest()
    g.submit(COMMAND)
    tpm.answers[0]?.(response(10))
    tpm.answers[0]?.(response(14))
    g.submit(COMMAND)
    tpm.answers[0]?.(undefined)
    expect([g.read(0x4c), g.read(0x44), toHex(g.crb.buffer.subarray(0, 12))]).toEqual([1, 0, toHex(COMMAND)])
    tpm.answers[1]?.(response(12))
    expect(g.read(0x4c)).toBe(0)
    expect(g.events.filter((event) => event.type === 'error').map(({ reason }) => reason)).toEqual([
      'late-answer',
      'late-answer',
    ])
  })

  it('of a back end that throws are the fatal error; its throws never reach the guest', () => {
    const tpm = new ManualTpm()
    const boom = (): never => {
      throw new Error('boom')
    }
    Object.assign(tpm, { execute: boom, cancel: boom, established: boom, reset: boom })
    const g = new Guest({ tpm })
    expect(g.read(0x00)).toBe(0x81)
    g.submit(COMMAND)
    expect([g.read(0x4c), g.read(0x44), toHex(g.answer())]).toEqual([0, 1, FATAL])
    let ready = 0
    g.crb.reset(() => ready++)
    expect([ready, g.read(0x44)]).toEqual([1, 2])
    expect(g.events.filter((event) => event.type === 'error').map(({ reason }) => reason)).toEqual(
      Array(3).fill('backend'),
    )
  })
})

describe('CTRL_CANCEL', () => {
  it('reaches the TPM only while a command runs; START falls with the answer', () => {
    const { g, tpm } = guest()
    g.write(0x48, 1)
    g.submit(COMMAND)
    g.write(0x48, 2)
    g.write(0x48, 1)
    expect([tpm.calls, g.read(0x48), g.read(0x4c)]).toEqual([['execute 0', 'cancel'], 0, 1])
    tpm.answers[0]?.(response(10))
    expect(g.read(0x4c)).toBe(0)
  })

  it('comes before START in an eight-byte store over both', () => {
    const { g, tpm } = guest()
    g.write(0x08, 1)
    g.crb.buffer.set(COMMAND)
    g.write(0x48, 0x1_0000_0001n, 8)
    expect(tpm.calls).toEqual(['execute 0'])
    g.write(0x48, 0x1_0000_0001n, 8)
    expect(tpm.calls).toEqual(['execute 0', 'cancel'])
  })
})

describe('reset', () => {
  it('takes effect at once, drops the command, keeps the buffer', () => {
    const { g, tpm } = guest()
    g.submit(COMMAND)
    g.crb.reset()
    expect([g.read(0x4c), g.read(0x44), g.read(0x00), g.crb.busy]).toEqual([0, 2, 0x81, false])
    tpm.answers[0]?.(response(12))
    expect(toHex(g.answer())).toBe(toHex(COMMAND))
  })

  it('holds a command until the TPM is ready', () => {
    const { g, tpm } = guest()
    let done = 0
    g.crb.reset(() => done++)
    g.submit(COMMAND)
    g.write(0x48, 1)
    expect([tpm.calls, g.read(0x4c), done]).toEqual([['reset'], 1, 0])
    tpm.ready[0]?.()
    tpm.ready[0]?.()
    expect([tpm.calls, done]).toEqual([['reset', 'execute 0'], 1])
    tpm.answers[0]?.(response(10))
    expect(g.read(0x4c)).toBe(0)
  })

  it('joins one that is under way', () => {
    const { g, tpm } = guest()
    let done = 0
    g.crb.reset(() => done++)
    g.submit(COMMAND)
    g.crb.reset(() => done++)
    expect(g.read(0x4c)).toBe(0)
    tpm.ready[0]?.()
    expect([tpm.calls, done]).toEqual([['reset'], 2])
    g.crb.reset(() => done++)
    tpm.ready[1]?.()
    expect([tpm.calls, done]).toEqual([['reset', 'reset'], 3])
  })
})
