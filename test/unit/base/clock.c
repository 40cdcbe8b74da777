/* Civil time, checked against the calendar of the C library. */
#include "unit/check.h"

#include "base/clock.c"

#include "base/random.h"

static void expect_text(int64_t wall_ms, const char *expect)
{
    char text[TIME_TEXT_MAX];
    assert_string_equal(time_text(wall_ms, text), expect);
}

static void test_text(void **state)
{
    (void)state;
    expect_text(0, "1970-01-01T00:00:00Z");
    expect_text(1669086360999, "2022-11-22T03:06:00Z");
    expect_text(-1, "1969-12-31T23:59:59Z");
    expect_text(-1000, "1969-12-31T23:59:59Z");
    expect_text(951782400000, "2000-02-29T00:00:00Z");
    expect_text(INT64_MAX, "9999-12-31T23:59:59Z");
    expect_text(INT64_MIN, "0000-01-01T00:00:00Z");
}

/* Day by day over all years, at all times of the day: the C library says the same. */
static void test_text_agrees_with_libc(void **state)
{
    (void)state;
    for (int64_t ms = -62167219200000; ms < 253402300799000; ms += 86400000 * 37ll + 12345678) {
        char text[TIME_TEXT_MAX], wanted[TIME_TEXT_MAX];
        time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
        struct tm tm;
        gmtime_r(&seconds, &tm);
        snprintf(wanted, sizeof(wanted), "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(tm.tm_year + 1900) % 10000u,
                 (unsigned)(tm.tm_mon + 1) % 100u, (unsigned)tm.tm_mday % 100u, (unsigned)tm.tm_hour % 100u,
                 (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u);
        assert_string_equal(time_text(ms, text), wanted);
        assert_int_equal(strlen(text), TIME_TEXT_LEN);
    }
}

static void test_civil(void **state)
{
    (void)state;
    struct random r = { 3 };
    assert_int_equal(time_from_civil(1970, 1, 1, 0, 0, 0), 0);
    assert_int_equal(time_from_civil(2017, 9, 1, 12, 30, 5), 1504269005000);
    for (int i = 0; i < 5000; i++) {
        int64_t seconds = (int64_t)random_below(&r, 9000000000u) - 2000000000;
        time_t t = (time_t)seconds;
        struct tm tm;
        gmtime_r(&t, &tm);
        assert_int_equal(time_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                                         tm.tm_min, tm.tm_sec),
                         seconds * 1000);
    }
}

static void test_parse(void **state)
{
    (void)state;
    int64_t ms = 7;
    assert_true(time_parse("2026-11-22", &ms));
    assert_int_equal(ms, time_from_civil(2026, 11, 22, 0, 0, 0));
    assert_true(time_parse("2024-02-29", &ms));
    assert_true(time_parse("2026-12-31", &ms));
    assert_true(time_parse("2026-11-22T03:06:59Z", &ms));
    assert_int_equal(ms, time_from_civil(2026, 11, 22, 3, 6, 59));
    static const char *const BAD[] = { "",
                                       "2026",
                                       "2026-11",
                                       "2026-13-01",
                                       "2026-00-01",
                                       "2026-11-00",
                                       "2026-11-32",
                                       "2026-02-29",
                                       "2026-04-31",
                                       "2026-11-22T",
                                       "2026-11-22T03:06Z",
                                       "2026-11-22T03:06:00",
                                       "2026-11-22T24:00:00Z",
                                       "2026-11-22T03:60:00Z",
                                       "2026-11-22 ",
                                       "2026-11-22T03:06:00Zx",
                                       "x2026-11-22",
                                       "2026/11/22" };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        ms = 7;
        if (time_parse(BAD[i], &ms))
            fail_msg("\"%s\" is taken for a time", BAD[i]);
        assert_int_equal(ms, 7);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    struct random r = { 5 };
    for (int i = 0; i < 2000; i++) {
        int64_t ms = (int64_t)random_below(&r, 253402300800u) * 1000, back;
        char text[TIME_TEXT_MAX];
        assert_true(time_parse(time_text(ms, text), &back));
        assert_int_equal(back, ms);
    }
}

static void test_system_clock_runs(void **state)
{
    (void)state;
    int64_t mono = clock_mono_ms(&CLOCK_SYSTEM);
    assert_true(clock_mono_ms(&CLOCK_SYSTEM) >= mono);
    assert_true(clock_wall_ms(&CLOCK_SYSTEM) > time_from_civil(2020, 1, 1, 0, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_agrees_with_libc),
        cmocka_unit_test(test_civil),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_system_clock_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
