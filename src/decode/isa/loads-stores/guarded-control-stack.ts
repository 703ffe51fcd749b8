import { store } from '../../access.ts'
import type { Row } from '../../encoding.ts'

/** GCS load/store: stores that may write the Guarded Control Stack. */
export function guardedControlStack(): readonly Row[] { return [
  ['GCSSTR_64_ldst_gcs',  '11011001 000 11111 000 011 Rn Rt', 'gcsstr Xt, [Xn|SP]',  { feat: 'GCS', access: store(8) }],
  ['GCSSTTR_64_ldst_gcs', '11011001 000 11111 000 111 Rn Rt', 'gcssttr Xt, [Xn|SP]', { feat: 'GCS', access: store(8, { unprivileged: true }) }],
] }
