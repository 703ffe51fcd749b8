import type { Encoding } from '../encoding.ts'
import type { Operand, RegisterOperand } from '../operand.ts'
import { NZCV_REGISTER } from './flags.ts'
import { bitRange, type RegisterUses, type Role, tilesOf, whole } from './registers.ts'
import { operandRoles } from './roles.ts'
import type { BitRange, RegisterFile } from './types.ts'

/** Adds the registers that the operands of a word name. */
export function addOperands(uses: RegisterUses, encoding: Encoding, ops: readonly Operand[], word: number): void {
  const roles = operandRoles(encoding)
  const merging = ops.some((o) => o.kind === 'register' && o.mode === 'm')
  for (let i = 0; i < ops.length; i++) {
    const o = ops[i] as Operand
    // What is no register but a memory operand has no role of its own.
    const role = wordRole(encoding, roles[i] || 'r', o, merging, word)
    // LD64B and ST64B transfer eight registers, of which the syntax names the first, before the address.
    if (encoding.access?.form === 'block64' && i === ops.length - 2) addEight(uses, o, role)
    else if (o.kind === 'register' && o.class === 'V' && role === 'r') addSource(uses, encoding, o)
    else addOperand(uses, o, role)
  }
}

/** What the word makes of a role of its row. */
function wordRole({ mnemonic }: Encoding, role: Role, o: Operand, merging: boolean, word: number): Role {
  if (role !== 'w' && role !== 'b') return role
  if (merging) return 'm'
  // PMOV to the first part of a vector zeroes the others.
  if (mnemonic === 'pmov' && o.kind === 'register' && o.index === 0) return 'w'
  // Narrowing into the upper half: XTN2 and kin, which Q tells.
  return /n<\|2>$/.test(mnemonic) && ((word >>> 30) & 1) === 1 ? 'p' : role
}

/** Vectors that are read elsewhere than their operand says. */
function addSource(uses: RegisterUses, { mnemonic }: Encoding, o: RegisterOperand): void {
  const half = o.arrangement === '2h' ? 32 : 64
  let bits: BitRange | undefined
  // FMLAL2 and FMLSL2 take the upper half of what FMLAL takes the lower half of.
  if (/^fml[as]l2$/.test(mnemonic) && o.index < 0) bits = bitRange(half, half)
  // FCMLA by element: the index counts complex numbers.
  else if (mnemonic === 'fcmla' && o.index >= 0) {
    const pair = o.arrangement === 's' ? 64 : 32
    bits = bitRange(o.index * pair, pair)
  }
  if (bits) uses.add('V', o.number, bits, 'none', undefined, false)
  else uses.operand(o, 'r')
}

function addEight(uses: RegisterUses, o: Operand, role: Role): void {
  if (o.kind !== 'register') return
  for (let n = 0; n < 8; n++) uses.operand({ ...o, number: o.number + n }, role)
}

const UPPER_HALF = bitRange(64, 64)

function addOperand(uses: RegisterUses, o: Operand, role: Role): void {
  switch (o.kind) {
    case 'register':
      if (role === 'p' && o.class === 'V' && o.index < 0)
        uses.add('V', o.number, undefined, 'partial', UPPER_HALF, false)
      else if (role === 'p' && o.class === 'X') {
        if (o.number < 31) uses.add('X', o.number, undefined, 'partial', TAG, false)
      } else uses.operand(o, role)
      return
    case 'shifted':
      uses.operand(o.register, 'r')
      return
    case 'list':
      for (const r of o.registers) uses.operand(r, role, o.index)
      return
    case 'memory':
      uses.operand(o.base, o.mode === 'offset' ? 'r' : 'b')
      if (o.index) uses.operand(o.index, 'r')
      return
    case 'slice':
      uses.operand(o.register, 'r')
      uses.operand(o.select, 'r')
      return
    case 'za':
      uses.za(tilesOf(o.tile, o.arrangement), role)
      uses.operand(o.select, 'r')
      return
    case 'tiles':
      uses.za(o.mask | (o.mask << 8), 'w')
      return
    case 'table':
      addTable(uses, role, role === 'r' || role === 'm' ? whole('ZT0') : bitRange(o.offset * 8, 64))
      return
    case 'name':
      if (o.name.includes('zt0')) addTable(uses, role, whole('ZT0'))
      return
    case 'system-register':
      addSystemRegister(uses, o.encoding, role)
      return
  }
}

/** LDG's: bits 59:56 of the register. */
const TAG = bitRange(56, 4)

function addTable(uses: RegisterUses, role: Role, bits: BitRange): void {
  const reads = role === 'r' || role === 'm' ? bits : undefined
  const kind = role === 'r' ? 'none' : role === 'w' ? 'full' : role === 'm' ? 'merging' : 'partial'
  uses.add('ZT0', 0, reads, kind, role === 'r' ? undefined : bits, false)
}

/** System registers that are files of their own; NZCV comes with the flags. */
const FILES: Readonly<Record<number, RegisterFile>> = { 55840: 'FPCR', 55841: 'FPSR', 55842: 'FPMR' }

function addSystemRegister(uses: RegisterUses, register: number, role: Role): void {
  if (register === NZCV_REGISTER) return
  const file = FILES[register] ?? 'SYSTEM'
  uses.add(
    file,
    file === 'SYSTEM' ? register : 0,
    role === 'r' ? whole(file) : undefined,
    role === 'r' ? 'none' : 'full',
    role === 'r' ? undefined : whole(file),
    false,
  )
}
