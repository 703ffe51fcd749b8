import type { Row } from '../src/decode/encoding.ts'
import type { Group, Table } from '../src/decode/table.ts'

/** A source file of rows: its text, and the lists that it exports. */
export interface RowFile {
  readonly text: string
  readonly lists: Readonly<Record<string, readonly Row[]>>
}

export function sectionsOf(files: readonly RowFile[]): Map<Row, string>
export function isaDocument(groups: readonly Group[], table: Table, files: readonly RowFile[]): string
