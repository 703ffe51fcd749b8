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
import { encodeCrbState } from '../../src/crb/state/record.ts'
import { crbStateOf } from '../../src/crb/vmstate/index.ts'
import { capturedStdout } from './stdout.ts'
import { readTpm as read, SAVED } from './stream.ts'

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
