/** Live tests need the real program: without it they fail, and say how to get it. */

import { spawnSync } from 'node:child_process'

export function requireSwtpm(): void {
  const { error } = spawnSync('swtpm', ['--version'])
  if (error !== undefined) throw new Error('swtpm is missing: install the Debian package swtpm (apt-get install swtpm)')
}
