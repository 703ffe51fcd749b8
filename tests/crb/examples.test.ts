/** What the examples in the documentation of src/crb say comes of them. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as crb from '../../src/crb/index.ts'
import { crc32 } from '../../src/crb/state/crc32.ts'
import { AddressSpace } from '../../src/mmio/index.ts'
import { SAVED } from './stream.ts'
import { getRandom, startup } from './tpm2.ts'

const folder = new URL('../../src/crb/', import.meta.url).pathname
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** The code of each example, `FILE: CODE`. */
const examples = sources.flatMap((name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  return [...text.matchAll(/@example\n \* ```ts\n([\s\S]*?) \* ```/g)].map((m): [string, string] => [
    name,
    (m[1] as string).replace(/^ \* ?/gm, ''),
  ])
})

/** Runs those that need no other program: each line that ends in `// VALUE` is an expression that must have it. */
const alone = examples.filter(
  ([, code]) => !/Swtpm|Mssim|TpmServer|writeFileSync|readFileSync\('vm\.state'\)\)\)/.test(code),
)

it('are found', () => {
  expect(examples.length).toBeGreaterThanOrEqual(14)
  expect(alone.length).toBeGreaterThanOrEqual(8)
})

it.each(alone)('%s', async (_name, code) => {
  const script = code.replace(/^(?!const |\/\/)(.*?) \/\/ (.*)$/gm, (_, expression, told) => {
    return `said.push([await (${expression}), ${JSON.stringify(told)}])`
  })
  const said: [unknown, string][] = []
  const names = { ...crb, AddressSpace, crc32, said, readFileSync: () => Buffer.from(SAVED), ...recorded() }
  const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>
  await new AsyncFunction(...Object.keys(names), script)(...Object.values(names))
  for (const [value, told] of said) expect([told, agrees(value, told)]).toEqual([told, true])
})

/** What the example of RecordedTpm takes for granted: an exchange, and a guest that has set START. */
function recorded(): object {
  class Started extends crb.RecordedTpm {
    constructor(exchanges: readonly crb.RecordedExchange[]) {
      super(exchanges)
      this.execute(getRandom(8), 0, () => {})
    }
  }
  return { RecordedTpm: Started, req: getRandom(8), rsp: startup() }
}

/** Whether a value is what was told of it: bytes in hexadecimal, `N bytes`, or as JavaScript writes it. */
function agrees(value: unknown, told: string): boolean {
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 ')
    return told.endsWith(hex) || told.endsWith(`: ${value.length} bytes`)
  }
  if (typeof value === 'number')
    return told === '' || Number(told.split(':')[0]) === value || told.startsWith('word is')
  if (typeof value === 'string') return told === `'${value}'`
  if (Array.isArray(value)) return told === JSON.stringify(value)
  return told.split(':')[0] === String(value)
}
