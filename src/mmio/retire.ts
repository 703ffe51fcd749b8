import type { RegisterAccess } from './register-access.ts'
import { Reg } from './register-file.ts'

const BTYPE = 0b11 << 10
const SS = 1 << 21

/**
 * Ends an instruction: PC advances by 4, PSTATE.BTYPE and PSTATE.SS become 0 (DDI 0487, D2.12 "Software Step",
 * D8.4 "FEAT_BTI"; pseudocode `SSAdvance`, `BranchTargetCheck`). The only place that advances the guest. The exclusives
 * monitor stays as it is: ordinary loads and stores of its own do not clear a PE's local monitor.
 */
export function retire(access: RegisterAccess): void {
  access.read(Reg.PC)
  access.read(Reg.PSTATE)
  const { regs } = access
  const lo = (regs.lo(Reg.PC) + 4) >>> 0
  regs.setPair(Reg.PC, regs.hi(Reg.PC) + (lo < 4 ? 1 : 0), lo)
  access.wrote(Reg.PC)
  const pstate = regs.lo(Reg.PSTATE)
  if ((pstate & (SS | BTYPE)) === 0) return
  regs.setPair(Reg.PSTATE, regs.hi(Reg.PSTATE), pstate & ~(SS | BTYPE))
  access.wrote(Reg.PSTATE)
}
