/**
 * What the commands of exceptions and of monitors take, and where their cases go.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { generator } from './cases.mjs'

const { values } = parseArgs({
  options: {
    sail: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    out: { type: 'string' },
  },
})
if (values.sail === undefined)
  throw new Error('--sail FOLDER is missing: arm-v9.4-a/src of a clone of rems-project/sail-arm')

/** `arm-v9.4-a/src`. */
export const folder = values.sail

/**
 * Makes the cases that are asked for: a JSON line each, to stdout or to a file.
 *
 * @param {string} name of the file, before its seed.
 * @param {(random: (below: number) => number) => object} make one case, without its id.
 */
export function writeCases(name, make) {
  const seed = Number(values.seed)
  const lines = Array.from({ length: Number(values.count) }, (_, i) =>
    JSON.stringify({ id: `${seed}/${i}`, ...make(generator(seed * 100_003 + i)) }),
  )
  if (values.out === undefined) process.stdout.write(`${lines.join('\n')}\n`)
  else {
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, `${name}-${seed}.jsonl.gz`), gzipSync(`${lines.join('\n')}\n`, { level: 9 }))
  }
}
