#include "unit/check.h"

#include "sweep/busy.c"

enum { FIBERS = 40, MOST = 5 };

struct play {
    struct fiber_loop *loop;
    struct busy busy;
    struct busy_lease leases[FIBERS];
    size_t started, at_once, most_at_once, done, order[FIBERS];
    int64_t answer_ms; /* how long an answer takes; 0: there is none */
};

static void asks(void *arg)
{
    struct play *p = arg;
    size_t self = p->started++;
    struct busy_lease *l = &p->leases[self];
    busy_enter(&p->busy, l);
    p->order[p->done++] = self;
    if (++p->at_once > p->most_at_once)
        p->most_at_once = p->at_once;
    fiber_sleep_until(p->loop, fiber_now(p->loop) + (p->answer_ms ? p->answer_ms : 600));
    p->at_once--;
    busy_leave(&p->busy, l, p->answer_ms > 0);
}

static void play(struct play *p, int64_t answer_ms)
{
    struct error e;
    *p = (struct play){ .loop = fiber_loop_new(FIBERS, &CLOCK_SYSTEM, &e), .answer_ms = answer_ms };
    assert_non_null(p->loop);
    busy_init(&p->busy, p->loop, MOST);
    for (int i = 0; i < FIBERS; i++)
        assert_true(fiber_spawn(p->loop, asks, p));
    fiber_loop_run(p->loop);
    assert_int_equal(p->done, FIBERS);
    for (size_t i = 0; i < FIBERS; i++) /* first come, first served */
        assert_int_equal(p->order[i], i);
    assert_int_equal(p->busy.count, 0);
    assert_true(busy_has_room(&p->busy));
    fiber_loop_free(p->loop);
}

static void no_more_than_may_be_busy(void **state)
{
    static struct play p;
    (void)state;
    play(&p, 8);
    assert_int_equal(p.most_at_once, MOST);
}

/* Who does not answer is waiting, and keeps nobody: 40 that wait for 600 ms, five at a time, would take 4.8 s. */
static void silence_is_not_busy(void **state)
{
    static struct play p;
    int64_t from_ms = clock_mono_ms(&CLOCK_SYSTEM);
    (void)state;
    play(&p, 0);
    assert_true(p.most_at_once > 4 * MOST);
    assert_in_range(clock_mono_ms(&CLOCK_SYSTEM) - from_ms, 600, 2500);
}

/* Where answers take long, a lease lasts long: slow is not silent. */
static void slow_is_not_silent(void **state)
{
    static struct play p;
    (void)state;
    play(&p, 60);
    assert_true(lease_ms(&p.busy) > 100);
    assert_true(p.most_at_once <= 3 * MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_than_may_be_busy),
        cmocka_unit_test(silence_is_not_busy),
        cmocka_unit_test(slow_is_not_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
