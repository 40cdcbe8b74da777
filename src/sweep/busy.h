/* How many conversations with this machine are busy at once. Loopback has no pace, and what is asked there shares our
 * processors and perhaps one process behind many ports: too many questions at once and it answers after everybody's
 * patience. So a conversation takes a lease when it connects and whenever it asks, and gives it back with the answer.
 * Waiting for a server to speak first takes none, so thousands may wait.
 *
 * A lease runs out by itself when an answer is overdue, by what answers take here: who says nothing counts as waiting.
 *
 * One a loop, used by its fibers alone. */
#ifndef AJAR_SWEEP_BUSY_H
#define AJAR_SWEEP_BUSY_H

#include "fiber/fiber.h"

enum { BUSY_LEASE_LEAST_MS = 50, BUSY_LEASE_MOST_MS = 2000, BUSY_LEASE_ANSWERS = 4 };

struct busy_lease {
    struct busy_lease *older, *younger;
    struct fiber *waits; /* for its turn */
    int64_t since_ms;
    bool held;
};

struct busy {
    struct fiber_loop *loop;
    size_t max, count;
    struct busy_lease *oldest, *youngest;
    struct busy_lease *first, *last; /* that wait for a lease, linked by `younger` */
    double answer_ms;                /* how long an answer takes, smoothed */
};

void busy_init(struct busy *b, struct fiber_loop *loop, size_t max);
/* Whether one more may begin: there is a lease, and nobody waits for one. */
bool busy_has_room(struct busy *b);
/* Takes a lease, full or not. Nothing happens where it is held. */
void busy_take(struct busy *b, struct busy_lease *l);
/* The same, but waits on the fiber until there is one; first come, first served. Returns how many milliseconds. */
int64_t busy_enter(struct busy *b, struct busy_lease *l);
/* Gives it back, if it is still held. */
void busy_leave(struct busy *b, struct busy_lease *l, bool answered);

#endif
