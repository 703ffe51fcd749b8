/** What the generators of this folder take from the command line, and how they write a file. */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `--seed S` (1), `--n N`, `--out FILE` (standard output), `--dist DIR`. @param n - where `--n` is not told. */
export function readOptions(n) {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      n: { type: 'string', default: String(n) },
      out: { type: 'string', default: '' },
      dist: { type: 'string', default: join(root, 'dist') },
    },
  })
  const [seed, count] = [Number(values.seed), Number(values.n)]
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed} is no number`)
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--n ${values.n} is no number above 0`)
  return { seed, count, out: values.out, dist: resolve(values.dist) }
}

/** The decoder of a build. */
export function loadDecoder(dist) {
  return import(pathToFileURL(join(dist, 'decode/index.js')).href)
}

/** Writes header and cases, a line each; says on standard error how many there are, and what was left out and why. */
export function writeFile(out, { header, cases, leftOut }) {
  const lines = [{ header: { ...header, left_out: leftOut.toJSON() } }, ...cases]
  const text = lines.map((value) => `${JSON.stringify(value)}\n`).join('')
  if (out) writeFileSync(out, text)
  else process.stdout.write(text)
  console.error(`${cases.length} cases\n${leftOut}`)
}
