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
 * hardware changed, `sail` is the function that found the fault. `out` of the kinds `at-S1E1R` and so on: `par`, PAR_EL1 of up to
 * 128 bits, and its `unknown` bits, which are 1 there. Choices that are IMPLEMENTATION DEFINED or CONSTRAINED UNPREDICTABLE
 * are named in `machine.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { Case, generator } from './cases.mjs'
import { hex, SailMachine } from './machine.mjs'
import { RULES } from './rules.mjs'
import { Bits } from './values.mjs'

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
const ABSENT = /^FEAT_(SPE.*|TRBE.*|BRBE.*|TME|NV2|MEC|AA32.*|RASv2|ANERR|ADERR|ECBHB)$/
const PROBES = 4
const DEFAULTS = {
  'Maximum Physical Address Size': 52n,
  'Maximum Virtual Address Size': 52n,
  'Fault on TxSZ value below minimum': true,
  'Fault on TxSZ value above maximum': true,
  // A fetch from Device memory is one from Normal Non-cacheable memory.
  Unpredictable_INSTRDEVICE: 'Constraint_NONE',
  // Tags of Device memory are stored nowhere.
  Unpredictable_DEVICETAGSTORE: 'Constraint_NONE',
  'BBM level 1 or 2 support nT bit causes Translation Fault': false,
  // That Device and Non-cacheable memory is Outer Shareable is said of both stages together.
  'Apply effective shareability at stage 1': false,
}
/** Those of the case at hand. */
const CHOICES = {}

/** The same as `Features` has them. */
function choicesOf(choices) {
  return {
    paSize: Number(choices['Maximum Physical Address Size'] ?? 52n),
    txszFaults: choices['Fault on TxSZ value below minimum'] ?? true,
  }
}

/** What PAR_EL1 is UNKNOWN in. */
let unknown = 0n

/**
 * An AT instruction: PAR_EL1, and its UNKNOWN bits; or undefined for one that is an exception.
 * @param {Map<bigint, bigint>} memory as it is before, what the instruction reads first included.
 */
function translated(machine, operation, va, memory) {
  const values = [0n, 1n].map((bit) => {
    unknown = bit
    machine.memory.clear()
    for (const [pa, word] of memory) machine.memory.set(pa, word)
    try {
      return machine.at(operation, va, operation.includes('E3') ? 3n : 2n)
    } catch {
      machine.sail.stack = []
      return undefined
    }
  })
  const [zeros, ones] = values
  if (zeros === undefined || ones === undefined) return undefined
  return { par: hex(ones), ...(zeros === ones ? {} : { unknown: hex(zeros ^ ones) }) }
}

/** Doublewords by address, as JSON has them. */
function words(entries) {
  return Object.fromEntries(entries.map(([pa, word]) => [hex(pa), hex(word)]))
}

/** One case of a rule. */
function makeCase(machine, rule, random) {
  const c = new Case(random)
  const { registers, el, twoRanges, kinds, addresses, choices = {} } = RULES[rule].make(c)
  Object.assign(CHOICES, DEFAULTS, choices)
  machine.fresh = (pa, size, granules) => {
    if (granules) return c.granules()
    const { stack } = machine.sail
    const stage2 = stack.lastIndexOf('AArch64_S2Walk') > stack.lastIndexOf('AArch64_S1Walk')
    return size === 16 ? c.descriptor128(pa) : c.descriptor(stage2)
  }
  machine.memory.clear()
  const probes = []
  const made = new Map()
  let good
  for (let i = 0; i < PROBES; i++) {
    machine.clear()
    noTable = false
    for (const [pa, word] of made) machine.memory.set(pa, word)
    for (const [name, value] of Object.entries(registers)) machine.set(name, value)
    machine.set('PSTATE.EL', BigInt(el))
    const pan = c.chance(30)
    machine.set('PSTATE.PAN', pan ? 1n : 0n)
    // What has translated is asked for in other ways, too.
    const va = good !== undefined && c.chance(60) ? good : c.address(twoRanges, addresses)
    let kind = c.pick(kinds)
    if (el === 0) kind = kind.replace('-unprivileged', '')
    const before = new Map(made)
    const fresh = machine.fresh
    machine.fresh = (pa, size, granules) => {
      const word = fresh(pa, size, granules)
      before.set(pa, word)
      return word
    }
    const out = kind.startsWith('at-') ? translated(machine, kind.slice(3), va, before) : machine.access(va, kind)
    machine.fresh = fresh
    if (noTable) continue
    for (const [pa, word] of before) made.set(pa, word)
    if (out === undefined) continue
    const faulted = out.fault !== undefined || (out.par !== undefined && (BigInt(out.par) & 1n) !== 0n)
    if (!faulted) good = va
    const after = [...machine.memory].filter(([pa, word]) => before.get(pa) !== word)
    probes.push({
      va: hex(va),
      el,
      ...(pan ? { pan } : {}),
      kind,
      out,
      // Of AT instructions the address, not what they leave in memory: they need not set Access flags.
      ...(after.length === 0 || out.par !== undefined ? {} : { after: words(after) }),
      ...(faulted ? { sail: machine.decided } : {}),
    })
  }
  const regs = Object.fromEntries(Object.entries(registers).map(([name, value]) => [name, hex(value)]))
  const { paSize = 52, txszFaults = true } = choicesOf(choices)
  return {
    ...(paSize === 52 ? {} : { paSize }),
    ...(txszFaults ? {} : { txszFaults }),
    regs,
    mem: words([...made]),
    probes,
  }
}

const machine = new SailMachine(values.sail, (name) => !ABSENT.test(name), CHOICES)
machine.sail.callers.set('__UNKNOWN_bit', () => new Bits(1, unknown))

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
