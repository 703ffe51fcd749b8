import { describe, expect, it } from 'vitest'
import { Access, ALL_FEATURES, accessOf, FaultKind, FETCH, LOAD, Permission, STORE } from '../../src/tlb/index.ts'
import { AP_EL0, AP_READ_ONLY, type Bench, DBM, L1, L2, L3, onePage, PXN, TABLE, UXN } from './bench.ts'

const EL0 = Access.UNPRIVILEGED
const KINDS = [LOAD, STORE, FETCH, LOAD | EL0, STORE | EL0, FETCH | EL0]
const WXN = 1n << 19n
const EPAN = 1n << 57n
const HPD0 = 1n << 41n
const HA_HD = 3n << 39n

/** What EL1 and EL0 may do, as "rwx" and "rwx". */
function rights(bench: ReturnType<typeof onePage>, extra = 0): string {
  const allowed = KINDS.map((kind, i) =>
    bench.walk(0x1000n, kind | extra).fault === 0 ? ('rwx'[i % 3] as string) : '-',
  )
  return `${allowed.slice(0, 3).join('')} ${allowed.slice(3).join('')}`
}

describe('stage 1 direct permissions', () => {
  // DDI 0487, D8.4.1: AP[2:1], UXN, PXN.
  it.each([
    ['AP 00', 0n, 'rwx --x'],
    ['AP 01', AP_EL0, 'rw- rwx'],
    ['AP 10', AP_READ_ONLY, 'r-x --x'],
    ['AP 11', AP_EL0 | AP_READ_ONLY, 'r-x r-x'],
    ['AP 00, PXN', PXN, 'rw- --x'],
    ['AP 00, UXN', UXN, 'rwx ---'],
    ['AP 11, PXN', AP_EL0 | AP_READ_ONLY | PXN, 'r-- r-x'],
    ['AP 11, UXN', AP_EL0 | AP_READ_ONLY | UXN, 'r-x r--'],
    ['AP 01, UXN, PXN', AP_EL0 | UXN | PXN, 'rw- rw-'],
  ])('%s', (_, page, expected) => {
    expect(rights(onePage(page))).toBe(expected)
  })

  it.each([
    ['AP 00', 0n, 'rw- --x'],
    ['AP 01', AP_EL0, 'rw- rw-'],
    ['AP 10', AP_READ_ONLY, 'r-x --x'],
    ['AP 11', AP_EL0 | AP_READ_ONLY, 'r-x r-x'],
  ])('WXN, %s', (_, page, expected) => {
    expect(rights(onePage(page).set('SCTLR_EL1', 1n | WXN))).toBe(expected)
  })

  // APTable[1:0] in [62:61], UXNTable [60], PXNTable [59].
  it.each([
    ['APTable 01', 0b0100n, 'rwx --x'],
    ['APTable 10', 0b1000n, 'r-x r-x'],
    ['APTable 11', 0b1100n, 'r-x --x'],
    ['UXNTable', 0b0010n, 'rw- rw-'],
    ['PXNTable', 0b0001n, 'rw- rwx'],
  ])('%s over an EL0 read-write page, at either table', (_, bits, expected) => {
    const attributes = bits << 59n
    expect(rights(onePage(AP_EL0).put(L1, 0, BigInt(L2) | TABLE | attributes))).toBe(expected)
    const below = onePage(AP_EL0)
    below.put(L2, 0, (below.memory.words.get(L2) as bigint) | attributes)
    expect(rights(below)).toBe(expected)
    below.set('TCR_EL1', (5n << 32n) | 25n | HPD0)
    expect(rights(below)).toBe('rw- rwx')
  })

  it('does not know HPD without FEAT_HPDS', () => {
    const bench = onePage(AP_EL0, HPD0, { ...ALL_FEATURES, hpds: false })
    bench.put(L1, 0, BigInt(L2) | TABLE | (0b0100n << 59n))
    expect(rights(bench)).toBe('rwx --x')
  })

  it('counts a writable-clean page as writable', () => {
    const bench = onePage(AP_EL0 | AP_READ_ONLY | DBM, HA_HD)
    bench.memory.compareAndSwapDescriptor = () => true
    expect(rights(bench)).toBe('rw- rwx')
    const qemu = onePage(AP_EL0 | AP_READ_ONLY | DBM, HA_HD, { ...ALL_FEATURES, qemu: true })
    qemu.memory.compareAndSwapDescriptor = () => true
    expect(rights(qemu)).toBe('rwx rwx')
  })

  it('folds privilege under HCR_EL2.NV1: AP[1] is 0, UXN is PXN', () => {
    const bench = onePage(AP_EL0 | UXN).set('HCR_EL2', 3n << 42n)
    expect(rights(bench)).toBe('rw- --x')
    expect(bench.walk(0x1000n, LOAD | Access.PAN).fault).toBe(0)
    expect(rights(onePage(AP_EL0 | PXN).set('HCR_EL2', 3n << 42n))).toBe('rwx --x')
    expect(rights(onePage(UXN).set('HCR_EL2', 2n << 42n))).toBe('rwx ---')
  })

  it('tells what the page allows, PAN apart', () => {
    const { permissions } = onePage(AP_EL0 | AP_READ_ONLY | UXN).walk(0x1000n)
    const { PRIVILEGED_READ, PRIVILEGED_EXECUTE, UNPRIVILEGED_READ, PAN_DENIES } = Permission
    expect(permissions).toBe(PRIVILEGED_READ | PRIVILEGED_EXECUTE | UNPRIVILEGED_READ | PAN_DENIES)
  })
})

describe('PSTATE.PAN', () => {
  it.each([
    ['a page of EL0', AP_EL0, 0n, '--- rwx'],
    ['a read-only page of EL0', AP_EL0 | AP_READ_ONLY, 0n, '--x r-x'],
    ['a page that EL0 only executes', 0n, 0n, 'rwx --x'],
    ['a page that EL0 only executes, EPAN', 0n, EPAN, '--x --x'],
    ['a page that EL0 cannot use, EPAN', UXN, EPAN, 'rwx ---'],
  ])('%s', (_, page, sctlr, expected) => {
    expect(rights(onePage(page).set('SCTLR_EL1', 1n | sctlr), Access.PAN)).toBe(expected)
  })

  it('has no EPAN without FEAT_PAN3', () => {
    const bench = onePage(0n, 0n, { ...ALL_FEATURES, pan3: false }).set('SCTLR_EL1', 1n | EPAN)
    expect(rights(bench, Access.PAN)).toBe('rwx --x')
  })

  it('keeps WXN from denying a fetch in QEMU only', () => {
    for (const qemu of [false, true]) {
      const bench = onePage(0n, 0n, { ...ALL_FEATURES, qemu }).set('SCTLR_EL1', 1n | EPAN | WXN)
      expect(rights(bench, Access.PAN)).toBe(qemu ? '--x --x' : '--- --x')
    }
  })
})

describe('an access that reads and writes', () => {
  it('is refused as a read where it may not read', () => {
    const bench = onePage()
    const out = bench.walk(0x1000n, LOAD | STORE | EL0)
    expect([out.fault, out.write]).toEqual([FaultKind.PERMISSION, false])
  })

  it('is refused as a write where it may only read', () => {
    const out = onePage(AP_READ_ONLY).walk(0x1000n, LOAD | STORE)
    expect([out.fault, out.write]).toEqual([FaultKind.PERMISSION, true])
  })
})

describe('accessOf', () => {
  const [EL0T, EL1H, PAN, UAO] = [0, 5, 1 << 22, 1 << 23]

  it.each([
    ['EL0', Access.READ, EL0T, false, LOAD | EL0],
    ['EL1', Access.WRITE, EL1H, false, STORE],
    ['EL1, LDTR', Access.READ, EL1H, true, LOAD | EL0],
    ['EL1, LDTR, UAO', Access.READ, EL1H | UAO, true, LOAD],
    ['EL0, LDTR, UAO', Access.READ, EL0T | UAO, true, LOAD | EL0],
    ['EL1, PAN', Access.READ, EL1H | PAN, false, LOAD | Access.PAN],
    ['EL1, LDTR, PAN', Access.READ, EL1H | PAN, true, LOAD | EL0 | Access.PAN],
  ])('%s', (_, kind, pstate, unprivileged, expected) => {
    expect(accessOf(kind, pstate, unprivileged)).toBe(expected)
  })
})

describe('WnR of an atomic read-modify-write, NoFault and the checks of AArch64.S1CheckPermissions', () => {
  const write = (bench: Bench, va = 0x1000n): [number, boolean] => {
    bench.walk(va, LOAD | STORE)
    return [bench.out.fault, bench.out.write]
  }

  it('is 0 where its read would have faulted too', () => {
    expect(write(onePage(), 0x3000n)).toEqual([FaultKind.TRANSLATION, false])
    expect(write(onePage().put(L3, 1, 0x8000_0303n))).toEqual([FaultKind.ACCESS_FLAG, false])
    expect(write(onePage(1n << 47n).set('TCR_EL1', 25n))).toEqual([FaultKind.ADDRESS_SIZE, false])
    expect(write(onePage(), 1n << 41n)).toEqual([FaultKind.TRANSLATION, false])
  })

  it('is 1 where only its write is refused', () => {
    expect(write(onePage(AP_READ_ONLY))).toEqual([FaultKind.PERMISSION, true])
  })
})
