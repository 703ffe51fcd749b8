/**
 * The TLB's properties at length: `node scripts/tlb-histories.mjs [STEPS] [SEED]`, a million steps of each unless told.
 * A history that fails is named by its seed and step.
 */
import { spawnSync } from 'node:child_process'

const [steps = '1000000', seed = '1000000'] = process.argv.slice(2)
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'tests/tlb/tlb.property.test.ts'],
  { stdio: 'inherit', env: { ...process.env, NISV_TLB_STEPS: steps, NISV_TLB_SEED: seed } },
)
process.exit(status ?? 1)
