import { type AtomicOperation, modify } from '../../access.ts'
import type { Row, Rows } from '../../encoding.ts'
import { ORDERS } from './sizes-and-orders.ts'

/** Bit S: RCW checks the descriptor against the masks of RCWMASK_EL1, RCWS against those of RCWSMASK_EL1 too. */
const CHECKS = [
  { S: '0', rcw: 'rcw' },
  { S: '1', rcw: 'rcws' },
] as const

/** RCW compare and swap, RCW compare and swap pair (a pair begins with an even register). */
const compares: Rows = () => CHECKS.flatMap(({ S, rcw }) =>
  ORDERS.flatMap(({ suffix, acquire, release, order }): Row[] => [
    [
      `${rcw}cas${suffix}`.toUpperCase() + '_C64_rcwcomswap',
      `0 S=${S} 011001 A=${acquire} R=${release} 1 Rs 0 000 10 Rn Rt`,
      `${rcw}cas${suffix} Xs, Xt, [Xn|SP]`,
      { feat: 'THE', access: modify('compare', 8, { order, rcw }) },
    ],
    [
      `${rcw}casp${suffix}`.toUpperCase() + '_C64_rcwcomswappr',
      `0 S=${S} 011001 A=${acquire} R=${release} 1 Rs=xxxx0 0 000 11 Rn Rt=xxxx0`,
      `${rcw}casp${suffix} Xs, Xs+1, Xt, Xt+1, [Xn|SP]`,
      { feat: 'THE D128', access: modify('compare-pair', 8, { order, rcw }) },
    ],
  ]),
)

/** One operation: 64-bit (Atomic memory operations) and 128-bit (128-bit atomic memory operations). */
function rcw(name: string, opc: string, operation: AtomicOperation): Row[] {
  return CHECKS.flatMap(({ S, rcw: check }) =>
    ORDERS.flatMap(({ suffix, acquire, release, order }): Row[] => {
      const access = { order, operation, rcw: check } as const
      return [
        [
          `${check}${name}${suffix}`.toUpperCase() + '_64_memop',
          `0 S=${S} 111000 A=${acquire} R=${release} 1 Rs 1 ${opc} 00 Rn Rt`,
          `${check}${name}${suffix} Xs, Xt, [Xn|SP]`,
          { feat: 'THE', access: modify('atomic', 8, access) },
        ],
        [
          `${check}${name}p${suffix}`.toUpperCase() + '_128_memop_128',
          `0 S=${S} 011001 A=${acquire} R=${release} 1 Rt2!=11111 1 ${opc} 00 Rn Rt!=11111`,
          `${check}${name}p${suffix} Xt, Xt2, [Xn|SP]`,
          { feat: 'THE D128', access: modify('atomic-pair', 8, access), unpredictable: ['LSE128OVERLAP'] },
        ],
      ]
    }),
  )
}

/** Read-check-write, FEAT_THE: translation table descriptors changed atomically under masks. */
export const readCheckWrite: Rows = () => [
  ...compares(),
  ...rcw('clr', '001', 'clr'),
  ...rcw('swp', '010', 'swp'),
  ...rcw('set', '011', 'set'),
]
