/**
 * A directory of our own under the system's, never left behind.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Goes with {@link remove}, or with this process. Only its owner may look inside. */
export class TemporaryDir {
  readonly path: string
  readonly #onParentExit = (): void => this.remove()

  constructor(prefix: string) {
    this.path = mkdtempSync(join(tmpdir(), prefix))
    process.once('exit', this.#onParentExit)
  }

  remove(): void {
    process.removeListener('exit', this.#onParentExit)
    rmSync(this.path, { recursive: true, force: true })
  }
}
