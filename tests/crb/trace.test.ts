/** Traces of QEMU 7.2's tpm-crb (Debian 1:7.2+dfsg-7+deb12u18), recorded over qtest with random seeds. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { replayTrace } from './trace.ts'

const TRACES = new URL('vectors/qemu-7.2-traces.jsonl.gz', import.meta.url)
const lines = gunzipSync(readFileSync(TRACES)).toString().split('\n')

describe('QEMU 7.2 tpm-crb traces', () => {
  it('replays every step without a mismatch', () => {
    const { steps, mismatches } = replayTrace(lines)
    expect(mismatches).toEqual([])
    expect(steps).toBeGreaterThan(12_000)
  })

  it('notices a changed value, a changed request and a missing control command', () => {
    const tampered = (find: RegExp, by: string): number => {
      const at = lines.findIndex((line) => find.test(line))
      expect(at).toBeGreaterThan(0)
      const copy = [...lines]
      copy[at] = (lines[at] as string).replace(find, by)
      return replayTrace(copy, 1).mismatches[0]?.line ?? 0
    }
    expect(tampered(/"op": "r", (.*)"val": "00001014"/, '"op": "r", $1"val": "00001015"')).toBeGreaterThan(0)
    expect(tampered(/"req": "80/, '"req": "90')).toBeGreaterThan(0)
    expect(tampered(/\["CANCEL_TPM_CMD", ""\]/, '["STOP", ""]')).toBeGreaterThan(0)
  })
})
