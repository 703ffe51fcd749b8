/**
 * `npm run bench`: what nisv costs, with its peers in the same run. Ratios travel between machines, nanoseconds do not.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { run } from 'mitata'
import { crbBenches } from './crb.js'
import { decodeBenches } from './decode.js'
import { bytesPerFault, faultBenches } from './faults.js'
import { compareWithQemu } from './qemu-at.js'
import { startupBenches } from './startup.js'
import { walkBenches } from './walk.js'

if (process.argv.includes('--bytes')) {
  console.log(bytesPerFault().toFixed(2))
} else {
  startupBenches()
  await crbBenches()
  decodeBenches()
  faultBenches()
  walkBenches()
  const { benchmarks } = await run()
  compareWithQemu(new Map(benchmarks.map(({ alias, runs }) => [alias, runs[0].stats.p50])))
  // In a process of its own: the garbage of the other benchmarks would be counted.
  const flags = ['--expose-gc', '--max-semi-space-size=256', fileURLToPath(import.meta.url), '--bytes']
  const { stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
  console.log(`\nbytes allocated per LDP X fault: ${stdout.trim()}`)
  process.exit(0)
}
