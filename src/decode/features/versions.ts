import { addFeature } from './names.ts'

/**
 * What each version of the A-profile architecture adds to the one before (9.0 to 8.5, and 9.n to 8.n+5 too, for n up
 * to 4): what the manual makes mandatory (DDI 0487, A2, for a PE with FEAT_FP, FEAT_AdvSIMD and all Exception levels),
 * and what LLVM 22's `-march` of that version turns on beside it, SVE2 of Armv9.0 for one.
 */
const VERSION_LINES = `
8.0  AdvSIMD FP
8.1  CRC32 LOR LSE PAN RDM VHE
8.2  DPB PAN2 RAS RASv1p1 UAO
8.3  CCIDX FCMA JSCVT LRCPC PAuth
8.4  AMUv1 DIT DotProd FlagM LRCPC2 LSE2 MPAM NV NV2 SEL2 TLBIOS TLBIRANGE TRF
8.5  BTI CSV2_2 DPB2 FlagM2 FRINTTS SB SPECRES SSBS SSBS2
8.6  AMUv1p1 BF16 ECV FGT I8MM
8.7  HCX SPE SPEv1p2 WFxT XS
8.8  GICv3_NMI HBC MOPS NMI
8.9  CHK CLRBHB CSSC Debugv8p9 FGT2 PRFMSLC RASv2 SCTLR2 SPE_FDS SPECRES2 TCR2
9.0  FHM FP16 SVE SVE2
9.1  RME
9.2  MEC SCTLR2 TCR2
9.3
9.4  SVE2p1
9.5  CPA E3DSE FAMINMAX LUT STEP2
9.6  CMPBR FPRCVT LSUI OCCMO SPE_EXC SPE_nVM SRMASK SVE2p2
9.7  F16F32DOT SVE2p3
`

/** The versions of the architecture that feature lists may name, `8.0` to `8.9` and `9.0` to `9.7`. */
export function versions(): string[] {
  return [...additions().keys()]
}

/** The features of a version such as `8.2`; `undefined` for a version that is none. */
export function versionFeatures(version: string): Set<string> | undefined {
  if (!additions().has(version)) return undefined
  const all = new Set<string>()
  collect(version, all)
  return all
}

let lines: ReadonlyMap<string, readonly string[]> | undefined

function additions(): ReadonlyMap<string, readonly string[]> {
  lines ??= new Map(
    VERSION_LINES.trim()
      .split('\n')
      .map((line) => {
        const [version = '', ...names] = line.split(/ +/)
        return [version, names.filter((name) => name !== '')]
      }),
  )
  return lines
}

function collect(version: string, all: Set<string>): void {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  if (minor > 0) collect(`${major}.${minor - 1}`, all)
  if (major === 9 && minor <= 4) collect(`8.${minor + 5}`, all)
  for (const name of additions().get(version) ?? []) addFeature(name, all)
}
