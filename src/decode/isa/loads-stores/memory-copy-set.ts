import { modify, store } from '../../access.ts'
import type { Row, Rows } from '../../encoding.ts'

/** Field op2 of CPY: T as if at EL0, N non-temporal; W the writes, R the reads, neither letter both. */
const CPY_OPTIONS = [
  '',   'wt',   'rt',   't',
  'wn', 'wtwn', 'rtwn', 'twn',
  'rn', 'wtrn', 'rtrn', 'trn',
  'n',  'wtn',  'rtn',  'tn',
] as const

/** The low half of field op2 of SET. */
const SET_OPTIONS = ['', 't', 'n', 'tn'] as const

const bits = (value: number, width: number): string => value.toString(2).padStart(width, '0')

/** One stage of a copy with its sixteen options. What is unprivileged or non-temporal in part counts as such. */
function cpy(stage: string, o0: '0' | '1', op1: string): Row[] {
  return CPY_OPTIONS.map((suffix, op2): Row => [
    `${stage}${suffix}`.toUpperCase() + '_CPY_memcms',
    `00 011 ${o0} 01 op1=${op1} 0 Rs op2=${bits(op2, 4)} 01 Rn Rd`,
    `${stage}${suffix} [Xd]!, [Xs]!, Xn!`,
    {
      feat: 'MOPS',
      access: modify('copy', 1, { unprivileged: (op2 & 3) !== 0, nonTemporal: (op2 & 12) !== 0 }),
      unpredictable: ['MOPSOVERLAP31'],
    },
  ])
}

/** One stage of a set with its four options: `SETG` also sets the tags. */
function set(stage: string, o0: '0' | '1', stageBits: string): Row[] {
  return SET_OPTIONS.map((suffix, op2): Row => {
    const access = store(1, { unprivileged: (op2 & 1) !== 0, nonTemporal: (op2 & 2) !== 0 }, 'set')
    const feat = o0 === '1' ? 'MOPS MTE' : 'MOPS'
    return [
      `${stage}${suffix}`.toUpperCase() + '_SET_memcms',
      `00 011 ${o0} 01 11 0 Rs op2=${stageBits}${bits(op2, 2)} 01 Rn Rd`,
      `${stage}${suffix} [Xd]!, Xn!, Xs`,
      { feat, access, unpredictable: ['MOPSOVERLAP31_SET'] },
    ]
  })
}

/** One stage of a set of tags alone with its four options. */
function setTags(stage: string, stageBits: string): Row[] {
  return SET_OPTIONS.map((suffix, op2): Row => {
    const access = store(0, { unprivileged: (op2 & 1) !== 0, nonTemporal: (op2 & 2) !== 0 }, 'tag')
    return [
      `${stage}${suffix}`.toUpperCase() + '_SET_memcms',
      `00 011 1 01 11 0 11111 op2=${stageBits}${bits(op2, 2)} 00 Rn Rd`,
      `${stage}${suffix} [Xd]!, Xn!`,
      { feat: 'MOPS_GO', access, unpredictable: ['MOPSOVERLAP31_SETGO'] },
    ]
  })
}

/**
 * Memory Copy and Memory Set: prologue, main and epilogue. Xd and Xs are addresses, Xn the bytes left, all written
 * back; the Xs of a set is its value.
 */
export const memoryCopySet: Rows = () => [
  ...cpy('cpyfp', '0', '00'),
  ...cpy('cpyfm', '0', '01'),
  ...cpy('cpyfe', '0', '10'),
  ...set('setp',  '0', '00'),
  ...set('setm',  '0', '01'),
  ...set('sete',  '0', '10'),
  ...cpy('cpyp',  '1', '00'),
  ...cpy('cpym',  '1', '01'),
  ...cpy('cpye',  '1', '10'),
  ...set('setgp', '1', '00'),
  ...set('setgm', '1', '01'),
  ...set('setge', '1', '10'),
  ...setTags('setgop', '00'),
  ...setTags('setgom', '01'),
  ...setTags('setgoe', '10'),
]
