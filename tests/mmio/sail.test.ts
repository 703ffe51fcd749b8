/**
 * Loads and stores by Arm's own model: what `scripts/sail/exec.mjs` has made of the Sail pseudocode of arm-v9.4-a.
 * `NISV_SAIL_EXEC=FOLDER` has other cases, `NISV_SAIL_SHOW=N` shows more of those that differ.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decode } from '../../src/decode/index.ts'
import { type SailCase, SailGuest } from './sail-guest.ts'

const FOLDER = process.env.NISV_SAIL_EXEC ?? fileURLToPath(new URL('vectors/sail', import.meta.url))
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl.gz'))

/** One access of a log. */
interface Access {
  readonly kind: string
  readonly at: number
  readonly bytes: string
}

function accessOf(text: string): Access {
  const [kind, at, bytes] = text.split(' ') as [string, string, string]
  return { kind, at: Number.parseInt(at, 16), bytes }
}

/** The bytes of a log in order. */
function bytesOf(log: readonly Access[]): string {
  return log
    .flatMap(({ kind, at, bytes }) =>
      Array.from(
        { length: bytes.length / 2 },
        (_, i) => `${kind}${(at + i).toString(16)}:${bytes.slice(2 * i, 2 * i + 2)}`,
      ),
    )
    .join(' ')
}

/** Where accesses begin, counted in bytes of the log. */
function beginnings(log: readonly Access[]): Set<number> {
  const found = new Set<number>()
  let bytes = 0
  for (const access of log) {
    found.add(bytes)
    bytes += access.bytes.length / 2
  }
  return found
}

/**
 * An access of nisv is an access of the model, or a part of one; never of two, but where the manual asks for bytes in order
 * and no more.
 */
function sameLog(word: string, model: readonly string[], nisv: readonly string[]): boolean {
  const [want, got] = [model.map(accessOf), nisv.map(accessOf)]
  if (decode(Number.parseInt(word, 16))?.encoding.access?.form === 'fill') return bytesOf(want) === bytesOf(got)
  const begin = beginnings(got)
  return bytesOf(want) === bytesOf(got) && [...beginnings(want)].every((at) => begin.has(at))
}

/** ISS.DFSC of a Synchronous Tag Check Fault. */
const TAG_CHECK = 0x11n

/**
 * What nisv decides before the first access the model finds on its way: tags, and the two sides of a memory copy. Then nisv
 * has made fewer accesses, and says the same of the exception.
 */
function endsEarlier(one: SailCase, log: readonly (readonly string[])[], out: Record<string, unknown>): boolean {
  if (out.end !== 'exception' || one.out.end !== 'exception' || log.length !== one.log.length) return false
  const esr = BigInt(one.out.esr ?? 0)
  const copies = /^CPY/.test(one.id)
  if ((esr & 0x3fn) !== TAG_CHECK && !copies) return false
  const k = log.length - 1
  const [want, got] = [one.log[k] ?? [], log[k] ?? []]
  // Of a copy downwards the lower end of the bytes is reported. The model's AArch64_DataMemZero has the beginning of the
  // block for the lowest address that is not as tagged.
  const block = copies ? 4n : one.id.startsWith('DC_') ? 6n : 0n
  const far = (text: unknown): bigint => BigInt(String(text)) >> block
  return (
    out.esr === one.out.esr &&
    far(out.far) === far(one.out.far) &&
    bytesOf(want.map(accessOf)).startsWith(bytesOf(got.map(accessOf)))
  )
}

describe.each(FILES)('%s', (name) => {
  const cases = gunzipSync(readFileSync(join(FOLDER, name)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SailCase)

  it('as the model has it', () => {
    const guests = [new SailGuest('A'), new SailGuest('B')] as const
    const wrong: unknown[] = []
    let early = 0
    for (const one of cases) {
      const guest = guests[one.optionB ? 1 : 0]
      const { log, out } = guest.run(one)
      const logs =
        log.length === one.log.length && log.every((each, k) => sameLog(one.code[k] ?? '', one.log[k] ?? [], each))
      if (logs && isDeepStrictEqual(out, one.out)) continue
      if (endsEarlier(one, log, out)) early++
      else wrong.push({ ...one, reason: guest.reason, got: { log, out } })
    }
    const shown = wrong.slice(0, Number(process.env.NISV_SAIL_SHOW ?? 5))
    expect(shown.length === 0 ? [] : [`${wrong.length} of ${cases.length}`, ...shown]).toEqual([])
    expect(cases.length).toBeGreaterThanOrEqual(20)
    expect(early).toBeLessThanOrEqual(Math.max(10, cases.length / 50))
  })
})
