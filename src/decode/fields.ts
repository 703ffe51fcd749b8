/**
 * The widths of the fields that encodings name, by the manual's field names (DDI 0487, C4).
 *
 * A pattern may give a width itself (`imm:3`, `Rm=1x`); otherwise the name must be known here. A register field is
 * recognised by its letter (`Rn`, `Rt2`: 5 bits), an immediate by the digits that end its name (`imm12`).
 *
 * @module
 */

/** A named field of an encoding: bits `[lsb + width - 1 : lsb]` of the word. */
export interface Field {
  readonly name: string
  readonly lsb: number
  readonly width: number
}

const KNOWN: Readonly<Record<string, number>> = {
  size: 2,
  opc: 2,
  option: 3,
  S: 1,
  Q: 1,
  sf: 1,
  sz: 1,
  immh: 4,
  immb: 3,
  cmode: 2,
  L: 1,
  H: 1,
  M: 1,
  A: 1,
  R: 1,
  V: 1,
  N: 1,
  o0: 1,
  o1: 1,
  cond: 4,
  nzcv: 4,
  pattern: 5,
  shift: 2,
  immr: 6,
  imms: 6,
  immlo: 2,
  immhi: 19,
  hw: 2,
  CRn: 4,
  CRm: 4,
  op1: 3,
  op2: 3,
  op3: 2,
}

/** The width of a field that a pattern names without one, or `undefined` for a name that the manual does not have. */
export function fieldWidth(name: string): number | undefined {
  const known = KNOWN[name]
  if (known !== undefined) return known
  if (/^R[a-z]\d?$/.test(name) || /^[VZ][a-z]$/.test(name) || /^[RVZ]d[an]$/.test(name)) return 5
  if (/^P(?:[a-z]|d[mn])$/.test(name)) return 4
  const digits = /^(?:imm|uimm|simm)(\d+)$/.exec(name)
  return digits ? Number(digits[1]) : undefined
}
