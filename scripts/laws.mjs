/**
 * The laws of loads and stores at length: `node scripts/laws.mjs [RUNS] [SEED]`, a million cases of all laws together
 * unless told, and another million every day. A case that fails is named with the settings that repeat it.
 */
import { spawnSync } from 'node:child_process'

const [runs = '1000000', seed = String(Math.floor(Date.now() / 86_400_000))] = process.argv.slice(2)
console.log(`NISV_LAW_RUNS=${runs} NISV_LAW_SEED=${seed}`)
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'tests/mmio/laws'],
  { stdio: 'inherit', env: { ...process.env, NISV_LAW_RUNS: runs, NISV_LAW_SEED: seed } },
)
process.exit(status ?? 1)
