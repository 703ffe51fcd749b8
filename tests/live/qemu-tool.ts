/** Live tests need the real program: without it they fail, and say how to get it. */

import { spawnSync } from 'node:child_process'

const PACKAGES = {
  'qemu-system-x86_64': 'qemu-system-x86',
  python3: 'python3',
  iasl: 'acpica-tools',
  swtpm: 'swtpm',
} as const

/** @throws Error naming the Debian package of a program that is not there. */
export function requirePrograms(...names: (keyof typeof PACKAGES)[]): void {
  for (const name of names) {
    // iasl knows no --version, but -v; any of them that starts at all is there.
    const { error } = spawnSync(name, [name === 'iasl' ? '-v' : '--version'])
    const deb = PACKAGES[name]
    if (error !== undefined)
      throw new Error(`${name} is missing: install the Debian package ${deb} (apt-get install ${deb})`)
  }
}
