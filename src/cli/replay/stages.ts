/** The stages of a fault's road, as the handler's observer tells them apart. */
export const STAGES = ['fetch', 'translate', 'dispatch', 'retire'] as const

/** A stage: fetch and decode; translate and probe; dispatch to the device; registers and PC. */
export type Stage = (typeof STAGES)[number]

/** Microseconds in each stage. */
export type StageTimes = Readonly<Record<Stage, number>>

/** Splits the time of one fault by stages: each lasts from the end of the one before. */
export class StageClock {
  #last = 0
  #times: Record<Stage, number> = { fetch: 0, translate: 0, dispatch: 0, retire: 0 }

  start(): void {
    this.#times = { fetch: 0, translate: 0, dispatch: 0, retire: 0 }
    this.#last = performance.now()
  }

  end(stage: Stage): void {
    const now = performance.now()
    this.#times[stage] += (now - this.#last) * 1000
    this.#last = now
  }

  times(): StageTimes {
    return this.#times
  }
}
