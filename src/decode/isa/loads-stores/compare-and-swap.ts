import { modify } from '../../access.ts'
import type { Row, Rows } from '../../encoding.ts'
import { ORDERS, SIZES } from './sizes-and-orders.ts'

/** Compare and swap pair: CASP, CASPA, CASPL, CASPAL of two words or two doublewords. */
const pairs: Rows = () => SIZES.slice(2).flatMap(({ bits, bank: r, width, bytes }) =>
  ORDERS.map(({ suffix, acquire, release, order }): Row => [
    `CASP${suffix.toUpperCase()}_CP${width}_comswappr`,
    `0 sz=${bits[1]} 0010000 L=${acquire} 1 Rs=xxxx0 o0=${release} 11111 Rn Rt=xxxx0`,
    `casp${suffix} ${r}s, ${r}s+1, ${r}t, ${r}t+1, [Xn|SP]`,
    { feat: 'LSE', access: modify('compare-pair', bytes, { order }) },
  ]),
)

/** Compare and swap pair unprivileged: CASPT, CASPAT, CASPLT, CASPALT. */
const unprivilegedPairs: Rows = () => ORDERS.map(({ suffix, acquire, release, order }) => [
  `CASP${suffix.toUpperCase()}T_CP64_comswappr_unpriv`,
  `01 0010011 L=${acquire} 0 Rs=xxxx0 o0=${release} Rt2=(11111) Rn Rt=xxxx0`,
  `casp${suffix}t Xs, Xs+1, Xt, Xt+1, [Xn|SP]`,
  { feat: 'LSUI', access: modify('compare-pair', 8, { order, unprivileged: true }) },
])

/** Compare and swap: CASB, CASH, CAS in their four orders. */
const singles: Rows = () => SIZES.flatMap(({ suffix: size, bits, bank: r, width, bytes }) =>
  ORDERS.map(({ suffix, acquire, release, order }): Row => [
    `CAS${(suffix + size).toUpperCase()}_C${width}_comswap`,
    `size=${bits} 0010001 L=${acquire} 1 Rs o0=${release} 11111 Rn Rt`,
    `cas${suffix}${size} ${r}s, ${r}t, [Xn|SP]`,
    { feat: 'LSE', access: modify('compare', bytes, { order }) },
  ]),
)

/** Compare and swap unprivileged: CAST, CASAT, CASLT, CASALT. */
const unprivilegedSingles: Rows = () => ORDERS.map(({ suffix, acquire, release, order }) => [
  `CAS${suffix.toUpperCase()}T_C64_comswap_unpriv`,
  `11 0010011 L=${acquire} 0 Rs o0=${release} Rt2=(11111) Rn Rt`,
  `cas${suffix}t Xs, Xt, [Xn|SP]`,
  { feat: 'LSUI', access: modify('compare', 8, { order, unprivileged: true }) },
])

/** Rs is compared and receives the old value, Rt is stored. A pair begins with an even register. */
export const compareAndSwap: Rows = () => [...pairs(), ...unprivilegedPairs(), ...singles(), ...unprivilegedSingles()]
