/** Builds `describe.cpp` against LLVM 22 at first use, into `.cache/`, and asks it what words do. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesOf, CACHE, runTool } from '../judge.mjs'

const source = fileURLToPath(new URL('describe.cpp', import.meta.url))

/** The program's path; built when its source or LLVM has changed. */
export function buildDescriber() {
  const config = (...args) => runTool('llvm-config-22', args, 'llvm-22-dev').toString().trim().split(/\s+/)
  const version = config('--version')[0]
  const key = createHash('sha256').update(readFileSync(source)).update(version).digest('hex').slice(0, 12)
  const program = join(CACHE, `describe-${key}`)
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  const flags = ['-O2', '-std=c++17', '-fno-rtti', '-fno-exceptions', ...config('--cppflags')]
  const building = `${program}.${process.pid}`
  runTool('g++', [...flags, source, '-o', building, ...config('--ldflags', '--libs')], 'g++')
  renameSync(building, program)
  return program
}

/** By word: LLVM's opcode, flags, and the registers that it defines and uses; `undefined` when it does not decode. */
export function describe(program, words) {
  const lines = runTool(program, [], 'llvm-22', { input: bytesOf(words) })
    .toString('latin1')
    .split('\n')
  return Array.from(words, (_, i) => {
    if (!lines[i]) return undefined
    const [opcode, flags, defs, uses] = lines[i].split('\t')
    return { opcode, flags, defs: names(defs), uses: names(uses) }
  })
}

function names(text) {
  return text.trimEnd() === '' ? [] : text.trimEnd().split(' ')
}
