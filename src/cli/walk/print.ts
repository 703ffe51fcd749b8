import { hex } from '../../bits.ts'
import {
  Access,
  type ExplainedField,
  type ExplainedGranuleEntry,
  type ExplainedStep,
  type Explanation,
  FaultKind,
  faultName,
  memoryType,
  Regime,
  SecurityState,
  sizeText,
  type Translation,
} from '../../tlb/index.ts'
import { paint } from '../terminal.ts'
import { draw, leaf, type Node } from '../tree.ts'

/** By the values of `Regime`. */
const LEVELS = ['EL1', 'EL2', 'EL2', 'EL3']
const REGIMES: Readonly<Record<number, string>> = {
  [Regime.EL10]: 'el1',
  [Regime.EL20]: 'el20',
  [Regime.EL2]: 'el2',
  [Regime.EL3]: 'el3',
}
const SPACES = ['Secure', 'Non-secure', 'Root', 'Realm']
const SHAREABILITY = ['Non-shareable', 'reserved', 'Outer Shareable', 'Inner Shareable']

/** An explanation as a tree. */
export function tree(told: Explanation): string {
  const nodes: Node[] = [
    { text: 'registers', children: told.registers.map(fieldNode) },
    ...told.steps.map(stepNode),
    ...told.granules.map(granuleNode),
    { text: `${paint('bold', result(told))}`, children: resultLines(told) },
  ]
  return [`${accessText(told)} at ${wide(told.vaHi, told.vaLo)}`, ...draw(nodes)].join('\n')
}

function stepNode(step: ExplainedStep): Node {
  const { stage, level, pa, address, kind, fields, nested, granules } = step
  const at = address === pa ? hex(pa) : `IPA ${hex(address)}, PA ${hex(pa)}`
  const children = [...nested.map(stepNode), ...granules.map(granuleNode), ...fields.map(fieldNode)]
  return { text: `stage ${stage}, level ${level}: ${kind} ${descriptor(step)} at ${at}`, children }
}

function granuleNode({ level, pa, hi, lo, kind, granule, fields }: ExplainedGranuleEntry): Node {
  const text = `granule ${hex(granule)}, level ${level}: ${kind} ${wide(hi, lo)} at ${hex(pa)}`
  return { text, children: fields.map(fieldNode) }
}

function fieldNode({ name, bits, value, meaning }: ExplainedField): Node {
  return leaf(`${name}${name.endsWith(']') ? ' ' : ''}${bits} = ${value < 10 ? value : hex(value)}: ${meaning}`)
}

function resultLines({ translation: t, rule }: Explanation): Node[] {
  const lines = [`because ${rule.text}`, `by ${rule.reference}`]
  if (t.fault === FaultKind.NONE) {
    lines.unshift(
      `${memoryType(t.attr)}, ${SHAREABILITY[t.sh] as string}`,
      t.sizeLog2 === 0 ? 'no table took part' : `${sizeText(t.sizeLog2)} of the same translation`,
    )
  } else {
    const text = ['', ...details(t)].join(', ')
    lines.unshift(`status code ${hex(t.fsc, 2)}${text}, stage ${t.stage}${t.s1ptw ? ', on the walk of stage 1' : ''}`)
    if (t.stage === 2) lines.unshift(`IPA ${hex(t.ipa)}`)
  }
  return lines.map(leaf)
}

function result({ translation: t }: Explanation): string {
  if (t.fault !== FaultKind.NONE) return faultName(t.fault, t.level)
  return t.paspace === SecurityState.NON_SECURE ? `PA ${hex(t.pa)}` : `${SPACES[t.paspace] as string} PA ${hex(t.pa)}`
}

function accessText({ access, regime }: Explanation): string {
  const kind = (access & Access.EXECUTE) !== 0 ? 'fetch' : (access & Access.WRITE) !== 0 ? 'write' : 'read'
  const stack = (access & Access.GCS) !== 0 ? ' of a control stack' : ''
  return `${kind}${stack} ${(access & Access.UNPRIVILEGED) !== 0 ? 'as EL0' : `as ${LEVELS[regime] as string}`}${(access & Access.PAN) !== 0 ? ', PAN' : ''}`
}

/** An explanation as one JSON object: numbers of 32 bits and more are "0x" strings. */
export function json(told: Explanation): Record<string, unknown> {
  const { translation: t, rule } = told
  const faulted = t.fault !== FaultKind.NONE
  return {
    va: wide(told.vaHi, told.vaLo),
    access: accessText(told),
    regime: REGIMES[told.regime],
    registers: told.registers.map(jsonField),
    steps: told.steps.map(jsonStep),
    ...jsonGranules(told.granules),
    ...(faulted
      ? {
          fault: faultName(t.fault, t.level),
          level: t.level,
          stage: t.stage,
          s1ptw: t.s1ptw,
          fsc: t.fsc,
          details: details(t),
        }
      : {
          pa: hex(t.pa),
          paspace: SPACES[t.paspace],
          attr: hex(t.attr, 2),
          sh: t.sh,
          sizeLog2: t.sizeLog2,
          stage: t.stage,
        }),
    ...(faulted && t.stage === 2 ? { ipa: hex(t.ipa) } : {}),
    rule,
  }
}

/** What ESR_ELx tells of a Permission fault beside its status code: field names. */
function details(t: Translation): string[] {
  const fields: readonly (readonly [string, boolean])[] = [
    ['DirtyBit', t.dirtyBit],
    ['Overlay', t.overlay],
    ['AssuredOnly', t.assuredOnly],
    ['TopLevel', t.topLevel],
    ['NoTagAccess', t.noTagAccess],
    ['TnD', t.tagNotData],
  ]
  return fields.filter(([, set]) => set).map(([name]) => name)
}

function jsonStep(step: ExplainedStep): unknown {
  return {
    stage: step.stage,
    level: step.level,
    pa: hex(step.pa),
    ...(step.address === step.pa ? {} : { ipa: hex(step.address) }),
    descriptor: descriptor(step),
    kind: step.kind,
    fields: step.fields.map(jsonField),
    ...(step.nested.length === 0 ? {} : { nested: step.nested.map(jsonStep) }),
    ...jsonGranules(step.granules),
  }
}

function jsonGranules(entries: readonly ExplainedGranuleEntry[]): Record<string, unknown> {
  if (entries.length === 0) return {}
  const granules = entries.map(({ level, pa, hi, lo, kind, granule, fields }) => {
    return { level, pa: hex(pa), entry: wide(hi, lo), kind, granule: hex(granule), fields: fields.map(jsonField) }
  })
  return { granules }
}

function jsonField({ name, bits, value, meaning }: ExplainedField): unknown {
  return { name, bits, value: hex(value), meaning }
}

function wide(hi: number, lo: number): string {
  return `0x${hi.toString(16).padStart(8, '0')}${lo.toString(16).padStart(8, '0')}`
}

/** A descriptor of 64 bits or of 128. */
function descriptor({ hi, lo, topHi, topLo }: ExplainedStep): string {
  return topHi === undefined || topLo === undefined ? wide(hi, lo) : wide(topHi, topLo) + wide(hi, lo).slice(2)
}
