/** `nisv vmstate` and `nisv crb`. */

import { execFileSync, spawn } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { crb } from '../../src/cli/crb.ts'
import { vmstate } from '../../src/cli/vmstate.ts'
import { StateError } from '../../src/crb/state/error.ts'
import { decodeCrbState, encodeCrbState } from '../../src/crb/state/record.ts'
import { crbStateOf } from '../../src/crb/vmstate/index.ts'
import { capturedStdout } from './stdout.ts'
import { readTpm as read, SAVED, withoutSection, withRegister } from './stream.ts'
import { toHex } from './tpm2.ts'

describe('nisv vmstate', () => {
  let dir = ''
  const stdout = capturedStdout()
  const at = (name: string): string => join(dir, name)

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nisv-vmstate-'))
    writeFileSync(at('vm'), SAVED)
  })
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  it('shows a file', async () => {
    expect(await vmstate.run(['show', at('vm')])).toBe(0)
    expect(stdout.text).toContain('machine pc-q35-7.2, 95885 bytes, form version-0')
    expect(stdout.text).toContain('0x30 INTF_ID 0x25811')
    expect(stdout.text).toMatch(/tpm-emulator +0 +0 +0x\w+ +10337/)
    stdout.text = ''
    await vmstate.run(['show', '--json', at('vm')])
    expect(JSON.parse(stdout.text)).toMatchObject({
      form: 'version-0',
      notes: [],
      tpm: [{ name: 'permanent', bytes: 1321 }, {}, {}],
    })
  })

  it('extracts, injects, upgrades, downgrades, in place too', async () => {
    await vmstate.run(['extract', at('vm'), '-o', at('state')])
    expect(readFileSync(at('state')).equals(encodeCrbState(crbStateOf(read(SAVED))))).toBe(true)
    await vmstate.run(['upgrade', at('vm'), '--to', 'version-1', '-o', at('vm')])
    stdout.text = ''
    await vmstate.run(['show', at('vm')])
    expect(stdout.text).toContain("note: QEMU refuses version 1 (it knows 0): 'nisv vmstate downgrade' makes it 0")
    await vmstate.run(['downgrade', at('vm'), '-o', at('vm')])
    await vmstate.run(['inject', at('vm'), at('state'), '-o', at('vm')])
    expect(readFileSync(at('vm')).equals(SAVED)).toBe(true)
    expect(readdirSync(dir).sort()).toEqual(['state', 'vm'])
  })

  it('shows a record by nisv crb', async () => {
    await vmstate.run(['extract', at('vm'), '-o', at('state')])
    expect(await crb.run([at('state')])).toBe(0)
    expect(stdout.text).toContain('  0x00 LOC_STATE 0x82 locAssigned tpmRegValidSts\n')
    expect(stdout.text).toContain('TPM          swtpm\nTPM blob     permanent, 1321 bytes\n')
    await expect(crb.run([at('vm')])).rejects.toThrow('no nisv-crb record')
    await expect(crb.run([])).rejects.toThrow('takes one record')
  })

  it('replaces what a link points to, and writes to what is no file as it is', async () => {
    writeFileSync(at('target'), 'old')
    symlinkSync('target', at('link'))
    await vmstate.run(['extract', at('vm'), '-o', at('link')])
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
    const state = encodeCrbState(crbStateOf(read(SAVED)))
    expect(readFileSync(at('target')).equals(state)).toBe(true)
    // A pipe is read and written; root must not find a file in place of /dev/null.
    const [input, output] = [at('in'), at('out')]
    execFileSync('sh', ['-c', 'mkfifo in out'], { cwd: dir })
    const children = [
      spawn('sh', ['-c', 'cat vm >in'], { cwd: dir }),
      spawn('sh', ['-c', 'cat out >got'], { cwd: dir }),
    ]
    const ended = children.map((child) => new Promise((resolve) => child.once('close', resolve)))
    await vmstate.run(['extract', input, '-o', output])
    await Promise.all(ended)
    expect(readFileSync(at('got')).equals(state)).toBe(true)
    expect(lstatSync(output).isFIFO()).toBe(true)
  })

  it('takes nothing on which QEMU hangs, unless it is to repair it', async () => {
    const fatal = '00c40000000a00000009'
    writeFileSync(at('out'), 'as it was')
    const refused = async (words: string[], message: RegExp): Promise<void> => {
      await expect(vmstate.run(words)).rejects.toThrow(message)
      expect(readFileSync(at('out'), 'utf8')).toBe('as it was')
    }
    await vmstate.run(['extract', at('vm'), '-o', at('state')])
    for (const [bytes, message] of [
      [withRegister(SAVED, 0x4c, 1), /^section 'tpm-crb', offset 0x\w+: START is set: .*--repair/],
      [
        withoutSection(SAVED, 'tpm-emulator'),
        /^section 'tpm-emulator', offset 0x\w+: there is no such section.*--repair/,
      ],
    ] as const) {
      writeFileSync(at('bad'), bytes)
      await refused(['extract', at('bad'), '-o', at('out')], message)
      await refused(['upgrade', at('bad'), '--to', 'chunk', '-o', at('out')], message)
      await refused(['downgrade', at('bad'), '-o', at('out')], message)
    }
    // A TPM that is not there can be given nothing; another state ends the command of this one.
    await refused(['inject', at('bad'), at('state'), '-o', at('out')], /section 'tpm-emulator'/)
    writeFileSync(at('bad'), withRegister(SAVED, 0x4c, 1))
    await vmstate.run(['inject', at('bad'), at('state'), '-o', at('good')])
    expect(readFileSync(at('good')).equals(SAVED)).toBe(true)

    for (const words of [['downgrade'], ['upgrade', '--to', 'version-1'], ['upgrade', '--to', 'saved-regs']]) {
      await vmstate.run([...words, at('bad'), '-o', at('good'), '--repair'])
      const { registers, buffer } = crbStateOf(read(readFileSync(at('good'))))
      expect([read(readFileSync(at('good'))).defects, registers[0x4c >> 2], registers[0x44 >> 2]]).toEqual([[], 0, 1])
      expect(toHex(buffer.subarray(0, 12))).toBe(`${fatal}5546`)
    }
    await vmstate.run(['extract', at('bad'), '-o', at('good'), '--repair'])
    const { registers, buffer } = decodeCrbState(readFileSync(at('good')))
    expect([registers[0x44 >> 2], toHex(buffer.subarray(0, 10))]).toEqual([1, fatal])
    writeFileSync(at('bad'), withoutSection(SAVED, 'tpm-emulator'))
    await vmstate.run(['extract', at('bad'), '-o', at('good'), '--repair'])
    expect(decodeCrbState(readFileSync(at('good'))).tpm).toBeUndefined()
    await vmstate.run(['show', at('bad')])
    expect(stdout.text).toContain('hangs at the first read of LOC_STATE')
  })

  it('writes nothing when it cannot, and says how it is used', async () => {
    writeFileSync(at('bad'), SAVED.subarray(0, 90_000))
    writeFileSync(at('out'), 'as it was')
    await expect(vmstate.run(['downgrade', at('bad'), '-o', at('out')])).rejects.toThrow(StateError)
    await expect(vmstate.run(['extract', at('vm'), '-o', join(dir, 'none', 'x')])).rejects.toThrow('ENOENT')
    // The record cannot be written: the swtpm's directory is not touched, or the other way round.
    const swtpm = ['--swtpm', at('tpm')]
    await expect(vmstate.run(['extract', at('vm'), '-o', at('out'), ...swtpm])).rejects.toThrow('ENOENT')
    mkdirSync(at('tpm'))
    await expect(vmstate.run(['extract', at('vm'), '-o', join(dir, 'none', 'x'), ...swtpm])).rejects.toThrow('ENOENT')
    expect(readdirSync(at('tpm'))).toEqual([])
    rmdirSync(at('tpm'))
    await expect(vmstate.run(['inject', at('vm'), at('vm'), '-o', at('out')])).rejects.toThrow('no nisv-crb record')
    await expect(vmstate.run(['upgrade', at('vm'), '-o', at('out')])).rejects.toThrow('upgrade takes --to')
    await expect(vmstate.run(['downgrade', at('vm')])).rejects.toThrow('give -o FILE')
    await expect(vmstate.run(['fly'])).rejects.toThrow('vmstate takes one of show, extract')
    await expect(vmstate.run(['show'])).rejects.toThrow('takes 1 file')
    expect(readFileSync(at('out'), 'utf8')).toBe('as it was')
    expect(readdirSync(dir).sort()).toEqual(['bad', 'out', 'vm'])
  })
})
