import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CLASSES, ClassFault } from './classes.js'

const NAMES = ['ldr w1, [x0, #48]', 'ldp x1, x2, [x0]', 'stp x1, x2, [x0]', 'ldr q1, [x0]', 'ld1 {v0.16b-v3.16b}, [x0]']
const COMPILER = 'g++'
const TURNS = 8
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
 * fastest counts. `fault` is the work that nisv does, as far as Unicorn can: see bench/unicorn.cpp.
 */
export function compareWithUnicorn() {
  const folder = mkdtempSync(join(tmpdir(), 'nisv-unicorn-'))
  try {
    const { program, why } = build(folder)
    if (!program) {
      console.log(`\nno comparison with Unicorn: ${why}`)
      return
    }
    const faults = NAMES.map((name) => new ClassFault(CLASSES.find(({ text }) => text === name)))
    const words = faults.map(({ word }) => word.toString(16).padStart(8, '0'))
    const nisv = NAMES.map(() => Infinity)
    const unicorn = NAMES.map(() => [Infinity, Infinity, Infinity])
    for (const fault of faults) for (let i = 0; i < 50 * COUNT; i++) fault.run()
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [i, fault] of faults.entries()) {
        for (let k = 0; k < SHORT; k++) nisv[i] = Math.min(nisv[i], timed(fault))
      }
      const ran = spawnSync(program, ['5', String(COUNT), ...words], { encoding: 'utf8' })
      if (ran.status !== 0) throw new Error(`unicorn: ${ran.stderr}`)
      for (const [i, line] of ran.stdout.trimEnd().split('\n').entries()) {
        unicorn[i] = line.split(' ').map((ns, way) => Math.min(unicorn[i][way], Number(ns)))
      }
    }
    console.log('\nnanoseconds                  nisv        Unicorn: fault  ratio   until  ratio   engine alone')
    for (const [i, name] of NAMES.entries()) {
      const [engine, until, fault] = unicorn[i]
      const cells = [
        nisv[i].toFixed(0).padStart(6),
        fault.toFixed(0).padStart(21),
        (fault / nisv[i]).toFixed(1).padStart(7),
        until.toFixed(0).padStart(8),
        (until / nisv[i]).toFixed(1).padStart(7),
        engine.toFixed(0).padStart(15),
      ]
      console.log(name.padEnd(27) + cells.join(''))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
