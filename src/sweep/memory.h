/* One ceiling for the memory of all visits in flight. A visit alone may hold tens of megabytes (four of what it
 * received, the rest of what was made of it), and thousands of hostile ones at once would. So: while more than the
 * ceiling is held, no visit begins, and one that has received more than MEMORY_LIGHT_BYTES waits with reading on; but
 * MEMORY_PASSES of them go on all the same, so that there is always somebody who comes to an end and lets go. What is
 * held at most is the ceiling, those few, and one parse a loop. Waiting is ours: it counts against no peer. */
#ifndef AJAR_SWEEP_MEMORY_H
#define AJAR_SWEEP_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { MEMORY_PASSES = 4, MEMORY_LIGHT_BYTES = 64 * 1024 };

/* Shared by all loops; zeroed but for the ceiling. */
struct memory {
    _Atomic size_t held; /* arenas of visits, and what they received */
    atomic_uint passes;  /* in use */
    size_t ceiling;
};

static inline bool memory_is_short(struct memory *m)
{
    return atomic_load_explicit(&m->held, memory_order_relaxed) > m->ceiling;
}

/* A pass, where one is left; memory_give_pass() must follow. */
static inline bool memory_take_pass(struct memory *m)
{
    if (atomic_fetch_add(&m->passes, 1) < MEMORY_PASSES)
        return true;
    atomic_fetch_sub(&m->passes, 1);
    return false;
}

static inline void memory_give_pass(struct memory *m)
{
    atomic_fetch_sub(&m->passes, 1);
}

#endif
