/** What a command prints, in place of printing it. */

import { afterEach, beforeEach, vi } from 'vitest'

/** Holds for the tests of the block that it is called in. */
export function capturedStdout(): { text: string } {
  const stdout = { text: '' }
  beforeEach(() => {
    stdout.text = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout.text += text
      return true
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  return stdout
}
