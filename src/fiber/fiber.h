/* Stackful coroutines on one epoll loop. A loop belongs to one thread; a fiber never leaves its
 * loop. Many conversations wait at once, yet each reads top to bottom.
 *
 * What runs on a fiber must not block in any other way, must not use more than half of
 * FIBER_STACK_BYTES, and must end by returning from its function. */
#ifndef AJAR_FIBER_FIBER_H
#define AJAR_FIBER_FIBER_H

#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"

struct fiber;
struct fiber_loop;

/* gcc names its sanitizers by macro, clang by feature. */
#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#endif
#ifndef FIBER_ASAN
#define FIBER_ASAN 0
#endif

enum { FIBER_STACK_BYTES = FIBER_ASAN ? 256 * 1024 : 64 * 1024 };

/* A loop with room for `fibers_max` fibers, whose stacks are reserved, not touched. NULL and an
 * error where address space or descriptors are missing. Where the kernel has no light guard
 * pages, the room shrinks to what vm.max_map_count allows; fiber_loop_max() tells. */
struct fiber_loop *fiber_loop_new(size_t fibers_max, const struct clock *clock, struct error *e);
void fiber_loop_free(struct fiber_loop *l);
size_t fiber_loop_max(const struct fiber_loop *l);
/* How many fibers have not ended. */
size_t fiber_loop_live(const struct fiber_loop *l);

/* Starts a fiber that runs function(arg) soon. False where all are in use. */
bool fiber_spawn(struct fiber_loop *l, void (*function)(void *arg), void *arg);
/* Runs until every fiber has ended. */
void fiber_loop_run(struct fiber_loop *l);
/* The time that all deadlines here are in: milliseconds, as of the current turn of the loop. It stands
 * still while the loop was held up: of a turn longer than FIBER_TURN_MS (a fiber computed, the processor
 * was taken away) only so much counts. What the loop lost is charged to nobody whom it waits for. */
enum { FIBER_TURN_MS = 20 };
int64_t fiber_now(const struct fiber_loop *l);
/* The loop's clock itself, as of the current turn: for what goes by the world's time. */
int64_t fiber_clock(const struct fiber_loop *l);
/* Real milliseconds that fiber_now() has left out so far. */
int64_t fiber_lost(const struct fiber_loop *l);

/* Everything below may be called only by a fiber of this loop. */

/* A descriptor that a fiber waits for. Edge-triggered: try the system call first, wait when it
 * says EAGAIN. Closing the descriptor ends the watch. */
struct fiber_watch {
    struct fiber *waiting;
    bool ready; /* an event came while nobody waited */
    bool readable; /* an event said so; who reads all there is sets it back */
    bool ended; /* the peer closed or the socket failed: no further event tells of it, so read on to the end */
};

/* False, errno set, where epoll refuses. The watch must live until the descriptor is closed. */
bool fiber_watch(struct fiber_loop *l, struct fiber_watch *w, int fd);
/* Waits for the next event; false at the deadline. What has arrived by then is seen first, also where
 * the deadline had passed before the call: the sockets are looked at before any timer. */
bool fiber_wait(struct fiber_loop *l, struct fiber_watch *w, int64_t deadline_ms);
void fiber_sleep_until(struct fiber_loop *l, int64_t deadline_ms);
/* The running fiber, for fiber_wake(). */
struct fiber *fiber_self(const struct fiber_loop *l);
/* Waits until somebody wakes it, or the deadline; INT64_MAX: for as long as it takes. */
void fiber_park(struct fiber_loop *l, int64_t deadline_ms);
/* Nothing happens where the fiber is not parked. It must not have ended. */
void fiber_wake(struct fiber_loop *l, struct fiber *f);
/* Lets the others run and the sockets be looked at. */
void fiber_yield(struct fiber_loop *l);
/* Waits until a fiber of this loop ends, or the deadline. */
void fiber_wait_for_end(struct fiber_loop *l, int64_t deadline_ms);
/* The running fiber is about to use more than a page or two of its stack. Stacks that were used deeply
 * and idle are given back to the system beyond FIBER_DEEP_KEPT a loop, so that thousands of fibers that only
 * wait for a connection cost one page each. */
enum { FIBER_DEEP_KEPT = 1024 };
void fiber_goes_deep(struct fiber_loop *l);
/* The largest part of a stack that a fiber has used so far, in bytes; only fibers that ended in
 * a build with FIBER_PAINT count, else 0. */
size_t fiber_stack_used(const struct fiber_loop *l);

#endif
