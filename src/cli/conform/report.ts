/** Mismatches shown; the rest are counted. */
const SHOWN = 20

/** Counts cases, prints the first mismatches as they come and the sum at the end. */
export class Report {
  #passed = 0
  #failed = 0
  #shown = 0
  readonly #write: (text: string) => void

  constructor(write: (text: string) => void = (text) => void process.stdout.write(text)) {
    this.#write = write
  }

  get passed(): number {
    return this.#passed
  }

  get failed(): number {
    return this.#failed
  }

  /** Prints one difference of a case; {@link count} counts the case itself. */
  mismatch(id: string, field: string, expected: string, got: string): void {
    this.#shown += 1
    if (this.#shown <= SHOWN) this.#write(`${id}: ${field}: expected ${expected}, got ${got}\n`)
  }

  /** Prints a line of its own. */
  note(text: string): void {
    this.#write(`${text}\n`)
  }

  count(passed: boolean): void {
    if (passed) this.#passed += 1
    else this.#failed += 1
  }

  /**
   * The last line.
   * @param classes - passed and failed cases of each class, a line each; none unless told.
   * @returns the exit status.
   */
  end(classes: ReadonlyMap<string, readonly [number, number]> = new Map()): number {
    if (this.#shown > SHOWN) this.#write(`... and ${this.#shown - SHOWN} more mismatches\n`)
    for (const [name, [passed, failed]] of [...classes].sort()) {
      this.#write(`${name}: ${passed} passed, ${failed} failed\n`)
    }
    this.#write(`${this.#passed} passed, ${this.#failed} failed\n`)
    return this.#failed === 0 ? 0 : 1
  }
}
