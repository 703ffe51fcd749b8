/** QEMU's trace of memory regions: device accesses of each case. */
import { readFileSync } from 'node:fs'

const DEV0 = 0x1000_0000
const DEV1 = 0x0a00_0000
const PAGE = 4096
/**
 * One line: a subpage (several regions in a page) is told by the offset in the page, other regions by the address. The
 * accesses of a subpage are as the CPU made them.
 */
const LINE =
  /memory_region_(ops|subpage)_(r|w)\w+ cpu -?\d+ mr (\S+) (?:addr|offset) 0x([\da-f]+) value 0x([\da-f]+) size (\d+)(?: name '(.*)')?/
/** Offsets of the guest's two reads of one byte, by which the subpages of DEV0 and DEV1 are known. */
const CALIBRATION = new Map([
  [0x7f1, DEV0],
  [0x7f2, DEV1],
])
/** The store that starts a transfer of fw_cfg is where a case begins. */
const MARK = 'fwcfg.dma'

/**
 * Device accesses of each case, in order: `[r or w, address, size, value]`. `ops` are those of DEV1 as its model gets
 * them.
 */
export function readTrace(file) {
  const bases = new Map()
  const cases = []
  for (const text of readFileSync(file, 'latin1').split('\n')) {
    const found = LINE.exec(text)
    if (found === null) continue
    const [, kind, direction, region, at, value, size, name] = found
    const offset = Number.parseInt(at, 16)
    if (bases.size < CALIBRATION.size) {
      if (kind === 'subpage' && size === '1' && CALIBRATION.has(offset)) bases.set(region, CALIBRATION.get(offset))
      continue
    }
    if (name === MARK) {
      cases.push({ accesses: [], ops: [] })
      continue
    }
    const last = cases.at(-1)
    if (last === undefined || (kind === 'subpage' && !bases.has(region))) continue
    const bits = BigInt(8 * Number(size))
    const access = [direction, offset, Number(size), BigInt.asUintN(Number(bits), BigInt(`0x${value}`))]
    if (kind === 'subpage') access[1] += bases.get(region)
    if (kind === 'ops' && offset >= DEV1 && offset < DEV1 + PAGE) last.ops.push(access)
    else last.accesses.push(access)
  }
  return cases
}
