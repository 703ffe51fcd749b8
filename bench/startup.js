/**
 * What a process pays for its first instruction: import and one decode, beside capstone-js and an empty module. Each
 * time is of a fresh process, from its first statement on, so Node's own start is in none.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const RUNS = 20

const decode = fileURLToPath(new URL('../dist/decode/index.js', import.meta.url))
const capstone = createRequire(import.meta.url).resolve('@alexaltea/capstone-js')

const TASKS = {
  'an empty module': `await import('data:text/javascript,')`,
  'nisv: import and first decode': `const { decode } = await import(${JSON.stringify(decode)})
    if (decode(0xa9400440)?.encoding.mnemonic !== 'ldp') throw new Error('no LDP')`,
  'capstone-js: import and first disasm': `const { default: load } = await import(${JSON.stringify(capstone)})
    const { Capstone, ARCH_ARM64, MODE_LITTLE_ENDIAN } = await load()
    const [insn] = new Capstone(ARCH_ARM64, MODE_LITTLE_ENDIAN).disasm([0x40, 0x04, 0x40, 0xa9], 0)
    if (insn.mnemonic !== 'ldp') throw new Error('no LDP')`,
}

/** Milliseconds in a fresh process. */
function once(task) {
  // The loader's own start is paid by the first import of any program.
  const code = `import 'node:module'
    const start = performance.now()
    ${task}
    const end = performance.now()
    process.stdout.write(String(end - start), () => process.exit(0))`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

/** Prints the median and the fastest of 20 processes each, which take turns; an empty module's time is taken off. */
export function startupBenches() {
  const times = Object.keys(TASKS).map(() => [])
  for (let run = 0; run < RUNS; run++) for (const [i, task] of Object.values(TASKS).entries()) times[i].push(once(task))
  for (const list of times) list.sort((a, b) => a - b)
  const [empty, own, peer] = times.map((list) => [list[RUNS >>> 1], list[0]])
  console.log(`\nStart, ms                                 median  fastest of ${RUNS} processes`)
  const row = (name, cells) => console.log(name.padEnd(40) + cells.map((n) => n.toFixed(1).padStart(9)).join(''))
  const [, ownName, peerName] = Object.keys(TASKS)
  row(ownName, less(own, empty))
  row(peerName, less(peer, empty))
  row(
    'ratio',
    [0, 1].map((i) => less(peer, empty)[i] / less(own, empty)[i]),
  )
}

function less(times, empty) {
  return times.map((t, i) => t - empty[i])
}
