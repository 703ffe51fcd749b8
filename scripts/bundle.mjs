#!/usr/bin/env node
/**
 * Bundles what the package publishes, from `src` into `dist`: `npm run build`, after tsc has made `build`.
 *
 * Node takes 0.3 ms to find and load a module, and nisv/decode has more than a hundred: bundled, it starts in a third of
 * the time (`npm run bench` prints it). The entry points share chunks, so that an Instruction of nisv/decode is one of
 * nisv/mmio and the table is there once. What works on decoded instructions is a chunk apart from what decodes them, so
 * that a bundler drops it from a program that only decodes.
 *
 * `build` keeps tsc's output, a module a file: the declarations are copied from there, and scripts import what no entry
 * point exports.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { constantMembers } from './constant-members.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { bin, exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** `decode/index` -> `src/decode/index.ts`, for each file that package.json names. */
const input = Object.fromEntries(
  [...Object.values(exports), ...Object.values(bin)].flatMap((target) => {
    const name = /^\.\/dist\/(.+)\.js$/.exec(target.default ?? target)?.[1]
    return name === undefined ? [] : [[name, `${root}src/${name}.ts`]]
  }),
)

/** Chunks, each with what its modules import unless an earlier one has it. */
const groups = [
  { name: 'bits', test: /src\/bits\.ts$/ },
  { name: 'decode', test: /src\/decode\/instruction\.ts$/ },
  { name: 'instructions', test: /src\/decode\// },
].map((group, i, all) => ({ ...group, priority: all.length - i }))

/**
 * No module here has side effects, so an import of nothing is for nothing; bundlers warn of it. The line stays, empty:
 * source maps count lines.
 */
const noBareImports = {
  name: 'no-bare-imports',
  generateBundle(_, files) {
    for (const [name, file] of Object.entries(files)) {
      if (file.type !== 'chunk') continue
      file.code = file.code.replace(/^import "[^"]+";$/gm, '')
      if (/^\s*(?:\/\/.*\s*)*$/.test(file.code)) delete files[name]
    }
  },
}

const out = `${root}dist`
rmSync(out, { recursive: true, force: true })
const bundle = await rolldown({
  input,
  external: /^[^./]/,
  platform: 'neutral',
  plugins: [constantMembers(), noBareImports],
})
await bundle.write({
  dir: out,
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
  codeSplitting: { groups },
  sourcemapExcludeSources: true,
  comments: { annotation: true, legal: true, jsdoc: false },
})
await bundle.close()
cpSync(`${root}build`, out, { recursive: true, filter: (file) => !/\.js(?:\.map)?$/.test(file) })
