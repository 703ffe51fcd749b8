/** Asks `describe.cpp`, built against LLVM 22 at first use, what words do. */
import { fileURLToPath } from 'node:url'
import { buildProgram, bytesOf, runTool } from '../judge.mjs'

/** The program's path. */
export function buildDescriber() {
  return buildProgram(fileURLToPath(new URL('describe.cpp', import.meta.url)))
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
