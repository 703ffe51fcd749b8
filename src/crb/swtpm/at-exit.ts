/**
 * What must not outlive this process.
 *
 * @module
 */

const cleanups = new Set<() => void>()

/**
 * Has `cleanup` run when this process ends, but for a signal that kills it. One listener of the process serves all.
 * @returns takes it back.
 */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) process.on('exit', runAll)
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size === 0) process.removeListener('exit', runAll)
  }
}

function runAll(): void {
  for (const cleanup of cleanups) cleanup()
}
