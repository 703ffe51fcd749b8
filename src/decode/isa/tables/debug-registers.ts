/** System registers with op0 2: debug and trace (C5.3, D19.3, D19.4). The columns are those of `system-registers.ts`. */
export const DEBUG_REGISTERS = `
OSDTRRX_EL1                  2 0 0 0 2     rw
DBGBVR<0-15>_EL1             2 0 0 0 4     rw +8
DBGBCR<0-15>_EL1             2 0 0 0 5     rw +8
DBGWVR<0-15>_EL1             2 0 0 0 6     rw +8
DBGWCR<0-15>_EL1             2 0 0 0 7     rw +8
MDCCINT_EL1                  2 0 0 2 0     rw
MDSCR_EL1                    2 0 0 2 2     rw
OSDTRTX_EL1                  2 0 0 3 2     rw
MDSELR_EL1                   2 0 0 4 2     rw Debugv8p9
MDSTEPOP_EL1                 2 0 0 5 2     rw STEP2
OSECCR_EL1                   2 0 0 6 2     rw
MDRAR_EL1                    2 0 1 0 0     r
OSLAR_EL1                    2 0 1 0 4     w
OSLSR_EL1                    2 0 1 1 4     r
OSDLR_EL1                    2 0 1 3 4     rw
DBGPRCR_EL1                  2 0 1 4 4     rw
DBGCLAIMSET_EL1              2 0 7 8 6     rw
DBGCLAIMCLR_EL1              2 0 7 9 6     rw
DBGAUTHSTATUS_EL1            2 0 7 14 6    r
SPMCGCR0_EL1                 2 0 9 13 0    r  SPMU
SPMCGCR1_EL1                 2 0 9 13 1    r  SPMU
SPMACCESSR_EL1               2 0 9 13 3    rw SPMU
SPMIIDR_EL1                  2 0 9 13 4    r  SPMU
SPMDEVARCH_EL1               2 0 9 13 5    r  SPMU
SPMDEVAFF_EL1                2 0 9 13 6    r  SPMU
SPMCFGR_EL1                  2 0 9 13 7    r  SPMU
SPMINTENSET_EL1              2 0 9 14 1    rw SPMU
SPMINTENCLR_EL1              2 0 9 14 2    rw SPMU
PMEVCNTSVR<0-30>_EL1         2 0 14 8 0    r  +1 PMUv3_SS
PMCCNTSVR_EL1                2 0 14 11 7   r  PMUv3_SS
PMICNTSVR_EL1                2 0 14 12 0   r  PMUv3_SS
TRCTRACEIDR                  2 1 0 0 1     rw ETMv4|ETE
TRCVICTLR                    2 1 0 0 2     rw ETMv4|ETE
TRCSEQEVR<0-2>               2 1 0 0 4     rw +8 ETMv4|ETE
TRCCNTRLDVR<0-3>             2 1 0 0 5     rw +8 ETMv4|ETE
TRCIDR<8-13>                 2 1 0 0 6     r  +8 ETMv4|ETE
TRCIMSPEC<0-7>               2 1 0 0 7     rw +8 ETMv4|ETE
TRCPRGCTLR                   2 1 0 1 0     rw ETMv4|ETE
TRCQCTLR                     2 1 0 1 1     rw ETMv4|ETE
TRCVIIECTLR                  2 1 0 1 2     rw ETMv4|ETE
TRCPROCSELR                  2 1 0 2 0     rw ETMv4|ETE
TRCITEEDCR                   2 1 0 2 1     rw ITE
TRCVISSCTLR                  2 1 0 2 2     rw ETMv4|ETE
TRCSTATR                     2 1 0 3 0     r  ETMv4|ETE
TRCVIPCSSCTLR                2 1 0 3 2     rw ETMv4|ETE
TRCCONFIGR                   2 1 0 4 0     rw ETMv4|ETE
TRCCNTCTLR<0-3>              2 1 0 4 5     rw +8 ETMv4|ETE
TRCAUXCTLR                   2 1 0 6 0     rw ETMv4|ETE
TRCSEQRSTEVR                 2 1 0 6 4     rw ETMv4|ETE
TRCSEQSTR                    2 1 0 7 4     rw ETMv4|ETE
TRCEVENTCTL0R                2 1 0 8 0     rw ETMv4|ETE
TRCVDCTLR                    2 1 0 8 2     rw ETMv4|ETE
TRCEXTINSELR                 2 1 0 8 4     rw ETMv4|ETE
TRCCNTVR<0-3>                2 1 0 8 5     rw +8 ETMv4|ETE
TRCIDR<0-7>                  2 1 0 8 7     r  +8 ETMv4|ETE
TRCEVENTCTL1R                2 1 0 9 0     rw ETMv4|ETE
TRCVDSACCTLR                 2 1 0 9 2     rw ETMv4|ETE
TRCEXTINSELR<1-3>            2 1 0 9 4     rw +8 ETE
TRCRSR                       2 1 0 10 0    rw ETE
TRCVDARCCTLR                 2 1 0 10 2    rw ETMv4|ETE
TRCSTALLCTLR                 2 1 0 11 0    rw ETMv4|ETE
TRCTSCTLR                    2 1 0 12 0    rw ETMv4|ETE
TRCSYNCPR                    2 1 0 13 0    rw ETMv4|ETE
TRCCCCTLR                    2 1 0 14 0    rw ETMv4|ETE
TRCBBCTLR                    2 1 0 15 0    rw ETMv4|ETE
TRCRSCTLR<16-31>             2 1 1 0 1     rw +8 ETMv4|ETE
TRCSSCCR<0-7>                2 1 1 0 2     rw +8 ETMv4|ETE
TRCSSPCICR<0-7>              2 1 1 0 3     rw +8 ETMv4|ETE
TRCOSLAR                     2 1 1 0 4     w  ETMv4|ETE
TRCOSLSR                     2 1 1 1 4     r  ETMv4|ETE
TRCRSCTLR<2-15>              2 1 1 2 0     rw +8 ETMv4|ETE
TRCPDCR                      2 1 1 4 4     rw ETMv4|ETE
TRCPDSR                      2 1 1 5 4     r  ETMv4|ETE
TRCSSCSR<0-7>                2 1 1 8 2     rw +8 ETMv4|ETE
TRCACVR<0-7>                 2 1 2 0 0     rw +16 ETMv4|ETE
TRCACVR<8-15>                2 1 2 0 1     rw +16 ETMv4|ETE
TRCACATR<0-7>                2 1 2 0 2     rw +16 ETMv4|ETE
TRCACATR<8-15>               2 1 2 0 3     rw +16 ETMv4|ETE
TRCDVCVR<0-3>                2 1 2 0 4     rw +32 ETMv4|ETE
TRCDVCVR<4-7>                2 1 2 0 5     rw +32 ETMv4|ETE
TRCDVCMR<0-3>                2 1 2 0 6     rw +32 ETMv4|ETE
TRCDVCMR<4-7>                2 1 2 0 7     rw +32 ETMv4|ETE
TRCCIDCVR<0-7>               2 1 3 0 0     rw +16 ETMv4|ETE
TRCVMIDCVR<0-7>              2 1 3 0 1     rw +16 ETMv4|ETE
TRCCIDCCTLR0                 2 1 3 0 2     rw ETMv4|ETE
TRCCIDCCTLR1                 2 1 3 1 2     rw ETMv4|ETE
TRCVMIDCCTLR0                2 1 3 2 2     rw ETMv4|ETE
TRCVMIDCCTLR1                2 1 3 3 2     rw ETMv4|ETE
TRCITCTRL                    2 1 7 0 4     rw ETMv4|ETE
TRCDEVID                     2 1 7 2 7     r  ETMv4|ETE
TRCDEVTYPE                   2 1 7 3 7     r  ETMv4|ETE
TRCPIDR<4-7>                 2 1 7 4 7     r  +8 ETMv4|ETE
TRCCLAIMSET                  2 1 7 8 6     rw ETMv4|ETE
TRCPIDR<0-3>                 2 1 7 8 7     r  +8 ETMv4|ETE
TRCCLAIMCLR                  2 1 7 9 6     rw ETMv4|ETE
TRCDEVAFF0                   2 1 7 10 6    r  ETMv4|ETE
TRCDEVAFF1                   2 1 7 11 6    r  ETMv4|ETE
TRCLAR                       2 1 7 12 6    w  ETMv4|ETE
TRCCIDR<0-3>                 2 1 7 12 7    r  +8 ETMv4|ETE
TRCLSR                       2 1 7 13 6    r  ETMv4|ETE
TRCAUTHSTATUS                2 1 7 14 6    r  ETMv4|ETE
TRCDEVARCH                   2 1 7 15 6    r  ETMv4|ETE
BRBINF<0-15>_EL1             2 1 8 0 0     r  +8 BRBE
BRBSRC<0-15>_EL1             2 1 8 0 1     r  +8 BRBE
BRBTGT<0-15>_EL1             2 1 8 0 2     r  +8 BRBE
BRBINF<16-31>_EL1            2 1 8 0 4     r  +8 BRBE
BRBSRC<16-31>_EL1            2 1 8 0 5     r  +8 BRBE
BRBTGT<16-31>_EL1            2 1 8 0 6     r  +8 BRBE
BRBCR_EL1                    2 1 9 0 0     rw BRBE
BRBFCR_EL1                   2 1 9 0 1     rw BRBE
BRBTS_EL1                    2 1 9 0 2     rw BRBE
BRBINFINJ_EL1                2 1 9 1 0     rw BRBE
BRBSRCINJ_EL1                2 1 9 1 1     rw BRBE
BRBTGTINJ_EL1                2 1 9 1 2     rw BRBE
BRBIDR0_EL1                  2 1 9 2 0     r  BRBE
TEECR32_EL1                  2 2 0 0 0     rw
TEEHBR32_EL1                 2 2 1 0 0     rw
MDCCSR_EL0                   2 3 0 1 0     r
DBGDTR_EL0                   2 3 0 4 0     rw
DBGDTRRX_EL0                 2 3 0 5 0     r
DBGDTRTX_EL0                 2 3 0 5 0     w
SPMCR_EL0                    2 3 9 12 0    rw SPMU
SPMCNTENSET_EL0              2 3 9 12 1    rw SPMU
SPMCNTENCLR_EL0              2 3 9 12 2    rw SPMU
SPMOVSCLR_EL0                2 3 9 12 3    rw SPMU
SPMZR_EL0                    2 3 9 12 4    w  SPMU
SPMSELR_EL0                  2 3 9 12 5    rw SPMU
SPMOVSSET_EL0                2 3 9 14 3    rw SPMU
SPMEVCNTR<0-15>_EL0          2 3 14 0 0    rw +1 SPMU
SPMEVTYPER<0-15>_EL0         2 3 14 2 0    rw +1 SPMU
SPMEVFILTR<0-15>_EL0         2 3 14 4 0    rw +1 SPMU
SPMEVFILT2R<0-15>_EL0        2 3 14 6 0    rw +1 SPMU
DBGVCR32_EL2                 2 4 0 7 0     rw AA32EL1
BRBCR_EL2                    2 4 9 0 0     rw BRBE
SPMACCESSR_EL2               2 4 9 13 3    rw SPMU
BRBCR_EL12                   2 5 9 0 0     rw BRBE
SPMACCESSR_EL12              2 5 9 13 3    rw SPMU
SPMACCESSR_EL3               2 6 9 13 3    rw SPMU
SPMROOTCR_EL3                2 6 9 14 7    rw SPMU
SPMSCR_EL1                   2 7 9 14 7    rw SPMU
`
