/** System registers with op0 3, op1 3: what EL0 may see. The columns are those of `system-registers.ts`. */
export const EL0_REGISTERS = `
CTR_EL0                      3 3 0 0 1     r
DCZID_EL0                    3 3 0 0 7     r
TPMIN0_EL0                   3 3 2 2 4     rw S1POE2
TPMAX0_EL0                   3 3 2 2 5     rw S1POE2
TPMIN1_EL0                   3 3 2 2 6     rw S1POE2
TPMAX1_EL0                   3 3 2 2 7     rw S1POE2
RNDR                         3 3 2 4 0     r  RNG
RNDRRS                       3 3 2 4 1     r  RNG
GCSPR_EL0                    3 3 2 5 1     rw GCS
TINDEX_EL0                   3 3 4 0 3     rw S1POE2
NZCV                         3 3 4 2 0     rw
DAIF                         3 3 4 2 1     rw
SVCR                         3 3 4 2 2     rw SME
DIT                          3 3 4 2 5     rw DIT
SSBS                         3 3 4 2 6     rw SSBS
TCO                          3 3 4 2 7     rw MTE2
FPCR                         3 3 4 4 0     rw FP
FPSR                         3 3 4 4 1     rw FP
FPMR                         3 3 4 4 2     rw FPMR
DSPSR_EL0                    3 3 4 5 0     rw
DLR_EL0                      3 3 4 5 1     rw
DPOCR_EL0                    3 3 4 5 2     rw S1POE2
PMICNTR_EL0                  3 3 9 4 0     rw PMUv3_ICNTR
PMICFILTR_EL0                3 3 9 6 0     rw PMUv3_ICNTR
PMCR_EL0                     3 3 9 12 0    rw PMUv3
PMCNTENSET_EL0               3 3 9 12 1    rw PMUv3
PMCNTENCLR_EL0               3 3 9 12 2    rw PMUv3
PMOVSCLR_EL0                 3 3 9 12 3    rw PMUv3
PMSWINC_EL0                  3 3 9 12 4    w  PMUv3
PMSELR_EL0                   3 3 9 12 5    rw PMUv3
PMCEID0_EL0                  3 3 9 12 6    r  PMUv3
PMCEID1_EL0                  3 3 9 12 7    r  PMUv3
PMCCNTR_EL0                  3 3 9 13 0    rw PMUv3
PMXEVTYPER_EL0               3 3 9 13 1    rw PMUv3
PMXEVCNTR_EL0                3 3 9 13 2    rw PMUv3
PMZR_EL0                     3 3 9 13 4    w  PMUv3p9
PMUSERENR_EL0                3 3 9 14 0    rw PMUv3
PMOVSSET_EL0                 3 3 9 14 3    rw PMUv3
POR_EL0                      3 3 10 2 4    rw S1POE
TPIDR3_EL0                   3 3 13 0 0    rw S1POE2
TPIDR_EL0                    3 3 13 0 2    rw
TPIDRRO_EL0                  3 3 13 0 3    rw
TPIDR2_EL0                   3 3 13 0 5    rw SME
SCXTNUM_EL0                  3 3 13 0 7    rw CSV2_2
AMCR_EL0                     3 3 13 2 0    rw AMUv1
AMCFGR_EL0                   3 3 13 2 1    r  AMUv1
AMCGCR_EL0                   3 3 13 2 2    r  AMUv1
AMUSERENR_EL0                3 3 13 2 3    rw AMUv1
AMCNTENCLR0_EL0              3 3 13 2 4    rw AMUv1
AMCNTENSET0_EL0              3 3 13 2 5    rw AMUv1
AMCG1IDR_EL0                 3 3 13 2 6    r  AMUv1p1
AMCNTENCLR1_EL0              3 3 13 3 0    rw AMUv1
AMCNTENSET1_EL0              3 3 13 3 1    rw AMUv1
AMEVCNTR0<0-3>_EL0           3 3 13 4 0    rw +1 AMUv1
AMEVTYPER0<0-3>_EL0          3 3 13 6 0    r  +1 AMUv1
AMEVCNTR1<0-15>_EL0          3 3 13 12 0   rw +1 AMUv1
AMEVTYPER1<0-15>_EL0         3 3 13 14 0   rw +1 AMUv1
CNTFRQ_EL0                   3 3 14 0 0    rw
CNTPCT_EL0                   3 3 14 0 1    r
CNTVCT_EL0                   3 3 14 0 2    r
CNTPCTSS_EL0                 3 3 14 0 5    r  ECV
CNTVCTSS_EL0                 3 3 14 0 6    r  ECV
CNTP_TVAL_EL0                3 3 14 2 0    rw
CNTP_CTL_EL0                 3 3 14 2 1    rw
CNTP_CVAL_EL0                3 3 14 2 2    rw
CNTV_TVAL_EL0                3 3 14 3 0    rw
CNTV_CTL_EL0                 3 3 14 3 1    rw
CNTV_CVAL_EL0                3 3 14 3 2    rw
PMEVCNTR<0-30>_EL0           3 3 14 8 0    rw +1 PMUv3
PMEVTYPER<0-30>_EL0          3 3 14 12 0   rw +1 PMUv3
PMCCFILTR_EL0                3 3 14 15 7   rw PMUv3
`
