import { RegionError } from '../../mmio/index.ts'
import { emitOutcomes } from './emit.ts'
import { type CaseLine, ConformInputError } from './input.ts'
import { Report } from './report.ts'
import { parseVector, type Vector, type VectorOutcome, type WalkEnd } from './vectors-case.ts'
import { NoRegisterError, VectorPlayer } from './vectors-machine.ts'
import { WalkPlayer } from './vectors-walk.ts'

/** What a step of a case ends in. */
export type VectorEnd = VectorOutcome | WalkEnd

/**
 * Replays conformance vectors through the handler and the walker, and compares outcome, accesses in order with their
 * sizes and bytes, registers and RAM: everything that is listed, and nothing besides.
 *
 * @returns the exit status.
 */
export async function conformVectors(cases: AsyncIterable<CaseLine>, report: Report = new Report()): Promise<number> {
  const classes = new Map<string, [number, number]>()
  const seen = new Set<string>()
  for await (const line of cases) {
    if ('header' in line.value) continue
    const vector = parseVector(line)
    if (seen.has(vector.id)) throw new ConformInputError(line.file, line.line, `the id ${vector.id} is there twice`)
    seen.add(vector.id)
    const ends = playVector(line, vector)
    const passed = gradeVector(line, vector, ends, report)
    report.count(passed)
    const sums = classes.get(vector.class) ?? [0, 0]
    sums[passed ? 0 : 1] += 1
    classes.set(vector.class, sums)
  }
  return report.end(classes)
}

/** Prints how each step of each case ends, as `expect` has it. */
export function emitVectors(cases: AsyncIterable<CaseLine>): Promise<number> {
  return emitOutcomes(cases, (line) => playVector(line, parseVector(line)))
}

/** How each step of a case ends. @throws ConformInputError for a register that the machine has not, or regions that overlap. */
export function playVector(line: CaseLine, vector: Vector): VectorEnd[] {
  try {
    let aborts: VectorPlayer | undefined
    let walks: WalkPlayer | undefined
    return vector.steps.map((step) => {
      if (step.kind === 'abort') {
        aborts ??= new VectorPlayer(vector.machine)
        return aborts.step(step)
      }
      walks ??= new WalkPlayer(vector.machine)
      return walks.step(step)
    })
  } catch (error) {
    if (error instanceof NoRegisterError || error instanceof RegionError)
      throw new ConformInputError(line.file, line.line, error.message)
    throw error
  }
}

/** Compares the ends of a case with what it expects; reports the first difference of each step. */
export function gradeVector(line: CaseLine, vector: Vector, ends: readonly VectorEnd[], report: Report): boolean {
  let passed = true
  for (const [k, { expect }] of vector.steps.entries()) {
    if (expect === undefined)
      throw new ConformInputError(line.file, line.line, `steps[${k}] expects nothing; use --emit`)
    const [field, want, got] = difference('', expect, ends[k]) ?? []
    if (field === undefined) continue
    passed = false
    const where = vector.steps.length > 1 ? `${vector.id} step ${k}` : vector.id
    report.mismatch(where, field.slice(1), String(want), String(got))
  }
  return passed
}

/** Path, expected and got of the first difference; a member that is absent is the same as an empty one. */
function difference(path: string, want: unknown, got: unknown): [string, string, string] | undefined {
  if (isObject(want) && isObject(got)) {
    for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
      const found = difference(`${path}.${key}`, want[key], got[key])
      if (found) return found
    }
    return undefined
  }
  const [a, b] = [text(want), text(got)]
  return a === b ? undefined : [path, a, b]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Of what is nested deeper than an access nothing is told: a file may have it as deep as it likes. */
function text(value: unknown): string {
  if (!isObject(value)) return value === undefined ? 'nothing' : String(value)
  const values = Object.values(value)
  if (values.length === 0) return 'nothing'
  return values.some(isObject) ? 'something' : JSON.stringify(value)
}
