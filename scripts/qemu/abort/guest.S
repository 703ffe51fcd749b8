// One load or store a record, at EL1 on memory that stage 2 does not map: what EL2 is told.
//
// Starts at EL2. Stage 1 is off, memory Normal (HCR_EL2.DC); stage 2 maps the GiB of RAM and nothing else. SP_EL2 is the
// record: no instruction of EL1 can change it.
    .include "guest.inc"
    .arch armv8.5-a+sve

    .equ R_SP, 248
    .equ R_WORD, 256
    .equ R_ESR2, 264
    .equ R_FAR2, 272
    .equ R_HPFAR, 280
    .equ R_ESR1, 288
    .equ R_FAR1, 296
    .equ RECORD, 304

    .text
    .global _start
_start:
    adr x0, vectors
    msr vbar_el2, x0
    adr x0, el1_vectors
    msr vbar_el1, x0
    set_register cptr_el2, 0x22ff
    set_register cpacr_el1, 0x330000
    isb
    set_register S3_4_C1_C2_0, 1         // ZCR_EL2, ZCR_EL1: vectors of 256 bits
    set_register S3_0_C1_C2_0, 1
    set_register sctlr_el1, 0x30d00800
    msr tcr_el1, xzr
    adr x0, stage2
    msr vttbr_el2, x0
    set_register vtcr_el2, 0x80053559    // T0SZ 25, SL0 1, 4 KiB, PS 48
    set_register hcr_el2, 0x80001001     // RW, DC, VM
    tlbi alle1
    dsb sy
    isb
    ldr x2, =BATCH
    mrs x0, id_aa64mmfr2_el1
    str x0, [x2, #TOLD]
    add sp, x2, #RECORDS

next:
    ldr x2, =BATCH
    ldp x3, x4, [x2, #COUNT]
    cmp x3, x4
    b.eq all
    ldr w0, [sp, #R_WORD]
    adr x1, slot
    str w0, [x1]
    dsb sy
    ic iallu
    dsb sy
    isb
    .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    dup z\n\().d, #0
    .endr
    .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    ptrue p\n\().b
    .endr
    setffr
    clrex
    msr far_el2, xzr
    msr hpfar_el2, xzr
    msr esr_el1, xzr
    msr far_el1, xzr
    msr elr_el2, x1
    mov x0, #0x3c5                       // EL1h, DAIF
    msr spsr_el2, x0
    ldr x0, [sp, #R_SP]
    msr sp_el1, x0
    each_x ldr, sp
    eret

from_el1:
    mrs x0, esr_el2
    str x0, [sp, #R_ESR2]
    mrs x0, far_el2
    str x0, [sp, #R_FAR2]
    mrs x0, hpfar_el2
    str x0, [sp, #R_HPFAR]
    mrs x0, esr_el1
    str x0, [sp, #R_ESR1]
    mrs x0, far_el1
    str x0, [sp, #R_FAR1]
    add sp, sp, #RECORD
    ldr x2, =BATCH
    ldr x0, [x2, #DONE]
    add x0, x0, #1
    str x0, [x2, #DONE]
    b next

all:
    finish 0
bad:
    finish 1
    .ltorg

    .balign 2048
vectors:
    .rept 8
    vector bad
    .endr
    vector from_el1
    .rept 7
    vector bad
    .endr
    .balign 2048
el1_vectors:
    .rept 16
    .balign 128
    hvc #2
    .endr

    .balign 4096
slot:
    .word 0
    hvc #1

    .balign 4096
stage2:                                  // level 1: the second GiB, Normal, read, write, execute
    .quad 0, 0x400007fd
    .fill 510, 8, 0
