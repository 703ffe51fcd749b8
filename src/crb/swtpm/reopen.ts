/**
 * Another swtpm in the place of one that failed.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { TpmSocketError } from '../socket/error.ts'
import { retried } from '../socket/link.ts'
import type { TpmStatePart } from '../state/crb-state.ts'
import { type SessionLimits, type SwtpmPlace, SwtpmSession } from './session.ts'

/** What another session is to be. */
export interface Reopening {
  readonly place: SwtpmPlace
  readonly limits: SessionLimits
  /** The TPM as of the last answered command, if that is known. */
  readonly state: readonly TpmStatePart[] | undefined
  /** Powers the TPM on anew: for a reset, which then needs no more than what swtpm has in its directory. */
  readonly powerOn: ((session: SwtpmSession) => Promise<void>) | undefined
  /** Nobody wants it any more. */
  readonly given: () => boolean
}

/**
 * Ends a session that failed and opens another; as long as there is time.
 * @throws (rejects) TpmSocketError.
 */
export async function reopen(failed: SwtpmSession, reason: TpmSocketError, how: Reopening): Promise<SwtpmSession> {
  const { controlTimeout } = how.limits
  // Two swtpms in one state directory would spoil it.
  const gone = failed.end(reason).then(() => true)
  if (!(await Promise.race([gone, sleep(controlTimeout, false, { ref: false })]))) {
    throw new TpmSocketError('spawn', `the swtpm that failed (process ${failed.pid}) does not end`)
  }
  const hopeless = ({ code }: TpmSocketError): boolean => how.given() || code === 'spawn'
  try {
    return await retried(controlTimeout, hopeless, () => open(how, how.state))
  } catch (error) {
    const refused = error instanceof TpmSocketError && error.code === 'refused'
    if (refused && how.powerOn !== undefined) return open(how, undefined)
    throw error
  }
}

function open({ place, limits, powerOn }: Reopening, state: Reopening['state']): Promise<SwtpmSession> {
  return SwtpmSession.open(place, limits, async (session) => {
    if (state !== undefined) {
      await session.prepare()
      await session.setBlobs(state)
    }
    await powerOn?.(session)
  })
}
