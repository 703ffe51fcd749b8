import { type AtomicOperation, modify } from '../../access.ts'
import type { Row, Rows } from '../../encoding.ts'
import { ORDERS, SIZES } from './sizes-and-orders.ts'

/**
 * Atomic memory operations: one operation in four sizes and four orders; without acquire and into the zero register it
 * is preferably spelled as a store (`st`), where the operation has that alias.
 */
function lse(name: string, o3opc: string, operation: AtomicOperation): Row[] {
  return SIZES.flatMap(({ suffix: size, bits, bank: r, width, bytes }) =>
    ORDERS.flatMap(({ suffix, acquire, release, order }): Row[] => {
      const mnemonic = `${name}${suffix}${size}`
      const id = `${mnemonic.toUpperCase()}_${width}_memop`
      const fixed = `size=${bits} 111 0 00 A=${acquire} R=${release} 1 Rs ${o3opc} 00 Rn`
      return [
        [id, `${fixed} Rt`, `${mnemonic} ${r}s, ${r}t, [Xn|SP]`, { feat: 'LSE', access: modify('atomic', bytes, { order, operation }) }],
        ...storeAlias(mnemonic, 'ld', 'st', id, fixed, `${r}s`, acquire),
      ]
    }),
  )
}

/** Atomic memory operations unprivileged: words and doublewords. */
function lsui(name: string, o3opc: string, operation: AtomicOperation): Row[] {
  return SIZES.slice(2).flatMap(({ bits, bank: r, width, bytes }) =>
    ORDERS.flatMap(({ suffix, acquire, release, order }): Row[] => {
      const mnemonic = `${name}${suffix}`
      const id = `${mnemonic.toUpperCase()}_${width}_memop_unpriv`
      const fixed = `0 sz=${bits[1]} 011 0 01 A=${acquire} R=${release} 1 Rs ${o3opc} 01 Rn`
      const access = modify('atomic', bytes, { order, operation, unprivileged: true })
      return [
        [id, `${fixed} Rt`, `${mnemonic} ${r}s, ${r}t, [Xn|SP]`, { feat: 'LSUI', access }],
        ...storeAlias(mnemonic, 'ldt', 'stt', id, fixed, `${r}s`, acquire),
      ]
    }),
  )
}

/** 128-bit atomic memory operations: Rt and Rt2 are operand and old value. */
function lse128(name: string, o3opc: string, operation: AtomicOperation): Row[] {
  return ORDERS.map(({ suffix, acquire, release, order }): Row => [
    `${name}${suffix}`.toUpperCase() + '_128_memop_128',
    `00 011 0 01 A=${acquire} R=${release} 1 Rt2!=11111 ${o3opc} 00 Rn Rt!=11111`,
    `${name}${suffix} Xt, Xt2, [Xn|SP]`,
    { feat: 'LSE128', access: modify('atomic-pair', 8, { order, operation }), unpredictable: ['LSE128OVERLAP'] },
  ])
}

/** `STADD` of `LDADD` and so on: no old value wanted, hence no acquire. SWP has none. */
function storeAlias(mnemonic: string, load: string, store: string, id: string, fixed: string, rs: string, acquire: '0' | '1'): Row[] {
  if (acquire === '1' || !mnemonic.startsWith(load)) return []
  const alias = store + mnemonic.slice(load.length)
  return [[`${alias.toUpperCase()}_${id}`, `${fixed} 11111`, `${alias} ${rs}, [Xn|SP]`, { aliasOf: id }]]
}

/** Read-modify-write: Rt receives the old value, Rs is the operand. */
export const atomic: Rows = () => [
  // 128-bit atomic memory operations
  ...lse128('ldclrp', '0 001', 'clr'),
  ...lse128('ldsetp', '0 011', 'set'),
  ...lse128('swpp',   '1 000', 'swp'),
  // Atomic memory operations unprivileged
  ...lsui('ldtadd', '0 000', 'add'),
  ...lsui('ldtclr', '0 001', 'clr'),
  ...lsui('ldtset', '0 011', 'set'),
  ...lsui('swpt',   '1 000', 'swp'),
  // Atomic memory operations
  ...lse('ldadd',  '0 000', 'add'),
  ...lse('ldclr',  '0 001', 'clr'),
  ...lse('ldeor',  '0 010', 'eor'),
  ...lse('ldset',  '0 011', 'set'),
  ...lse('ldsmax', '0 100', 'smax'),
  ...lse('ldsmin', '0 101', 'smin'),
  ...lse('ldumax', '0 110', 'umax'),
  ...lse('ldumin', '0 111', 'umin'),
  ...lse('swp',    '1 000', 'swp'),
]
