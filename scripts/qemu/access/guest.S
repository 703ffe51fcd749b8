// One or two loads and stores a record, at EL1 on RAM and devices side by side. The device accesses are in QEMU's trace.
//
// A record is the state before, and becomes the state after; SP_EL1 points at it, the words use SP_EL0. The memory map is
// that of `nisv conform access`: nine pages, in an alias where devices are Device-nGnRE and one where they are
// Non-cacheable. The harness runs at the upper half's addresses.
    .include "guest.inc"
    .arch armv8.5-a+sve

    .equ R_SP, 248
    .equ R_NZCV, 256
    .equ R_ESR, 264
    .equ R_FAR, 272
    .equ R_PC, 280
    .equ R_WORDS, 288
    .equ R_CHANGED, 296
    .equ R_Z, 320
    .equ R_P, 1344
    .equ R_FFR, 1408
    .equ R_CHANGES, 1424
    .equ CHANGES, 32
    .equ RECORD, 1936

    .equ FW_CFG, 0x09020000
    .equ ECAM, 0x3f000000
    .equ VIRTIO, 0x0a000000
    .equ DEV0, 0x10000000
    .equ DEV2, 0x08006000
    .equ RAM_PAGES, 0x4a000000
    .equ PRISTINE, 0x4b000000
    .equ UPPER, 0xffffff8000000000       // plus the physical address

    .text
    .global _start
_start:
    msr spsel, #1
    set_register cpacr_el1, 0x330000
    isb
    set_register S3_0_C1_C2_0, 1         // ZCR_EL1: vectors of 256 bits

    // BAR 2 of both memory devices: halves of the page DEV0.
    ldr x0, =ECAM + (1 << 15)
    ldr x1, =DEV0
    mov w2, #2
1:  str w1, [x0, #0x18]
    str wzr, [x0, #0x1c]
    str w2, [x0, #4]
    add x0, x0, #1 << 15
    add x1, x1, #0x800
    tbz x1, #12, 1b
    // The key of opt/dev, in fw_cfg's directory.
    ldr x0, =FW_CFG
    mov w1, #0x1900
    strh w1, [x0, #8]
    ldr w1, [x0]
    rev w1, w1
    ldr x2, =0x7665642f74706f            // "opt/dev"
2:  cbz w1, bad
    sub w1, w1, #1
    ldr w3, [x0]
    ldrh w4, [x0]
    ldrh w3, [x0]
    ldr x5, [x0]
    mov w6, #6
3:  ldr x3, [x0]
    sub w6, w6, #1
    cbnz w6, 3b
    cmp x5, x2
    b.ne 2b
    rev16 w4, w4
    lsl w4, w4, #16
    mov w3, #10                          // select, read
    orr w4, w4, w3
    rev w4, w4
    adr x0, fill_command
    str w4, [x0]

    set_register mair_el1, 0xff440400
    set_register tcr_el1, 0x22b5193519
    adr x0, upper                        // at first in both halves
    msr ttbr0_el1, x0
    msr ttbr1_el1, x0
    dsb sy
    tlbi vmalle1
    dsb sy
    isb
    adr x1, level1
    set_register sctlr_el1, 0x30d01805
    isb
    ldr x0, =UPPER
    adr x2, 4f
    add x2, x2, x0
    br x2
4:  msr ttbr0_el1, x1
    adr x0, vectors
    msr vbar_el1, x0
    dsb sy
    tlbi vmalle1
    dsb sy
    isb
    // Two reads that tell which device of the trace is which; cases begin behind them.
    ldr x0, =0x80001000
    ldrb w1, [x0, #0x7f1]
    ldr x0, =0x80003000
    ldrb w1, [x0, #0x7f2]
    ldr x2, =UPPER + BATCH
    mrs x0, id_aa64mmfr2_el1
    str x0, [x2, #TOLD]
    add sp, x2, #RECORDS

next:
    ldr x2, =UPPER + BATCH
    ldp x3, x4, [x2, #COUNT]
    cmp x3, x4
    b.eq all
    // DEV0 as it was; the trace has this store between cases.
    adr x0, fill
    ldr w1, fill_command
    str w1, [x0]
    ldr x1, =UPPER
    sub x0, x0, x1
    rev x0, x0
    ldr x1, =UPPER + FW_CFG + 16
    dsb sy
    str x0, [x1]
    adr x1, slot
    ldr x0, [sp, #R_WORDS]
    str x0, [x1]
    dsb sy
    tlbi vmalle1
    ic iallu
    dsb sy
    isb
    msr far_el1, xzr
    msr elr_el1, x1
    ldr x0, [sp, #R_NZCV]
    mov x1, #0x3c4                       // EL1t, DAIF
    orr x0, x0, x1
    msr spsr_el1, x0
    ldr x0, [sp, #R_SP]
    msr sp_el0, x0
    mov x30, sp
    add x1, x30, #R_FFR
    ldr p0, [x1]
    wrffr p0.b
    add x1, x30, #R_P
    each_p ldr, x1
    add x1, x30, #R_Z
    each_z ldr, x1
    clrex
    each_x ldr, sp
    eret

ended:                                   // by the BRK behind the words, or an exception of theirs
    each_x str, sp
    mov x30, sp
    add x1, x30, #R_P
    each_p str, x1
    add x1, x30, #R_Z
    each_z str, x1
    add x1, x30, #R_FFR
    rdffr p0.b
    str p0, [x1]
    mrs x0, sp_el0
    str x0, [sp, #R_SP]
    mrs x0, spsr_el1
    and x0, x0, #0xf0000000
    str x0, [sp, #R_NZCV]
    mrs x0, esr_el1
    str x0, [sp, #R_ESR]
    mrs x0, far_el1
    str x0, [sp, #R_FAR]
    mrs x0, elr_el1
    adr x1, slot
    sub x0, x0, x1
    str x0, [sp, #R_PC]
    // RAM that changed: address and value; then it is as before.
    ldr x0, =UPPER + PRISTINE
    ldr x1, =UPPER + RAM_PAGES
    add x2, x30, #R_CHANGES
    mov x3, #0
4:  mov x4, #512
5:  ldp x5, x6, [x0], #16
    ldp x7, x8, [x1], #16
    cmp x5, x7
    ccmp x6, x8, #0, eq
    b.ne 7f
6:  sub x4, x4, #2
    cbnz x4, 5b
    add x1, x1, #0xf000
    tst x0, #0x2000                      // three pages
    b.eq 4b
    tst x0, #0x1000
    b.eq 4b
    str x3, [sp, #R_CHANGED]
    add sp, sp, #RECORD
    ldr x2, =UPPER + BATCH
    ldr x0, [x2, #DONE]
    add x0, x0, #1
    str x0, [x2, #DONE]
    b next
7:  sub x9, x1, #16
    lsl x9, x9, #25                      // the physical address
    lsr x9, x9, #25
    cmp x3, #CHANGES - 2
    b.hi bad
    stp x9, x7, [x2], #16
    add x9, x9, #8
    stp x9, x8, [x2], #16
    add x3, x3, #2
    stp x5, x6, [x1, #-16]
    b 6b

all:
    finish 0
bad:
    finish 1
    .ltorg

    .balign 2048
vectors:
    vector ended
    .rept 15
    vector bad
    .endr

    .balign 16
fill:                                    // a transfer of fw_cfg, big-endian
    .word 0
    .word 0x00100000                     // 4096 bytes
    .quad 0x0000001000000000             // to DEV0
fill_command:
    .word 0

    .balign 4096
slot:
    .word 0, 0
    brk #1

    .balign 4096
upper:
    .quad low + 3, harness + 3
    .fill 510, 8, 0
level1:
    .quad 0, 0, aliases + 3
    .fill 509, 8, 0
low:                                     // fw_cfg
    .fill 0x09000000 >> 21, 8, 0
    .quad 0x0060000009000401
    .fill 511 - (0x09000000 >> 21), 8, 0
harness:                                 // 256 MiB of RAM
    .set at, 0x40000000
    .rept 128
    .quad at | 0x70d
    .set at, at + 0x200000
    .endr
    .fill 384, 8, 0
aliases:
    .quad device_alias + 3, normal_alias + 3
    .fill 510, 8, 0
    .macro alias attributes
    .quad RAM_PAGES | 0x60000000000f4f
    .quad DEV0 | \attributes
    .quad (RAM_PAGES + 0x10000) | 0x60000000000f4f
    .quad VIRTIO | \attributes
    .quad (RAM_PAGES + 0x20000) | 0x60000000000f4f
    .quad DEV2 | \attributes
    .quad 0
    .quad DEV0 | \attributes
    .fill 504, 8, 0
    .endm
device_alias:
    alias 0x60000000000e47
normal_alias:
    alias 0x60000000000e4b
