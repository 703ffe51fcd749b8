/** A bar on a terminal; elsewhere a line at each tenth. */
export function progress(total) {
  const start = performance.now()
  let tenth = 0
  return (finished) => {
    const share = finished / total
    if (!process.stderr.isTTY) {
      if (Math.floor(share * 10) === tenth) return
      tenth = Math.floor(share * 10)
      process.stderr.write(`${tenth * 10}%\n`)
      return
    }
    const left = Math.round(((performance.now() - start) / 1000 / share) * (1 - share))
    const bar = '#'.repeat(Math.round(share * 40)).padEnd(40, '.')
    process.stderr.write(`\r[${bar}] ${(share * 100).toFixed(1)}%, ${left} s left ${finished === total ? '\n' : ''}`)
  }
}
