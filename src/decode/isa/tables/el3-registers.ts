/** System registers with op0 3, op1 6 and 7: EL3. The columns are those of `system-registers.ts`. */
export const EL3_REGISTERS = `
SCTLR_EL3                    3 6 1 0 0     rw
ACTLR_EL3                    3 6 1 0 1     rw
SCTLR2_EL3                   3 6 1 0 3     rw SCTLR2
SCR_EL3                      3 6 1 1 0     rw
SDER32_EL3                   3 6 1 1 1     rw AA32EL1
CPTR_EL3                     3 6 1 1 2     rw
FGWTE3_EL3                   3 6 1 1 5     rw FGWTE3
ZCR_EL3                      3 6 1 2 0     rw SVE
SMCR_EL3                     3 6 1 2 6     rw SME
MDCR_EL3                     3 6 1 3 1     rw
TTBR0_EL3                    3 6 2 0 0     rw
TCR_EL3                      3 6 2 0 2     rw
IRTBRP_EL3                   3 6 2 0 5     rw S1POE2
DPOTBR0_EL3                  3 6 2 0 6     rw S1POE2
GPTBR_EL3                    3 6 2 1 4     rw RME
GPCBW_EL3                    3 6 2 1 5     rw RME_GPC3
GPCCR_EL3                    3 6 2 1 6     rw RME
GCSCR_EL3                    3 6 2 5 0     rw GCS
GCSPR_EL3                    3 6 2 5 1     rw GCS
FGDTP<0-15>_EL3              3 6 3 2 0     rw +1 S1POE2
AFGDTP<0-15>_EL3             3 6 3 6 0     rw +1 S1POE2
SPSR_EL3                     3 6 4 0 0     rw
ELR_EL3                      3 6 4 0 1     rw
STINDEX_EL3                  3 6 4 0 2     rw S1POE2
TINDEX_EL3                   3 6 4 0 3     rw S1POE2
SP_EL2                       3 6 4 1 0     rw
AFSR0_EL3                    3 6 5 1 0     rw
AFSR1_EL3                    3 6 5 1 1     rw
ESR_EL3                      3 6 5 2 0     rw
VSESR_EL3                    3 6 5 2 3     rw E3DSE
TFSR_EL3                     3 6 5 6 0     rw MTE2
FAR_EL3                      3 6 6 0 0     rw
MFAR_EL3                     3 6 6 0 5     rw RME|PFAR
PMBSR_EL3                    3 6 9 10 3    rw SPE_EXC
TRBSR_EL3                    3 6 9 11 3    rw TRBE_EXC
MAIR2_EL3                    3 6 10 1 1    rw AIE
MAIR_EL3                     3 6 10 2 0    rw
PIR_EL3                      3 6 10 2 3    rw S1PIE
POR_EL3                      3 6 10 2 4    rw S1POE
TTTBRP_EL3                   3 6 10 2 7    rw S1POE2
AMAIR_EL3                    3 6 10 3 0    rw
AMAIR2_EL3                   3 6 10 3 1    rw AIE
MPAM3_EL3                    3 6 10 5 0    rw MPAM
MPAMCTL_EL3                  3 6 10 5 2    rw MPAMv2
MPAMBW3_EL3                  3 6 10 5 4    rw MPAM_PE_BW_CTRL
MPAMVIDSR_EL3                3 6 10 7 1    rw MPAMv2
MECID_RL_A_EL3               3 6 10 10 1   rw MEC
VBAR_EL3                     3 6 12 0 0    rw
RVBAR_EL3                    3 6 12 0 1    r
RMR_EL3                      3 6 12 0 2    rw
VDISR_EL3                    3 6 12 1 1    rw E3DSE
ICC_APR_EL3                  3 6 12 8 0    rw GCIE
ICC_PCR_EL3                  3 6 12 8 1    rw GCIE
ICC_DOMHPPIR_EL3             3 6 12 8 2    r  GCIE
ICC_PPI_DOMAINR<0-3>_EL3     3 6 12 8 4    rw +1 GCIE
ICC_CR0_EL3                  3 6 12 9 0    rw GCIE
ICC_HPPIR_EL3                3 6 12 9 1    r  GCIE
ICC_CTLR_EL3                 3 6 12 12 4   rw GICv3
ICC_SRE_EL3                  3 6 12 12 5   rw GICv3
ICC_IGRPEN1_EL3              3 6 12 12 7   rw GICv3
TPIDR3_EL3                   3 6 13 0 0    rw S1POE2
TPIDR_EL3                    3 6 13 0 2    rw
SCXTNUM_EL3                  3 6 13 0 7    rw CSV2_2
CNTPS_TVAL_EL1               3 7 14 2 0    rw
CNTPS_CTL_EL1                3 7 14 2 1    rw
CNTPS_CVAL_EL1               3 7 14 2 2    rw
`
