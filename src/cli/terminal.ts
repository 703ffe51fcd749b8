import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colours where a person looks on, plain text in a pipe. */
export function paint(style: Style, text: string): string {
  return process.stdout.isTTY ? styleText(style, text) : text
}

/** A progress bar on the last line of a terminal; nothing in a pipe. */
export class Progress {
  readonly #label: string
  readonly #total: number
  #shown = 0

  /** @param total - the events expected; the bar is full when `at` reaches it. */
  constructor(label: string, total: number) {
    this.#label = label
    this.#total = Math.max(1, total)
  }

  at(done: number): void {
    if (!process.stderr.isTTY || performance.now() - this.#shown < 40) return
    this.#shown = performance.now()
    const width = 30
    const full = Math.min(width, Math.round((done / this.#total) * width))
    process.stderr.write(`\r${this.#label} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${done}/${this.#total} `)
  }

  /** Takes the bar away. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K')
  }
}

/** A table: first column left, the others right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((r) => (r[c] ?? '').length)))
  const line = (r: readonly string[]): string =>
    r.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number))).join('  ')
  return rows.map((r) => `  ${line(r).trimEnd()}`).join('\n')
}
