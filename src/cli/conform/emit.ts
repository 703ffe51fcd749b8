import { LineWriter } from '../words.ts'
import type { CaseLine } from './input.ts'

/** Prints each case's outcome as `outcomeOf` has it, in order, under the case's id. Headers have none: `begin` gets them. */
export async function emitOutcomes(
  cases: AsyncIterable<CaseLine>,
  outcomeOf: (line: CaseLine) => unknown,
  begin: (header: unknown) => void = () => {},
): Promise<number> {
  const out = new LineWriter()
  for await (const line of cases) {
    if ('header' in line.value) {
      begin(line.value.header)
      continue
    }
    await out.line(JSON.stringify({ id: line.value.id, out: outcomeOf(line) }))
  }
  await out.flush()
  return 0
}
