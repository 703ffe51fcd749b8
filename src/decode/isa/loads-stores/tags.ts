import { load, store } from '../../access.ts'
import type { Row } from '../../encoding.ts'

/** The tag of one 16-byte granule, or of the two from the address on; with zeros written under it where named so. */
const loadTag = { feat: 'MTE', access: load(16, {}, 'tag') } as const
const storeTag = { feat: 'MTE', access: store(16, {}, 'tag') } as const
const storeTags = { feat: 'MTE', access: store(32, {}, 'tag') } as const
const storeTagZero = { feat: 'MTE', access: store(16, {}, 'tag-zero') } as const
const storeTagsZero = { feat: 'MTE', access: store(32, {}, 'tag-zero') } as const
/** As many tags as GMID_EL1.BS says: the word does not tell the size. */
const bulkLoad = { feat: 'MTE2', access: load(0, {}, 'tag') } as const
const bulkStore = { feat: 'MTE2', access: store(0, {}, 'tag') } as const
const bulkStoreZero = { feat: 'MTE2', access: store(0, {}, 'tag-zero') } as const

/** Load/store memory tags. */
export function tags(): readonly Row[] { return [
  ['STG_64Spost_ldsttags',     '11011001 00 1 imm9 01 Rn Rt',      'stg Xt|SP, [Xn|SP], #simm9*16',    storeTag],
  ['STG_64Soffset_ldsttags',   '11011001 00 1 imm9 10 Rn Rt',      'stg Xt|SP, [Xn|SP, #simm9*16]',    storeTag],
  ['STG_64Spre_ldsttags',      '11011001 00 1 imm9 11 Rn Rt',      'stg Xt|SP, [Xn|SP, #simm9*16]!',   storeTag],
  ['STZGM_64bulk_ldsttags',    '11011001 00 1 000000000 00 Rn Rt', 'stzgm Xt, [Xn|SP]',                bulkStoreZero],
  ['LDG_64Loffset_ldsttags',   '11011001 01 1 imm9 00 Rn Rt',      'ldg Xt, [Xn|SP, #simm9*16]',       loadTag],
  ['STZG_64Spost_ldsttags',    '11011001 01 1 imm9 01 Rn Rt',      'stzg Xt|SP, [Xn|SP], #simm9*16',   storeTagZero],
  ['STZG_64Soffset_ldsttags',  '11011001 01 1 imm9 10 Rn Rt',      'stzg Xt|SP, [Xn|SP, #simm9*16]',   storeTagZero],
  ['STZG_64Spre_ldsttags',     '11011001 01 1 imm9 11 Rn Rt',      'stzg Xt|SP, [Xn|SP, #simm9*16]!',  storeTagZero],
  ['ST2G_64Spost_ldsttags',    '11011001 10 1 imm9 01 Rn Rt',      'st2g Xt|SP, [Xn|SP], #simm9*16',   storeTags],
  ['ST2G_64Soffset_ldsttags',  '11011001 10 1 imm9 10 Rn Rt',      'st2g Xt|SP, [Xn|SP, #simm9*16]',   storeTags],
  ['ST2G_64Spre_ldsttags',     '11011001 10 1 imm9 11 Rn Rt',      'st2g Xt|SP, [Xn|SP, #simm9*16]!',  storeTags],
  ['STGM_64bulk_ldsttags',     '11011001 10 1 000000000 00 Rn Rt', 'stgm Xt, [Xn|SP]',                 bulkStore],
  ['STZ2G_64Spost_ldsttags',   '11011001 11 1 imm9 01 Rn Rt',      'stz2g Xt|SP, [Xn|SP], #simm9*16',  storeTagsZero],
  ['STZ2G_64Soffset_ldsttags', '11011001 11 1 imm9 10 Rn Rt',      'stz2g Xt|SP, [Xn|SP, #simm9*16]',  storeTagsZero],
  ['STZ2G_64Spre_ldsttags',    '11011001 11 1 imm9 11 Rn Rt',      'stz2g Xt|SP, [Xn|SP, #simm9*16]!', storeTagsZero],
  ['LDGM_64bulk_ldsttags',     '11011001 11 1 000000000 00 Rn Rt', 'ldgm Xt, [Xn|SP]',                 bulkLoad],
] }
