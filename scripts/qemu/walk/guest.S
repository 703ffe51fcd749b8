// Address translation instructions at EL2 under the tables of a record: what PAR_EL1 says, or the exception.
//
// A record: registers, number of descriptors, address and value of each, number of probes; then the probes. A probe: VA,
// number of the instruction; PAR_EL1, and ESR_EL2, FAR_EL2, HPFAR_EL2 of an External abort on the walk (0 for none).
    .include "guest.inc"
    .arch armv8.2-a

    .equ PROBE, 48

    .text
    .global _start
_start:
    adr x0, vectors
    msr vbar_el2, x0
    set_register hcr_el2, 0x80000000
    ldr x28, =BATCH
    add x0, x28, #TOLD
    mrs x1, id_aa64mmfr0_el1
    mrs x2, id_aa64mmfr1_el1
    stp x1, x2, [x0], #16
    mrs x1, id_aa64mmfr2_el1
    mrs x2, S3_0_C0_C7_3                 // ID_AA64MMFR3_EL1
    stp x1, x2, [x0], #16
    mrs x1, id_aa64isar1_el1
    mrs x2, S3_0_C0_C6_2                 // ID_AA64ISAR2_EL1
    stp x1, x2, [x0], #16
    mrs x1, id_aa64pfr1_el1
    mrs x2, S3_0_C0_C4_2                 // ID_AA64PFR2_EL1
    stp x1, x2, [x0], #16
    add x27, x28, #RECORDS

next:
    ldp x3, x4, [x28, #COUNT]
    cmp x3, x4
    b.eq all
    // x27 is the record; x26 its descriptors, x25 how many, x24 its probes.
    ldp x0, x1, [x27], #16
    msr sctlr_el1, x0
    msr tcr_el1, x1
    ldp x0, x1, [x27], #16
    msr ttbr0_el1, x0
    msr ttbr1_el1, x1
    ldp x0, x1, [x27], #16
    msr mair_el1, x0
    lsl x1, x1, #22
    msr S3_0_C4_C2_3, x1                 // PAN
    ldr x25, [x27], #8
    mov x26, x27
    mov x3, x25
1:  cbz x3, 2f
    ldp x0, x1, [x27], #16
    str x1, [x0]
    sub x3, x3, #1
    b 1b
2:  ldr x24, [x27], #8
probe:
    cbz x24, probed
    dsb sy
    tlbi alle1
    dsb sy
    isb
    str xzr, [x27, #24]
    msr hpfar_el2, xzr
    ldp x0, x1, [x27]
    adr x2, instructions
    add x2, x2, x1, lsl #3
    br x2
translated:
    isb
    mrs x0, par_el1
    str x0, [x27, #16]
    add x27, x27, #PROBE
    sub x24, x24, #1
    b probe

probed:
    msr sctlr_el1, xzr
    mov x3, x25
3:  cbz x3, 4f
    ldr x0, [x26], #16
    str xzr, [x0]
    sub x3, x3, #1
    b 3b
4:  ldr x0, [x28, #DONE]
    add x0, x0, #1
    str x0, [x28, #DONE]
    b next

instructions:
    .irp name, s1e0r, s1e0w, s1e1r, s1e1w, s1e1rp, s1e1wp, s12e0r, s12e0w, s12e1r, s12e1w
    at \name, x0
    b translated
    .endr

// An External abort on the walk of an AT instruction.
aborted:
    mrs x0, esr_el2
    mrs x1, far_el2
    stp x0, x1, [x27, #24]
    mrs x0, hpfar_el2
    str x0, [x27, #40]
    mrs x0, elr_el2
    add x0, x0, #4
    msr elr_el2, x0
    eret

all:
    finish 0
bad:
    finish 1
    .ltorg

    .balign 2048
vectors:
    .rept 4
    vector bad
    .endr
    vector aborted
    .rept 11
    vector bad
    .endr
