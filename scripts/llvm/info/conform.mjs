#!/usr/bin/env node
/**
 * nisv's `info` against LLVM 22's descriptions: `npm run conform:info`. Words of every row and every alias: registers
 * read and written, loads and stores, floating-point exceptions, flow. Each disagreement has to fall into a class of
 * classes.mjs, which says who is right.
 *
 *   --words N (24) of each row, --seed N (1), --dist DIR (build)
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { random } from '../words.mjs'
import { CLASSES } from './classes.mjs'
import { buildDescriber, describe } from './harness.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { values: options } = parseArgs({
  options: {
    words: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: join(root, 'build') },
  },
})
const dist = resolve(options.dist)
if (!existsSync(join(dist, 'decode/index.js'))) throw new Error(`${dist} has no build: run npm run build`)
const { A64, ALLOCATED, decode, decodeInto, format, info, Instruction } = await import(
  pathToFileURL(join(dist, 'decode/index.js')).href
)

const { words, rows } = sample(Number(options.words), Number(options.seed))
const answers = describe(buildDescriber(), words)
const classes = new Map(CLASSES.map((c) => [c, { count: 0, example: '' }]))
const unclassified = new Map()
let compared = 0
let differing = 0
for (let i = 0; i < words.length; i++) if (answers[i]) compare(words[i], answers[i])

console.log(`${rows} rows, ${words.length} words, ${compared} compared, ${differing} differ`)
for (const [{ id, judge }, { count, example }] of classes)
  console.log(`${String(count).padStart(7)} ${id}: ${judge}${example}`)
let failed = 0
for (const [key, { count, example }] of unclassified) {
  failed += count
  console.log(`unclassified: ${key}, ${count} times${example}`)
}
console.log(`${compared - failed} passed, ${failed} failed`)
if (failed > 0 || compared === 0) process.exitCode = 1

/** `count` words of each row that decodes words (fewer where it has fewer), and a few of each alias. */
function sample(count, seed) {
  const next = random(seed)
  const insn = new Instruction()
  const found = []
  let filled = 0
  const fill = (e, wanted, owner) => {
    const own = new Set()
    // Should-be bits as they should be, mostly: with them free, few words of an exclusive are plain.
    for (let tries = 0; tries < 64 * wanted && own.size < wanted; tries++) {
      const free = next() & ~e.mask & ~e.should.mask
      const word = (e.value | e.should.value | free) >>> 0
      if (decodeInto(word, insn) === ALLOCATED && insn.encoding === owner) own.add(word)
    }
    for (const word of own) found.push(word)
    if (own.size > 0) filled++
  }
  const byId = new Map(A64.encodings.map((e) => [e.id, e]))
  for (const e of A64.encodings) fill(e, count, e)
  for (const e of A64.aliases) fill(e, Math.ceil(count / 4), byId.get(e.aliasOf))
  return { words: Uint32Array.from(found), rows: filled }
}

/** LLVM's register names, as file and number. */
function fileOf(name) {
  const [, letters, number] = /^(ZAQ|PN|B|W)(\d+)$/.exec(name) ?? []
  if (letters) return { ZAQ: 'ZA', PN: 'P', B: 'V', W: 'X' }[letters] + number
  return name === 'WSP' ? 'SP' : name
}

/** nisv's registers in LLVM's terms: what stays in part is used, PC and system registers are not named. */
function registersOf(registers) {
  const defs = new Set()
  const uses = new Set()
  for (const r of registers) {
    if (r.file === 'PC' || r.file === 'SYSTEM' || r.file === 'FPSR') continue
    const names = r.file === 'ZA' ? tiles(r.number) : [/^[XVP]$/.test(r.file) ? r.file + r.number : r.file]
    for (const name of names) {
      if (r.write !== 'none') defs.add(name)
      if (r.reads || !/^(?:none|full)$/.test(r.write)) uses.add(name)
    }
  }
  return { defs, uses }
}

function tiles(mask) {
  return Array.from({ length: 16 }, (_, n) => n).flatMap((n) => ((mask >>> n) & 1 ? [`ZA${n}`] : []))
}

function compare(word, llvm) {
  compared++
  const insn = decode(word)
  const told = info(insn)
  const own = registersOf(told.registers)
  const differences = []
  const sets = (effect, theirs, ours) => {
    const names = new Set(theirs.filter((n) => n !== 'WZR' && n !== 'VG').map(fileOf))
    for (const n of names) if (!ours.has(n)) differences.push(['llvm', effect, n])
    for (const n of ours) if (!names.has(n)) differences.push(['nisv', effect, n])
  }
  sets('def', llvm.defs, own.defs)
  sets('use', llvm.uses, own.uses)
  const either = (effect, theirs, ours) => {
    if (theirs !== ours) differences.push([theirs ? 'llvm' : 'nisv', effect, ''])
  }
  either(
    'load',
    llvm.flags.includes('L'),
    told.memory.some((m) => m.load),
  )
  either(
    'store',
    llvm.flags.includes('S'),
    told.memory.some((m) => m.store),
  )
  either(
    'raises',
    llvm.flags.includes('X'),
    told.registers.some((r) => r.file === 'FPSR' && r.writes?.lsb === 0 && r.write === 'merging'),
  )
  const flow = {
    branch: 'B',
    conditional: 'Bc',
    indirect: 'BI',
    call: 'C',
    'indirect-call': 'C',
    return: 'R',
    'exception-return': 'R',
  }
  if (llvm.flags.replace(/[LSXU]/g, '') !== (flow[told.flow.kind] ?? '')) differences.push(['both', 'flow', ''])
  if (differences.length > 0) differing++
  for (const [kind, effect, name] of differences) classify(insn, llvm, kind, effect, name)
}

function classify(insn, llvm, kind, effect, name) {
  const { mnemonic, id, group } = insn.encoding
  const text = format(insn)
  const file = /^(?:ZA|X|V|P)\d+$/.test(name) ? name.replace(/\d+$/, '') : name
  const difference = {
    kind,
    effect,
    file,
    mnemonic,
    base: mnemonic.replace(/<.*/, ''),
    id,
    text,
    scalable: /^S[VM]E /.test(group),
    always: /^(?:bc?\.)/.test(mnemonic) ? (insn.word & 14) === 14 : ((insn.word >>> 13) & 7) === 7,
    is: (k, e, f) => kind === k && effect === e && (f === undefined || f === file),
  }
  const example = `; ${insn.word.toString(16).padStart(8, '0')} ${text}, LLVM ${llvm.opcode}`
  const found = CLASSES.find((c) => c.takes(difference))
  const key = `${kind} ${effect} ${file} of ${mnemonic}`
  const entry = found ? classes.get(found) : (unclassified.get(key) ?? { count: 0, example: '' })
  if (!found) unclassified.set(key, entry)
  entry.count++
  entry.example ||= example
}
