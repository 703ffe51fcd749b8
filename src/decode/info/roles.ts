import type { Encoding } from '../encoding.ts'
import { splitSyntax } from '../syntax.ts'
import type { Role } from './registers.ts'

/** The letters of the field that a token names: `d` of `Zd.T`, `dn` of `{Zdn*2.T x2}`, `m` of `V(M:Rm).s[H]`. */
const NAME = /^\{?(?:[TD]:)?(?:[WX]R|PN|ZA|[WXBHSDQZPV]|<[^>]+>|R(?=t))([a-z]+)/
const SPREAD = /^[VZ]\((?:.*:)?[RZ]([a-z])/

function fieldLetters(token: string): string {
  return (SPREAD.exec(token) ?? NAME.exec(token))?.[1] ?? ''
}

/** A role, or `''` of an operand that is no register. */
export type TokenRole = Role | ''

const compiled = new WeakMap<Encoding, readonly TokenRole[]>()

/**
 * What each operand of a row is to it, by the letters of its field: Rd is written, Rt by the row's access, the rest
 * read; memory operands speak for themselves. `''` for what is no register. `info` adds what the word decides: merging
 * predication makes a written operand a merged one.
 */
export function operandRoles(encoding: Encoding): readonly TokenRole[] {
  let roles = compiled.get(encoding)
  if (!roles) {
    const tokens = splitSyntax(encoding.syntax)
    const names = tokens.map(fieldLetters)
    roles = tokens.map((token, i) => roleOf(encoding, token, names, i))
    compiled.set(encoding, roles)
  }
  return roles
}

function roleOf(encoding: Encoding, token: string, names: readonly string[], i: number): TokenRole {
  const { access } = encoding
  if (token.startsWith('[')) return ''
  if (token.endsWith('!')) return 'b'
  // ZERO's list of tiles.
  if (token === '{imm8}') return 'w'
  // Slices and vectors of ZA, and ZT0, are written where they come first.
  if (/^\{?ZA.*\[|zt0|ZT0/.test(token)) return arrayRole(encoding, token, i)
  const name = names[i] as string
  switch (name) {
    case 'd':
      return destinationRole(encoding, token)
    case 'dn':
    case 'dm':
      // Named again later, it is read there.
      if (names.indexOf(name) < i) return 'r'
      return names.lastIndexOf(name) > i ? 'w' : 'b'
    case 'da':
      return 'b'
    case 't':
      return access ? transferRole(encoding, false) : systemRole(encoding, i)
    case 's':
      return access ? transferRole(encoding, true) : 'r'
    case '':
      return token === 'sysreg_write' ? 'w' : token === 'sysreg_read' ? 'r' : ''
  }
  return SOURCES.has(name) ? 'r' : ''
}

/** Fields that are only read: Rn, Rm, Ra, the governing predicates Pg and Pv, and the control vector Zk. */
const SOURCES = new Set(['n', 'm', 'a', 'g', 'v', 'k'])

function arrayRole({ mnemonic, access }: Encoding, token: string, i: number): Role {
  if (mnemonic === 'movaz') return i === 0 ? 'w' : 'm'
  if (i > 0 || (access && !access.load)) return 'r'
  if (token.startsWith("'")) return 'w'
  // MOVT of a register writes 8 bytes of ZT0, MOVT of a vector as many as it has.
  return token.startsWith('ZT0') && !token.includes('mul vl') ? 'p' : 'm'
}

/** What Rt (and Rt2) and Rs are to a memory access. */
function transferRole({ access }: Encoding, status: boolean): Role {
  switch (access?.form) {
    case 'exclusive':
    case 'exclusive-pair':
    case 'block64':
      return status || !access.store ? 'w' : 'r'
    case 'atomic':
      return status ? 'r' : 'w'
    case 'atomic-pair':
      return 'b'
    case 'compare':
    case 'compare-pair':
      return status ? 'b' : 'r'
    case 'first-fault':
    case 'first-fault-gather':
    case 'non-fault':
      // Elements from the fault on may keep their value (Unpredictable_SVELDNFDATA).
      return 'm'
    case 'lane':
      return access.store ? 'r' : 'p'
    case 'tag':
      // LDG inserts a tag into an address, LDGM fills a register with them.
      return !access.load ? 'r' : access.size === 0 ? 'w' : 'p'
  }
  return access?.load && !status ? 'w' : 'r'
}

/** Rt without an access. The Guarded Control Stack's instructions write nothing where it is off. */
function systemRole({ mnemonic }: Encoding, i: number): Role {
  if (/^(?:mrs|mrrs|sysl)$/.test(mnemonic) || (mnemonic === 'movt' && i === 0)) return 'w'
  return mnemonic === 'gcspopm' || mnemonic === 'gcsss2' ? 'c' : 'r'
}

function destinationRole({ mnemonic, group, syntax }: Encoding, token: string): Role {
  const base = mnemonic.replace(/<.*/, '')
  if (group.startsWith('Data Processing -- Scalar')) {
    // A lane alone.
    if (token.includes('[')) return 'p'
    if (VECTOR_IN_PLACE.has(base)) return 'b'
    // The immediate forms work in place.
    return (base === 'orr' || base === 'bic') && syntax.includes('#') ? 'b' : 'w'
  }
  if (base === 'pmov') return token.startsWith('Z') ? 'b' : 'w'
  if (group.startsWith('S')) return SCALABLE_IN_PLACE.has(base) || TOP_HALVES.test(base) ? 'b' : 'w'
  return GENERAL_IN_PLACE.test(base) ? 'b' : 'w'
}

/** Rows whose Rd is an input too: inserted into, or signed and authenticated in place. */
const GENERAL_IN_PLACE = /^(?:bfm|movk|(?:pac|aut)[id]z?[ab]|xpac[id])$/

/** Advanced SIMD that accumulates, inserts or selects by its destination; `smlal<|2>` without its end. */
const VECTOR_IN_PLACE = new Set(
  (
    'aesd aese sha1c sha1m sha1p sha1su0 sha1su1 sha256h sha256h2 sha256su0 sha256su1 sha512h sha512h2 sha512su0 ' +
    'sha512su1 sm3partw1 sm3partw2 sm3tt1a sm3tt1b sm3tt2a sm3tt2b sm4e mla mls fmla fmls sqrdmlah sqrdmlsh sqdmlal ' +
    'sqdmlsl smlal smlsl umlal umlsl fmlal fmlsl fmlal2 fmlsl2 bfmlal fmlalb fmlalt fmlallbb fmlallbt fmlalltb ' +
    'fmlalltt smmla ummla usmmla fmmla bfmmla sdot udot usdot sudot fdot bfdot fcmla saba uaba sabal uabal sadalp ' +
    'uadalp ssra usra srsra ursra sri sli suqadd usqadd tbx bsl bit bif'
  ).split(' '),
)

/** The same of SVE and SME, where the field is not called Zda or Zdn. */
const SCALABLE_IN_PLACE = new Set('tbx tbxq sclamp uclamp fclamp bfclamp eorbt eortb sri sli'.split(' '))

/** Narrowing into the top halves of elements, whose bottom halves stay. */
const TOP_HALVES = /(?:shru?n|xtu?n|hn|cvtx?n)t$/
