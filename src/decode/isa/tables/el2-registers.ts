/** System registers with op0 3, op1 4 and 5: EL2, and EL1 as EL2 sees it under VHE. The columns are those of `system-registers.ts`. */
export const EL2_REGISTERS = `
VPIDR_EL2                    3 4 0 0 0     rw
MPUIR_EL2                    3 4 0 0 4     rw
VMPIDR_EL2                   3 4 0 0 5     rw
SCTLR_EL2                    3 4 1 0 0     rw
ACTLR_EL2                    3 4 1 0 1     rw
SCTLR2_EL2                   3 4 1 0 3     rw SCTLR2
HCR_EL2                      3 4 1 1 0     rw
MDCR_EL2                     3 4 1 1 1     rw
CPTR_EL2                     3 4 1 1 2     rw
HSTR_EL2                     3 4 1 1 3     rw
HFGRTR_EL2                   3 4 1 1 4     rw FGT
HFGWTR_EL2                   3 4 1 1 5     rw FGT
HFGITR_EL2                   3 4 1 1 6     rw FGT
HACR_EL2                     3 4 1 1 7     rw
ZCR_EL2                      3 4 1 2 0     rw SVE
TRFCR_EL2                    3 4 1 2 1     rw TRF
HCRX_EL2                     3 4 1 2 2     rw HCX
TRCITECR_EL2                 3 4 1 2 3     rw ITE
SMPRIMAP_EL2                 3 4 1 2 5     rw SME
SMCR_EL2                     3 4 1 2 6     rw SME
SDER32_EL2                   3 4 1 3 1     rw SEL2
SCTLRMASK_EL2                3 4 1 4 0     rw SRMASK
ACTLRMASK_EL2                3 4 1 4 1     rw SRMASK
CPTRMASK_EL2                 3 4 1 4 2     rw SRMASK
SCTLR2MASK_EL2               3 4 1 4 3     rw SRMASK
NVHCR_EL2                    3 4 1 5 0     rw NV3
NVHCRX_EL2                   3 4 1 5 1     rw NV3
NVHCRMASK_EL2                3 4 1 5 4     rw NV3 SRMASK2
NVHCRXMASK_EL2               3 4 1 5 5     rw NV3 SRMASK2
HCRMASK_EL2                  3 4 1 5 6     rw SRMASK2
HCRXMASK_EL2                 3 4 1 5 7     rw SRMASK2
TTBR0_EL2                    3 4 2 0 0     rw
TTBR1_EL2                    3 4 2 0 1     rw VHE
TCR_EL2                      3 4 2 0 2     rw
TCR2_EL2                     3 4 2 0 3     rw TCR2
IRTBRU_EL2                   3 4 2 0 4     rw S1POE2
IRTBRP_EL2                   3 4 2 0 5     rw S1POE2
DPOTBR0_EL2                  3 4 2 0 6     rw S1POE2
DPOTBR1_EL2                  3 4 2 0 7     rw S1POE2
VTTBR_EL2                    3 4 2 1 0     rw
VTCR_EL2                     3 4 2 1 2     rw
LDSTT_EL2                    3 4 2 1 7     rw S1POE2
VNCR_EL2                     3 4 2 2 0     rw NV2
VNCCR_EL2                    3 4 2 2 1     rw S1POE2
TPMIN0_EL2                   3 4 2 2 4     rw S1POE2
TPMAX0_EL2                   3 4 2 2 5     rw S1POE2
TPMIN1_EL2                   3 4 2 2 6     rw S1POE2
TPMAX1_EL2                   3 4 2 2 7     rw S1POE2
HDBSSBR_EL2                  3 4 2 3 2     rw HDBSS
HDBSSPROD_EL2                3 4 2 3 3     rw HDBSS
HACDBSBR_EL2                 3 4 2 3 4     rw HACDBS
HACDBSCONS_EL2               3 4 2 3 5     rw HACDBS
GCSCR_EL2                    3 4 2 5 0     rw GCS
GCSPR_EL2                    3 4 2 5 1     rw GCS
VSTTBR_EL2                   3 4 2 6 0     rw
VSTCR_EL2                    3 4 2 6 2     rw SEL2
TCRMASK_EL2                  3 4 2 7 2     rw SRMASK
TCR2MASK_EL2                 3 4 2 7 3     rw SRMASK
VTLBID<0-3>_EL2              3 4 2 8 0     rw +1 TLBID
VTLBIDOS<0-3>_EL2            3 4 2 9 0     rw +1 TLBID
DACR32_EL2                   3 4 3 0 0     rw AA32EL1
HDFGRTR2_EL2                 3 4 3 1 0     rw FGT2
HDFGWTR2_EL2                 3 4 3 1 1     rw FGT2
HFGRTR2_EL2                  3 4 3 1 2     rw FGT2
HFGWTR2_EL2                  3 4 3 1 3     rw FGT2
HDFGRTR_EL2                  3 4 3 1 4     rw FGT
HDFGWTR_EL2                  3 4 3 1 5     rw FGT
HAFGRTR_EL2                  3 4 3 1 6     rw FGT
HFGITR2_EL2                  3 4 3 1 7     rw FGT2
FGDTP<0-15>_EL2              3 4 3 2 0     rw +1 S1POE2
FGDTU<0-15>_EL2              3 4 3 4 0     rw +1 S1POE2
AFGDTP<0-15>_EL2             3 4 3 6 0     rw +1 S1POE2
AFGDTU<0-15>_EL2             3 4 3 8 0     rw +1 S1POE2
SPSR_EL2                     3 4 4 0 0     rw
ELR_EL2                      3 4 4 0 1     rw
STINDEX_EL2                  3 4 4 0 2     rw S1POE2
TINDEX_EL2                   3 4 4 0 3     rw S1POE2
SP_EL1                       3 4 4 1 0     rw
SPSR_irq                     3 4 4 3 0     rw AA32EL1
SPSR_abt                     3 4 4 3 1     rw AA32EL1
SPSR_und                     3 4 4 3 2     rw AA32EL1
SPSR_fiq                     3 4 4 3 3     rw AA32EL1
IFSR32_EL2                   3 4 5 0 1     rw AA32EL1
AFSR0_EL2                    3 4 5 1 0     rw
AFSR1_EL2                    3 4 5 1 1     rw
ESR_EL2                      3 4 5 2 0     rw
VSESR_EL2                    3 4 5 2 3     rw RAS
FPEXC32_EL2                  3 4 5 3 0     rw AA32EL1
TFSR_EL2                     3 4 5 6 0     rw MTE2
FAR_EL2                      3 4 6 0 0     rw
HPFAR_EL2                    3 4 6 0 4     rw
PFAR_EL2                     3 4 6 0 5     rw PFAR
PRENR_EL2                    3 4 6 1 1     rw
PRSELR_EL2                   3 4 6 2 1     rw
PRBAR_EL2                    3 4 6 8 0     rw
PRLAR_EL2                    3 4 6 8 1     rw
PRBAR<1-15>_EL2              3 4 6 8 4     rw +4
PRLAR<1-15>_EL2              3 4 6 8 5     rw +4
PMSCR_EL2                    3 4 9 9 0     rw SPE
PMBSR_EL2                    3 4 9 10 3    rw SPE_EXC
TRBSR_EL2                    3 4 9 11 3    rw TRBE_EXC
MAIR2_EL2                    3 4 10 1 1    rw AIE
MAIR_EL2                     3 4 10 2 0    rw
PIRE0_EL2                    3 4 10 2 2    rw S1PIE
PIR_EL2                      3 4 10 2 3    rw S1PIE
POR_EL2                      3 4 10 2 4    rw S1POE
S2PIR_EL2                    3 4 10 2 5    rw S2PIE
TTTBRU_EL2                   3 4 10 2 6    rw S1POE2
TTTBRP_EL2                   3 4 10 2 7    rw S1POE2
AMAIR_EL2                    3 4 10 3 0    rw
AMAIR2_EL2                   3 4 10 3 1    rw AIE
MPAMHCR_EL2                  3 4 10 4 0    rw MPAM
MPAMVPMV_EL2                 3 4 10 4 1    rw MPAM
MPAM2_EL2                    3 4 10 5 0    rw MPAM
MPAMCTL_EL2                  3 4 10 5 2    rw MPAMv2
MPAMBW2_EL2                  3 4 10 5 4    rw MPAM_PE_BW_CTRL
MPAMBWCAP_EL2                3 4 10 5 6    rw MPAM_PE_BW_CTRL
MPAMVPM<0-7>_EL2             3 4 10 6 0    rw +1 MPAM
MPAMVIDCR_EL2                3 4 10 7 0    rw MPAMv2
MPAMVIDSR_EL2                3 4 10 7 1    rw MPAMv2
MECID_P0_EL2                 3 4 10 8 0    rw MEC
MECID_A0_EL2                 3 4 10 8 1    rw MEC
MECID_P1_EL2                 3 4 10 8 2    rw MEC
MECID_A1_EL2                 3 4 10 8 3    rw MEC
MECIDR_EL2                   3 4 10 8 7    r  MEC
VMECID_P_EL2                 3 4 10 9 0    rw MEC
VMECID_A_EL2                 3 4 10 9 1    rw MEC
VBAR_EL2                     3 4 12 0 0    rw
RVBAR_EL2                    3 4 12 0 1    r
RMR_EL2                      3 4 12 0 2    rw
VDISR_EL2                    3 4 12 1 1    rw RAS
ICH_AP0R<0-3>_EL2            3 4 12 8 0    rw +1 GICv3
ICH_APR_EL2                  3 4 12 8 4    rw GCIE
ICH_HPPIR_EL2                3 4 12 8 5    r  GCIE
ICH_AP1R<0-3>_EL2            3 4 12 9 0    rw +1 GICv3
ICH_HFGRTR_EL2               3 4 12 9 4    rw GCIE
ICC_SRE_EL2                  3 4 12 9 5    rw GICv3
ICH_HFGWTR_EL2               3 4 12 9 6    rw GCIE
ICH_HFGITR_EL2               3 4 12 9 7    rw GCIE
ICH_PPI_DVIR0_EL2            3 4 12 10 0   rw GCIE
ICH_PPI_DVIR1_EL2            3 4 12 10 1   rw GCIE
ICH_PPI_ENABLER0_EL2         3 4 12 10 2   rw GCIE
ICH_PPI_ENABLER1_EL2         3 4 12 10 3   rw GCIE
ICH_PPI_PENDR0_EL2           3 4 12 10 4   rw GCIE
ICH_PPI_PENDR1_EL2           3 4 12 10 5   rw GCIE
ICH_PPI_ACTIVER0_EL2         3 4 12 10 6   rw GCIE
ICH_PPI_ACTIVER1_EL2         3 4 12 10 7   rw GCIE
ICH_HCR_EL2                  3 4 12 11 0   rw GICv3
ICH_VTR_EL2                  3 4 12 11 1   r  GICv3
ICH_MISR_EL2                 3 4 12 11 2   r  GICv3
ICH_EISR_EL2                 3 4 12 11 3   r  GICv3
ICH_VCTLR_EL2                3 4 12 11 4   rw GCIE
ICH_ELRSR_EL2                3 4 12 11 5   r  GICv3
ICH_CONTEXTR_EL2             3 4 12 11 6   rw GCIE
ICH_VMCR_EL2                 3 4 12 11 7   rw GICv3
ICH_LR<0-15>_EL2             3 4 12 12 0   rw +1 GICv3
ICH_PPI_PRIORITYR<0-15>_EL2  3 4 12 14 0   rw +1 GCIE
TPIDR3_EL2                   3 4 13 0 0    rw S1POE2
CONTEXTIDR_EL2               3 4 13 0 1    rw VHE
TPIDR_EL2                    3 4 13 0 2    rw
SCXTNUM_EL2                  3 4 13 0 7    rw CSV2_2
AMEVCNTVOFF0<0-15>_EL2       3 4 13 8 0    rw +1 AMUv1p1
AMEVCNTVOFF1<0-15>_EL2       3 4 13 10 0   rw +1 AMUv1p1
CNTVOFF_EL2                  3 4 14 0 3    rw
CNTSCALE_EL2                 3 4 14 0 4    rw ECV
CNTISCALE_EL2                3 4 14 0 5    rw ECV
CNTPOFF_EL2                  3 4 14 0 6    rw ECV
CNTVFRQ_EL2                  3 4 14 0 7    rw ECV
CNTHCTL_EL2                  3 4 14 1 0    rw
CNTHP_TVAL_EL2               3 4 14 2 0    rw
CNTHP_CTL_EL2                3 4 14 2 1    rw
CNTHP_CVAL_EL2               3 4 14 2 2    rw
CNTHV_TVAL_EL2               3 4 14 3 0    rw VHE
CNTHV_CTL_EL2                3 4 14 3 1    rw VHE
CNTHV_CVAL_EL2               3 4 14 3 2    rw VHE
CNTHVS_TVAL_EL2              3 4 14 4 0    rw SEL2
CNTHVS_CTL_EL2               3 4 14 4 1    rw SEL2
CNTHVS_CVAL_EL2              3 4 14 4 2    rw SEL2
CNTHPS_TVAL_EL2              3 4 14 5 0    rw SEL2
CNTHPS_CTL_EL2               3 4 14 5 1    rw SEL2
CNTHPS_CVAL_EL2              3 4 14 5 2    rw SEL2
SCTLR_EL12                   3 5 1 0 0     rw VHE
ACTLR_EL12                   3 5 1 0 1     rw
CPACR_EL12                   3 5 1 0 2     rw VHE
SCTLR2_EL12                  3 5 1 0 3     rw SCTLR2
ZCR_EL12                     3 5 1 2 0     rw SVE
TRFCR_EL12                   3 5 1 2 1     rw TRF
TRCITECR_EL12                3 5 1 2 3     rw ITE
SMCR_EL12                    3 5 1 2 6     rw SME
SCTLRMASK_EL12               3 5 1 4 0     rw SRMASK
ACTLRMASK_EL12               3 5 1 4 1     rw SRMASK
CPACRMASK_EL12               3 5 1 4 2     rw SRMASK
SCTLR2MASK_EL12              3 5 1 4 3     rw SRMASK
TTBR0_EL12                   3 5 2 0 0     rw VHE
TTBR1_EL12                   3 5 2 0 1     rw VHE
TCR_EL12                     3 5 2 0 2     rw VHE
TCR2_EL12                    3 5 2 0 3     rw TCR2
IRTBRU_EL12                  3 5 2 0 4     rw S1POE2
IRTBRP_EL12                  3 5 2 0 5     rw S1POE2
DPOTBR0_EL12                 3 5 2 0 6     rw S1POE2
DPOTBR1_EL12                 3 5 2 0 7     rw S1POE2
LDSTT_EL12                   3 5 2 1 7     rw S1POE2
TPMIN0_EL12                  3 5 2 2 4     rw S1POE2
TPMAX0_EL12                  3 5 2 2 5     rw S1POE2
TPMIN1_EL12                  3 5 2 2 6     rw S1POE2
TPMAX1_EL12                  3 5 2 2 7     rw S1POE2
GCSCR_EL12                   3 5 2 5 0     rw GCS
GCSPR_EL12                   3 5 2 5 1     rw GCS
TCRMASK_EL12                 3 5 2 7 2     rw SRMASK
TCR2MASK_EL12                3 5 2 7 3     rw SRMASK
FGDTP<0-15>_EL12             3 5 3 2 0     rw +1 S1POE2
FGDTU<0-15>_EL12             3 5 3 4 0     rw +1 S1POE2
AFGDTP<0-15>_EL12            3 5 3 6 0     rw +1 S1POE2
AFGDTU<0-15>_EL12            3 5 3 8 0     rw +1 S1POE2
SPSR_EL12                    3 5 4 0 0     rw VHE
ELR_EL12                     3 5 4 0 1     rw VHE
STINDEX_EL12                 3 5 4 0 2     rw S1POE2
TINDEX_EL12                  3 5 4 0 3     rw S1POE2
AFSR0_EL12                   3 5 5 1 0     rw VHE
AFSR1_EL12                   3 5 5 1 1     rw VHE
ESR_EL12                     3 5 5 2 0     rw VHE
TFSR_EL12                    3 5 5 6 0     rw MTE2
FAR_EL12                     3 5 6 0 0     rw VHE
PFAR_EL12                    3 5 6 0 5     rw PFAR
PMSCR_EL12                   3 5 9 9 0     rw SPE
PMBSR_EL12                   3 5 9 10 3    rw SPE_EXC
TRBSR_EL12                   3 5 9 11 3    rw TRBE_EXC
MAIR_EL12                    3 5 10 2 0    rw VHE
MAIR2_EL12                   3 5 10 2 1    rw AIE
PIRE0_EL12                   3 5 10 2 2    rw S1PIE
PIR_EL12                     3 5 10 2 3    rw S1PIE
POR_EL12                     3 5 10 2 4    rw S1POE
TTTBRU_EL12                  3 5 10 2 6    rw S1POE2
TTTBRP_EL12                  3 5 10 2 7    rw S1POE2
AMAIR_EL12                   3 5 10 3 0    rw VHE
AMAIR2_EL12                  3 5 10 3 1    rw AIE
MPAM1_EL12                   3 5 10 5 0    rw MPAM
MPAMCTL_EL12                 3 5 10 5 2    rw MPAMv2
MPAMBW1_EL12                 3 5 10 5 4    rw MPAM_PE_BW_CTRL
VBAR_EL12                    3 5 12 0 0    rw VHE
TPIDR3_EL12                  3 5 13 0 0    rw S1POE2
CONTEXTIDR_EL12              3 5 13 0 1    rw VHE
SCXTNUM_EL12                 3 5 13 0 7    rw CSV2_2
CNTKCTL_EL12                 3 5 14 1 0    rw VHE
CNTP_TVAL_EL02               3 5 14 2 0    rw VHE
CNTP_CTL_EL02                3 5 14 2 1    rw VHE
CNTP_CVAL_EL02               3 5 14 2 2    rw VHE
CNTV_TVAL_EL02               3 5 14 3 0    rw VHE
CNTV_CTL_EL02                3 5 14 3 1    rw VHE
CNTV_CVAL_EL02               3 5 14 3 2    rw VHE
`
