/* AAPCS64 6.1: x19-x30, sp and the low halves of v8-v15 belong to the caller; so does the rounding mode in
 * FPCR. */
#if defined(__aarch64__)
    .text
    .globl  stack_switch
    .hidden stack_switch
    .type   stack_switch, %function
    .p2align 4
stack_switch:
    .cfi_startproc
    hint    #34
    sub     sp, sp, #176
    stp     d8, d9, [sp, #0]
    stp     d10, d11, [sp, #16]
    stp     d12, d13, [sp, #32]
    stp     d14, d15, [sp, #48]
    stp     x19, x20, [sp, #64]
    stp     x21, x22, [sp, #80]
    stp     x23, x24, [sp, #96]
    stp     x25, x26, [sp, #112]
    stp     x27, x28, [sp, #128]
    stp     x29, x30, [sp, #144]
    mrs     x9, fpcr
    str     x9, [sp, #160]
    mov     x9, sp
    str     x9, [x0]
    mov     sp, x1
    ldr     x9, [sp, #160]
    msr     fpcr, x9
    ldp     d8, d9, [sp, #0]
    ldp     d10, d11, [sp, #16]
    ldp     d12, d13, [sp, #32]
    ldp     d14, d15, [sp, #48]
    ldp     x19, x20, [sp, #64]
    ldp     x21, x22, [sp, #80]
    ldp     x23, x24, [sp, #96]
    ldp     x25, x26, [sp, #112]
    ldp     x27, x28, [sp, #128]
    ldp     x29, x30, [sp, #144]
    add     sp, sp, #176
    ret
    .cfi_endproc
    .size   stack_switch, . - stack_switch

/* The first address a new stack returns to: x19 holds the function, x20 its argument. */
    .globl  stack_entry
    .hidden stack_entry
    .type   stack_entry, %function
    .p2align 4
stack_entry:
    .cfi_startproc
    .cfi_undefined x30
    hint    #36
    mov     x0, x20
    blr     x19
    brk     #1
    .cfi_endproc
    .size   stack_entry, . - stack_entry
#endif
    .section .note.GNU-stack, "", %progbits
