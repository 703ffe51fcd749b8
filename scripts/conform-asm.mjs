#!/usr/bin/env node
/**
 * Round trips of the encoder and the assembler, and the assembler of LLVM 22 as their judge: `npm run conform:asm`.
 *
 *   --words N    words of each row (60)
 *   --seed N     another seed is another test (1)
 *   --dist DIR   (build)
 *
 * encode(decode(word)) and assemble(format(decode(word))), aliases on and off, have to give the word, or one that has
 * the same text: then bits that say nothing differ, and the word is counted as not canonical. llvm-mc has to make the
 * same word of each text as `assemble`. Exit status 1 when another word, another text or an error comes out.
 */
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { assembleTexts } from './llvm/assemble.mjs'
import { random } from './llvm/words.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: options } = parseArgs({
  options: {
    words: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: 'build' },
  },
})
const nisv = await import(pathToFileURL(resolve(root, options.dist, 'decode/index.js')).href)
const { A64, ALLOCATED, assemble, decode, encode, format } = nisv

/** Left out of what LLVM reads: MOVPRFX needs a line after it that takes the prefix. */
const PREFIX = /^movprfx /
/** Without aliases, LLVM writes what it does not read: `#0` where `nb` or `ph` is not. */
const UNREADABLE = /^(?:TENTER|TEXIT|TCHANGE[BF]|SHUH)_/

/** Should-be bits as they should be: others are not canonical by definition. */
function sample(count, seed) {
  const next = random(seed, 0x61736d)
  return A64.encodings.flatMap((row) => {
    const seen = new Set()
    for (let tries = 0; seen.size < count && tries < 60 * count; tries++) {
      const held = row.mask | row.should.mask
      const word = ((next() & ~held) | row.value | row.should.value) >>> 0
      const insn = decode(word)
      if (insn?.encoding === row && insn.verdict === ALLOCATED) seen.add(word)
    }
    return [...seen]
  })
}

const words = sample(Number(options.words), Number(options.seed))
const failures = []
let passed = 0
const fail = (what, word, text) => failures.push(`${what}: ${word.toString(16).padStart(8, '0')} ${text}`)

/** What comes back of a word: the word, one of the same text, or a failure. */
function roundTrip(what, word, textOf, back) {
  let again
  try {
    again = back()
  } catch (error) {
    fail(what, word, error.message)
    return 'failed'
  }
  if (again === word) return 'canonical'
  const text = textOf(word)
  if (textOf(again) === text) return 'not canonical'
  fail(what, word, `'${text}' comes back as ${again.toString(16)}`)
  return 'failed'
}

for (const aliases of [true, false]) {
  const textOf = (word) => format(decode(word), { aliases })
  const texts = words.map(textOf)
  const counts = { canonical: 0, 'not canonical': 0, failed: 0 }
  words.forEach((word, i) => {
    counts[roundTrip('assemble', word, textOf, () => assemble(texts[i]))]++
  })
  console.log(`assemble, aliases ${aliases ? 'on' : 'off'}: ${JSON.stringify(counts)}`)
  passed += counts.canonical + counts['not canonical']

  const lines = texts.map((text, i) => ({ text, word: words[i] })).filter(({ text }) => !PREFIX.test(text))
  const theirs = assembleTexts(lines.map(({ text }) => text))
  let same = 0
  let unread = 0
  lines.forEach(({ text, word }, i) => {
    if (theirs[i] === assemble(text)) same++
    else if (theirs[i] < 0 && !aliases && UNREADABLE.test(decode(word).encoding.id)) unread++
    else fail('llvm-mc', word, `'${text}' is ${theirs[i] < 0 ? 'refused' : theirs[i].toString(16)}`)
  })
  passed += same
  console.log(
    `llvm-mc, aliases ${aliases ? 'on' : 'off'}: ${same} of ${lines.length} lines the same, ${unread} LLVM writes and does not read`,
  )
}
const counts = { canonical: 0, 'not canonical': 0, failed: 0 }
for (const word of words)
  counts[
    roundTrip(
      'encode',
      word,
      (w) => format(decode(w)),
      () => encode(decode(word)),
    )
  ]++
console.log(`encode: ${JSON.stringify(counts)}`)
passed += counts.canonical + counts['not canonical']

for (const line of failures.slice(0, 50)) console.log(line)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
