#include "fiber/timers.h"

static size_t slot_of(int64_t at_ms)
{
    return (uint64_t)(at_ms / TIMER_TICK_MS) % TIMER_SLOTS;
}

void timers_init(struct timers *t, int64_t now_ms)
{
    for (size_t i = 0; i < TIMER_SLOTS; i++)
        t->slots[i] = (struct timer){ .prev = &t->slots[i], .next = &t->slots[i] };
    t->done_ms = now_ms - now_ms % TIMER_TICK_MS;
    t->set = 0;
    for (size_t i = 0; i < TIMER_SLOTS / 64; i++)
        t->busy[i] = 0;
}

void timer_set(struct timers *t, struct timer *timer, int64_t at_ms)
{
    /* One that is already due goes into the tick that is looked at next. */
    if (at_ms < t->done_ms)
        at_ms = t->done_ms;
    size_t slot = slot_of(at_ms);
    struct timer *head = &t->slots[slot];
    t->busy[slot / 64] |= (uint64_t)1 << slot % 64;
    timer->at_ms = at_ms;
    timer->prev = head->prev;
    timer->next = head;
    head->prev->next = timer;
    head->prev = timer;
    t->set++;
}

void timer_clear(struct timers *t, struct timer *timer)
{
    if (!timer->next)
        return;
    timer->prev->next = timer->next;
    timer->next->prev = timer->prev;
    timer->prev = timer->next = NULL;
    t->set--;
}

struct timer *timers_due(struct timers *t, int64_t now_ms)
{
    if (t->set == 0) {
        t->done_ms = now_ms - now_ms % TIMER_TICK_MS;
        return NULL;
    }
    for (;;) {
        struct timer *head = &t->slots[slot_of(t->done_ms)];
        for (struct timer *i = head->next; i != head; i = i->next) {
            if (i->at_ms <= now_ms && i->at_ms < t->done_ms + TIMER_TICK_MS) {
                timer_clear(t, i);
                return i;
            }
        }
        /* The tick that `now` lies in is not over: look at it again next time. */
        if (t->done_ms + TIMER_TICK_MS > now_ms)
            return NULL;
        t->done_ms += TIMER_TICK_MS;
    }
}

/* The distance in slots from `from` to the next busy slot, going round; TIMER_SLOTS if none. */
static size_t next_busy(const struct timers *t, size_t from)
{
    for (size_t step = 0; step < TIMER_SLOTS;) {
        size_t slot = (from + step) % TIMER_SLOTS;
        uint64_t word = t->busy[slot / 64] >> slot % 64;
        if (word)
            return step + (size_t)__builtin_ctzll(word);
        step += 64 - slot % 64;
    }
    return TIMER_SLOTS;
}

int64_t timers_wait_ms(struct timers *t, int64_t now_ms)
{
    if (t->set == 0)
        return -1;
    for (;;) {
        size_t step = next_busy(t, slot_of(t->done_ms));
        int64_t tick = t->done_ms + (int64_t)step * TIMER_TICK_MS;
        size_t slot = slot_of(tick);
        const struct timer *head = &t->slots[slot];
        if (head->next != head) {
            int64_t end = tick + TIMER_TICK_MS - 1;
            return end > now_ms ? end - now_ms : 0;
        }
        t->busy[slot / 64] &= ~((uint64_t)1 << slot % 64);
    }
}
