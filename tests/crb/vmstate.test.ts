/** QEMU's migration files, read and written, without QEMU: tests/live has the real one judge the same. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { crb } from '../../src/cli/crb.ts'
import { vmstate } from '../../src/cli/vmstate.ts'
import type { CrbState } from '../../src/crb/state/crb-state.ts'
import { StateError } from '../../src/crb/state/error.ts'
import { encodeCrbState } from '../../src/crb/state/record.ts'
import { encodeDescription } from '../../src/crb/vmstate/description.ts'
import {
  crbStateOf,
  downgradeStream,
  injectState,
  parseQemuStream,
  type QemuTpm,
  readQemuTpm,
  upgradeStream,
} from '../../src/crb/vmstate/index.ts'
import * as change from './stream.ts'
import { toHex } from './tpm2.ts'

const { SAVED } = change
const FIRST_SECTION = parseQemuStream(SAVED).sections[0]?.at ?? 0
/** A state as its record: equal records are equal states, and text is compared fast. */
const text = (state: CrbState): string => toHex(encodeCrbState(state))
const read = (bytes: Uint8Array): QemuTpm => readQemuTpm(parseQemuStream(bytes))

/** Reads, and gives a StateError back; anything else fails the test. */
function attempt(bytes: Uint8Array): QemuTpm | StateError {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof StateError) return error
    throw error
  }
}
/** Where the fault is: an offset always, and the section once there are some. */
function expectPlace(error: StateError): void {
  expect([error.message, error.offset >= 0]).toEqual([error.message, true])
  if (error.offset >= FIRST_SECTION) expect([error.message, error.section !== '']).toEqual([error.message, true])
}
const message = (bytes: Uint8Array): string => {
  const result = attempt(bytes)
  return result instanceof StateError ? result.message : 'read'
}

describe('a file of QEMU 7.2', () => {
  it('is read: machine, sections, blocks, registers, buffer, PPI, blobs', () => {
    const stream = parseQemuStream(SAVED)
    expect([stream.machine, stream.pageSize, stream.ramBlocks.length]).toEqual(['pc-q35-7.2', 4096, 8])
    expect(stream.sections.map(({ name }) => name).slice(0, 4)).toEqual(['ram', 'timer', 'tpm-emulator', 'cpu_common'])
    const tpm = readQemuTpm(stream)
    expect([tpm.form, tpm.notes, tpm.truncated, tpm.chunk]).toEqual(['version-0', [], false, undefined])
    const { registers, buffer, ppi, tpm: blobs } = crbStateOf(tpm)
    expect([registers[0], registers[3], registers[12], registers[17], registers[23]]).toEqual([
      0x82, 1, 0x2_5811, 0, 0xfed4_0080,
    ])
    expect(Buffer.from(buffer.subarray(0, 13)).toString()).toBe('HELLO-CMDBUF-')
    expect(Buffer.from((ppi as Uint8Array).subarray(0, 11)).toString()).toBe('PPI-PPI-PPI')
    expect(blobs?.parts.map(({ name, data }) => [name, data.length])).toEqual([
      ['permanent', 1321],
      ['volatile', 8992],
      ['savestate', 0],
    ])
  })

  it("has a description that is written as QEMU's json-writer wrote it", () => {
    const { description } = parseQemuStream(SAVED)
    expect(toHex(encodeDescription(description?.json() ?? { devices: [] }))).toBe(
      toHex(SAVED.subarray(description?.at)),
    )
  })

  it('is read without its description too', () => {
    const without = parseQemuStream(change.withoutDescription(SAVED))
    const { sections } = parseQemuStream(SAVED)
    expect(without.sections).toEqual(sections)
  })

  it.each(['saved-regs', 'version-1', 'chunk'] as const)('goes to form %s and back, every byte', (form) => {
    for (const bytes of [SAVED, change.withoutDescription(SAVED)]) {
      const before = toHex(bytes)
      const upgraded = upgradeStream(bytes, form)
      expect(read(upgraded).form).toBe(form)
      expect(toHex(crbStateOf(read(upgraded)).buffer)).toBe(toHex(crbStateOf(read(bytes)).buffer))
      expect(toHex(downgradeStream(upgraded))).toBe(before)
      expect(toHex(bytes)).toBe(before)
      expect(() => upgradeStream(upgraded, form)).toThrow(`of form ${form} already`)
      expect(toHex(downgradeStream(bytes))).toBe(before)
    }
  })

  it('takes a state, and gives it back', () => {
    const words = fc.record({ sts: fc.nat(3), granted: fc.boolean() })
    fc.assert(
      fc.property(
        words,
        fc.nat(255),
        fc.uint8Array({ maxLength: 50 }),
        fc.constantFrom('plain', 'saved-regs', 'chunk'),
        (w, fill, blob, form) => {
          const stream = form === 'plain' ? SAVED : upgradeStream(SAVED, form as 'chunk')
          const old = crbStateOf(read(stream))
          const state = {
            ...old,
            registers: old.registers.with(17, w.sts).with(0, w.granted ? 0x82 : 0x80),
            buffer: new Uint8Array(0xf80).fill(fill),
            ppi: new Uint8Array(0x400).fill(fill ^ 0xff),
            tpm: {
              kind: 'swtpm',
              parts: ['permanent', 'volatile', 'savestate'].map((name) => ({ name, flags: fill, data: blob })),
            },
            chunk:
              form === 'chunk' && blob.length > 0
                ? { command: blob, response: blob, responseOffset: blob.length }
                : undefined,
          }
          const injected = injectState(stream, state)
          expect(text(crbStateOf(read(injected)))).toBe(text(state))
          expect(text(crbStateOf(read(change.withoutDescription(injected))))).toBe(text(state))
          // The description tells the new lengths: no footer had to be looked for.
          const { description, sections } = parseQemuStream(injected)
          for (const s of sections.slice(1)) expect(description?.bodyLength(s.name, s.instance)).toBe(s.end - s.body)
          // What was there before comes back to the byte.
          expect(toHex(injectState(injected, old))).toBe(toHex(stream))
        },
      ),
      { numRuns: 12 },
    )
  })

  it('never gets START, nor the state of another TPM', () => {
    const state = crbStateOf(read(SAVED))
    const started = { ...state, registers: state.registers.with(0x4c >> 2, 1) }
    expect(read(injectState(SAVED, started)).registers[0x4c >> 2]).toBe(0)
    expect(() => injectState(SAVED, { ...state, tpm: { kind: 'embedded', parts: [] } })).toThrow("of kind 'embedded'")
    expect(() => injectState(SAVED, { ...state, tpm: { kind: 'swtpm', parts: [] } })).toThrow("of kind 'swtpm' ()")
    expect(() => injectState(upgradeStream(SAVED, 'version-1'), state)).toThrow('version 1')
    for (const [without, part] of [
      [change.withoutSection(SAVED, 'tpm-crb'), "section 'tpm-crb'"],
      [change.withoutSection(SAVED, 'tpm-emulator'), "section 'tpm-emulator'"],
      [change.withoutBlock(SAVED, 'tpm-crb-cmd'), "RAM block 'tpm-crb-cmd'"],
    ] as const)
      expect(() => injectState(without, state)).toThrow(part)
  })

  it('is read with the subsections of a configuration, and a page is added where none was sent', () => {
    const length = 12 + new DataView(SAVED.buffer).getUint32(9) + 1
    const more = [
      ...change.subsection('configuration/target-page-bits', [0, 0, 0, 12]),
      ...change.subsection('configuration/capabilities', [0, 0, 0, 1, 2, 0x61, 0x62]),
      ...change.subsection('configuration/x-validate-uuid', Array(16).fill(9)),
    ]
    const bytes = change.splice(SAVED, length, length, more)
    expect(toHex(crbStateOf(read(bytes)).buffer)).toBe(toHex(crbStateOf(read(SAVED)).buffer))
    // With x-ignore-shared each block's entry has its address too.
    const shared = [...'x-ignore-shared'].map((c) => c.charCodeAt(0))
    const capable = change.subsection('configuration/capabilities', [0, 0, 0, 1, shared.length, ...shared])
    const addressed = parseQemuStream(SAVED).ramBlocks.reduceRight(
      (b, { end }) => change.splice(b, end, end, [0, 0, 0, 0, 0xfe, 0xd4, 0, 0x80]),
      SAVED,
    )
    const ignoring = change.splice(addressed, length, length, capable)
    expect(toHex(crbStateOf(read(ignoring)).buffer)).toBe(toHex(crbStateOf(read(SAVED)).buffer))
    expect(toHex(downgradeStream(upgradeStream(ignoring, 'version-1')))).toBe(toHex(ignoring))
    expect(message(addressed)).not.toBe('read')
    expect(message(change.splice(SAVED, length, length, change.subsection('configuration/x', [])))).toMatch(
      /subsection 'configuration\/x' is not known/,
    )

    const page = parseQemuStream(SAVED).tpmPages.find(({ block }) => block === 'tpm-ppi')
    const without = change.splice(SAVED, page?.at ?? 0, page?.end ?? 0)
    expect(read(without).ppi).toEqual(new Uint8Array(0x400))
    const state = crbStateOf(read(SAVED))
    expect(text(crbStateOf(read(injectState(without, state))))).toBe(text(state))
    expect(toHex(injectState(without, { ...state, ppi: new Uint8Array(0x400) }))).toBe(toHex(without))
  })

  it('goes on in a block over the end of a RAM section, as a machine does that is saved bit by bit', () => {
    const { ramEnd, tpmPages } = parseQemuStream(SAVED)
    const id = change.sectionOf(SAVED, 'ram').id
    const word = (flags: number): number[] => [0, 0, 0, 0, 0, 0, 0, flags]
    const full = (fill: number): Uint8Array => new Uint8Array(4096).fill(fill, 0, 0xf80)
    const name = [11, ...Buffer.from('tpm-crb-cmd')]
    const more = [
      ...[word(0x08), name, full(0x11), word(0x10), [0x7e, 0, 0, 0, id]],
      ...[[0x02, 0, 0, 0, id], word(0x28), full(0x22)],
    ]
    const bytes = change.splice(SAVED, ramEnd, ramEnd, ...more)
    expect(parseQemuStream(bytes).tpmPages.length).toBe(tpmPages.length + 2)
    expect(toHex(crbStateOf(read(bytes)).buffer)).toBe('22'.repeat(0xf80))
    expect(toHex(downgradeStream(upgradeStream(bytes, 'version-1')))).toBe(toHex(bytes))
  })

  it('has no place in version 1 for what an answer above 3968 bytes left behind the buffer', () => {
    const { tpmPages } = parseQemuStream(SAVED)
    const at = (tpmPages.find(({ block }) => block === 'tpm-crb-cmd')?.payload ?? 0) + 4090
    const long = change.splice(SAVED, at, at + 1, [7])
    expect(() => upgradeStream(long, 'version-1')).toThrow('128 bytes behind the data buffer')
    expect(toHex(downgradeStream(upgradeStream(long, 'chunk')))).toBe(toHex(long))
  })

  it('is not changed by reading, a Buffer neither', () => {
    const buffer = Buffer.from(SAVED)
    const state = crbStateOf(read(buffer))
    injectState(buffer, { ...state, buffer: new Uint8Array(0xf80).fill(1) })
    state.buffer.fill(2)
    state.ppi?.fill(2)
    for (const part of state.tpm?.parts ?? []) part.data.fill(2)
    expect(buffer.equals(SAVED)).toBe(true)
  })
})

describe('the 32-byte copy of the thread', () => {
  const { body } = change.sectionOf(SAVED, 'tpm-crb')
  const lost = change.splice(SAVED, body + 32, body + 128, new Uint8Array(96))

  it('is recognised, and made good with reset values', () => {
    const tpm = read(lost)
    expect([tpm.truncated, tpm.form]).toEqual([true, 'version-0'])
    expect(tpm.notes.join()).toContain("only 32 of the section's 128 bytes")
    expect([...tpm.registers]).toEqual([...read(SAVED).registers.with(17, 2)])
    expect(read(downgradeStream(lost)).truncated).toBe(false)
  })

  it('loses nothing in version 1, whose page has the live registers', () => {
    const one = upgradeStream(SAVED, 'version-1')
    const { body: at } = change.sectionOf(one, 'tpm-crb')
    const tpm = read(change.splice(one, at + 32, at + 128, new Uint8Array(96)))
    expect([tpm.truncated, tpm.registers[17]]).toEqual([true, 0])
    expect(toHex(downgradeStream(change.splice(one, at + 32, at + 128, new Uint8Array(96))))).toBe(toHex(SAVED))
  })
})

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

describe('nisv vmstate', () => {
  let dir = ''
  let output = ''
  const at = (name: string): string => join(dir, name)

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nisv-vmstate-'))
    output = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += text
      return true
    })
    writeFileSync(at('vm'), SAVED)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(dir, { recursive: true, force: true })
  })

  it('shows a file', async () => {
    expect(await vmstate.run(['show', at('vm')])).toBe(0)
    expect(output).toContain('machine pc-q35-7.2, 95885 bytes, form version-0')
    expect(output).toContain('0x30 INTF_ID 0x25811')
    expect(output).toMatch(/tpm-emulator +0 +0 +0x\w+ +10337/)
    output = ''
    await vmstate.run(['show', '--json', at('vm')])
    expect(JSON.parse(output)).toMatchObject({
      form: 'version-0',
      notes: [],
      tpm: [{ name: 'permanent', bytes: 1321 }, {}, {}],
    })
  })

  it('extracts, injects, upgrades, downgrades, in place too', async () => {
    await vmstate.run(['extract', at('vm'), '-o', at('state')])
    expect(readFileSync(at('state')).equals(encodeCrbState(crbStateOf(read(SAVED))))).toBe(true)
    await vmstate.run(['upgrade', at('vm'), '--to', 'version-1', '-o', at('vm')])
    output = ''
    await vmstate.run(['show', at('vm')])
    expect(output).toContain("note: QEMU refuses version 1 (it knows 0): 'nisv vmstate downgrade' makes it 0")
    await vmstate.run(['downgrade', at('vm'), '-o', at('vm')])
    await vmstate.run(['inject', at('vm'), at('state'), '-o', at('vm')])
    expect(readFileSync(at('vm')).equals(SAVED)).toBe(true)
    expect(readdirSync(dir).sort()).toEqual(['state', 'vm'])
  })

  it('shows a record by nisv crb', async () => {
    await vmstate.run(['extract', at('vm'), '-o', at('state')])
    expect(await crb.run([at('state')])).toBe(0)
    expect(output).toContain('  0x00 LOC_STATE 0x82 locAssigned tpmRegValidSts\n')
    expect(output).toContain('TPM          swtpm\nTPM blob     permanent, 1321 bytes\n')
    await expect(crb.run([at('vm')])).rejects.toThrow('no nisv-crb record')
    await expect(crb.run([])).rejects.toThrow('takes one record')
  })

  it('writes nothing when it cannot, and says how it is used', async () => {
    writeFileSync(at('bad'), SAVED.subarray(0, 90_000))
    writeFileSync(at('out'), 'as it was')
    await expect(vmstate.run(['downgrade', at('bad'), '-o', at('out')])).rejects.toThrow(StateError)
    await expect(vmstate.run(['extract', at('vm'), '-o', join(dir, 'none', 'x')])).rejects.toThrow('ENOENT')
    await expect(vmstate.run(['inject', at('vm'), at('vm'), '-o', at('out')])).rejects.toThrow('no nisv-crb record')
    await expect(vmstate.run(['upgrade', at('vm'), '-o', at('out')])).rejects.toThrow('upgrade takes --to')
    await expect(vmstate.run(['downgrade', at('vm')])).rejects.toThrow('give -o FILE')
    await expect(vmstate.run(['fly'])).rejects.toThrow('vmstate takes one of show, extract')
    await expect(vmstate.run(['show'])).rejects.toThrow('takes 1 file')
    expect(readFileSync(at('out'), 'utf8')).toBe('as it was')
    expect(readdirSync(dir).sort()).toEqual(['bad', 'out', 'vm'])
  })
})
