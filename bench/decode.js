/**
 * Words a second of nisv, of LLVM 22's MC layer in C++ and of capstone-js (Capstone 5 in wasm), on the same words. The
 * three take turns, and the fastest turn of each counts: what else the machine does slows all alike.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { decodeInto, format, Instruction } from '../dist/decode/index.js'
import { buildProgram, bytesOf, runTool } from '../scripts/llvm/judge.mjs'
import { realWords, rowWords, uniformWords } from './words.js'

const TURNS = 5
const COUNT = 1_000_000
/** Capstone gets less to do: it takes 20 times as long, to the same figure. */
const CAPSTONE_COUNT = 100_000
/** Words that Capstone disassembles in one call: as fast as it gets. */
const CAPSTONE_BLOCK = 1024

const { Capstone, ARCH_ARM64, MODE_LITTLE_ENDIAN } = await createRequire(import.meta.url)('@alexaltea/capstone-js')()

/** Prints a table: millions of words a second, and how many times a peer's that is. */
export function decodeBenches() {
  const program = buildProgram(fileURLToPath(new URL('llvm-mc.cpp', import.meta.url)))
  const streams = [
    ['real .text', realWords(COUNT)],
    ['every row in turn', rowWords(COUNT)],
    ['uniform words', uniformWords(COUNT)],
  ]
  console.log('Million words a second          decode               decode and text')
  console.log('                          nisv   LLVM  ratio    nisv   LLVM  ratio  capstone-js  ratio')
  for (const [name, words] of streams) {
    const r = race(program, words)
    const cells = [r.decode, r.llvmDecode, r.decode / r.llvmDecode, r.text, r.llvmText, r.text / r.llvmText, r.capstone]
    const widths = [8, 7, 7, 8, 7, 7, 13]
    const line = cells.map((n, i) => n.toFixed(i === 0 ? 1 : 2).padStart(widths[i])).join('')
    console.log(`${name.padEnd(22)}${line}${(r.text / r.capstone).toFixed(1).padStart(7)}`)
  }
}

/** Millions of words a second of each. */
function race(program, words) {
  const fastest = { decode: 0, text: 0, llvmDecode: 0, llvmText: 0, capstone: 0 }
  const keep = (name, count, seconds) => {
    fastest[name] = Math.max(fastest[name], count / seconds / 1e6)
  }
  const some = words.subarray(0, CAPSTONE_COUNT)
  const blocks = blocksOf(some)
  for (let turn = 0; turn < TURNS; turn++) {
    keep('decode', words.length, timed(decodeAll, words))
    keep('text', words.length, timed(printAll, words))
    const [decode, text, valid] = runTool(program, ['1'], 'llvm-22', { input: bytesOf(words) })
      .toString()
      .split(' ')
    keep('llvmDecode', words.length, Number(decode))
    keep('llvmText', words.length, Number(text))
    if (turn === 0) checkSame(words, Number(valid))
    keep('capstone', some.length, timed(capstoneAll, blocks))
  }
  return fastest
}

function timed(task, input) {
  const start = performance.now()
  task(input)
  return (performance.now() - start) / 1000
}

const insn = new Instruction()

function decodeAll(words) {
  let valid = 0
  for (let i = 0; i < words.length; i++) if (decodeInto(words[i], insn) !== 0) valid++
  return valid
}

function printAll(words) {
  let length = 0
  for (let i = 0; i < words.length; i++) if (decodeInto(words[i], insn) !== 0) length += format(insn).length
  return length
}

/** A race over different work would say nothing. What docs/deviations.md lists is less than 1 word in 100 of any stream. */
function checkSame(words, llvm) {
  const valid = decodeAll(words)
  if (Math.abs(valid - llvm) > words.length / 100) throw new Error(`nisv decodes ${valid} words, LLVM ${llvm}`)
}

/** The words as Capstone takes them, in blocks. */
function blocksOf(words) {
  const blocks = []
  for (let i = 0; i < words.length; i += CAPSTONE_BLOCK) blocks.push(bytesOf(words.subarray(i, i + CAPSTONE_BLOCK)))
  return blocks
}

const peer = new Capstone(ARCH_ARM64, MODE_LITTLE_ENDIAN)

/** A call ends at a word that Capstone does not know, and throws when that is its first: the next begins after it. */
function capstoneAll(blocks) {
  let known = 0
  for (const block of blocks) {
    for (let at = 0; at < block.length; ) {
      let count = 0
      try {
        count = peer.disasm(block.subarray(at), at).length
      } catch {
        count = 0
      }
      known += count
      at += 4 * (count + 1)
    }
  }
  return known
}
