/** What the bundle has in place of names: scripts/constant-members.mjs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { constantMembers } from '../../scripts/constant-members.mjs'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nisv-constants-'))
  writeFileSync(
    join(folder, 'table.ts'),
    "export const Table = { ONE: 1, SHIFTED: 1 << 4, BELOW: -3, NAME: 'text', OF: one() } as const\n",
  )
  writeFileSync(join(folder, 'index.ts'), "export { Table as Other } from './table.ts'\n")
})
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
/** What a module becomes; without the padding. */
function bundled(code: string): string {
  const file = join(folder, `m${files++}.ts`)
  writeFileSync(file, code)
  const made = constantMembers().transform(code, file)?.code ?? code
  expect(made.length).toBe(code.length)
  return made.replace(/ +/g, ' ')
}

describe('members of as-const tables in a bundle', () => {
  it.each([
    ["import { Table } from './table.ts'\nf(Table.ONE)", 'f((1) )'],
    ["import { Table } from './table.ts'\nf(Table.SHIFTED | Table.BELOW)", 'f((16) | (-3) )'],
    ["import { Other as X } from './index.ts'\nf(X.SHIFTED)", 'f((16) )'],
    ['const Own = { A: 7 } as const\nf(Own.A)', 'f((7) )'],
  ])('%j are literals', (code, want) => {
    expect(bundled(code).split('\n')[1]).toBe(want)
  })

  it.each([
    "import { Table } from './table.ts'\nf(Table.NAME, Table.OF, Table.NONE, Table['ONE'])",
    "import { Table } from './table.ts'\nfunction g(Table) { return Table.ONE }",
    "import { Table } from './missing.ts'\nf(Table.ONE)",
    "import { Table } from 'elsewhere'\nf(Table.ONE)",
    'const Own = { A: 7 }\nf(Own.A)',
  ])('%j stays as it is', (code) => {
    expect(bundled(code)).toBe(code)
  })
})
