#include "unit/check.h"

#include "fiber/timers.c"

#include "base/random.h"

static void hands_out_in_time(void **state)
{
    struct timers t;
    struct timer a = { 0 }, b = { 0 };
    (void)state;
    timers_init(&t, 1000);
    timer_set(&t, &a, 1010);
    timer_set(&t, &b, 1005);
    assert_null(timers_due(&t, 1004));
    assert_ptr_equal(timers_due(&t, 1007), &b);
    assert_null(timers_due(&t, 1007));
    assert_ptr_equal(timers_due(&t, 5000), &a);
    assert_int_equal(t.set, 0);
}

static void cleared_never_fires(void **state)
{
    struct timers t;
    struct timer a = { 0 };
    (void)state;
    timers_init(&t, 0);
    timer_set(&t, &a, 10);
    timer_clear(&t, &a);
    timer_clear(&t, &a);
    assert_null(timers_due(&t, 100000));
    assert_int_equal(timers_wait_ms(&t, 100000), -1);
}

static void past_deadline_is_due_at_once(void **state)
{
    struct timers t;
    struct timer a = { 0 };
    (void)state;
    timers_init(&t, 5000);
    timer_set(&t, &a, 10);
    assert_int_equal(timers_wait_ms(&t, 5000), TIMER_TICK_MS - 1);
    assert_ptr_equal(timers_due(&t, 5000), &a);
}

static void far_timer_survives_many_rounds(void **state)
{
    struct timers t;
    struct timer a = { 0 };
    int64_t far = 7LL * TIMER_SLOTS * TIMER_TICK_MS + 3;
    (void)state;
    timers_init(&t, 0);
    timer_set(&t, &a, far);
    for (int64_t now = 0; now < far; now += 500)
        assert_null(timers_due(&t, now));
    assert_ptr_equal(timers_due(&t, far), &a);
}

/* Against the obvious model: an array that is searched. */
static void agrees_with_a_plain_list(void **state)
{
    enum { COUNT = 500 };
    static struct timer timer[COUNT];
    struct timers t;
    struct random r = { 42 };
    int64_t now = 0;
    (void)state;
    timers_init(&t, now);
    for (size_t i = 0; i < COUNT; i++)
        timer_set(&t, &timer[i], (int64_t)random_below(&r, 20000));
    while (now < 21000) {
        struct timer *due;
        int64_t wait = timers_wait_ms(&t, now);
        assert_true(wait >= -1 && wait <= (int64_t)TIMER_SLOTS * TIMER_TICK_MS);
        while ((due = timers_due(&t, now)))
            assert_true(due->at_ms <= now);
        for (size_t i = 0; i < COUNT; i++)
            if (timer[i].next)
                assert_true(timer[i].at_ms > now);
        now += 1 + (int64_t)random_below(&r, 60);
    }
    assert_int_equal(t.set, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_in_time),
        cmocka_unit_test(cleared_never_fires),
        cmocka_unit_test(past_deadline_is_due_at_once),
        cmocka_unit_test(far_timer_survives_many_rounds),
        cmocka_unit_test(agrees_with_a_plain_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
