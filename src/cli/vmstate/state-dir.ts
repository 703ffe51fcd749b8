import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StateError, type TpmSavedState } from '../../crb/index.ts'

/**
 * Has a swtpm of our own load a TPM's state and write it into a state directory. It works in a directory inside of that
 * one; only when all is well do its files take their places.
 */
export async function fillStateDir(stateDir: string, state: TpmSavedState | undefined): Promise<void> {
  if (state === undefined) throw new StateError('section', 'tpm-emulator', -1, 'the file has no TPM state to put there')
  const { Swtpm } = await import('../../crb/swtpm/index.ts')
  const beside = mkdtempSync(join(stateDir, '.nisv-'))
  try {
    const swtpm = await Swtpm.spawn({ stateDir: beside })
    try {
      await swtpm.loadState(state)
      await swtpm.storeVolatile()
    } finally {
      await swtpm.stop()
    }
    for (const name of readdirSync(beside)) {
      // A lock is of the swtpm that held it.
      if (!name.startsWith('.')) renameSync(join(beside, name), join(stateDir, name))
    }
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}
