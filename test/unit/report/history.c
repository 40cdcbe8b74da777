/* Lookups in the history find the newest exposure, at both ends of the list and where there is none. */
#include "report/history.c"

#include "unit/check.h"

static void test_lookups(void **state)
{
    static const struct report_exposure EXPOSURES[] = {
        { "aa", SEVERITY_LOW, 10, 20, 30 },
        { "aa", SEVERITY_LOW, 40, 50, COUNT_UNKNOWN },
        { "bb", SEVERITY_HIGH, 5, 6, 7 },
        { "dd", SEVERITY_HIGH, 1, 2, COUNT_UNKNOWN },
    };
    static const struct report_acceptance ACCEPTED[] = { { "aa", 100, { NULL, 0 } }, { "dd", 200, { NULL, 0 } } };
    const struct report_history h = { EXPOSURES, 4, ACCEPTED, 2 };
    size_t count;
    (void)state;
    assert_ptr_equal(history_of(&h, "aa", &count), &EXPOSURES[0]);
    assert_int_equal(count, 2);
    assert_ptr_equal(history_of(&h, "dd", &count), &EXPOSURES[3]);
    assert_int_equal(count, 1);
    assert_null(history_of(&h, "cc", &count));
    assert_int_equal(count, 0);
    assert_null(history_of(&h, "ee", &count));
    assert_null(history_of(NULL, "aa", &count));
    assert_int_equal(history_since(&h, "aa", 99), 40);
    assert_int_equal(history_since(&h, "bb", 99), 99);
    assert_int_equal(history_since(NULL, "aa", 99), 99);
    assert_ptr_equal(history_accepted(&h, "dd", 199), &ACCEPTED[1]);
    assert_null(history_accepted(&h, "dd", 200));
    assert_null(history_accepted(&h, "cc", 1));
    assert_null(history_accepted(NULL, "aa", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_lookups) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
