/** LLVM 22's assembler. */
import { spawnSync } from 'node:child_process'

/** The word of each line as llvm-mc has it, -1 where it refuses one. */
export function assembleTexts(lines) {
  const run = spawnSync('llvm-mc-22', ['-triple=aarch64', '-mattr=+all', '--show-encoding', '-'], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 31,
  })
  if (run.error?.code === 'ENOENT') throw new Error('llvm-mc-22 is missing: apt-get install llvm-22')
  if (run.error) throw run.error
  const refused = new Set([...run.stderr.matchAll(/^<stdin>:(\d+):\d+: error: /gm)].map((m) => Number(m[1]) - 1))
  const words = run.stdout.matchAll(/encoding: \[0x(\w\w),0x(\w\w),0x(\w\w),0x(\w\w)\]/g)
  const all = lines.map((line, i) => {
    if (refused.has(i)) return -1
    const m = words.next().value
    if (m === undefined) throw new Error(`llvm-mc gave fewer words than lines: none for '${line}'`)
    return Number.parseInt(`${m[4]}${m[3]}${m[2]}${m[1]}`, 16)
  })
  if (!words.next().done) throw new Error('llvm-mc gave more words than lines')
  return all
}
