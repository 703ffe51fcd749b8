import type { Encoding } from '../encoding.ts'
import { bitRange, type RegisterUses, whole } from './registers.ts'

const X = bitRange(0, 64)

/** Registers that the syntax does not name. */
export function addImplicit(uses: RegisterUses, encoding: Encoding, word: number): void {
  const { mnemonic, group } = encoding
  if (encoding.id === 'HINT_HM_hints') addHint(uses, (word >>> 5) & 0x7f)
  else if (group.startsWith('Branches')) addBranch(uses, mnemonic)
  else if (encoding.syntax.includes('label(') && !mnemonic.startsWith('aut')) uses.add('PC', 0, X)
  addAuthentication(uses, mnemonic)
}

function addBranch(uses: RegisterUses, mnemonic: string): void {
  if (/^(?:ret|br|blr|b$|bl$|b\.|bc\.|[ct]b)/.test(mnemonic))
    uses.add(
      'PC',
      0,
      /^(?:ret|br)/.test(mnemonic) ? undefined : X,
      /^[ct]b|^bc?\./.test(mnemonic) ? 'conditional' : 'full',
    )
  if (mnemonic.startsWith('bl')) uses.add('X', 30, undefined, 'full')
}

/** PAC* and AUT* of the hint space, and CHKFEAT. */
function addHint(uses: RegisterUses, imm: number): void {
  if (imm === 40) uses.add('X', 16, X, 'full')
  else if (imm === 7) uses.add('X', 30, X, 'full')
  else if (imm >= 8 && imm <= 14 && (imm & 1) === 0) {
    uses.add('X', 17, X, 'full')
    uses.add('X', 16, X)
    addKey(uses, (imm & 2) === 0 ? 'ia' : 'ib')
  } else if (imm >= 24 && imm <= 31) {
    uses.add('X', 30, X, 'full')
    if (imm & 1) uses.add('SP', 0, X)
    addKey(uses, (imm & 2) === 0 ? 'ia' : 'ib')
  }
}

/** PAC keys: the low halves' system registers; the high half is the next. */
const KEYS: Readonly<Record<string, number>> = { ia: 0xc108, ib: 0xc10a, da: 0xc110, db: 0xc112, ga: 0xc118 }

function addKey(uses: RegisterUses, key: string): void {
  const low = KEYS[key]
  if (low === undefined) return
  uses.add('SYSTEM', low, whole('SYSTEM'))
  uses.add('SYSTEM', low + 1, whole('SYSTEM'))
}

function addAuthentication(uses: RegisterUses, mnemonic: string): void {
  const m = /^(?:(pac|aut|pacnb)([id][ab]|ga)z?(sppcr?|171615)?|(ret|eret|br|blr|ldr)a([ab])z?(sppcr?)?)$/.exec(
    mnemonic,
  )
  if (!m) return
  const from = m[3] ?? m[6] ?? ''
  addKey(uses, m[2] ?? (m[4] === 'ldr' ? 'd' : 'i') + m[5])
  if (from === '171615') {
    uses.add('X', 17, X, 'full')
    uses.add('X', 16, X)
    uses.add('X', 15, X)
  } else if (from !== '') {
    uses.add('X', 30, X, m[4] === undefined ? 'full' : 'none')
    uses.add('SP', 0, X)
    if (from === 'sppc') uses.add('PC', 0, X)
  } else if (m[4] === 'ret') {
    uses.add('X', 30, X)
    uses.add('SP', 0, X)
  } else if (m[4] === 'eret') uses.add('SP', 0, X)
}
