#include "unit/check.h"

#include <stdlib.h>

#include "base/clock.h"
#include "watch/schedule.c"

static int64_t at(const char *text)
{
    int64_t ms = -1;
    assert_true(time_parse(text, &ms));
    return ms;
}

static void test_every(void **state)
{
    struct schedule s = { .every_ms = 3600000 };
    (void)state;
    assert_int_equal(schedule_next(&s, 0, 5000, 9), 5000);
    assert_int_equal(schedule_next(&s, 1000, 5000, 9), 3601000);
    assert_int_equal(schedule_next(&s, 1000, 9000000, 9), 9000000);
    assert_int_equal(schedule_next(&s, 9000, 5000, 9), 5000); /* the clock was set back */
    s.jitter_ms = 10;
    assert_int_equal(schedule_next(&s, 1000, 5000, 13), 3601003);
}

static void test_times_of_day(void **state)
{
    int minutes[] = { 180, 900 };
    struct schedule s = { .at = { minutes, 2, 2 } };
    (void)state;
    assert_int_equal(schedule_next(&s, 0, at("2026-11-22T02:59:59Z"), 0), at("2026-11-22T03:00:00Z"));
    assert_int_equal(schedule_next(&s, 0, at("2026-11-22T03:00:00Z"), 0), at("2026-11-22T15:00:00Z"));
    assert_int_equal(schedule_next(&s, 0, at("2026-12-31T23:00:00Z"), 0), at("2027-01-01T03:00:00Z"));
}

/* Berlin leaves out 02:00 to 03:00 on 2026-03-29: what is due then is due on the next day. */
static void test_an_hour_that_is_left_out(void **state)
{
    int minutes[] = { 150 };
    struct schedule s = { .at = { minutes, 1, 1 }, .is_local = true };
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    assert_int_equal(schedule_next(&s, 0, at("2026-03-28T02:00:00Z"), 0), at("2026-03-30T00:30:00Z"));
    unsetenv("TZ");
    tzset();
}

static void test_quiet_hours(void **state)
{
    struct quiet_hours night = { .set = true, .from = 22 * 60, .to = 7 * 60, .has_except = true, .except = SEVERITY_CRITICAL };
    struct quiet_hours day = { .set = true, .from = 9 * 60, .to = 17 * 60 }, none = { 0 };
    (void)state;
    assert_true(quiet_now(&night, SEVERITY_HIGH, at("2026-11-22T22:00:00Z")));
    assert_true(quiet_now(&night, SEVERITY_HIGH, at("2026-11-22T06:59:00Z")));
    assert_false(quiet_now(&night, SEVERITY_HIGH, at("2026-11-22T07:00:00Z")));
    assert_false(quiet_now(&night, SEVERITY_CRITICAL, at("2026-11-22T23:00:00Z")));
    assert_true(quiet_now(&day, SEVERITY_CRITICAL, at("2026-11-22T09:00:00Z")));
    assert_false(quiet_now(&day, SEVERITY_INFO, at("2026-11-22T17:00:00Z")));
    assert_false(quiet_now(&none, SEVERITY_INFO, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every),
        cmocka_unit_test(test_times_of_day),
        cmocka_unit_test(test_an_hour_that_is_left_out),
        cmocka_unit_test(test_quiet_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
