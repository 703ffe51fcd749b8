/**
 * Exceptions by Arm's own model: random states of a vCPU, and what the Sail pseudocode of arm-v9.4-a makes of an
 * exception there (`AArch64_DataAbort` and kin, down to `AArch64_TakeException`). A JSON line a case, to stdout or to a file.
 *
 *     git clone https://github.com/rems-project/sail-arm
 *     node scripts/sail/exception.mjs --sail sail-arm/arm-v9.4-a/src [--seed 1] [--count 100] [--out FOLDER]
 *
 * `tests/mmio/vectors/sail-exception` has some. A case: `features` of the CPU, as nisv names them; `el2`, whether the guest has
 * EL2; `regs`; `pstate` in the layout of SPSR_ELx; `pc`; and the `exception`: what it is of, `va` where it has an address.
 * `out`: the Exception level it is taken to, that level's ELR, SPSR, ESR and FAR, PSTATE and PC at the vector; HPFAR_EL2 of stage 2. `unknown` has
 * the bits of these that are UNKNOWN, which are 1 there. What is IMPLEMENTATION DEFINED is named in `exception-machine.mjs`.
 */
import { makeCase } from './exception-cases.mjs'
import { ExceptionMachine } from './exception-machine.mjs'
import { folder, writeCases } from './exception-options.mjs'
import { hex } from './machine.mjs'

const machine = new ExceptionMachine(folder)
const hexed = (object) =>
  Object.fromEntries(Object.entries(object).map(([name, v]) => [name, typeof v === 'bigint' ? hex(v) : v]))

/** The case as JSON has it. */
function run(random) {
  const { exception, ...state } = makeCase(random)
  let pstate = 0n
  const outs = [0n, 1n].map((unknown) => {
    machine.begin(state)
    machine.unknown = unknown
    pstate = machine.spsr()
    return machine.take(exception)
  })
  const [zeros, ones] = outs
  const unknown = Object.entries(ones).flatMap(([name, v]) => (zeros[name] === v ? [] : [[name, v ^ zeros[name]]]))
  const { needs: _needs, ...told } = exception
  const { features, el2, zeroBtype, registers, pc } = state
  return {
    features,
    ...(el2 ? { el2 } : {}),
    ...(zeroBtype ? { zeroBtype } : {}),
    regs: hexed(registers),
    pstate: hex(pstate),
    pc: hex(pc),
    exception: hexed(told),
    out: hexed(ones),
    ...(unknown.length === 0 ? {} : { unknown: hexed(Object.fromEntries(unknown)) }),
  }
}

writeCases('exceptions', run)
