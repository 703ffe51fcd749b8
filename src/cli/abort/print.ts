import { hex } from '../../bits.ts'
import { decode } from '../../decode/index.ts'
import { coloured, wantsColour } from '../colours.ts'
import { paint } from '../terminal.ts'
import { draw, leaf, type Node } from '../tree.ts'
import type { ToldAccess } from './accesses.ts'
import type { AddressTold } from './address.ts'
import type { AbortExplanation } from './explain.ts'
import { fieldText } from './syndrome.ts'

/** Lines of a list that a tree shows; JSON has all. */
const SHOWN = 24

/** An explanation as a tree. */
export function abortTree(told: AbortExplanation): string {
  const { frame } = told
  const heading = paint('bold', `ESR_EL2 ${hex(frame.esr)}: ${told.class}`)
  const word = `${paint('bold', `word ${hex(frame.word, 8)}:`)} ${instructionText(frame.word, told.text)}`
  return [heading, ...draw(told.fields.map((field) => leaf(fieldText(field)))), word, ...draw(wordNodes(told))].join(
    '\n',
  )
}

function wordNodes(told: AbortExplanation): Node[] {
  const { outcome, problems, instead, accesses } = told
  const isv = Number((told.frame.esr >> 24n) & 1n)
  const nodes: Node[] = [{ text: isv === 1 ? 'ISV is 1' : 'why ISV is 0', children: told.syndrome.map(leaf) }]
  if (told.address) nodes.push({ text: 'address', children: addressLines(told, told.address).map(leaf) })
  if (accesses.length > 0) {
    nodes.push({
      text: 'accesses, in order',
      children: shown(accesses.map((a) => accessText(a, told.address))).map(leaf),
    })
  }
  nodes.push(...told.effects.map(([label, text]) => leaf(`${label} ${text}`)))
  const colour = outcome.kind === 'retired' ? 'green' : 'red'
  nodes.push(leaf(`nisv: ${paint(colour, outcome.kind)}, ${outcome.text}`))
  if (problems.length > 0) nodes.push({ text: paint('yellow', 'look at'), children: problems.map(leaf) })
  const instructions = instead.instructions.map((i) => `${hex(i.word, 8)}  ${instructionText(i.word, i.text)}`)
  nodes.push({ text: `instead: ${instead.advice}`, children: shown(instructions).map(leaf) })
  return nodes
}

function instructionText(word: number, text: string): string {
  const insn = wantsColour(undefined) ? decode(word) : undefined
  return insn ? coloured(insn, {}) : text
}

function addressLines(told: AbortExplanation, address: AddressTold): string[] {
  const { far, hpfar } = told.frame
  const lines = [...address.parts, `FAR_EL2 ${hex(far)}${place(told, address)}`]
  if (hpfar !== undefined) lines.push(`HPFAR_EL2 ${hex(hpfar)}: IPA ${hex(ipaOf(far, hpfar))}`)
  return lines
}

/** Guest-physical address of FAR: HPFAR_EL2.FIPA has its page. */
function ipaOf(far: bigint, hpfar: bigint): bigint {
  return ((hpfar & 0xffff_ffff_fff0n) << 8n) | (far & 0xfffn)
}

/** Where FAR lies in the access. */
function place({ accesses, frame }: AbortExplanation, { faulted, length }: AddressTold): string {
  if (faulted === undefined) return ''
  if (faulted >= BigInt(length)) return ': not in this access'
  const at = Number(faulted)
  const access = accesses.find((a) => at >= a.offset && at < a.offset + a.size)
  const crosses = at > 0 && frame.far % 4096n === 0n ? ', the first of the page that the access crosses into' : ''
  const of = access ? `, in the access at +${access.offset}` : ''
  return `: byte ${at} of ${length}${of}${crosses}`
}

function accessText(
  { offset, size, kind, register, attributes }: ToldAccess,
  address: AddressTold | undefined,
): string {
  const at =
    address?.effective === undefined ? '' : ` (${hex((address.effective + BigInt(offset)) & ((1n << 64n) - 1n))})`
  const data = register === '' ? '' : `, ${register}`
  const rest = attributes.length > 0 ? `; ${attributes.join(', ')}` : ''
  return `+${offset}${at}: ${kind} of ${size} byte${size === 1 ? '' : 's'}${data}${rest}`
}

function shown(lines: readonly string[]): string[] {
  return lines.length <= SHOWN ? [...lines] : [...lines.slice(0, SHOWN - 1), `... and ${lines.length - SHOWN + 1} more`]
}

/** An explanation as one JSON object: numbers of 32 bits and more are "0x" strings. */
export function abortJson(told: AbortExplanation): Record<string, unknown> {
  const { frame, address, instead } = told
  return {
    esr: hex(frame.esr),
    far: hex(frame.far),
    ...(frame.hpfar === undefined ? {} : { hpfar: hex(frame.hpfar), ipa: hex(ipaOf(frame.far, frame.hpfar)) }),
    class: told.class,
    fields: told.fields,
    word: hex(frame.word, 8),
    text: told.text,
    syndrome: told.syndrome,
    ...(address && {
      address: {
        parts: address.parts,
        missing: address.missing,
        length: address.length,
        ...(address.effective === undefined ? {} : { effective: hex(address.effective) }),
        ...(address.faulted === undefined ? {} : { faulted: hex(address.faulted) }),
      },
    }),
    accesses: told.accesses,
    effects: Object.fromEntries(told.effects),
    outcome: told.outcome,
    problems: told.problems,
    instead: { ...instead, instructions: instead.instructions.map((i) => ({ ...i, word: hex(i.word, 8) })) },
  }
}
