// A static AArch64 Linux program: runs instructions one at a time and hands back the whole state of each.
//
// stdin:  two words, the number of records (1..1024) and the slot of the first; the records; again until end of file.
// stdout: the same records, with the state after.
//
// One record is RECORD bytes, little-endian (scripts/exec/record.mjs has the same layout). Its code goes to a slot of
// its own in a page of BRK: a branch ends in SIGTRAP where it landed, an instruction that falls through ends in the
// epilogue. A signal is an outcome: number, code, address and PC are in the record. Streaming mode and ZA are switched
// on and off around the code when MODE asks for it.
//
// An argument makes the window tagged memory (PROT_MTE), its tags 0 before each record.

    .arch armv8.6-a+sve2+sme+memtag

    .equ SP_, 248
    .equ NZCV_, 256
    .equ FPCR_, 264
    .equ FPSR_, 272
    .equ MODE, 280          // before: 1 = streaming mode and ZA; after: the signal, 0 for none
    .equ SICODE, 284
    .equ ADDR, 288
    .equ PC_, 296
    .equ WORDS, 304         // 15 words; the fifth becomes the branch to the epilogue
    .equ Z_, 384            // vectors of 256 bits
    .equ P_, 1408
    .equ FFR_, 1472
    .equ ZA_, 1488
    .equ MEM, 2560
    .equ RECORD, 6656

    .equ WINDOW, 0x20000000
    .equ CODE, 0x10000000
    .equ CODE_BYTES, 0x100000
    .equ SLOT, 1024         // the code is in its middle

    .equ SYS_READ, 63
    .equ SYS_WRITE, 64
    .equ SYS_EXIT_GROUP, 94
    .equ SYS_SIGALTSTACK, 132
    .equ SYS_RT_SIGACTION, 134
    .equ SYS_PRCTL, 167
    .equ SYS_MMAP, 222

    .text
    .global _start
_start:
    ldr x27, [sp]                       // argc
    mov x0, #50                         // PR_SVE_SET_VL
    mov x1, #32
    mov x8, #SYS_PRCTL
    svc #0
    mov x0, #63                         // PR_SME_SET_VL
    mov x1, #32
    mov x8, #SYS_PRCTL
    svc #0
    mov x5, #3                          // PROT_READ | PROT_WRITE
    cmp x27, #1
    b.eq 1f
    mov x0, #55                         // PR_SET_TAGGED_ADDR_CTRL: enabled, synchronous, IRG of all tags but 0
    ldr x1, =0x7fff3
    mov x2, #0
    mov x3, #0
    mov x4, #0
    mov x8, #SYS_PRCTL
    svc #0
    mov x5, #0x23                       // PROT_MTE
1:  ldr x0, =WINDOW
    mov x1, #4096
    mov x2, x5
    bl map
    ldr x0, =CODE
    ldr x1, =CODE_BYTES
    mov x2, #7
    bl map
    ldr x0, =CODE                       // BRK #0 everywhere
    ldr x1, =CODE_BYTES
    ldr w2, =0xd4200000
1:  str w2, [x0], #4
    subs x1, x1, #4
    b.ne 1b
    ldr x0, =altstack
    mov x1, #0
    mov x8, #SYS_SIGALTSTACK
    svc #0
    adr x20, signals
1:  ldrb w0, [x20], #1
    cbz w0, next_batch
    ldr x1, =action
    mov x2, #0
    mov x3, #8
    mov x8, #SYS_RT_SIGACTION
    svc #0
    cbz x0, 1b
    b fail

signals:
    .byte 4, 5, 7, 8, 11, 0             // SIGILL SIGTRAP SIGBUS SIGFPE SIGSEGV
    .balign 4

map:                                    // x0 address, x1 bytes, x2 protection
    mov x20, x0
    mov x3, #0x32                       // MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS
    mov x4, #-1
    mov x5, #0
    mov x8, #SYS_MMAP
    svc #0
    cmp x0, x20
    b.ne fail
    ret

fail:
    mov x0, #3
    b exit
done:
    mov x0, #0
exit:
    mov x8, #SYS_EXIT_GROUP
    svc #0

read_all:                               // x1 address, x2 bytes; Z set at end of file
    mov x0, #0
    mov x8, #SYS_READ
    svc #0
    cmp x0, #0
    b.le 1f
    add x1, x1, x0
    subs x2, x2, x0
    b.ne read_all
    cmp x1, #0                          // not end of file
1:  ret

next_batch:
    ldr x1, =count
    mov x2, #8
    bl read_all
    b.le done
    ldr x19, =count
    ldp w19, w26, [x19]
    add w3, w19, w26
    cmp w3, #1024
    b.hi fail
    mov x3, #RECORD
    mul x2, x19, x3
    ldr x1, =records
    bl read_all
    b.le fail
    // All code is in place before the first word of it runs: a page is translated anew once per batch.
    ldr x0, =records
    bl first_slot
    mov x2, x19
1:  ldr w3, =0xd53bd05e                 // mrs x30, tpidr_el0
    bl put
    add x4, x0, #WORDS
    mov x5, #15
2:  ldr w3, [x4], #4
    cmp x5, #11
    b.ne 3f
    ldr x3, =epilogue
    sub x3, x3, x1
    ubfx x3, x3, #2, #26
    mov w6, #0x14000000                 // b epilogue
    orr w3, w3, w6
3:  bl put
    subs x5, x5, #1
    b.ne 2b
    add x1, x1, #SLOT - 64
    mov x3, #RECORD
    add x0, x0, x3
    subs x2, x2, #1
    b.ne 1b
    dsb ish
    isb
    ldr x0, =records
    bl first_slot
    b run

first_slot:                             // x1 = the code of slot w26
    ldr x1, =CODE
    mov x3, #SLOT
    madd x1, x26, x3, x1
    add x1, x1, #SLOT / 2 - 4
    ret

put:                                    // w3 to [x1], only where it is new
    ldr w6, [x1]
    cmp w6, w3
    b.eq 1f
    str w3, [x1]
1:  add x1, x1, #4
    ret

run:                                    // x0 record, x1 slot, x19 records to go
    ldr x2, =saved
    stp x0, x1, [x2]
    str x19, [x2, #16]
    ldr x3, =WINDOW
    mov x4, #MEM
    add x4, x0, x4
    mov x5, #4096
1:  ldp q0, q1, [x4], #32
    ldp q2, q3, [x4], #32
    stp q0, q1, [x3], #32
    stp q2, q3, [x3], #32
    subs x5, x5, #64
    b.ne 1b
    cmp x27, #1
    b.eq 2f
    mov x5, #4096
1:  sub x3, x3, #16
    stg x3, [x3]
    subs x5, x5, #16
    b.ne 1b
2:  str x27, [x2, #24]
    str xzr, [x0, #ADDR]
    str xzr, [x0, #PC_]
    ldr w5, [x0, #MODE]
    str w5, [x2, #32]
    str xzr, [x0, #MODE]
    cbz w5, 3f
    smstart
    mov w12, #0
    add x4, x0, #ZA_
1:  ldr za[w12, 0], [x4]
    add x4, x4, #32
    add w12, w12, #1
    cmp w12, #32
    b.ne 1b
3:  ldr x4, [x0, #FPCR_]
    msr fpcr, x4
    ldr x4, [x0, #FPSR_]
    msr fpsr, x4
    ldr x4, [x0, #NZCV_]
    msr nzcv, x4
    ldr x4, [x0, #SP_]
    mov sp, x4
    add x4, x0, #FFR_
    ldr p0, [x4]
    wrffr p0.b
    add x4, x0, #P_
    .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    ldr p\n, [x4, #\n, mul vl]
    .endr
    add x4, x0, #Z_
    .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ldr z\n, [x4, #\n, mul vl]
    .endr
    ldr x4, [x0, #240]
    msr tpidr_el0, x4
    mov x30, x1
    clrex
    ldp x2, x3, [x0, #16]
    ldp x4, x5, [x0, #32]
    ldp x6, x7, [x0, #48]
    ldp x8, x9, [x0, #64]
    ldp x10, x11, [x0, #80]
    ldp x12, x13, [x0, #96]
    ldp x14, x15, [x0, #112]
    ldp x16, x17, [x0, #128]
    ldp x18, x19, [x0, #144]
    ldp x20, x21, [x0, #160]
    ldp x22, x23, [x0, #176]
    ldp x24, x25, [x0, #192]
    ldp x26, x27, [x0, #208]
    ldp x28, x29, [x0, #224]
    ldp x0, x1, [x0]
    br x30

epilogue:
    msr tpidr_el0, x30
    ldr x30, =saved
    ldr x30, [x30]
    stp x0, x1, [x30]
    mrs x0, nzcv
    str x0, [x30, #NZCV_]
    mov x0, sp
    str x0, [x30, #SP_]
    mrs x0, tpidr_el0
    str x0, [x30, #240]
    stp x2, x3, [x30, #16]
    stp x4, x5, [x30, #32]
    stp x6, x7, [x30, #48]
    stp x8, x9, [x30, #64]
    stp x10, x11, [x30, #80]
    stp x12, x13, [x30, #96]
    stp x14, x15, [x30, #112]
    stp x16, x17, [x30, #128]
    stp x18, x19, [x30, #144]
    stp x20, x21, [x30, #160]
    stp x22, x23, [x30, #176]
    stp x24, x25, [x30, #192]
    stp x26, x27, [x30, #208]
    stp x28, x29, [x30, #224]
    ldr x2, =saved
    mov x0, x30
save_vectors:                           // x0 record, x2 saved
    add x4, x0, #P_
    .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    str p\n, [x4, #\n, mul vl]
    .endr
    add x4, x0, #Z_
    .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    str z\n, [x4, #\n, mul vl]
    .endr
    rdffr p0.b
    add x4, x0, #FFR_
    str p0, [x4]
    mrs x4, fpcr
    str x4, [x0, #FPCR_]
    mrs x4, fpsr
    str x4, [x0, #FPSR_]
    msr fpcr, xzr
    ldr w5, [x2, #32]
    cbz w5, 2f
    ldr w5, [x0, #MODE]                 // a signal has cleared ZA: it is not read
    cbnz w5, 2f
    mov w12, #0
    add x4, x0, #ZA_
1:  str za[w12, 0], [x4]
    add x4, x4, #32
    add w12, w12, #1
    cmp w12, #32
    b.ne 1b
    smstop
2:  ldr x3, =WINDOW
    cmp x3, x3
    ldr x27, [x2, #24]
    cmp x27, #1
    b.eq 4f
    mov x5, #4096                       // tags that the code has set would stop the copy
1:  stg x3, [x3], #16
    subs x5, x5, #16
    b.ne 1b
    ldr x3, =WINDOW
4:  mov x4, #MEM
    add x4, x0, x4
    mov x5, #4096
1:  ldp q0, q1, [x3], #32
    ldp q2, q3, [x3], #32
    stp q0, q1, [x4], #32
    stp q2, q3, [x4], #32
    subs x5, x5, #64
    b.ne 1b
    ldp x0, x1, [x2]
    ldr x19, [x2, #16]
    mov x3, #RECORD
    add x0, x0, x3
    add x1, x1, #SLOT
    subs x19, x19, #1
    b.ne run
    ldr x1, =records
    sub x2, x0, x1
1:  mov x0, #1
    mov x8, #SYS_WRITE
    svc #0
    cmp x0, #0
    b.le fail
    add x1, x1, x0
    subs x2, x2, x0
    b.ne 1b
    b next_batch

on_signal:                              // x0 number, x1 siginfo, x2 ucontext; never returns to the code
    ldr x9, =saved
    ldr x10, [x9]
    str w0, [x10, #MODE]
    ldr w3, [x1, #8]
    str w3, [x10, #SICODE]
    ldr x3, [x1, #16]
    str x3, [x10, #ADDR]
    add x4, x2, #184                    // uc_mcontext.regs: X0 to X30, then SP, which the record has in this order
    mov x5, x10
    mov x6, #32
1:  ldr x3, [x4], #8
    str x3, [x5], #8
    subs x6, x6, #1
    b.ne 1b
    ldp x3, x5, [x4]                    // PC, PSTATE
    str x3, [x10, #PC_]
    and x5, x5, #0xf0000000
    str x5, [x10, #NZCV_]
    mov x0, x10
    mov x2, x9
    b save_vectors

    .data
    .balign 8
altstack:
    .quad stack, 0, 65536
action:                                 // SA_SIGINFO | SA_ONSTACK | SA_NODEFER
    .quad on_signal, 0x48000004, 0, 0
    .bss
    .balign 16
saved:  .space 64
count:  .space 16
stack:  .space 65536
records: .space 1024 * RECORD
