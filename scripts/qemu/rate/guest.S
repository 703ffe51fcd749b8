// How long address translation instructions take: AT S1E1R without stage 2, AT S12E1R with it, of 64 pages in turn.
//
// A record: registers, how many times; ticks of CNTVCT_EL0, how many a second, translations that were not PA = VA.
    .include "guest.inc"

    .equ TABLES, 0x40000000
    .equ TABLES_BYTES, 0x10000
    .equ GIVEN, 0x46000000               // what belongs at TABLES, where QEMU puts its device tree
    .equ R_RESULTS, 64

    .text
    .global _start
_start:
    adr x0, vectors
    msr vbar_el2, x0
    ldr x0, =GIVEN
    ldr x1, =TABLES
    ldr x2, =TABLES_BYTES
1:  ldp x3, x4, [x0], #16
    stp x3, x4, [x1], #16
    subs x2, x2, #16
    b.ne 1b
    ldr x28, =BATCH
    add x27, x28, #RECORDS
next:
    ldp x3, x4, [x28, #COUNT]
    cmp x3, x4
    b.eq all
    ldp x0, x1, [x27]
    msr sctlr_el1, x0
    msr tcr_el1, x1
    ldp x0, x1, [x27, #16]
    msr ttbr0_el1, x0
    msr mair_el1, x1
    ldp x0, x1, [x27, #32]
    msr hcr_el2, x0
    msr vtcr_el2, x1
    ldp x1, x2, [x27, #48]
    msr vttbr_el2, x1
    and x26, x0, #1                      // HCR_EL2.VM
    dsb sy
    tlbi alle1
    dsb sy
    isb
    mov x3, #0                           // wrong
    mov x4, #0                           // page
    mrs x5, cntvct_el0
2:  add x4, x4, #1
    and x4, x4, #63
    lsl x6, x4, #12
    add x0, x6, #8
    cbnz x26, 3f
    at s1e1r, x0
    b 4f
3:  at s12e1r, x0
4:  isb
    mrs x0, par_el1
    and x1, x0, #0xfffffffff000
    cmp x1, x6
    cinc x3, x3, ne
    and x0, x0, #1
    add x3, x3, x0
    subs x2, x2, #1
    b.ne 2b
    mrs x6, cntvct_el0
    sub x5, x6, x5
    mrs x6, cntfrq_el0
    stp x5, x6, [x27, #R_RESULTS]
    str x3, [x27, #R_RESULTS + 16]
    add x27, x27, #R_RESULTS + 24
    ldr x0, [x28, #DONE]
    add x0, x0, #1
    str x0, [x28, #DONE]
    b next

all:
    finish 0
bad:
    finish 1
    .ltorg

    .balign 2048
vectors:
    .rept 16
    vector bad
    .endr
