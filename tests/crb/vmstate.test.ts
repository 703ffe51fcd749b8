/** QEMU's migration files, read and written, without QEMU: tests/live has the real one judge the same. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeDescription } from '../../src/crb/vmstate/description.ts'
import {
  crbStateOf,
  downgradeStream,
  injectState,
  parseQemuStream,
  readQemuTpm,
  upgradeStream,
} from '../../src/crb/vmstate/index.ts'
import * as change from './stream.ts'
import { toHex } from './tpm2.ts'

const { SAVED, message, readTpm: read, stateText: text } = change

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

describe('a file larger than memory', () => {
  const GIANT = 5 * 2 ** 30
  const timer = change.sectionOf(SAVED, 'timer')
  const json = parseQemuStream(SAVED).description?.json() ?? { devices: [] }
  const giant = { name: 'giant', instance_id: 0, version: 1, fields: [{ name: 'x', type: 'y', size: GIANT }] }
  const head = Uint8Array.from([4, 0, 0, 9, 9, 5, ...Buffer.from('giant'), 0, 0, 0, 0, 0, 0, 0, 1])
  const tail = Buffer.concat([
    Uint8Array.of(0x7e, 0, 0, 9, 9),
    SAVED.subarray(timer.at, parseQemuStream(SAVED).description?.at),
    encodeDescription({ ...json, devices: [...json.devices, giant] }),
  ])
  let asked = 0
  /** SAVED with a section of 5 GiB, made while it is read. */
  const file = {
    length: timer.at + head.length + GIANT + tail.length,
    read(at: number, n: number): Uint8Array {
      asked += n
      const out = new Uint8Array(n)
      const put = (bytes: Uint8Array, from: number): void => {
        const part = bytes.subarray(Math.max(0, at - from), Math.max(0, at + n - from))
        out.set(part, Math.max(0, from - at))
      }
      if (at < timer.at) put(SAVED.subarray(0, timer.at), 0)
      if (at < timer.at + head.length && at + n > timer.at) put(head, timer.at)
      const end = timer.at + head.length + GIANT
      if (at + n > end) put(tail, end)
      return out
    },
  }

  it('is read, changed, and changed back, by parts', () => {
    const stream = parseQemuStream(file)
    const crb = stream.sections.find(({ name }) => name === 'tpm-crb')
    expect(crb?.at).toBeGreaterThan(GIANT)
    expect(text(crbStateOf(readQemuTpm(stream)))).toBe(text(crbStateOf(read(SAVED))))
    const other = { ...crbStateOf(readQemuTpm(stream)), buffer: new Uint8Array(0xf80).fill(5) }
    expect(text(crbStateOf(readQemuTpm(parseQemuStream(injectState(file, other)))))).toBe(text(other))
    const back = downgradeStream(upgradeStream(file, 'version-1'))
    expect(back.length).toBe(file.length)
    const end = timer.at + head.length + GIANT
    for (const [from, to] of [
      [0, timer.at + 100],
      [end - 100, file.length],
    ] as const)
      expect(toHex(back.read(from, to - from))).toBe(toHex(file.read(from, to - from)))
    expect(asked).toBeLessThan(GIANT / 8)
  })

  it('may come in any pieces', () => {
    const given = { length: SAVED.length, read: (at: number, n: number) => SAVED.slice(at, at + n) }
    expect(parseQemuStream(given).sections).toEqual(parseQemuStream(SAVED).sections)
    const changed = upgradeStream(given, 'version-1')
    const whole = toHex(upgradeStream(SAVED, 'version-1'))
    fc.assert(
      fc.property(fc.nat(changed.length), fc.nat(changed.length), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        return toHex(changed.read(from, to - from)) === whole.slice(2 * from, 2 * to)
      }),
      { numRuns: 30 },
    )
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
