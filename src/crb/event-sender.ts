import type { CrbEvent, CrbEventHook, CrbFault, CrbIgnored } from './events.ts'

/** Tells a host of events. Ask `on` first where an event is to be made: without a hook none is. */
export class EventSender {
  /** Somebody listens. */
  readonly on: boolean
  readonly #hook: CrbEventHook | undefined

  constructor(hook: CrbEventHook | undefined) {
    this.#hook = hook
    this.on = hook !== undefined
  }

  send(event: CrbEvent): void {
    try {
      this.#hook?.(event)
    } catch {
      // A host's hook must not fail a guest's access.
    }
  }

  fault(reason: CrbFault, message: string, cause?: unknown): void {
    if (this.on) this.send({ type: 'error', reason, message, cause })
  }

  ignored(reason: CrbIgnored, write: boolean, offset: number, size: number, value: number): void {
    this.send({ type: 'ignored', reason, write, offset, size, value })
  }
}
