/**
 * System instructions that SYS and SYSP encode (DDI 0487, C5.4 and C5.5), other than DC, whose operations are rows of
 * their own because each does something else to memory.
 *
 * A line is `instruction operation op1 CRn CRm op2 register features`. The register is `Xt`, `-` for none (Rt is 31), or
 * `{Xt}` where FEAT_TLBID gives it a meaning. Every TLBI and PLBI has a twin with `nxs` (FEAT_XS): CRn 9 for 8 of TLBI,
 * CRm 8 higher of PLBI.
 *
 * @module
 */
const OPERATIONS = `
at    s1e1r        0 7 8 0   Xt
at    s1e1w        0 7 8 1   Xt
at    s1e0r        0 7 8 2   Xt
at    s1e0w        0 7 8 3   Xt
at    s1e1rp       0 7 9 0   Xt   PAN2
at    s1e1wp       0 7 9 1   Xt   PAN2
at    s1e1a        0 7 9 2   Xt   ATS1A
at    s1e2r        4 7 8 0   Xt
at    s1e2w        4 7 8 1   Xt
at    s12e1r       4 7 8 4   Xt
at    s12e1w       4 7 8 5   Xt
at    s12e0r       4 7 8 6   Xt
at    s12e0w       4 7 8 7   Xt
at    s1e2a        4 7 9 2   Xt   ATS1A
at    s1e3r        6 7 8 0   Xt
at    s1e3w        6 7 8 1   Xt
at    s1e3a        6 7 9 2   Xt   ATS1A
ic    ialluis      0 7 1 0   -
ic    iallu        0 7 5 0   -
ic    ivau         3 7 5 1   Xt
tlbi  vmalle1os    0 8 1 0   {Xt} TLBIOS
tlbi  vae1os       0 8 1 1   Xt   TLBIOS
tlbi  aside1os     0 8 1 2   Xt   TLBIOS
tlbi  vaae1os      0 8 1 3   Xt   TLBIOS
tlbi  vale1os      0 8 1 5   Xt   TLBIOS
tlbi  vaale1os     0 8 1 7   Xt   TLBIOS
tlbi  rvae1is      0 8 2 1   Xt   TLBIRANGE
tlbi  rvaae1is     0 8 2 3   Xt   TLBIRANGE
tlbi  rvale1is     0 8 2 5   Xt   TLBIRANGE
tlbi  rvaale1is    0 8 2 7   Xt   TLBIRANGE
tlbi  vmalle1is    0 8 3 0   {Xt}
tlbi  vae1is       0 8 3 1   Xt
tlbi  aside1is     0 8 3 2   Xt
tlbi  vaae1is      0 8 3 3   Xt
tlbi  vale1is      0 8 3 5   Xt
tlbi  vaale1is     0 8 3 7   Xt
tlbi  rvae1os      0 8 5 1   Xt   TLBIRANGE
tlbi  rvaae1os     0 8 5 3   Xt   TLBIRANGE
tlbi  rvale1os     0 8 5 5   Xt   TLBIRANGE
tlbi  rvaale1os    0 8 5 7   Xt   TLBIRANGE
tlbi  rvae1        0 8 6 1   Xt   TLBIRANGE
tlbi  rvaae1       0 8 6 3   Xt   TLBIRANGE
tlbi  rvale1       0 8 6 5   Xt   TLBIRANGE
tlbi  rvaale1      0 8 6 7   Xt   TLBIRANGE
tlbi  vmalle1      0 8 7 0   -
tlbi  vae1         0 8 7 1   Xt
tlbi  aside1       0 8 7 2   Xt
tlbi  vaae1        0 8 7 3   Xt
tlbi  vale1        0 8 7 5   Xt
tlbi  vaale1       0 8 7 7   Xt
tlbi  ipas2e1is    4 8 0 1   Xt
tlbi  ripas2e1is   4 8 0 2   Xt   TLBIRANGE
tlbi  ipas2le1is   4 8 0 5   Xt
tlbi  ripas2le1is  4 8 0 6   Xt   TLBIRANGE
tlbi  alle2os      4 8 1 0   {Xt} TLBIOS
tlbi  vae2os       4 8 1 1   Xt   TLBIOS
tlbi  alle1os      4 8 1 4   {Xt} TLBIOS
tlbi  vale2os      4 8 1 5   Xt   TLBIOS
tlbi  vmalls12e1os 4 8 1 6   {Xt} TLBIOS
tlbi  rvae2is      4 8 2 1   Xt   TLBIRANGE
tlbi  vmallws2e1is 4 8 2 2   {Xt} TLBIW
tlbi  rvale2is     4 8 2 5   Xt   TLBIRANGE
tlbi  alle2is      4 8 3 0   {Xt}
tlbi  vae2is       4 8 3 1   Xt
tlbi  alle1is      4 8 3 4   {Xt}
tlbi  vale2is      4 8 3 5   Xt
tlbi  vmalls12e1is 4 8 3 6   {Xt}
tlbi  ipas2e1os    4 8 4 0   Xt   TLBIOS
tlbi  ipas2e1      4 8 4 1   Xt
tlbi  ripas2e1     4 8 4 2   Xt   TLBIRANGE
tlbi  ripas2e1os   4 8 4 3   Xt   TLBIRANGE
tlbi  ipas2le1os   4 8 4 4   Xt   TLBIOS
tlbi  ipas2le1     4 8 4 5   Xt
tlbi  ripas2le1    4 8 4 6   Xt   TLBIRANGE
tlbi  ripas2le1os  4 8 4 7   Xt   TLBIRANGE
tlbi  rvae2os      4 8 5 1   Xt   TLBIRANGE
tlbi  vmallws2e1os 4 8 5 2   {Xt} TLBIW
tlbi  rvale2os     4 8 5 5   Xt   TLBIRANGE
tlbi  rvae2        4 8 6 1   Xt   TLBIRANGE
tlbi  vmallws2e1   4 8 6 2   -    TLBIW
tlbi  rvale2       4 8 6 5   Xt   TLBIRANGE
tlbi  alle2        4 8 7 0   -
tlbi  vae2         4 8 7 1   Xt
tlbi  alle1        4 8 7 4   -
tlbi  vale2        4 8 7 5   Xt
tlbi  vmalls12e1   4 8 7 6   -
tlbi  alle3os      6 8 1 0   {Xt} TLBIOS
tlbi  vae3os       6 8 1 1   Xt   TLBIOS
tlbi  paallos      6 8 1 4   -    RME
tlbi  vale3os      6 8 1 5   Xt   TLBIOS
tlbi  rvae3is      6 8 2 1   Xt   TLBIRANGE
tlbi  rvale3is     6 8 2 5   Xt   TLBIRANGE
tlbi  alle3is      6 8 3 0   {Xt}
tlbi  vae3is       6 8 3 1   Xt
tlbi  vale3is      6 8 3 5   Xt
tlbi  rpaos        6 8 4 3   Xt   RME
tlbi  rpalos       6 8 4 7   Xt   RME
tlbi  rvae3os      6 8 5 1   Xt   TLBIRANGE
tlbi  rvale3os     6 8 5 5   Xt   TLBIRANGE
tlbi  rvae3        6 8 6 1   Xt   TLBIRANGE
tlbi  rvale3       6 8 6 5   Xt   TLBIRANGE
tlbi  alle3        6 8 7 0   -
tlbi  vae3         6 8 7 1   Xt
tlbi  paall        6 8 7 4   -    RME
tlbi  vale3        6 8 7 5   Xt
tlbip vae1os       0 8 1 1   Xt   D128 TLBIOS
tlbip vaae1os      0 8 1 3   Xt   D128 TLBIOS
tlbip vale1os      0 8 1 5   Xt   D128 TLBIOS
tlbip vaale1os     0 8 1 7   Xt   D128 TLBIOS
tlbip rvae1is      0 8 2 1   Xt   D128 TLBIRANGE
tlbip rvaae1is     0 8 2 3   Xt   D128 TLBIRANGE
tlbip rvale1is     0 8 2 5   Xt   D128 TLBIRANGE
tlbip rvaale1is    0 8 2 7   Xt   D128 TLBIRANGE
tlbip vae1is       0 8 3 1   Xt   D128
tlbip vaae1is      0 8 3 3   Xt   D128
tlbip vale1is      0 8 3 5   Xt   D128
tlbip vaale1is     0 8 3 7   Xt   D128
tlbip rvae1os      0 8 5 1   Xt   D128 TLBIRANGE
tlbip rvaae1os     0 8 5 3   Xt   D128 TLBIRANGE
tlbip rvale1os     0 8 5 5   Xt   D128 TLBIRANGE
tlbip rvaale1os    0 8 5 7   Xt   D128 TLBIRANGE
tlbip rvae1        0 8 6 1   Xt   D128 TLBIRANGE
tlbip rvaae1       0 8 6 3   Xt   D128 TLBIRANGE
tlbip rvale1       0 8 6 5   Xt   D128 TLBIRANGE
tlbip rvaale1      0 8 6 7   Xt   D128 TLBIRANGE
tlbip vae1         0 8 7 1   Xt   D128
tlbip vaae1        0 8 7 3   Xt   D128
tlbip vale1        0 8 7 5   Xt   D128
tlbip vaale1       0 8 7 7   Xt   D128
tlbip ipas2e1is    4 8 0 1   Xt   D128
tlbip ripas2e1is   4 8 0 2   Xt   D128 TLBIRANGE
tlbip ipas2le1is   4 8 0 5   Xt   D128
tlbip ripas2le1is  4 8 0 6   Xt   D128 TLBIRANGE
tlbip vae2os       4 8 1 1   Xt   D128 TLBIOS
tlbip vale2os      4 8 1 5   Xt   D128 TLBIOS
tlbip rvae2is      4 8 2 1   Xt   D128 TLBIRANGE
tlbip rvale2is     4 8 2 5   Xt   D128 TLBIRANGE
tlbip vae2is       4 8 3 1   Xt   D128
tlbip vale2is      4 8 3 5   Xt   D128
tlbip ipas2e1os    4 8 4 0   Xt   D128 TLBIOS
tlbip ipas2e1      4 8 4 1   Xt   D128
tlbip ripas2e1     4 8 4 2   Xt   D128 TLBIRANGE
tlbip ripas2e1os   4 8 4 3   Xt   D128 TLBIRANGE
tlbip ipas2le1os   4 8 4 4   Xt   D128 TLBIOS
tlbip ipas2le1     4 8 4 5   Xt   D128
tlbip ripas2le1    4 8 4 6   Xt   D128 TLBIRANGE
tlbip ripas2le1os  4 8 4 7   Xt   D128 TLBIRANGE
tlbip rvae2os      4 8 5 1   Xt   D128 TLBIRANGE
tlbip rvale2os     4 8 5 5   Xt   D128 TLBIRANGE
tlbip rvae2        4 8 6 1   Xt   D128 TLBIRANGE
tlbip rvale2       4 8 6 5   Xt   D128 TLBIRANGE
tlbip vae2         4 8 7 1   Xt   D128
tlbip vale2        4 8 7 5   Xt   D128
tlbip vae3os       6 8 1 1   Xt   D128 TLBIOS
tlbip vale3os      6 8 1 5   Xt   D128 TLBIOS
tlbip rvae3is      6 8 2 1   Xt   D128 TLBIRANGE
tlbip rvale3is     6 8 2 5   Xt   D128 TLBIRANGE
tlbip vae3is       6 8 3 1   Xt   D128
tlbip vale3is      6 8 3 5   Xt   D128
tlbip rvae3os      6 8 5 1   Xt   D128 TLBIRANGE
tlbip rvale3os     6 8 5 5   Xt   D128 TLBIRANGE
tlbip rvae3        6 8 6 1   Xt   D128 TLBIRANGE
tlbip rvale3       6 8 6 5   Xt   D128 TLBIRANGE
tlbip vae3         6 8 7 1   Xt   D128
tlbip vale3        6 8 7 5   Xt   D128
plbi  vmalle1os    0 10 1 0  {Xt} S1POE2
plbi  perme1os     0 10 1 1  Xt   S1POE2
plbi  aside1os     0 10 1 2  Xt   S1POE2
plbi  permae1os    0 10 1 3  Xt   S1POE2
plbi  vmalle1is    0 10 3 0  {Xt} S1POE2
plbi  perme1is     0 10 3 1  Xt   S1POE2
plbi  aside1is     0 10 3 2  Xt   S1POE2
plbi  permae1is    0 10 3 3  Xt   S1POE2
plbi  vmalle1      0 10 7 0  -    S1POE2
plbi  perme1       0 10 7 1  Xt   S1POE2
plbi  aside1       0 10 7 2  Xt   S1POE2
plbi  permae1      0 10 7 3  Xt   S1POE2
plbi  alle2os      4 10 1 0  {Xt} S1POE2
plbi  perme2os     4 10 1 1  Xt   S1POE2
plbi  alle1os      4 10 1 4  {Xt} S1POE2
plbi  alle2is      4 10 3 0  {Xt} S1POE2
plbi  perme2is     4 10 3 1  Xt   S1POE2
plbi  alle1is      4 10 3 4  {Xt} S1POE2
plbi  alle2        4 10 7 0  -    S1POE2
plbi  perme2       4 10 7 1  Xt   S1POE2
plbi  alle1        4 10 7 4  -    S1POE2
plbi  alle3os      6 10 1 0  -    S1POE2
plbi  perme3os     6 10 1 1  Xt   S1POE2
plbi  alle3is      6 10 3 0  -    S1POE2
plbi  perme3is     6 10 3 1  Xt   S1POE2
plbi  alle3        6 10 7 0  -    S1POE2
plbi  perme3       6 10 7 1  Xt   S1POE2
mlbi  alle1        4 7 0 4   -    MPAMv2
mlbi  vmalle1      4 7 0 5   -    MPAMv2
mlbi  vpide1       4 7 0 6   Xt   MPAMv2
mlbi  vpmge1       4 7 0 7   Xt   MPAMv2
gic   cddis        0 12 1 0  Xt   GCIE
gic   cden         0 12 1 1  Xt   GCIE
gic   cdpri        0 12 1 2  Xt   GCIE
gic   cdaff        0 12 1 3  Xt   GCIE
gic   cdpend       0 12 1 4  Xt   GCIE
gic   cdrcfg       0 12 1 5  Xt   GCIE
gic   cdeoi        0 12 1 7  -    GCIE
gic   cddi         0 12 2 0  Xt   GCIE
gic   cdhm         0 12 2 1  Xt   GCIE
gic   vddis        4 12 1 0  Xt   GCIE
gic   vden         4 12 1 1  Xt   GCIE
gic   vdpri        4 12 1 2  Xt   GCIE
gic   vdaff        4 12 1 3  Xt   GCIE
gic   vdpend       4 12 1 4  Xt   GCIE
gic   vdrcfg       4 12 1 5  Xt   GCIE
gic   vddi         4 12 2 0  Xt   GCIE
gic   vdhm         4 12 2 1  Xt   GCIE
gic   lddis        6 12 1 0  Xt   GCIE
gic   lden         6 12 1 1  Xt   GCIE
gic   ldpri        6 12 1 2  Xt   GCIE
gic   ldaff        6 12 1 3  Xt   GCIE
gic   ldpend       6 12 1 4  Xt   GCIE
gic   ldrcfg       6 12 1 5  Xt   GCIE
gic   lddi         6 12 2 0  Xt   GCIE
gic   ldhm         6 12 2 1  Xt   GCIE
`

/** One operation of a system instruction. */
export interface SystemOperation {
  /** `at`, `ic`, `tlbi`, `tlbip`, `plbi`, `mlbi`, `gic`. */
  readonly instruction: string
  /** Such as `vae1is`. */
  readonly name: string
  /** op1:CRn:CRm:op2, 14 bits. */
  readonly encoding: number
  readonly register: 'none' | 'optional' | 'required'
  /** FEAT_ names without the prefix. */
  readonly features: readonly string[]
}

type Operations = ReadonlyMap<string, ReadonlyMap<number, SystemOperation>>

// Parsed when a SYS or SYSP word is first written as text.
let operations: Operations | undefined

function parse(): Operations {
  const tables = new Map<string, Map<number, SystemOperation>>()
  for (const line of OPERATIONS.trim().split('\n')) {
    const [instruction, name, op1, crn, crm, op2, xt, ...features] = line.split(/ +/) as [string, string, ...string[]]
    const encoding = (Number(op1) << 11) | (Number(crn) << 7) | (Number(crm) << 3) | Number(op2)
    const register = xt === 'Xt' ? 'required' : xt === '-' ? 'none' : 'optional'
    const table = tables.get(instruction) ?? new Map<number, SystemOperation>()
    tables.set(instruction, table)
    table.set(encoding, { instruction, name, encoding, register, features })
    if (instruction !== 'tlbi' && instruction !== 'plbi') continue
    const twin = encoding | (instruction === 'tlbi' ? 1 << 7 : 8 << 3)
    table.set(twin, { instruction, name: `${name}nxs`, encoding: twin, register, features: [...features, 'XS'] })
  }
  return tables
}

/** The operation of `instruction` that op1:CRn:CRm:op2 (14 bits) encodes, or `undefined`. */
export function systemOperation(instruction: string, encoding: number): SystemOperation | undefined {
  operations ??= parse()
  return operations.get(instruction)?.get(encoding)
}

/** Every operation in the table. */
export function systemOperations(): SystemOperation[] {
  operations ??= parse()
  return [...operations.values()].flatMap((table) => [...table.values()])
}
