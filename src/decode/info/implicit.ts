import type { Encoding } from '../encoding.ts'
import { addFloat } from './float.ts'
import { bitRange, RegisterUses, whole } from './registers.ts'
import type { RegisterUse } from './types.ts'

const X = bitRange(0, 64)

const fixed = new WeakMap<Encoding, readonly RegisterUse[]>()

/** Registers that the syntax does not name: those of the row, found once, and those that the word decides. */
export function addImplicit(uses: RegisterUses, encoding: Encoding, word: number): void {
  let own = fixed.get(encoding)
  if (!own) {
    const found = new RegisterUses()
    addFixed(found, encoding)
    own = found.list()
    fixed.set(encoding, own)
  }
  for (const u of own) uses.add(u.file, u.number, u.reads, u.write, u.writes)
  if (encoding.id === 'HINT_HM_hints') addHint(uses, (word >>> 5) & 0x7f)
  else if (encoding.mnemonic === 'msr') addState(uses, encoding, word)
  // AT is SYS with CRn 7 and CRm 8 or 9: it writes PAR_EL1.
  else if (encoding.id === 'SYS_CR_systeminstrs' && ((word >>> 9) & 0x7f) === 0x3c)
    uses.add('SYSTEM', 0xc3a0, undefined, 'full')
}

function addFixed(uses: RegisterUses, encoding: Encoding): void {
  const { mnemonic, group, access, syntax } = encoding
  if (group.startsWith('Branches')) addBranch(uses, mnemonic)
  else if (syntax.includes('label(') && !mnemonic.startsWith('aut')) uses.add('PC', 0, X)
  addAuthentication(uses, mnemonic)
  addFloat(uses, encoding)
  if (/^(?:rdffr|ldff1|ldnf1|wrffr|setffr)/.test(mnemonic)) {
    const reads = /^(?:wr|set)/.test(mnemonic) ? undefined : whole('FFR')
    uses.add('FFR', 0, reads, mnemonic.startsWith('rd') ? 'none' : reads ? 'merging' : 'full')
  }
  // RCWMASK_EL1, and RCWSMASK_EL1 for the software checks.
  if (access && access.rcw !== '') {
    const bits = bitRange(0, access.form.endsWith('pair') ? 128 : 64)
    uses.add('SYSTEM', 0xc686, bits)
    if (access.rcw === 'rcws') uses.add('SYSTEM', 0xc683, bits)
  }
  // What IRG takes from GCR_EL1 and RGSR_EL1, and ST64BV0 from ACCDATA_EL1.
  if (mnemonic === 'irg') {
    uses.add('SYSTEM', 0xc086, X)
    uses.add('SYSTEM', 0xc085, X, 'full')
  } else if (mnemonic === 'st64bv0') uses.add('SYSTEM', 0xc685, X)
}

function addBranch(uses: RegisterUses, mnemonic: string): void {
  const conditional = /^(?:bc?\.|[ct]b)/.test(mnemonic)
  // A call reads PC for the address to return to.
  const reads = conditional || /^b(?:l|$)/.test(mnemonic) ? X : undefined
  if (conditional) uses.add('PC', 0, reads, 'conditional')
  else if (/^(?:b$|bl|br(?!k)|ret)/.test(mnemonic)) uses.add('PC', 0, reads, 'full')
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
  uses.add('SYSTEM', low, X)
  uses.add('SYSTEM', low + 1, X)
}

const AUTHENTICATION =
  /^(?:(?:pacnb|pac|aut)(?:([id])z?([ab])|(ga))(sppcr?|171615)?|(ret|eret|br|blr|ldr)a([ab])z?(sppcr?)?)$/

function addAuthentication(uses: RegisterUses, mnemonic: string): void {
  const m = AUTHENTICATION.exec(mnemonic)
  if (!m) return
  const [, kind, letter, generic, form, jump, jumpLetter, returnForm] = m
  const from = form ?? returnForm ?? ''
  addKey(uses, jump ? (jump === 'ldr' ? 'd' : 'i') + jumpLetter : (generic ?? `${kind}${letter}`))
  if (from === '171615') {
    uses.add('X', 17, X, 'full')
    uses.add('X', 16, X)
    uses.add('X', 15, X)
  } else if (from !== '') {
    uses.add('X', 30, X, jump === undefined ? 'full' : 'none')
    uses.add('SP', 0, X)
    if (from === 'sppc') uses.add('PC', 0, X)
  } else if (jump === 'ret') {
    uses.add('X', 30, X)
    uses.add('SP', 0, X)
  } else if (jump === 'eret') uses.add('SP', 0, X)
}

const SVCR = 0xda12
/** The registers behind MSR (immediate)'s names; DAIFSet and DAIFClr change bits of theirs. */
const FIELDS: Readonly<Record<string, number>> = {
  SPSel: 0xc210,
  PAN: 0xc213,
  UAO: 0xc214,
  ALLINT: 0xc218,
  PM: 0xc219,
  DAIFSet: 0xda11,
  DAIFClr: 0xda11,
  DIT: 0xda15,
  SSBS: 0xda16,
  TCO: 0xda17,
}

/** MSR of a PSTATE field; SVCR, besides, resets what PSTATE.SM and PSTATE.ZA enable or disable when they change. */
function addState(uses: RegisterUses, { syntax }: Encoding, word: number): void {
  const name = /^'(\w+)'/.exec(syntax)?.[1]
  const register = name === undefined ? 0x8000 | ((word >>> 5) & 0x7fff) : (FIELDS[name] ?? SVCR)
  if (register !== SVCR) {
    if (name !== undefined) uses.add('SYSTEM', register, name.startsWith('DAIF') ? X : undefined, 'full')
    return
  }
  // CRm is 0:ZA:SM:imm in the immediate form.
  const sm = name === undefined || (word & 0x200) !== 0
  const za = name === undefined || (word & 0x400) !== 0
  if (name !== undefined) {
    const bits = bitRange(sm ? 0 : 1, sm && za ? 2 : 1)
    uses.add('SYSTEM', SVCR, X, 'partial', bits)
  }
  if (za) {
    uses.add('ZA', 0xffff, undefined, 'conditional')
    uses.add('ZT0', 0, undefined, 'conditional')
  }
  if (!sm) return
  for (let n = 0; n < 32; n++) uses.add('V', n, undefined, 'conditional')
  for (let n = 0; n < 16; n++) uses.add('P', n, undefined, 'conditional')
  for (const file of ['FFR', 'FPSR', 'FPMR'] as const) uses.add(file, 0, undefined, 'conditional')
}
