/**
 * `npm run bench`: what nisv costs, with its peers in the same run. Ratios travel between machines, nanoseconds do not.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { run } from 'mitata'
import { crbBenches } from './crb.js'
import { decodeBenches } from './decode.js'
import { classTimes, faultBenches, listClasses } from './faults.js'
import { compareWithQemu } from './qemu-at.js'
import { startupBenches } from './startup.js'
import { compareWithUnicorn } from './unicorn.js'
import { walkBenches } from './walk.js'

startupBenches()
await crbBenches()
decodeBenches()
faultBenches()
walkBenches()
const { benchmarks } = await run()
compareWithQemu(new Map(benchmarks.map(({ alias, runs }) => [alias, runs[0].stats.p50])))
compareWithUnicorn()
const flags = [
  '--expose-gc',
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
  fileURLToPath(new URL('bytes.js', import.meta.url)),
]
const { stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
listClasses(classTimes(), JSON.parse(stdout))
process.exit(0)
