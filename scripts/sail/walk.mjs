/**
 * Translations by Arm's own model: random registers and tables for each rule of VMSAv8-64, with what the Sail pseudocode
 * of arm-v9.4-a makes of them. A JSON line a case, to stdout or to a file a rule.
 *
 *     git clone https://github.com/rems-project/sail-arm
 *     node scripts/sail/walk.mjs --sail sail-arm/arm-v9.4-a/src [--rule NAME]... [--seed 1] [--count 100] [--out FOLDER]
 *
 * `tests/tlb/vectors/sail` has some of each rule. A case: `regs` and `mem` (little-endian doublewords by physical address;
 * all else is RAM that reads 0), and `probes` on that memory: `va`, `el`, `pan`, `kind` of access, and `out`: `pa`, `paspace`
 * (0 Secure, 1 Non-secure, 2 Root, 3 Realm), `attr` and `sh` as PAR_EL1 has them; or the fault. `after` has the doublewords that
 * hardware changed, `sail` is the function that found the fault. Choices that are IMPLEMENTATION DEFINED or CONSTRAINED
 * UNPREDICTABLE are named in `machine.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { Case, generator } from './cases.mjs'
import { hex, SailMachine } from './machine.mjs'
import { RULES } from './rules.mjs'

const { values } = parseArgs({
  options: {
    sail: { type: 'string' },
    rule: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    out: { type: 'string' },
  },
})
if (values.sail === undefined)
  throw new Error('--sail FOLDER is missing: arm-v9.4-a/src of a clone of rems-project/sail-arm')

/** What the walk of nisv knows nothing of, or what other profiles than this one have. */
const ABSENT = /^FEAT_(SPE.*|TRBE.*|BRBE.*|TME|NV2|MEC|AA32.*|RASv2|ANERR|ADERR|XS|ECBHB)$/
const PROBES = 4

/** One case of a rule, or undefined where the model has no answer. */
function makeCase(machine, rule, random) {
  const c = new Case(random)
  const { registers, el, twoRanges, kinds } = RULES[rule].make(c)
  machine.fresh = (pa, size, granules) => {
    if (granules) return c.granules()
    return size === 16 ? c.descriptor128(pa) : c.descriptor()
  }
  machine.memory.clear()
  const probes = []
  const made = new Map()
  for (let i = 0; i < PROBES; i++) {
    machine.clear()
    noTable = false
    for (const [pa, word] of made) machine.memory.set(pa, word)
    for (const [name, value] of Object.entries(registers)) machine.set(name, value)
    machine.set('PSTATE.EL', BigInt(el))
    const pan = c.chance(30)
    machine.set('PSTATE.PAN', pan ? 1n : 0n)
    const va = c.address(twoRanges)
    let kind = c.pick(kinds)
    if (el === 0) kind = kind.replace('-unprivileged', '')
    const before = new Map(made)
    const fresh = machine.fresh
    machine.fresh = (pa, size, granules) => {
      const word = fresh(pa, size, granules)
      before.set(pa, word)
      return word
    }
    const out = machine.access(va, kind)
    machine.fresh = fresh
    if (noTable) continue
    for (const [pa, word] of before) made.set(pa, word)
    const after = Object.fromEntries(
      [...machine.memory].filter(([pa, word]) => before.get(pa) !== word).map(([pa, word]) => [hex(pa), hex(word)]),
    )
    const sail = out.fault === undefined ? {} : { sail: machine.decided }
    const changed = Object.keys(after).length === 0 ? {} : { after }
    probes.push({ va: hex(va), el, ...(pan ? { pan } : {}), kind, out, ...changed, ...sail })
  }
  const mem = Object.fromEntries([...made].map(([pa, word]) => [hex(pa), hex(word)]))
  const regs = Object.fromEntries(Object.entries(registers).map(([name, value]) => [name, hex(value)]))
  return { regs, mem, probes }
}

const machine = new SailMachine(values.sail, (name) => !ABSENT.test(name), {
  'Maximum Physical Address Size': 52n,
  'Maximum Virtual Address Size': 52n,
  'Fault on TxSZ value below minimum': true,
  'Fault on TxSZ value above maximum': true,
  // A fetch from Device memory is one from Normal Non-cacheable memory.
  Unpredictable_INSTRDEVICE: 'Constraint_NONE',
  'BBM level 1 or 2 support nT bit causes Translation Fault': false,
})
/** SKL of a TTBR is beyond level 3: there is no such table, but the model counts on. */
let noTable = false
for (const name of ['AArch64_S1StartLevel', 'AArch64_S2StartLevel']) {
  const startLevel = machine.sail.functionOf(name)
  machine.sail.callers.set(name, (args) => {
    const level = startLevel(args)
    noTable ||= level > 3n
    return level
  })
}

const seed = Number(values.seed)
for (const rule of values.rule ?? Object.keys(RULES)) {
  if (RULES[rule] === undefined) throw new Error(`no rule ${rule}; there are ${Object.keys(RULES).join(', ')}`)
  const lines = []
  for (let i = 0; i < Number(values.count); i++) {
    try {
      lines.push(
        JSON.stringify({ id: `${rule}/${seed}/${i}`, ...makeCase(machine, rule, generator(seed * 100_003 + i)) }),
      )
    } catch (e) {
      process.stderr.write(`${rule}/${seed}/${i}: ${e.message} (${machine.sail.stack.slice(-4).join(' > ')})\n`)
      machine.sail.stack = []
    }
  }
  if (values.out === undefined) process.stdout.write(`${lines.join('\n')}\n`)
  else {
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, `${rule}.jsonl.gz`), gzipSync(`${lines.join('\n')}\n`, { level: 9 }))
  }
}
