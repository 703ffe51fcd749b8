import type { Encoding } from '../encoding.ts'
import type { FlagUse, FlagUses } from './types.ts'

const NONE: FlagUse = { read: false, write: 'none' }
const READ: FlagUse = { read: true, write: 'none' }
const RESULT: FlagUse = { read: false, write: 'result' }
const CLEAR: FlagUse = { read: false, write: 'clear' }
const BOTH: FlagUse = { read: true, write: 'result' }
const READ_CLEAR: FlagUse = { read: true, write: 'clear' }
const LETTERS: Readonly<Record<string, FlagUse>> = {
  '-': NONE,
  r: READ,
  w: RESULT,
  '0': CLEAR,
  b: BOTH,
  c: READ_CLEAR,
}

const made = new Map<string, FlagUses>()

/** N, Z, C and V, a letter each: `-`, `r`ead, `w`ritten, cleared (`0`), `b`oth, read and `c`leared. */
function uses(letters: string): FlagUses {
  let flags = made.get(letters)
  if (!flags) {
    const [n, z, c, v] = [...letters].map((letter) => LETTERS[letter] as FlagUse) as [
      FlagUse,
      FlagUse,
      FlagUse,
      FlagUse,
    ]
    flags = { n, z, c, v }
    made.set(letters, flags)
  }
  return flags
}

/** What conditions 0, 2, .. 14 ask (DDI 0487, `ConditionHolds`). */
const CONDITIONS = ['-r--', '--r-', 'r---', '---r', '-rr-', 'r--r', 'rr-r', '----'] as const

const EFFECTS = new Map<string, string>()
for (const [letters, mnemonics] of [
  ['wwww', 'adds subs subps fcmp fcmpe'],
  ['ww00', 'ands bics'],
  ['--r-', 'adc sbc'],
  ['wwbw', 'adcs sbcs'],
  ['--b-', 'cfinv'],
  // AXFLAG: Z |= V, C &= !V; XAFLAG: N = !C & !Z, Z &= C, C |= Z, V = !C & Z.
  ['0bbc', 'axflag'],
  ['wbbw', 'xaflag'],
  ['ww-w', 'setf8 setf16'],
  ['0w00', 'fjcvtzs'],
  ['w-rw', 'ctermeq ctermne'],
] as const)
  for (const mnemonic of mnemonics.split(' ')) EFFECTS.set(mnemonic, letters)

/** SVE's instructions that end in `PredTest`: N first, Z none, C not last, V 0. */
const PREDICATE_TEST =
  /^(?:cmp|while|match|nmatch|ptest|ptrues|pfirst|pnext|rdffrs|(?:and|bic|eor|orr|orn|nor|nand|brkpa|brkpb|brka|brkb|brkn)s)/

const RNDR = 0b1101_1001_0010_0000 // S3_3_C2_C4_0
const RNDRRS = 0b1101_1001_0010_0001
/** NZCV as a system register, S3_3_C4_C2_0. */
export const NZCV_REGISTER = 0xda10

/** The effect of a word on the flags. */
export function flagUses(encoding: Encoding, word: number): FlagUses {
  let flags = fixed.get(encoding)
  if (flags) return flags
  flags = uses(letters(encoding, word))
  if (!WORD_DECIDES.test(encoding.mnemonic)) fixed.set(encoding, flags)
  return flags
}

const fixed = new WeakMap<Encoding, FlagUses>()
const WORD_DECIDES = /^(?:bc?\.|f?csel|csin|csneg|f?ccm|rmif|mrs|msr)/

function letters({ mnemonic, group, syntax, access }: Encoding, word: number): string {
  if (group === 'SVE encodings' || group === 'SME encodings') {
    if (mnemonic.startsWith('cterm')) return 'w-rw'
    const predicate = syntax.startsWith('P') || syntax.startsWith('{P') || mnemonic === 'match' || mnemonic === 'nmatch'
    return predicate && PREDICATE_TEST.test(mnemonic) ? 'www0' : '----'
  }
  const condition = CONDITIONS[(word >>> 13) & 7] as string
  switch (mnemonic) {
    case 'b.<cond>':
    case 'bc.<cond>':
      return CONDITIONS[(word >>> 1) & 7] as string
    case 'csel':
    case 'csinc':
    case 'csinv':
    case 'csneg':
    case 'fcsel':
      return condition
    case 'ccmp':
    case 'ccmn':
    case 'fccmp':
    case 'fccmpe':
      return condition.replaceAll('r', 'b').replaceAll('-', 'w')
    case 'rmif':
      return [3, 2, 1, 0].map((bit) => ((word >>> bit) & 1 ? 'w' : '-')).join('')
    case 'mrs':
    case 'msr': {
      const register = 0x8000 | ((word >>> 5) & 0x7fff)
      if (syntax.startsWith("'")) return '----'
      if (register === NZCV_REGISTER) return mnemonic === 'mrs' ? 'rrrr' : 'wwww'
      return mnemonic === 'mrs' && (register === RNDR || register === RNDRRS) ? '0w00' : '----'
    }
  }
  // The prologue of a copy or set says in the flags which algorithm it chose; the other stages look there.
  if (access?.form === 'copy' || access?.form === 'set' || mnemonic.startsWith('setgo')) {
    const stage = mnemonic.replace(/^(?:cpyf|cpy|setgo|setg|set)/, '')[0]
    return stage === 'p' ? 'wwww' : 'rrrr'
  }
  if (access && access.rcw !== '') return '0ww0'
  return EFFECTS.get(mnemonic) ?? '----'
}
