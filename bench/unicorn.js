import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CLASSES, ClassFault } from './classes.js'

/** All but the exclusive pairs, which are two faults. */
const GIVEN = CLASSES.filter(({ before }) => before === undefined)
const COMPILER = 'g++'
const TURNS = 3
/** Turns of nisv in each, short for the same reason as {@link COUNT}. */
const SHORT = 10
/** Faults of a turn: short enough for a turn that nothing else on the machine disturbs. */
const COUNT = 1000

/** Builds bench/unicorn.cpp in `folder`. @returns the program, or why there is none. */
function build(folder) {
  const program = join(folder, 'unicorn')
  const source = fileURLToPath(new URL('unicorn.cpp', import.meta.url))
  const made = spawnSync(COMPILER, ['-O2', '-std=c++17', source, '-o', program, '-lunicorn'], { encoding: 'utf8' })
  if (made.error) return { why: `${COMPILER} is missing: apt-get install ${COMPILER}` }
  if (made.status === 0) return { program }
  if (/unicorn\.h|-lunicorn/.test(made.stderr)) return { why: 'libunicorn is missing: apt-get install libunicorn-dev' }
  throw new Error(made.stderr)
}

function timed(fault) {
  const start = performance.now()
  for (let i = 0; i < COUNT; i++) fault.run()
  return ((performance.now() - start) * 1e6) / COUNT
}

/**
 * Prints what Unicorn 2 takes for instructions at a device with callbacks, beside the handler; both in turns, of which the
 * fastest counts. The ratio is of the work that nisv does, as far as Unicorn can: see bench/unicorn.cpp. Unicorn makes eight
 * bytes of the byte elements of LD1 and ST1; nisv accesses element by element, as the manual has it.
 */
export function compareWithUnicorn() {
  const folder = mkdtempSync(join(tmpdir(), 'nisv-unicorn-'))
  try {
    const { program, why } = build(folder)
    if (!program) {
      console.log(`\nno comparison with Unicorn: ${why}`)
      return
    }
    const rows = GIVEN.map((given) => ({
      name: given.text,
      fault: new ClassFault(given),
      nisv: Infinity,
      unicorn: [Infinity, Infinity, Infinity, Infinity],
    }))
    const words = rows.map(({ fault }) => fault.word.toString(16).padStart(8, '0'))
    for (const { fault } of rows) for (let i = 0; i < 30 * COUNT; i++) fault.run()
    for (let turn = 0; turn < TURNS; turn++) {
      for (const row of rows) for (let k = 0; k < SHORT; k++) row.nisv = Math.min(row.nisv, timed(row.fault))
      const ran = spawnSync(program, ['4', String(COUNT), ...words], { encoding: 'utf8' })
      if (ran.status !== 0) throw new Error(`unicorn: ${ran.stderr}`)
      for (const [i, line] of ran.stdout.trimEnd().split('\n').entries()) {
        const row = rows[i]
        row.refused = line.startsWith('-')
        row.unicorn = line.split(' ').map((ns, way) => Math.min(row.unicorn[way], Number(ns)))
      }
    }
    list(rows)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function list(rows) {
  const done = rows.filter(({ refused }) => !refused)
  console.log(
    `\nnanoseconds of a fault${'nisv'.padStart(16)}   Unicorn 2   ratio   without registers   block alone   calls of the device`,
  )
  for (const { name, nisv, unicorn, fault } of done) {
    const accesses = fault.run().journal.length
    const [whole, until, engine, calls] = unicorn
    const cells = [
      nisv.toFixed(0).padStart(6),
      whole.toFixed(0).padStart(12),
      (whole / nisv).toFixed(1).padStart(8),
      until.toFixed(0).padStart(20),
      engine.toFixed(0).padStart(14),
      `${accesses} / ${calls}`.padStart(24),
    ]
    console.log(name.padEnd(32) + cells.join(''))
  }
  const ratios = done.map(({ nisv, unicorn }) => unicorn[0] / nisv).sort((a, b) => a - b)
  const median = ratios[ratios.length >> 1]
  console.log(`ratio: ${ratios[0].toFixed(1)} at least, ${median.toFixed(1)} the median of ${done.length} classes`)
  console.log(`not executed by Unicorn 2: ${rows.length - done.length} of ${rows.length} classes`)
}
