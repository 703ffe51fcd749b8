/** Names of the classes of loads and stores in files for `nisv conform abort` and `access`. */

const BY_FORM = {
  pair: 'pair',
  exclusive: 'excl',
  'exclusive-pair': 'excl',
  atomic: 'lse',
  'atomic-pair': 'lse128',
  compare: 'cas',
  'compare-pair': 'casp',
  multiple: 'simd_multi',
  lane: 'simd_single',
  replicate: 'simd_single',
  zero: 'dczva',
}
/** By the ending of a row's name. */
const REGISTER = [
  [/_ldst_pos$/, 'uimm'],
  [/_ldst_regoff$/, 'regoff'],
  [/_ldst_(?:immpost|immpre|unscaled|unpriv)$/, 'imm9'],
  [/_loadlit$/, 'literal'],
]

/** The class of a row that accesses memory. */
export function classOf({ id, group, access }) {
  const { form, load, order } = access
  if (/^SVE/.test(group)) return /gather/.test(form) ? 'sve_gather' : load ? 'sve_contig' : 'sve_store'
  if (form !== 'register') return BY_FORM[form] ?? form
  if (order !== 'plain') return 'ordered'
  return REGISTER.find(([name]) => name.test(id))?.[1] ?? 'register'
}
