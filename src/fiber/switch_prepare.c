/* Lays out the first frame of a new stack the way stack_switch() will pop it. */
#include "fiber/switch.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) || defined(__aarch64__)

void stack_entry(void);

/* The addresses travel as integers: a function pointer is no object pointer in C. */
void *stack_prepare(void *low, size_t size, void (*function)(void *), void *arg)
{
    uintptr_t top = ((uintptr_t)low + size) & ~(uintptr_t)15;
#if defined(__x86_64__)
    /* x87/MXCSR, r15 r14 r13 r12 rbx rbp, return address; then rsp is 16-aligned at the entry,
     * so that its call leaves the C function with (rsp + 8) % 16 == 0, as the ABI asks. */
    enum { WORDS = 8 };
    uint64_t frame[WORDS] = { 0x037f00001f80u, 0, 0, (uintptr_t)arg, (uintptr_t)function, 0, 0,
                              (uintptr_t)stack_entry };
#else
    /* d8-d15, x19 ... x30, FPCR as a program begins with it, and what keeps it 16-aligned. */
    enum { WORDS = 22 };
    uint64_t frame[WORDS] = { [8] = (uintptr_t)function, [9] = (uintptr_t)arg, [19] = (uintptr_t)stack_entry };
#endif
    uint8_t *at = (uint8_t *)top - sizeof(frame);
    memcpy(at, frame, sizeof(frame));
    return at;
}

#endif
