/**
 * LLVM 22 as the judge of text and validity: builds `disassemble.cpp` against it at first use, into `.cache/`, and asks.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('disassemble.cpp', import.meta.url))

/** Where what is built or downloaded for a run is kept. */
export const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url))

/** Runs a program that a Debian package brings, and returns its output; says which package is missing. */
export function runTool(program, args, debianPackage, options = {}) {
  const run = spawnSync(program, args, { maxBuffer: 2 ** 31, ...options })
  if (run.error?.code === 'ENOENT') throw new Error(`${program} is missing: apt-get install ${debianPackage}`)
  if (run.error) throw run.error
  if (run.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${run.stderr?.toString().trim()}`)
  return run.stdout
}

/** The judge's path. */
export function buildJudge() {
  return buildProgram(source)
}

/** The path of the program that a C++ source makes with LLVM 22; built when the source or LLVM has changed. */
export function buildProgram(source) {
  const config = (...args) => runTool('llvm-config-22', args, 'llvm-22-dev').toString().trim().split(/\s+/)
  const version = config('--version')[0]
  const include = config('--includedir')[0]
  if (!existsSync(join(include, 'llvm/MC/MCInst.h')))
    throw new Error(`${include} has no headers of LLVM: apt-get install llvm-22-dev`)
  const key = createHash('sha256').update(readFileSync(source)).update(version).digest('hex').slice(0, 12)
  const program = join(CACHE, `${basename(source, '.cpp')}-${key}`)
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  const flags = ['-O2', '-std=c++17', '-fno-rtti', '-fno-exceptions', ...config('--cppflags')]
  const building = `${program}.${process.pid}`
  runTool('g++', [...flags, source, '-o', building, ...config('--ldflags', '--libs')], 'g++')
  renameSync(building, program)
  return program
}

/** The names of LLVM's opcodes, by number. */
export function opcodeNames(program) {
  return runTool(program, ['names'], 'llvm-22').toString().trimEnd().split('\n')
}

/**
 * LLVM's opcode number (bits 15:0) and status (23:16: 0 undecodable, 1 potentially undefined, 3 plain) by word, with
 * features as --mattr takes them.
 */
export function askOpcodes(program, words, features = '+all') {
  const out = runTool(program, ['opcodes', features], 'llvm-22', { input: bytesOf(words) })
  return new Uint32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.byteLength))
}

/** The names of LLVM's features that a list turns on. */
export function askFeatures(program, features) {
  return runTool(program, ['features', features], 'llvm-22').toString().trimEnd().split('\n')
}

/** Lines of LLVM's opcode, status, text with and without aliases (`=`: the same), separated by tabs. */
export function askText(program, words, features = '+all') {
  return runTool(program, ['text', features], 'llvm-22', { input: bytesOf(words) })
    .toString('latin1')
    .trimEnd()
    .split('\n')
}

/** Words of a typed array as little-endian bytes (as the arrays of every machine that runs Node are). */
export function bytesOf(words) {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength)
}
