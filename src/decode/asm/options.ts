/** What a line may refer to. */
export interface AssembleOptions {
  /**
   * The address of the instruction, 64 bits: a target without `#` is an address then, as `format` with the same option
   * writes it; with `#` it is an offset always.
   */
  readonly pc?: bigint | number
  /** The address of a symbol, `undefined` for one that is unknown. Needs {@link pc}. */
  readonly symbol?: (name: string) => bigint | number | undefined
}
