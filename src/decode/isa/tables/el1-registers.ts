/** System registers with op0 3, op1 0 to 2: EL1, and identification. The columns are those of `system-registers.ts`. */
export const EL1_REGISTERS = `
MIDR_EL1                     3 0 0 0 0     r
MPUIR_EL1                    3 0 0 0 4     rw
MPIDR_EL1                    3 0 0 0 5     r
REVIDR_EL1                   3 0 0 0 6     r
ID_PFR0_EL1                  3 0 0 1 0     r
ID_PFR1_EL1                  3 0 0 1 1     r
ID_DFR0_EL1                  3 0 0 1 2     r
ID_AFR0_EL1                  3 0 0 1 3     r
ID_MMFR0_EL1                 3 0 0 1 4     r
ID_MMFR1_EL1                 3 0 0 1 5     r
ID_MMFR2_EL1                 3 0 0 1 6     r
ID_MMFR3_EL1                 3 0 0 1 7     r
ID_ISAR0_EL1                 3 0 0 2 0     r
ID_ISAR1_EL1                 3 0 0 2 1     r
ID_ISAR2_EL1                 3 0 0 2 2     r
ID_ISAR3_EL1                 3 0 0 2 3     r
ID_ISAR4_EL1                 3 0 0 2 4     r
ID_ISAR5_EL1                 3 0 0 2 5     r
ID_MMFR4_EL1                 3 0 0 2 6     r
ID_ISAR6_EL1                 3 0 0 2 7     r
MVFR<0-2>_EL1                3 0 0 3 0     r  +1
ID_PFR2_EL1                  3 0 0 3 4     r
ID_DFR1_EL1                  3 0 0 3 5     r
ID_MMFR5_EL1                 3 0 0 3 6     r
ID_AA64PFR0_EL1              3 0 0 4 0     r
ID_AA64PFR1_EL1              3 0 0 4 1     r
ID_AA64PFR2_EL1              3 0 0 4 2     r
ID_AA64ZFR0_EL1              3 0 0 4 4     r
ID_AA64SMFR0_EL1             3 0 0 4 5     r
ID_AA64FPFR0_EL1             3 0 0 4 7     r
ID_AA64DFR0_EL1              3 0 0 5 0     r
ID_AA64DFR1_EL1              3 0 0 5 1     r
ID_AA64DFR2_EL1              3 0 0 5 2     r
ID_AA64AFR0_EL1              3 0 0 5 4     r
ID_AA64AFR1_EL1              3 0 0 5 5     r
ID_AA64ISAR0_EL1             3 0 0 6 0     r
ID_AA64ISAR1_EL1             3 0 0 6 1     r
ID_AA64ISAR2_EL1             3 0 0 6 2     r
ID_AA64ISAR3_EL1             3 0 0 6 3     r
ID_AA64MMFR0_EL1             3 0 0 7 0     r
ID_AA64MMFR1_EL1             3 0 0 7 1     r
ID_AA64MMFR2_EL1             3 0 0 7 2     r
ID_AA64MMFR3_EL1             3 0 0 7 3     r
ID_AA64MMFR4_EL1             3 0 0 7 4     r
SCTLR_EL1                    3 0 1 0 0     rw
ACTLR_EL1                    3 0 1 0 1     rw
CPACR_EL1                    3 0 1 0 2     rw
SCTLR2_EL1                   3 0 1 0 3     rw SCTLR2
RGSR_EL1                     3 0 1 0 5     rw MTE2
GCR_EL1                      3 0 1 0 6     rw MTE2
ZCR_EL1                      3 0 1 2 0     rw SVE
TRFCR_EL1                    3 0 1 2 1     rw TRF
TRCITECR_EL1                 3 0 1 2 3     rw ITE
SMPRI_EL1                    3 0 1 2 4     rw SME
SMCR_EL1                     3 0 1 2 6     rw SME
SCTLRMASK_EL1                3 0 1 4 0     rw SRMASK
ACTLRMASK_EL1                3 0 1 4 1     rw SRMASK
CPACRMASK_EL1                3 0 1 4 2     rw SRMASK
SCTLR2MASK_EL1               3 0 1 4 3     rw SRMASK
CPACRALIAS_EL1               3 0 1 4 4     rw SRMASK
ACTLRALIAS_EL1               3 0 1 4 5     rw SRMASK
SCTLRALIAS_EL1               3 0 1 4 6     rw SRMASK
SCTLR2ALIAS_EL1              3 0 1 4 7     rw SRMASK
TTBR0_EL1                    3 0 2 0 0     rw
TTBR1_EL1                    3 0 2 0 1     rw
TCR_EL1                      3 0 2 0 2     rw
TCR2_EL1                     3 0 2 0 3     rw TCR2
IRTBRU_EL1                   3 0 2 0 4     rw S1POE2
IRTBRP_EL1                   3 0 2 0 5     rw S1POE2
DPOTBR0_EL1                  3 0 2 0 6     rw S1POE2
DPOTBR1_EL1                  3 0 2 0 7     rw S1POE2
APIAKeyLo_EL1                3 0 2 1 0     rw PAuth
APIAKeyHi_EL1                3 0 2 1 1     rw PAuth
APIBKeyLo_EL1                3 0 2 1 2     rw PAuth
APIBKeyHi_EL1                3 0 2 1 3     rw PAuth
LDSTT_EL1                    3 0 2 1 7     rw S1POE2
APDAKeyLo_EL1                3 0 2 2 0     rw PAuth
APDAKeyHi_EL1                3 0 2 2 1     rw PAuth
APDBKeyLo_EL1                3 0 2 2 2     rw PAuth
APDBKeyHi_EL1                3 0 2 2 3     rw PAuth
TPMIN0_EL1                   3 0 2 2 4     rw S1POE2
TPMAX0_EL1                   3 0 2 2 5     rw S1POE2
TPMIN1_EL1                   3 0 2 2 6     rw S1POE2
TPMAX1_EL1                   3 0 2 2 7     rw S1POE2
APGAKeyLo_EL1                3 0 2 3 0     rw PAuth
APGAKeyHi_EL1                3 0 2 3 1     rw PAuth
GCSCR_EL1                    3 0 2 5 0     rw GCS
GCSPR_EL1                    3 0 2 5 1     rw GCS
GCSCRE0_EL1                  3 0 2 5 2     rw GCS
TCRMASK_EL1                  3 0 2 7 2     rw SRMASK
TCR2MASK_EL1                 3 0 2 7 3     rw SRMASK
TCRALIAS_EL1                 3 0 2 7 6     rw SRMASK
TCR2ALIAS_EL1                3 0 2 7 7     rw SRMASK
FGDTP<0-15>_EL1              3 0 3 2 0     rw +1 S1POE2
FGDTU<0-15>_EL1              3 0 3 4 0     rw +1 S1POE2
AFGDTP<0-15>_EL1             3 0 3 6 0     rw +1 S1POE2
AFGDTU<0-15>_EL1             3 0 3 8 0     rw +1 S1POE2
SPSR_EL1                     3 0 4 0 0     rw
ELR_EL1                      3 0 4 0 1     rw
STINDEX_EL1                  3 0 4 0 2     rw S1POE2
TINDEX_EL1                   3 0 4 0 3     rw S1POE2
SP_EL0                       3 0 4 1 0     rw
SPSel                        3 0 4 2 0     rw
CurrentEL                    3 0 4 2 2     r
PAN                          3 0 4 2 3     rw PAN
UAO                          3 0 4 2 4     rw UAO
ALLINT                       3 0 4 3 0     rw NMI
PM                           3 0 4 3 1     rw EBEP
ICC_PMR_EL1                  3 0 4 6 0     rw GICv3
AFSR0_EL1                    3 0 5 1 0     rw
AFSR1_EL1                    3 0 5 1 1     rw
ESR_EL1                      3 0 5 2 0     rw
ERRIDR_EL1                   3 0 5 3 0     r  RAS
ERRSELR_EL1                  3 0 5 3 1     rw RAS
ERXGSR_EL1                   3 0 5 3 2     r  RASv2
ERXFR_EL1                    3 0 5 4 0     r  RAS
ERXCTLR_EL1                  3 0 5 4 1     rw RAS
ERXSTATUS_EL1                3 0 5 4 2     rw RAS
ERXADDR_EL1                  3 0 5 4 3     rw RAS
ERXPFGF_EL1                  3 0 5 4 4     r  RASv1p1
ERXPFGCTL_EL1                3 0 5 4 5     rw RASv1p1
ERXPFGCDN_EL1                3 0 5 4 6     rw RASv1p1
ERXMISC0_EL1                 3 0 5 5 0     rw RAS
ERXMISC1_EL1                 3 0 5 5 1     rw RAS
ERXMISC2_EL1                 3 0 5 5 2     rw RASv1p1
ERXMISC3_EL1                 3 0 5 5 3     rw RASv1p1
TFSR_EL1                     3 0 5 6 0     rw MTE2
TFSRE0_EL1                   3 0 5 6 1     rw MTE2
FAR_EL1                      3 0 6 0 0     rw
PFAR_EL1                     3 0 6 0 5     rw PFAR
PRENR_EL1                    3 0 6 1 1     rw
PRSELR_EL1                   3 0 6 2 1     rw
PRBAR_EL1                    3 0 6 8 0     rw
PRLAR_EL1                    3 0 6 8 1     rw
PRBAR<1-15>_EL1              3 0 6 8 4     rw +4
PRLAR<1-15>_EL1              3 0 6 8 5     rw +4
PAR_EL1                      3 0 7 4 0     rw
PMSCR_EL1                    3 0 9 9 0     rw SPE
PMSNEVFR_EL1                 3 0 9 9 1     rw SPEv1p2
PMSICR_EL1                   3 0 9 9 2     rw SPE
PMSIRR_EL1                   3 0 9 9 3     rw SPE
PMSFCR_EL1                   3 0 9 9 4     rw SPE
PMSEVFR_EL1                  3 0 9 9 5     rw SPE
PMSLATFR_EL1                 3 0 9 9 6     rw SPE
PMSIDR_EL1                   3 0 9 9 7     r  SPE
PMBLIMITR_EL1                3 0 9 10 0    rw SPE
PMBPTR_EL1                   3 0 9 10 1    rw SPE
PMBSR_EL1                    3 0 9 10 3    rw SPE
PMSDSFR_EL1                  3 0 9 10 4    rw SPE_FDS
PMBMAR_EL1                   3 0 9 10 5    rw SPE_nVM
PMBIDR_EL1                   3 0 9 10 7    r  SPE
TRBLIMITR_EL1                3 0 9 11 0    rw TRBE
TRBPTR_EL1                   3 0 9 11 1    rw TRBE
TRBBASER_EL1                 3 0 9 11 2    rw TRBE
TRBSR_EL1                    3 0 9 11 3    rw TRBE
TRBMAR_EL1                   3 0 9 11 4    rw TRBE
TRBMPAM_EL1                  3 0 9 11 5    rw TRBE_MPAM
TRBTRG_EL1                   3 0 9 11 6    rw TRBE
TRBIDR_EL1                   3 0 9 11 7    r  TRBE
PMSSCR_EL1                   3 0 9 13 3    rw PMUv3_SS
PMINTENSET_EL1               3 0 9 14 1    rw PMUv3
PMINTENCLR_EL1               3 0 9 14 2    rw PMUv3
PMUACR_EL1                   3 0 9 14 4    rw PMUv3p9
PMECR_EL1                    3 0 9 14 5    rw EBEP|PMUv3_SS
PMMIR_EL1                    3 0 9 14 6    r  PMUv3p4
PMIAR_EL1                    3 0 9 14 7    rw SEBEP
MAIR_EL1                     3 0 10 2 0    rw
MAIR2_EL1                    3 0 10 2 1    rw AIE
PIRE0_EL1                    3 0 10 2 2    rw S1PIE
PIR_EL1                      3 0 10 2 3    rw S1PIE
POR_EL1                      3 0 10 2 4    rw S1POE
S2POR_EL1                    3 0 10 2 5    rw S2POE
TTTBRU_EL1                   3 0 10 2 6    rw S1POE2
TTTBRP_EL1                   3 0 10 2 7    rw S1POE2
AMAIR_EL1                    3 0 10 3 0    rw
AMAIR2_EL1                   3 0 10 3 1    rw AIE
LORSA_EL1                    3 0 10 4 0    rw LOR
LOREA_EL1                    3 0 10 4 1    rw LOR
LORN_EL1                     3 0 10 4 2    rw LOR
LORC_EL1                     3 0 10 4 3    rw LOR
MPAMIDR_EL1                  3 0 10 4 4    r  MPAM
MPAMBWIDR_EL1                3 0 10 4 5    r  MPAM_PE_BW_CTRL
TLBIDIDR_EL1                 3 0 10 4 6    r  TLBID
LORID_EL1                    3 0 10 4 7    r  LOR
MPAM1_EL1                    3 0 10 5 0    rw MPAM
MPAM0_EL1                    3 0 10 5 1    rw MPAM
MPAMCTL_EL1                  3 0 10 5 2    rw MPAMv2
MPAMSM_EL1                   3 0 10 5 3    rw MPAM SME
MPAMBW1_EL1                  3 0 10 5 4    rw MPAM_PE_BW_CTRL
MPAMBW0_EL1                  3 0 10 5 5    rw MPAM_PE_BW_CTRL
MPAMBWSM_EL1                 3 0 10 5 7    rw MPAM_PE_BW_CTRL SME
VBAR_EL1                     3 0 12 0 0    rw
RVBAR_EL1                    3 0 12 0 1    r
RMR_EL1                      3 0 12 0 2    rw
ISR_EL1                      3 0 12 1 0    r
DISR_EL1                     3 0 12 1 1    rw RAS
ICC_IAR0_EL1                 3 0 12 8 0    r  GICv3
ICC_EOIR0_EL1                3 0 12 8 1    w  GICv3
ICC_HPPIR0_EL1               3 0 12 8 2    r  GICv3
ICC_BPR0_EL1                 3 0 12 8 3    rw GICv3
ICC_AP0R<0-3>_EL1            3 0 12 8 4    rw +1 GICv3
ICC_AP1R<0-3>_EL1            3 0 12 9 0    rw +1 GICv3
ICC_NMIAR1_EL1               3 0 12 9 5    r  GICv3_NMI
ICC_PPI_HMR0_EL1             3 0 12 10 0   rw GCIE
ICC_PPI_HMR1_EL1             3 0 12 10 1   rw GCIE
ICC_IDR0_EL1                 3 0 12 10 2   r  GCIE
ICC_HPPIR_EL1                3 0 12 10 3   r  GCIE
ICV_HPPIR_EL1                3 0 12 10 3   w  GCIE
ICC_ICSR_EL1                 3 0 12 10 4   rw GCIE
ICC_IAFFIDR_EL1              3 0 12 10 5   r  GCIE
ICC_PPI_ENABLER0_EL1         3 0 12 10 6   rw GCIE
ICC_PPI_ENABLER1_EL1         3 0 12 10 7   rw GCIE
ICC_DIR_EL1                  3 0 12 11 1   w  GICv3
ICC_RPR_EL1                  3 0 12 11 3   r  GICv3
ICC_SGI1R_EL1                3 0 12 11 5   w  GICv3
ICC_ASGI1R_EL1               3 0 12 11 6   w  GICv3
ICC_SGI0R_EL1                3 0 12 11 7   w  GICv3
ICC_IAR1_EL1                 3 0 12 12 0   r  GICv3
ICC_EOIR1_EL1                3 0 12 12 1   w  GICv3
ICC_HPPIR1_EL1               3 0 12 12 2   r  GICv3
ICC_BPR1_EL1                 3 0 12 12 3   rw GICv3
ICC_CTLR_EL1                 3 0 12 12 4   rw GICv3
ICC_SRE_EL1                  3 0 12 12 5   rw GICv3
ICC_IGRPEN0_EL1              3 0 12 12 6   rw GICv3
ICC_IGRPEN1_EL1              3 0 12 12 7   rw GICv3
ICC_PPI_CACTIVER0_EL1        3 0 12 13 0   rw GCIE
ICC_PPI_CACTIVER1_EL1        3 0 12 13 1   rw GCIE
ICC_PPI_SACTIVER0_EL1        3 0 12 13 2   rw GCIE
ICC_PPI_SACTIVER1_EL1        3 0 12 13 3   rw GCIE
ICC_PPI_CPENDR0_EL1          3 0 12 13 4   rw GCIE
ICC_PPI_CPENDR1_EL1          3 0 12 13 5   rw GCIE
ICC_PPI_SPENDR0_EL1          3 0 12 13 6   rw GCIE
ICC_PPI_SPENDR1_EL1          3 0 12 13 7   rw GCIE
ICC_PPI_PRIORITYR<0-15>_EL1  3 0 12 14 0   rw +1 GCIE
TPIDR3_EL1                   3 0 13 0 0    rw S1POE2
CONTEXTIDR_EL1               3 0 13 0 1    rw
RCWSMASK_EL1                 3 0 13 0 3    rw THE
TPIDR_EL1                    3 0 13 0 4    rw
ACCDATA_EL1                  3 0 13 0 5    rw LS64_ACCDATA
RCWMASK_EL1                  3 0 13 0 6    rw THE
SCXTNUM_EL1                  3 0 13 0 7    rw CSV2_2
CNTKCTL_EL1                  3 0 14 1 0    rw
CCSIDR_EL1                   3 1 0 0 0     r
CLIDR_EL1                    3 1 0 0 1     r
CCSIDR2_EL1                  3 1 0 0 2     r  CCIDX
GMID_EL1                     3 1 0 0 4     r  MTE2
SMIDR_EL1                    3 1 0 0 6     r  SME
AIDR_EL1                     3 1 0 0 7     r
ICC_APR_EL1                  3 1 12 0 0    rw GCIE
ICC_CR0_EL1                  3 1 12 0 1    rw GCIE
ICC_PCR_EL1                  3 1 12 0 2    rw GCIE
ICC_HAPR_EL1                 3 1 12 0 3    r  GCIE
ICV_HAPR_EL1                 3 1 12 0 3    w  GCIE
CSSELR_EL1                   3 2 0 0 0     rw
`
