#!/usr/bin/env node
/**
 * Compares what nisv and LLVM 22 decode when features are off: `npm run conform:features`.
 *
 *   --words N    words of each row (20), of a system row (400)
 *   --seed N     another seed is another test (1)
 *   --random N   sets of features taken at random (40)
 *   --sets LIST  only the sets whose names are in the list: v8.2,v9.4,sve,...
 *   --dist DIR   (build)
 *   --out FILE   all differences
 *
 * Sets: every version of the architecture; every feature that LLVM names, over Armv8.0; all without each one; some at
 * random. Each is told to LLVM feature
 * by feature, so that both have the same; what `-march` of a version turns on is compared by itself. Words that the two
 * judge otherwise with all features are left out: `conform:sweep` has those. Text is compared of system instructions,
 * whose names depend on features. What may differ is in tests/conformance/feature-deviations.txt; exit status 1 when
 * anything else does.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { askFeatures, askOpcodes, askText, buildJudge, runTool } from './llvm/judge.mjs'
import { random } from './llvm/words.mjs'
import { progress } from './progress.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const SYSTEM = 'System'

/** LLVM's features and the FEAT_ names of each, from the header that its development package brings. */
export function llvmFeatures() {
  const include = runTool('llvm-config-22', ['--includedir'], 'llvm-22-dev').toString().trim()
  const text = readFileSync(join(include, 'llvm/TargetParser/AArch64TargetParserDef.inc'), 'utf8')
  const extensions = new Map()
  for (const m of text.matchAll(/AArch64::(AEK_\w+), "(FEAT_[^"]*)", "[^"]*", "\+([^"]*)"/g))
    extensions.set(m[1], { key: m[3], features: m[2].split(', ') })
  const defaults = new Map()
  for (const m of text.matchAll(/VersionTuple\{(\d), (\d)\},\s*AProfile,[^(]*\(AArch64::ExtensionBitset\(\{([^}]*)\}/g))
    defaults.set(
      `${m[1]}.${m[2]}`,
      [...new Set(m[3].match(/AEK_\w+/g))].map((name) => extensions.get(name).key),
    )
  return { extensions: [...extensions.values()], defaults }
}

/** `row-or-group  sets  nisv|LLVM|text  reason`: `*` at the end of a row or for all sets. */
function readDeviations(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, rows, side, reason] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      if (reason === undefined) throw new Error(`${file}: '${line}' is not 'rows side reason'`)
      return { rows: new RegExp(`^(?:${rows})$`), side, reason, count: 0, line }
    })
}

/** Words of every row that nisv gives to that row and that LLVM, with all features, decodes too. */
function sample(nisv, program, count, systemCount, seed) {
  const next = random(seed, 0x66656174)
  const insn = new nisv.Instruction()
  const words = []
  const rows = []
  for (const e of [...nisv.A64.encodings, ...nisv.A64.aliases.filter((a) => a.group === SYSTEM)]) {
    const target = e.aliasOf === undefined ? e : undefined
    const wanted = e.group === SYSTEM && e.aliasOf === undefined ? systemCount : count
    const seen = new Set()
    for (let tries = 0; seen.size < wanted && tries < 40 * wanted; tries++) {
      // Should-be bits as they should be, half of the time.
      const should = tries % 2 === 0 ? e.should.mask : 0
      const word = ((next() & ~(e.mask | should)) | e.value | (e.should.value & should)) >>> 0
      if (seen.has(word) || nisv.decodeInto(word, insn) === nisv.UNALLOCATED) continue
      if (target !== undefined && insn.encoding !== target) continue
      seen.add(word)
    }
    for (const word of seen) {
      words.push(word)
      rows.push(e.id)
    }
  }
  // Every system register and operation by name: random words of MRS and SYS find few of them.
  for (const { encoding, readable, writable } of nisv.systemRegisters()) {
    if (encoding >>> 14 < 2) continue
    const low = (encoding & 0x7fff) << 5
    for (const base of [
      ...(readable ? [0xd530_0000, 0xd570_0000] : []),
      ...(writable ? [0xd510_0000, 0xd550_0000] : []),
    ])
      words.push((base | low | (next() & 30)) >>> 0)
  }
  for (const { instruction, encoding, register } of nisv.systemOperations())
    words.push(
      ((instruction === 'tlbip' ? 0xd548_0000 : 0xd508_0000) |
        (encoding << 5) |
        (register === 'none' ? 31 : next() & 30)) >>>
        0,
    )
  const unique = Uint32Array.from(new Set(words))
  const status = askOpcodes(program, unique)
  const kept = unique.filter((word, i) => status[i] >>> 16 !== 0 && nisv.decodeInto(word, insn) !== nisv.UNALLOCATED)
  return { words: kept, rows: new Set(rows).size, refused: unique.length - kept.length }
}

/** Versions with a few features more and a few less. */
function randomSets(nisv, extensions, bare, count, seed) {
  const next = random(seed, 0x73657473)
  const versions = nisv.versions()
  return Array.from({ length: count }, (_, n) => {
    const parts = [`v${versions[next() % versions.length]}`]
    for (const { features } of extensions)
      if (next() % 4 === 0) for (const name of bare(features)) parts.push(next() % 3 === 0 ? `-${name}` : name)
    // LLVM names some features together: both or neither.
    let set = nisv.FeatureSet.parse(parts.join(' '))
    for (const { features } of extensions) {
      const names = bare(features)
      if (names.length > 1 && names.some((name) => !set.has(name))) parts.push(...names.map((name) => `-${name}`))
      set = nisv.FeatureSet.parse(parts.join(' '))
    }
    return { name: `random ${n + 1}: ${parts.join(' ')}`, features: set }
  })
}

async function main() {
  const { values } = parseArgs({
    options: {
      words: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      random: { type: 'string', default: '40' },
      sets: { type: 'string' },
      dist: { type: 'string', default: 'build' },
      out: { type: 'string' },
    },
  })
  const nisv = await import(pathToFileURL(join(resolve(root, values.dist), 'decode/index.js')).href)
  const program = buildJudge()
  const { extensions, defaults } = llvmFeatures()
  const known = new Set(nisv.featureList().map((f) => f.name))
  const bare = (names) => names.map((name) => name.slice(5)).filter((name) => known.has(name))
  const sets = [
    ...nisv.versions().map((v) => ({ name: `v${v}`, features: nisv.FeatureSet.parse(v) })),
    ...extensions.map(({ key, features }) => ({
      name: key,
      features: nisv.FeatureSet.parse(['v8.0', ...bare(features)].join()),
    })),
    ...extensions.map(({ key, features }) => ({
      name: `all-${key}`,
      features: nisv.FeatureSet.parse(['all', ...bare(features).map((f) => `-${f}`)].join(' ')),
    })),
    ...randomSets(nisv, extensions, bare, Number(values.random), Number(values.seed)),
  ].filter((set) => values.sets === undefined || values.sets.split(',').includes(set.name))
  const deviations = readDeviations(join(root, 'tests/conformance/feature-deviations.txt'))
  const { words, rows, refused } = sample(
    nisv,
    program,
    Number(values.words),
    20 * Number(values.words),
    Number(values.seed),
  )
  console.log(
    `${words.length} words of ${rows} rows (${refused} left out: judged otherwise with all features), ${sets.length} sets`,
  )

  const insn = new nisv.Instruction()
  const encodings = Array.from(words, (word) => {
    nisv.decodeInto(word, insn)
    return insn.encoding
  })
  const system = words.map((_, i) => i).filter((i) => encodings[i].group === SYSTEM)
  const systemWords = Uint32Array.from(system, (i) => words[i])
  const classes = new Map()
  // What LLVM names with no feature on (but the one that brings MRRS and MSRR) is not gated at all.
  const nothing = ['+v8a', ...extensions.map(({ key }) => `-${key}`), '+d128'].join(',')
  const ungated = askText(program, systemWords, nothing).map((line) => line.split('\t')[2])
  const everything = askText(program, systemWords).map((line) => line.split('\t')[2])
  let notGated = 0
  let compared = 0
  let texts = 0
  const differ = (set, word, encoding, side, detail) => {
    const known = deviations.find((d) => d.side === side && d.rows.test(side === 'text' ? detail : encoding.id))
    if (known) {
      known.count++
      return
    }
    const key = `${side}\t${encoding.id}\t[${encoding.features}]`
    const entry = classes.get(key) ?? { count: 0, lines: [] }
    entry.count++
    if (entry.lines.length < 4) entry.lines.push(`${set.name}: ${word.toString(16).padStart(8, '0')} ${detail}`)
    classes.set(key, entry)
  }
  const bar = progress(sets.length)
  for (const [n, set] of sets.entries()) {
    const on = extensions.filter(
      ({ features }) => bare(features).length > 0 && bare(features).every((f) => set.features.has(f)),
    )
    const off = extensions.filter((each) => !on.includes(each))
    const told = ['+v8a', ...off.map((e) => `-${e.key}`), ...on.map((e) => `+${e.key}`)].join(',')
    const status = askOpcodes(program, words, told)
    for (let i = 0; i < words.length; i++) {
      const llvm = status[i] >>> 16 !== 0
      const ours = set.features.resolve(encodings[i], words[i]) !== undefined
      if (llvm !== ours) differ(set, words[i], encodings[i], llvm ? 'LLVM' : 'nisv', '')
    }
    compared += words.length
    const lines = askText(program, systemWords, told)
    for (let i = 0; i < systemWords.length; i++) {
      const [, llvmStatus, llvm] = lines[i].split('\t')
      const decoded = nisv.decode(systemWords[i], { features: set.features })
      if (llvmStatus === '0' || !decoded) continue
      const ours = nisv.format(decoded, { features: set.features })
      if (ours === llvm) continue
      if (llvm === ungated[i] && llvm === everything[i]) notGated++
      else differ(set, systemWords[i], decoded.encoding, 'text', `${llvm} -> ${ours}`)
    }
    texts += systemWords.length
    bar(n + 1)
  }
  console.log(`availability: ${compared} compared; text of system instructions: ${texts} compared`)
  console.log(`  ${notGated} texts have a name that LLVM does not gate and nisv does`)
  for (const d of deviations) console.log(`  deviation, ${d.count}: ${d.line}`)

  let wrong = compareVersions(nisv, program, extensions, defaults, known)
  const sorted = [...classes].sort((a, b) => b[1].count - a[1].count)
  if (values.out)
    writeFileSync(values.out, sorted.map(([k, c]) => `${k}\t${c.count}\t${c.lines.join('\t')}\n`).join(''))
  for (const [key, { count, lines }] of sorted.slice(0, 40))
    console.log(`only ${key}: ${count}\n    ${lines.join('\n    ')}`)
  wrong += classes.size
  console.log(wrong === 0 ? 'no other difference' : `${wrong} kinds of differences`)
  process.exitCode = wrong === 0 ? 0 : 1
}

/** Features that LLVM's version of the architecture has and nisv's has not: none; the others are the manual's. */
function compareVersions(nisv, program, extensions, defaults, known) {
  let wrong = 0
  for (const version of nisv.versions()) {
    const keys = askFeatures(
      program,
      [`+v${version.replace('.0', '')}a`, ...defaults.get(version).map((k) => `+${k}`)].join(),
    )
    const llvm = new Set(
      extensions
        .filter(({ key }) => keys.includes(key) && key !== 'ete' && key !== 'trbe')
        .flatMap(({ features }) => features.map((f) => f.slice(5)))
        .filter((name) => known.has(name)),
    )
    const ours = nisv.FeatureSet.parse(version)
    const missing = [...llvm].filter((name) => !ours.has(name))
    const more = ours.names.filter((name) => !llvm.has(name))
    if (missing.length > 0) wrong++
    console.log(
      `v${version}: ${ours.names.length} features; LLVM alone: ${missing.join(' ') || 'none'}; nisv alone: ${more.join(' ') || 'none'}`,
    )
  }
  return wrong
}

await main()
