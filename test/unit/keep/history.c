/* What was open when: each exposure counts at the moments from its opening up to its closing. */
#include "keep/history.c"

#include "unit/check.h"

enum { DAY = 86400000 };

static struct counting over(int64_t days)
{
    return (struct counting){ .past = { .from_ms = 1000ll * DAY, .to_ms = (1000ll + days) * DAY } };
}

static void test_moments(void **state)
{
    struct counting c = over(LAST);
    (void)state;
    assert_int_equal(moment_of(&c.past, INT64_MIN), 0);
    assert_int_equal(moment_of(&c.past, 1000ll * DAY), 0);
    assert_int_equal(moment_of(&c.past, 1000ll * DAY + 1), 1);
    assert_int_equal(moment_of(&c.past, 1001ll * DAY), 1);
    assert_int_equal(moment_of(&c.past, (1000ll + LAST) * DAY), LAST);
    assert_int_equal(moment_of(&c.past, (1000ll + LAST) * DAY - 1), LAST);
    assert_int_equal(moment_of(&c.past, (1000ll + LAST) * DAY + 1), REPORT_PAST_POINTS);
    assert_int_equal(moment_of(&c.past, INT64_MAX), REPORT_PAST_POINTS);
}

static void test_count(void **state)
{
    struct counting c = over(LAST);
    int64_t all = 0, severe = 0;
    (void)state;
    count(&c, SEVERITY_CRITICAL, 1000ll * DAY, COUNT_UNKNOWN); /* open all the time */
    count(&c, SEVERITY_LOW, 1002ll * DAY, 1005ll * DAY);       /* at the moments 2, 3 and 4 */
    count(&c, SEVERITY_HIGH, 1004ll * DAY, 1004ll * DAY + 9);  /* at the moment 4 only */
    count(&c, SEVERITY_HIGH, 1004ll * DAY + 1, 1004ll * DAY + 9); /* between two: at none */
    count(&c, SEVERITY_HIGH, 2000ll * DAY, COUNT_UNKNOWN);     /* after the last */
    for (size_t i = 0; i < REPORT_PAST_POINTS; i++) {
        all += c.all[i];
        severe += c.severe[i];
        assert_int_equal(all, 1 + (i >= 2 && i < 5) + (i == 4));
        assert_int_equal(severe, 1 + (i == 4));
    }
    find_first(&c, SEVERITY_LOW, 7, 9);
    find_first(&c, SEVERITY_LOW, 0, 9); /* no time at all */
    find_first(&c, SEVERITY_LOW, 8, 9);
    assert_int_equal(c.past.from_ms, 7);
    assert_int_equal(number(-1), 0);
    assert_int_equal(number(INT64_MAX), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_moments), cmocka_unit_test(test_count) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
