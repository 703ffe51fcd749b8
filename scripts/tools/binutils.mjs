/** Programs of A64 assembly, built with binutils at first use, into `.cache/`; and running what Debian has. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../../.cache', import.meta.url))

/**
 * Runs a program to its end, whatever that is.
 *
 * @throws Error naming the Debian package of a program that is not there.
 */
export function runProgram(program, args, debianPackage, options = {}) {
  const result = spawnSync(program, args, { maxBuffer: 1 << 30, ...options })
  if (result.error?.code === 'ENOENT') {
    throw new Error(
      `${program} is missing: install the Debian package ${debianPackage} (apt-get install ${debianPackage})`,
    )
  }
  // EPIPE: it ended before it had read all; ETIMEDOUT: it was killed. The result has both.
  if (result.error && !/^(?:EPIPE|ETIMEDOUT)$/.test(result.error.code)) throw result.error
  return result
}

function tool(program, ...args) {
  const { status, stderr } = runProgram(program, args, 'binutils-aarch64-linux-gnu')
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
}

/**
 * The path of the program of a source; built when it or what it includes has changed.
 *
 * @param name - of the file in `.cache/`.
 * @param text - address of its first section, hexadecimal.
 * @param included - other files.
 */
export function assembleProgram(source, { name, text, included = [] }) {
  const key = createHash('sha256')
  for (const file of [source, ...included]) key.update(readFileSync(file))
  const program = join(cache, `${name}-${key.digest('hex').slice(0, 12)}`)
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  const building = `${program}.${process.pid}`
  const folders = included.flatMap((file) => ['-I', dirname(file)])
  tool('aarch64-linux-gnu-as', ...folders, source, '-o', `${building}.o`)
  tool('aarch64-linux-gnu-ld', `-Ttext=${text}`, `${building}.o`, '-o', building)
  rmSync(`${building}.o`)
  renameSync(building, program)
  return program
}
