import { isAArch32, retire32 } from './aarch32.ts'
import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'

const BTYPE = 0b11 << 10
const SS = 1 << 21

/**
 * Ends an instruction: PC advances by 4, PSTATE.SS and PSTATE.BTYPE become 0 (pseudocode `SSAdvance`; an instruction
 * that is no branch leaves BTYPE 0). The only place that advances the guest. The exclusives monitor stays as it is.
 */
export function retire(access: RegisterAccess): void {
  access.read(Reg.PC)
  access.read(Reg.PSTATE)
  const { regs } = access
  if (isAArch32(regs.lo(Reg.PSTATE))) {
    retire32(access)
    return
  }
  // Halves as signed numbers: V8 may allocate for others.
  const lo = (regs.lo(Reg.PC) + 4) | 0
  regs.setPair(Reg.PC, (regs.hi(Reg.PC) + (lo >= 0 && lo < 4 ? 1 : 0)) | 0, lo)
  access.wrote(Reg.PC)
  const pstate = regs.lo(Reg.PSTATE)
  if ((pstate & (SS | BTYPE)) === 0) return
  regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE) | 0, pstate & ~(SS | BTYPE))
  access.wrote(Reg.PSTATE)
}
