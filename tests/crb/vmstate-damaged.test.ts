/** Migration files that are cut, changed or made up: each is read, or refused with section and offset. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StateError } from '../../src/crb/state/error.ts'
import { encodeDescription } from '../../src/crb/vmstate/description.ts'
import {
  crbStateOf,
  downgradeStream,
  injectState,
  parseQemuStream,
  upgradeStream,
} from '../../src/crb/vmstate/index.ts'
import * as change from './stream.ts'

const { SAVED, attempt, message, readTpm: read, stateText: text } = change
const FIRST_SECTION = parseQemuStream(SAVED).sections[0]?.at ?? 0

/** Where the fault is: an offset always, and the section once there are some. */
function expectPlace(error: StateError): void {
  expect([error.message, error.offset >= 0]).toEqual([error.message, true])
  if (error.offset >= FIRST_SECTION) expect([error.message, error.section !== '']).toEqual([error.message, true])
}

describe('a damaged file', () => {
  it('is refused wherever it is cut', () => {
    const sections = parseQemuStream(SAVED).sections.flatMap(({ at, body, end, next }) => [
      at,
      at + 1,
      body,
      end - 1,
      end,
      next - 1,
    ])
    for (const n of new Set([0, 3, 7, 8, 12, ...sections])) {
      if (n >= SAVED.length) continue
      const error = attempt(SAVED.subarray(0, n))
      expect([n, error instanceof StateError]).toEqual([n, true])
      if (error instanceof StateError) expectPlace(error)
    }
  })

  it('names section and offset', () => {
    expect(message(new Uint8Array(0))).toBe(
      "offset 0x0: this is no QEMU migration stream: it does not begin with 'QEVM'",
    )
    expect(message(SAVED.with(7, 4))).toBe('offset 0x4: stream version 4; QEMU 7.2 and later write 3')
    expect(message(change.splice(SAVED, SAVED.length, SAVED.length, [0]))).toMatch(
      /bytes after the end that are no description/,
    )
    const { at } = change.sectionOf(SAVED, 'timer')
    expect(message(SAVED.with(at, 9))).toBe(
      `section 'behind ram', offset 0x${at.toString(16)}: type 9; a section or the end is expected: a plain precopy file`,
    )
    expect(message(change.withHead(SAVED, 'tpm-emulator', { version: 1 }))).toMatch(
      /section 'tpm-emulator', offset .*: version 1; 0 to 0 are known/,
    )
    const crb = change.sectionOf(SAVED, 'tpm-crb')
    const twice = change.splice(SAVED, crb.next, crb.next, SAVED.subarray(crb.at, crb.next))
    expect(message(twice)).toMatch(/section 'tpm-crb', offset .*: a second section of this name/)
    const page = parseQemuStream(SAVED).tpmPages[0]
    expect(message(SAVED.with((page?.at ?? 0) + 7, 0x40))).toMatch(/section 'ram', offset .*: page flags 0x40/)
    expect(message(SAVED.with((page?.at ?? 0) + 5, 0x10))).toMatch(/section 'ram', offset .*: a page at 0x10\d000/)
    const chunk = (body: number[]): string =>
      message(change.withExtra(SAVED, 'tpm-crb', change.subsection('tpm-crb/chunk', body)))
    expect(chunk([0, 0, 0, 0, 0, 0, 0, 1, 9, 0, 0, 0, 2])).toMatch(
      /section 'tpm-crb', offset .*: offset 2 into a response of 1/,
    )
    expect(chunk([0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0])).toMatch(/the response is \d+ bytes long/)
    expect(chunk([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5])).toMatch(/1 bytes too many/)
  })

  it('gives a StateError or is read, whatever byte is changed, and nothing hangs', () => {
    const head = parseQemuStream(SAVED).sections[1]?.at ?? 0
    const places = fc.oneof(
      fc.nat(SAVED.length - 1),
      fc.nat(Math.min(head, 300)),
      fc.constantFrom(
        ...parseQemuStream(SAVED).sections.flatMap(({ at, body, end }) => [at + 2, at + 5, body - 1, end + 1]),
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(places, fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = SAVED.slice()
        for (const [at, value] of changes) bytes[at] = value
        const result = attempt(bytes)
        if (result instanceof StateError) expectPlace(result)
      }),
      { numRuns: 150 },
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (tail) => void attempt(Uint8Array.of(0x51, 0x45, 0x56, 0x4d, 0, 0, 0, 3, ...tail)),
      ),
    )
  })

  it('does not believe a description', () => {
    const { description } = parseQemuStream(SAVED)
    const json = description?.json() ?? { devices: [] }
    const state = crbStateOf(read(SAVED))
    const other = { ...state, buffer: new Uint8Array(0xf80).fill(3) }
    const all = (patch: object): object => ({ devices: json.devices.map((d) => ({ ...d, ...patch })) })
    for (const bad of [
      { devices: [] },
      { devices: [null, 3, { name: 'timer', instance_id: 0, fields: [null] }] },
      all({ fields: [{ name: 'x', type: 'y', size: 1e300 }] }),
      all({ fields: [null, 'x', { size: '1', array_len: {} }] }),
      all({ fields: 'none' }),
      all({ fields: undefined, data: [null, {}] }),
      all({ fields: undefined, size: 'long' }),
      all({ subsections: [null] }),
      all({ subsections: [{ vmsd_name: 7, fields: [], subsections: [[]] }] }),
      all({ version: [] }),
    ]) {
      const bytes = change.splice(SAVED, description?.at ?? 0, SAVED.length, encodeDescription(bad as never))
      expect(text(crbStateOf(read(bytes)))).toBe(text(state))
      expect(text(crbStateOf(read(injectState(bytes, other))))).toBe(text(other))
      for (const form of ['saved-regs', 'version-1', 'chunk'] as const)
        expect(text(crbStateOf(read(downgradeStream(upgradeStream(bytes, form)))))).toBe(text(state))
    }
  })

  it('does not follow a description deeper than it goes', () => {
    const at = parseQemuStream(SAVED).description?.at ?? 0
    const nested = (n: number): Buffer => Buffer.from(`{"devices": [], "x": ${'['.repeat(n)}${']'.repeat(n)}}`)
    const ended = (json: Buffer): Uint8Array => {
      const head = Buffer.from([6, 0, 0, 0, 0])
      head.writeUInt32BE(json.length, 1)
      return change.splice(SAVED, at, SAVED.length, head, json)
    }
    expect(read(injectState(ended(nested(50)), crbStateOf(read(SAVED)))).form).toBe('version-0')
    expect(message(ended(nested(50_000)))).toMatch(/bytes after the end that are no description/)
  })

  it('may call its machine what it likes, within 255 characters', () => {
    const named = (name: string): Uint8Array => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(name.length)
      return change.splice(SAVED, 9, 13 + parseQemuStream(SAVED).machine.length, length, Buffer.from(name))
    }
    expect(parseQemuStream(named('a machine of mine')).machine).toBe('a machine of mine')
    expect(message(named('x'.repeat(300_000)))).toBe(
      "section 'configuration', offset 0xd: the machine's name is 300000 characters long; at most 255 can be",
    )
  })
})
