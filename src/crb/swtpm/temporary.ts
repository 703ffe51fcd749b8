/**
 * A directory of our own under the system's, never left behind.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'

/** Goes with {@link remove}, or with this process. Only its owner may look inside. */
export class TemporaryDir {
  readonly path: string
  readonly #forget: () => void

  constructor(prefix: string) {
    this.path = mkdtempSync(join(tmpdir(), prefix))
    this.#forget = atExit(() => this.remove())
  }

  remove(): void {
    this.#forget()
    rmSync(this.path, { recursive: true, force: true })
  }
}
