/** A line is no instruction. The message says what was found and what was expected there. */
export class AsmError extends Error {
  override readonly name = 'AsmError'
  /** Where in the line, from 1, in UTF-16 units; one past its end when something is missing. */
  readonly column: number
  constructor(column: number, problem: string) {
    super(problem)
    this.column = column
  }
}
