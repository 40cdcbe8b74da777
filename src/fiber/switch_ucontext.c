/* The portable switch, for machines without assembly of ours. Each switch costs two system calls
 * for the signal mask. The saved contexts lie on the stacks they belong to. */
#include "fiber/switch.h"

#if !defined(__x86_64__) && !defined(__aarch64__)

#include <stdint.h>
#include <ucontext.h>

struct prepared {
    ucontext_t context;
    void (*function)(void *);
    void *arg;
};

static void start(unsigned high, unsigned low)
{
    struct prepared *p = (struct prepared *)((uintptr_t)high << 16 << 16 | low);
    p->function(p->arg);
}

void stack_switch(void **from, void *to)
{
    ucontext_t here;
    *from = &here;
    swapcontext(&here, to);
}

void *stack_prepare(void *low, size_t size, void (*function)(void *), void *arg)
{
    struct prepared *p = low;
    getcontext(&p->context);
    p->function = function;
    p->arg = arg;
    p->context.uc_stack.ss_sp = p + 1;
    p->context.uc_stack.ss_size = size - sizeof(*p);
    p->context.uc_link = NULL;
    uintptr_t at = (uintptr_t)p;
    makecontext(&p->context, (void (*)(void))start, 2, (unsigned)(at >> 16 >> 16), (unsigned)at);
    return &p->context;
}

#endif
