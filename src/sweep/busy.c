#include "sweep/busy.h"

void busy_init(struct busy *b, struct fiber_loop *loop, size_t max)
{
    *b = (struct busy){ .loop = loop, .max = max };
}

static int64_t lease_ms(const struct busy *b)
{
    double ms = BUSY_LEASE_ANSWERS * b->answer_ms;
    return ms < BUSY_LEASE_LEAST_MS ? BUSY_LEASE_LEAST_MS : ms > BUSY_LEASE_MOST_MS ? BUSY_LEASE_MOST_MS : (int64_t)ms;
}

static void end_lease(struct busy *b, struct busy_lease *l)
{
    *(l->older ? &l->older->younger : &b->oldest) = l->younger;
    *(l->younger ? &l->younger->older : &b->youngest) = l->older;
    l->held = false;
    b->count--;
}

static bool is_full(struct busy *b)
{
    while (b->oldest && b->oldest->since_ms + lease_ms(b) <= fiber_now(b->loop))
        end_lease(b, b->oldest);
    return b->count >= b->max;
}

bool busy_has_room(struct busy *b)
{
    return !is_full(b) && !b->first;
}

void busy_take(struct busy *b, struct busy_lease *l)
{
    if (l->held)
        return;
    l->older = b->youngest;
    l->younger = NULL;
    *(l->older ? &l->older->younger : &b->oldest) = l;
    b->youngest = l;
    l->since_ms = fiber_now(b->loop);
    l->held = true;
    b->count++;
}

/* Hands leases to those that wait, as many as there are. Who is first in line then has a clock to look at. */
static void admit(struct busy *b)
{
    struct busy_lease *was_first = b->first;
    while (b->first && !is_full(b)) {
        struct busy_lease *l = b->first;
        struct fiber *f = l->waits;
        b->first = l->younger;
        l->waits = NULL;
        busy_take(b, l);
        fiber_wake(b->loop, f);
    }
    if (b->first && b->first != was_first)
        fiber_wake(b->loop, b->first->waits);
}

int64_t busy_enter(struct busy *b, struct busy_lease *l)
{
    int64_t from_ms = fiber_now(b->loop);
    if (l->held)
        return 0;
    if (busy_has_room(b)) {
        busy_take(b, l);
        return 0;
    }
    l->waits = fiber_self(b->loop);
    l->younger = NULL;
    *(b->first ? &b->last->younger : &b->first) = l;
    b->last = l;
    while (l->waits) {
        fiber_park(b->loop, b->first == l && b->oldest ? b->oldest->since_ms + lease_ms(b) : INT64_MAX);
        admit(b);
    }
    return fiber_now(b->loop) - from_ms;
}

void busy_leave(struct busy *b, struct busy_lease *l, bool answered)
{
    /* Also where it ran out: then the answer was slow, which is what the next lease has to know. */
    if (answered && l->since_ms)
        b->answer_ms += ((double)(fiber_now(b->loop) - l->since_ms) - b->answer_ms) / 8;
    l->since_ms = 0;
    if (!l->held)
        return;
    end_lease(b, l);
    admit(b);
}
