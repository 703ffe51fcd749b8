/**
 * FEAT_ names (DDI 0487, A2; Arm's Features.json of 2025-03, and LLVM 22 for what is younger): every one that a row, a
 * system register or an operation of the tables needs, or that LLVM 22 knows.
 *
 * A line is `name : implied... = spellings...`, either part left out where it is empty: features that this one cannot be
 * without, and LLVM's names for it where they are not the same but for case, `-` and `_`.
 *
 * @module
 */
const FEATURE_LINES = `
AA32EL1
AdvSIMD : FP = simd neon
AES : AdvSIMD
AIE : TCR2
AMUv1 = am
AMUv1p1 : AMUv1 = amvs
ATS1A
BF16 : AdvSIMD
BRBE
BTI
BTIE : BTI
CCIDX
CHK
CLRBHB
CMH
CMPBR
CPA
CRC32 = crc
Crypto : PMULL SHA256
CSSC
CSV2_2 = specrestrict
D128 : AIE LSE128 S1PIE SCTLR2 SYSINSTR128 SYSREG128
Debugv8p9
DGH
DIT
DotProd : AdvSIMD
DPB = ccpp
DPB2 : DPB = ccdp
E3DSE
EBEP
ECV
ETE : TRBE
ETMv4
F16F32DOT : AdvSIMD FP16
F16F32MM : AdvSIMD FP16
F16MM : AdvSIMD FP16
F32MM : SVE
F64MM : SVE
F8F16MM : F8F32MM FP8DOT2
F8F32MM : FP8DOT4
FAMINMAX : AdvSIMD
FCMA : AdvSIMD = complxnum
FGT
FGT2 : FGT
FGWTE3
FHM : AdvSIMD FP16 = fp16fml
FlagM
FlagM2 : FlagM = altnzcv
FP = fp-armv8
FP16 : FP = fullfp16
FP8 : BF16 FAMINMAX FPMR LUT
FP8DOT2 : FP8DOT4
FP8DOT4 : FP8FMA
FP8FMA : FP8
FPAC : PAuth
FPMR : AdvSIMD
FPRCVT : AdvSIMD
FRINTTS : FP = fptoint
GCIE
GCS : CHK S1PIE
GICv3
GICv3_NMI
HACDBS : HDBSS
HBC
HCX
HDBSS
I8MM : AdvSIMD
ITE : ETE
JSCVT : FP = jsconv
LOR
LRCPC = rcpc
LRCPC2 : LRCPC = rcpc-immo
LRCPC3 : LRCPC2 = rcpc3
LS64
LS64_ACCDATA : LS64_V
LS64_V : LS64
LSCP
LSE
LSE128 : LSE
LSE2
LSFE : AdvSIMD
LSUI
LUT : AdvSIMD
MEC : RME SCTLR2 TCR2
MOPS
MOPS_GO : MOPS MTE2
MPAM
MPAM_PE_BW_CTRL
MPAMv2
MTE
MTE2 : MTE
MTETC : MTE2
NMI
NV
NV2 : NV
NV3 : NV2
OCCMO
PAN
PAN2 : PAN = pan-rwv
PAuth
PAuth_LR : FPAC SCTLR2
PCDPHINT
PFAR
PMULL : AES
PMUv3 = perfmon
PMUv3_ICNTR : PMUv3p9
PMUv3_SS : PMUv3p9
PMUv3p4 : PMUv3
PMUv3p9 : PMUv3p4
PoPS
PRFMSLC = prfm-slc-target
RAS
RASv1p1 : RAS
RASv2 : RASv1p1
RDM : AdvSIMD = rdma
RME : ECV
RME_GPC2 : RME
RME_GPC3 : RME_GPC2
RNG = rand
RPRFM
S1PIE : ATS1A TCR2
S1POE : ATS1A TCR2
S1POE2 = poe2
S2PIE
S2POE : S2PIE
SB
SCTLR2
SEBEP : EBEP
SEL2
SHA1 : SHA256
SHA256 : AdvSIMD SHA1
SHA3 : SHA256 SHA512
SHA512 : SHA256 SHA3
SM3 : AdvSIMD SM4
SM4 : AdvSIMD SM3
SME : BF16 FCMA FHM
SME2 : SME
SME2p1 : SME2
SME2p2 : SME_MOP4 SME_TMOP SSVE_BitPerm SSVE_FEXPA
SME2p3 : SME2p2
SME_B16B16 : SME2 SVE_B16B16
SME_F16F16 : SME2
SME_F64F64 : SME
SME_F8F16 : SME_F8F32
SME_F8F32 : FP8 SME2
SME_FA64 : SME SVE2
SME_I16I64 : SME
SME_LUTv2 : SME2
SME_MOP4 : SME2p1
SME_TMOP : SME2p1
SPE = profile
SPE_EXC : SPE_nVM SPEv1p2
SPE_FDS : SPEv1p2
SPE_nVM : SPE
SPECRES = predres
SPECRES2 : SPECRES = predres2
SPEv1p2 : SPE = spe-eef
SPMU : PMUv3p9
SRMASK
SRMASK2 : SRMASK
SSBS
SSBS2 : SSBS
SSVE_AES : SME2p1 SVE_AES SVE_PMULL128
SSVE_BitPerm : SME2p1 SVE_BitPerm
SSVE_FEXPA : SME2p1
SSVE_FP8DOT2 : SSVE_FP8DOT4
SSVE_FP8DOT4 : SSVE_FP8FMA
SSVE_FP8FMA : FP8 SME2
STEP2
SVE : FCMA FP16
SVE2 : SVE
SVE2p1 : SVE2
SVE2p2 : SVE2p1
SVE2p3 : SVE2p2
SVE_AES : AES
SVE_AES2 : SVE_AES SVE_PMULL128
SVE_B16B16
SVE_B16MM : SVE
SVE_BFSCALE : SVE_B16B16
SVE_BitPerm
SVE_F16F32MM : SVE2p1
SVE_PMULL128 : PMULL SVE_AES
SVE_SHA3 : SHA3
SVE_SM4 : SM4
SYSINSTR128 : D128
SYSREG128 : D128
TCR2
TEV
THE : TCR2
TLBID
TLBIOS
TLBIRANGE : TLBIOS
TLBIW
TRBE : TRF
TRBE_EXC : TRBE
TRBE_MPAM : MPAM TRBE
TRF = tracev8.4
UAO = uaops
VHE : LSE = vh
WFxT
XS
`

/** LLVM's names that stand for several features. */
const GROUP_LINES = `
aes                      = AES PMULL
d128                     = D128 SYSREG128 SYSINSTR128
ls64                     = LS64 LS64_V LS64_ACCDATA
memtag mte               = MTE MTE2
nmi                      = NMI GICv3_NMI
nv                       = NV NV2
ras                      = RAS RASv1p1
sha2                     = SHA1 SHA256
sha3                     = SHA3 SHA512
sm4                      = SM4 SM3
ssbs                     = SSBS SSBS2
sve-aes                  = SVE_AES SVE_PMULL128
tlb-rmi                  = TLBIOS TLBIRANGE
sve2-aes                 = SVE2 SVE_AES SVE_PMULL128
sve2-bitperm             = SVE2 SVE_BitPerm
sve2-sha3                = SVE2 SVE_SHA3
sve2-sm4                 = SVE2 SVE_SM4
`

/** What one FEAT_ name brings with it. */
export interface FeatureInfo {
  /** The manual's name without `FEAT_`. */
  readonly name: string
  /** Features that this one cannot be without, one step away. */
  readonly implies: readonly string[]
}

interface Names {
  readonly features: ReadonlyMap<string, FeatureInfo>
  readonly spellings: ReadonlyMap<string, readonly string[]>
}

// Parsed when features are first asked for: decoding without them needs none of it.
let parsed: Names | undefined

function names(): Names {
  if (parsed) return parsed
  const features = new Map<string, FeatureInfo>()
  const spellings = new Map<string, readonly string[]>()
  for (const line of FEATURE_LINES.trim().split('\n')) {
    const [left = '', others] = line.split(' = ')
    const [name = '', implies] = left.split(' : ')
    features.set(name, { name, implies: implies?.split(' ') ?? [] })
    spellings.set(normal(name), [name])
    for (const other of others?.split(' ') ?? []) spellings.set(normal(other), [name])
  }
  for (const line of GROUP_LINES.trim().split('\n')) {
    const [left = '', right = ''] = line.split('=')
    for (const name of left.trim().split(' ')) spellings.set(normal(name), right.trim().split(' '))
  }
  parsed = { features, spellings }
  return parsed
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll('-', '_')
}

/** Every feature, in alphabetical order. */
export function featureList(): readonly FeatureInfo[] {
  return [...names().features.values()]
}

/** The feature of exactly that name, without `FEAT_`. */
export function featureInfo(name: string): FeatureInfo | undefined {
  return names().features.get(name)
}

/**
 * The features that a name stands for: `FEAT_AES` and `AES` are the one feature, `aes` is LLVM's name for FEAT_AES and
 * FEAT_PMULL. `undefined` for a name that is none.
 */
export function namedFeatures(name: string): readonly string[] | undefined {
  const { features, spellings } = names()
  const bare = name.replace(/^FEAT_/i, '')
  if (features.has(bare)) return [bare]
  const found = spellings.get(normal(bare))
  return found && bare !== name ? found.filter((each) => normal(each) === normal(bare)) : found
}

/** Every spelling that {@link namedFeatures} takes, normalised: what a wrong one is compared with. */
export function featureSpellings(): string[] {
  return [...names().spellings.keys()]
}

/** Adds a feature and all that it implies. */
export function addFeature(name: string, to: Set<string>): void {
  if (to.has(name)) return
  to.add(name)
  for (const next of featureInfo(name)?.implies ?? []) addFeature(next, to)
}

/** Removes a feature and all that cannot be without it. */
export function removeFeature(name: string, from: Set<string>): void {
  if (!from.delete(name)) return
  for (const other of [...from]) if (featureInfo(other)?.implies.includes(name)) removeFeature(other, from)
}
