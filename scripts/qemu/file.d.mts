/** Cases that are in no file, counted by the reason. */
export declare class LeftOut {
  add(why: string): void
  toJSON(): Record<string, number>
}

/** A file of cases for `nisv conform`. */
export interface Generated {
  readonly header: Readonly<Record<string, unknown>>
  readonly cases: readonly Readonly<Record<string, unknown>>[]
  readonly leftOut: LeftOut
}

/** What a generator is told. */
export interface Wanted {
  readonly seed: number
  readonly count: number
}
