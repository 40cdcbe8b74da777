/* The loop: run what is runnable, then wait in epoll for descriptors and the next timer. Every event
 * that the kernel holds is taken before a timer is looked at.
 * Invariants: a fiber is either running, on the runnable list, or parked with at most one timer
 * and one watch; all switches go through enter() and leave(), where the tools are told. */
#include "fiber/fiber.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fiber/stacks.h"
#include "fiber/switch.h"
#include "fiber/timers.h"

#if FIBER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

enum { EVENTS_A_TURN = 256, PAINT = 0xa5 };

struct fiber {
    struct timer timer; /* first member: a due timer is its fiber */
    struct fiber *next; /* runnable or free list */
    struct fiber_loop *loop;
    void (*function)(void *arg);
    void *arg;
    void *stack_pointer;
    void *fake_stack; /* AddressSanitizer's handle while away */
    size_t index;
    bool woken_by_event, ended;
    bool parked;
    bool deep; /* its stack holds more than the pages that a mere wait needs */
};

struct fiber_loop {
    const struct clock *clock;
    int epoll;
    int64_t now_ms;   /* fiber_now() */
    int64_t clock_ms; /* fiber_clock() */
    int64_t lost_ms;
    struct stacks stacks;
    struct fiber *fibers;
    size_t live, deep, stack_used;
    struct fiber *free;
    struct fiber *runnable, *runnable_last;
    struct fiber *running;
    struct fiber *end_waiter;
    void *stack_pointer; /* of the loop itself */
    void *fake_stack;
    const void *thread_stack;
    size_t thread_stack_size;
    struct timers timers;
};

/* ---- switching ------------------------------------------------------------------------- */

static void enter(struct fiber_loop *l, struct fiber *f)
{
    l->running = f;
#if FIBER_ASAN
    __sanitizer_start_switch_fiber(&l->fake_stack, stacks_low(&l->stacks, f->index), l->stacks.stack_bytes);
#endif
    stack_switch(&l->stack_pointer, f->stack_pointer);
#if FIBER_ASAN
    __sanitizer_finish_switch_fiber(l->fake_stack, NULL, NULL);
#endif
    l->running = NULL;
}

/* Back to the loop. The last time, AddressSanitizer is told to drop the fiber's fake stack. */
static void leave(struct fiber_loop *l, struct fiber *f)
{
#if FIBER_ASAN
    __sanitizer_start_switch_fiber(f->ended ? NULL : &f->fake_stack, l->thread_stack, l->thread_stack_size);
#endif
    stack_switch(&f->stack_pointer, l->stack_pointer);
#if FIBER_ASAN
    __sanitizer_finish_switch_fiber(f->fake_stack, &l->thread_stack, &l->thread_stack_size);
#endif
}

static void fiber_main(void *arg)
{
    struct fiber *f = arg;
#if FIBER_ASAN
    __sanitizer_finish_switch_fiber(NULL, &f->loop->thread_stack, &f->loop->thread_stack_size);
#endif
    f->function(f->arg);
    f->ended = true;
    leave(f->loop, f);
    abort(); /* an ended fiber is never entered again */
}

/* ---- life ------------------------------------------------------------------------------ */

static void make_runnable(struct fiber_loop *l, struct fiber *f)
{
    f->next = NULL;
    if (l->runnable)
        l->runnable_last->next = f;
    else
        l->runnable = f;
    l->runnable_last = f;
}

struct fiber_loop *fiber_loop_new(size_t fibers_max, const struct clock *clock, struct error *e)
{
    struct fiber_loop *l = calloc(1, sizeof(*l));
    if (!l) {
        error_set(e, "no memory for the event loop");
        return NULL;
    }
    l->clock = clock;
    l->now_ms = l->clock_ms = clock_mono_ms(clock);
    timers_init(&l->timers, l->now_ms);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0 || !stacks_init(&l->stacks, fibers_max, FIBER_STACK_BYTES) ||
        !(l->fibers = calloc(l->stacks.count, sizeof(*l->fibers)))) {
        error_set(e, "cannot set up %zu conversations at once: %s", fibers_max, strerror(errno));
        fiber_loop_free(l);
        return NULL;
    }
    for (size_t i = l->stacks.count; i > 0; i--) {
        struct fiber *f = &l->fibers[i - 1];
        *f = (struct fiber){ .loop = l, .index = i - 1, .next = l->free };
        l->free = f;
    }
    return l;
}

void fiber_loop_free(struct fiber_loop *l)
{
    if (!l)
        return;
    if (l->epoll >= 0)
        close(l->epoll);
    stacks_release(&l->stacks);
    free(l->fibers);
    free(l);
}

size_t fiber_loop_max(const struct fiber_loop *l)
{
    return l->stacks.count;
}

size_t fiber_loop_live(const struct fiber_loop *l)
{
    return l->live;
}

int64_t fiber_now(const struct fiber_loop *l)
{
    return l->now_ms;
}

int64_t fiber_clock(const struct fiber_loop *l)
{
    return l->clock_ms;
}

int64_t fiber_lost(const struct fiber_loop *l)
{
    return l->lost_ms;
}

void fiber_goes_deep(struct fiber_loop *l)
{
    l->deep += !l->running->deep;
    l->running->deep = true;
}

static void paint(struct fiber_loop *l, const struct fiber *f)
{
#ifdef FIBER_PAINT
    memset(stacks_low(&l->stacks, f->index), PAINT, l->stacks.stack_bytes);
#else
    (void)l, (void)f;
#endif
}

static void measure_paint(struct fiber_loop *l, const struct fiber *f)
{
#ifdef FIBER_PAINT
    const uint8_t *low = stacks_low(&l->stacks, f->index);
    size_t clean = 0;
    while (clean < l->stacks.stack_bytes && low[clean] == PAINT)
        clean++;
    if (l->stacks.stack_bytes - clean > l->stack_used)
        l->stack_used = l->stacks.stack_bytes - clean;
#else
    (void)l, (void)f;
#endif
}

size_t fiber_stack_used(const struct fiber_loop *l)
{
    return l->stack_used;
}

bool fiber_spawn(struct fiber_loop *l, void (*function)(void *arg), void *arg)
{
    struct fiber *f = l->free;
    if (!f)
        return false;
    l->free = f->next;
    f->function = function;
    f->arg = arg;
    f->ended = false;
    paint(l, f);
#if FIBER_ASAN
    __asan_unpoison_memory_region(stacks_low(&l->stacks, f->index), l->stacks.stack_bytes);
#endif
    f->stack_pointer = stack_prepare(stacks_low(&l->stacks, f->index), l->stacks.stack_bytes, fiber_main, f);
    l->live++;
    make_runnable(l, f);
    return true;
}

static void retire(struct fiber_loop *l, struct fiber *f)
{
    measure_paint(l, f);
    if (f->deep && l->deep > FIBER_DEEP_KEPT) {
        stacks_give_back(&l->stacks, f->index);
        f->deep = false;
        l->deep--;
    }
    f->next = l->free;
    l->free = f;
    l->live--;
    if (l->end_waiter) {
        timer_clear(&l->timers, &l->end_waiter->timer);
        make_runnable(l, l->end_waiter);
        l->end_waiter = NULL;
    }
}

/* Runs what is runnable now; what becomes runnable meanwhile waits until the sockets had a look. */
static void run_turn(struct fiber_loop *l)
{
    struct fiber *f = l->runnable, *next;
    l->runnable = NULL;
    for (; f; f = next) {
        next = f->next;
        enter(l, f);
        if (f->ended)
            retire(l, f);
    }
}

/* Reads the clock; `most_ms` is what may count of the time since it was read last. */
static void advance(struct fiber_loop *l, int64_t most_ms)
{
    int64_t clock_ms = clock_mono_ms(l->clock), passed_ms = clock_ms - l->clock_ms;
    int64_t counts_ms = passed_ms < most_ms ? passed_ms : most_ms;
    l->now_ms += counts_ms;
    l->lost_ms += passed_ms - counts_ms;
    l->clock_ms = clock_ms;
}

static void take_event(struct fiber_loop *l, const struct epoll_event *e)
{
    struct fiber_watch *w = e->data.ptr;
    w->ready = true;
    if (e->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        w->ended = true;
    if (e->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        w->readable = true;
    if (w->waiting) {
        w->waiting->woken_by_event = true;
        timer_clear(&l->timers, &w->waiting->timer);
        make_runnable(l, w->waiting);
        w->waiting = NULL;
    }
}

/* All that there are: nobody is told of a deadline whose answer the kernel already holds. A descriptor
 * is told of once, so that there are no more rounds than it takes for one event a fiber. */
static void take_events(struct fiber_loop *l)
{
    struct epoll_event events[EVENTS_A_TURN];
    int64_t wait_ms = l->runnable ? 0 : timers_wait_ms(&l->timers, l->now_ms);
    int n = epoll_wait(l->epoll, events, EVENTS_A_TURN, (int)wait_ms);
    advance(l, wait_ms < 0 ? INT64_MAX : wait_ms + FIBER_TURN_MS);
    for (size_t round = 0; round <= l->stacks.count / EVENTS_A_TURN; round++) {
        for (int i = 0; i < n; i++)
            take_event(l, &events[i]);
        if (n < EVENTS_A_TURN)
            return;
        n = epoll_wait(l->epoll, events, EVENTS_A_TURN, 0);
    }
    for (int i = 0; i < n; i++)
        take_event(l, &events[i]);
}

static void take_timers(struct fiber_loop *l)
{
    struct timer *t;
    while ((t = timers_due(&l->timers, l->now_ms))) {
        struct fiber *f = (struct fiber *)t;
        if (f == l->end_waiter)
            l->end_waiter = NULL;
        f->parked = false;
        make_runnable(l, f);
    }
}

void fiber_loop_run(struct fiber_loop *l)
{
    while (l->live) {
        run_turn(l);
        advance(l, FIBER_TURN_MS);
        if (l->live)
            take_events(l);
        take_timers(l);
    }
}

/* ---- waiting --------------------------------------------------------------------------- */

bool fiber_watch(struct fiber_loop *l, struct fiber_watch *w, int fd)
{
    *w = (struct fiber_watch){ 0 };
    struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = w };
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

bool fiber_wait(struct fiber_loop *l, struct fiber_watch *w, int64_t deadline_ms)
{
    struct fiber *f = l->running;
    if (!w->ready) {
        w->waiting = f;
        f->woken_by_event = false;
        timer_set(&l->timers, &f->timer, deadline_ms);
        leave(l, f);
        w->waiting = NULL;
        if (!f->woken_by_event)
            return false;
    }
    w->ready = false;
    return true;
}

void fiber_sleep_until(struct fiber_loop *l, int64_t deadline_ms)
{
    struct fiber *f = l->running;
    timer_set(&l->timers, &f->timer, deadline_ms);
    leave(l, f);
}

struct fiber *fiber_self(const struct fiber_loop *l)
{
    return l->running;
}

void fiber_park(struct fiber_loop *l, int64_t deadline_ms)
{
    struct fiber *f = l->running;
    f->parked = true;
    if (deadline_ms != INT64_MAX)
        timer_set(&l->timers, &f->timer, deadline_ms);
    leave(l, f);
    f->parked = false;
}

void fiber_wake(struct fiber_loop *l, struct fiber *f)
{
    if (!f->parked)
        return;
    f->parked = false;
    timer_clear(&l->timers, &f->timer);
    make_runnable(l, f);
}

void fiber_yield(struct fiber_loop *l)
{
    struct fiber *f = l->running;
    make_runnable(l, f);
    leave(l, f);
}

void fiber_wait_for_end(struct fiber_loop *l, int64_t deadline_ms)
{
    struct fiber *f = l->running;
    l->end_waiter = f;
    timer_set(&l->timers, &f->timer, deadline_ms);
    leave(l, f);
    l->end_waiter = NULL;
}
