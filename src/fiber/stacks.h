/* Fiber stacks: one reserved slab of address space, a guard page below each stack, idle stacks
 * given back to the system by the caller's choice. */
#ifndef AJAR_FIBER_STACKS_H
#define AJAR_FIBER_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stacks {
    uint8_t *slab;
    size_t count, stride, guard_bytes, stack_bytes;
};

/* Reserves up to `count` stacks. Where guards cost mappings of their own (before Linux 6.13),
 * fewer: s->count tells. False, errno set, where no address space is left. */
bool stacks_init(struct stacks *s, size_t count, size_t stack_bytes);
void stacks_release(struct stacks *s);
/* The memory of an idle stack goes back to the system, but for its topmost page. */
void stacks_give_back(struct stacks *s, size_t i);
/* The lowest usable address of stack i. */
static inline uint8_t *stacks_low(const struct stacks *s, size_t i)
{
    return s->slab + i * s->stride + s->guard_bytes;
}

#endif
