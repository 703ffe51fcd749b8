/** A sub-command of `nisv`. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The whole help text. */
  readonly help: string
  /** Runs it and resolves to the exit status. */
  run(args: readonly string[]): Promise<number>
}

/** The command line is wrong: printed without a stack, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
