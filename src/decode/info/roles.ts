import type { Encoding } from '../encoding.ts'
import { splitSyntax } from '../syntax.ts'
import type { Role } from './registers.ts'

/** The letters of the field that a token names: `d` of `Zd.T`, `dn` of `{Zdn*2.T x2}`, `m` of `V(M:Rm).s[H]`. */
const NAME = /^\{?(?:[TD]:)?(?:[WX]R|PN|ZA|[WXBHSDQZPV]|<[^>]+>|R(?=t))([a-z]+)/
const SPREAD = /^[VZ]\((?:.*:)?[RZ]([a-z])/

function fieldLetters(token: string): string {
  return (SPREAD.exec(token) ?? NAME.exec(token))?.[1] ?? ''
}

/** What Rt (and Rt2) and Rs are to a memory access. */
function transferRole({ access }: Encoding, status: boolean): Role {
  switch (access?.form) {
    case 'exclusive':
    case 'exclusive-pair':
    case 'block64':
      return status ? 'w' : access.store ? 'r' : 'w'
    case 'atomic':
      return status ? 'r' : 'w'
    case 'atomic-pair':
      return 'b'
    case 'compare':
    case 'compare-pair':
      return status ? 'b' : 'r'
    case 'lane':
      return access.store ? 'r' : 'p'
    case 'tag':
      // LDG inserts a tag into an address.
      return access.load ? (access.size === 0 ? 'w' : 'p') : 'r'
  }
  return access?.load && !status ? 'w' : 'r'
}

/** Instructions without an access that write Rt. */
const WRITES_RT = new Set(['mrs', 'mrrs', 'sysl', 'gcspopm', 'gcsss2'])

const compiled = new WeakMap<Encoding, readonly Role[]>()

/** What each operand of a row is to it, before predication makes a written one a merged one. */
export function operandRoles(encoding: Encoding): readonly Role[] {
  let roles = compiled.get(encoding)
  if (!roles) {
    const tokens = splitSyntax(encoding.syntax)
    const names = tokens.map(fieldLetters)
    roles = tokens.map((token, i) => roleOf(encoding, token, names, i))
    compiled.set(encoding, roles)
  }
  return roles
}

function roleOf(encoding: Encoding, token: string, names: readonly string[], i: number): Role {
  const { mnemonic, access } = encoding
  if (token.endsWith('!')) return 'b'
  const name = names[i] as string
  switch (name) {
    case 'd':
      return destination(encoding, token)
    case 'dn':
    case 'dm':
      // Named again later, it is read there.
      if (names.indexOf(name) < i) return 'r'
      return names.lastIndexOf(name) > i ? 'w' : 'b'
    case 'da':
      return 'b'
    case 't':
      if (access) return transferRole(encoding, false)
      return WRITES_RT.has(mnemonic) || (mnemonic === 'movt' && i === 0) ? 'w' : 'r'
    case 's':
      return access ? transferRole(encoding, true) : 'r'
  }
  return 'r'
}

function destination({ mnemonic }: Encoding, _token: string): Role {
  if (DESTRUCTIVE.has(mnemonic)) return 'b'
  return 'w'
}

/** Rows whose Rd is an input too: what is inserted into, accumulated into, or computed in place. */
const DESTRUCTIVE = new Set(
  'bfm pacia pacib pacda pacdb autia autib autda autdb paciza pacizb pacdza pacdzb autiza autizb autdza autdzb xpaci xpacd'.split(
    ' ',
  ),
)
