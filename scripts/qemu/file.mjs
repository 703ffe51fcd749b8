/** What files of cases are made of. */

export function hex(value) {
  return `0x${value.toString(16)}`
}

/** Cases that are in no file, counted by the reason. */
export class LeftOut {
  #counts = new Map()

  add(why) {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1)
  }

  /** Reasons and numbers, the largest first. */
  toJSON() {
    return Object.fromEntries([...this.#counts].sort(([, a], [, b]) => b - a))
  }

  toString() {
    return Object.entries(this.toJSON())
      .map(([why, number]) => `left out: ${number}: ${why}`)
      .join('\n')
  }
}
