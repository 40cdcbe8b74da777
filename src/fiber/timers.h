/* A hashed timer wheel (Varghese and Lauck 1987): insert and remove in constant time, one list
 * per tick. Intrusive: a timer lies inside what it wakes. */
#ifndef AJAR_FIBER_TIMERS_H
#define AJAR_FIBER_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMER_SLOTS = 1024, TIMER_TICK_MS = 4 };

struct timer {
    struct timer *prev, *next; /* NULL while not set */
    int64_t at_ms;
};

struct timers {
    struct timer slots[TIMER_SLOTS]; /* list heads */
    int64_t done_ms;                 /* every timer due at or before this has been handed out */
    size_t set;
    uint64_t busy[TIMER_SLOTS / 64]; /* which slots may hold a timer */
};

void timers_init(struct timers *t, int64_t now_ms);
void timer_set(struct timers *t, struct timer *timer, int64_t at_ms);
/* Nothing happens where it is not set. */
void timer_clear(struct timers *t, struct timer *timer);
/* Removes and returns one timer due at now_ms, or NULL where none is left. */
struct timer *timers_due(struct timers *t, int64_t now_ms);
/* How long to sleep at most: until the next tick that may hold a timer; never negative; -1 where
 * no timer is set. */
int64_t timers_wait_ms(struct timers *t, int64_t now_ms);

#endif
