/* The only machine-dependent code: leave one stack, go on on another. switch_x86_64.S and
 * switch_aarch64.S are ours; elsewhere switch_ucontext.c does the same at more cost. */
#ifndef AJAR_FIBER_SWITCH_H
#define AJAR_FIBER_SWITCH_H

#include <stddef.h>

/* Saves the callee-saved state on the running stack, stores its stack pointer in *from, and
 * goes on where `to` was saved. */
void stack_switch(void **from, void *to);

/* Prepares a stack [low, low + size) so that the first switch to the returned pointer calls
 * function(arg). The function must never return. */
void *stack_prepare(void *low, size_t size, void (*function)(void *), void *arg);

#endif
