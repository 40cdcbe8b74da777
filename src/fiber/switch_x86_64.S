/* System V AMD64 ABI 3.2.1: rbx, rbp, r12-r15, the MXCSR control bits and the x87 control word
 * belong to the caller. */
#if defined(__x86_64__)
#ifdef __CET__
#include <cet.h>
#else
#define _CET_ENDBR
#endif

    .text
    .globl  stack_switch
    .hidden stack_switch
    .type   stack_switch, @function
    .p2align 4
stack_switch:
    .cfi_startproc
    _CET_ENDBR
    pushq   %rbp
    pushq   %rbx
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    subq    $8, %rsp
    stmxcsr (%rsp)
    fnstcw  4(%rsp)
    movq    %rsp, (%rdi)
    movq    %rsi, %rsp
    ldmxcsr (%rsp)
    fldcw   4(%rsp)
    addq    $8, %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbx
    popq    %rbp
    ret
    .cfi_endproc
    .size   stack_switch, . - stack_switch

/* The first address a new stack returns to: r12 holds the function, r13 its argument. */
    .globl  stack_entry
    .hidden stack_entry
    .type   stack_entry, @function
    .p2align 4
stack_entry:
    .cfi_startproc
    .cfi_undefined rip
    _CET_ENDBR
    movq    %r13, %rdi
    callq   *%r12
    ud2
    .cfi_endproc
    .size   stack_entry, . - stack_entry
#endif
    .section .note.GNU-stack, "", @progbits
