/** The word of each line as llvm-mc has it, -1 where it refuses one. */
export declare function assembleTexts(lines: readonly string[]): number[]
