/* Db2 discovery: version and name. */
#include "unit/check.h"

#include "probe/db2_discovery.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("DB2RETADDR\0" "SQL11055\0" "db7\0");
    assert_true(db2_is_answer(whole));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(db2_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(db2_is_answer(SPAN("DB2GETADDR\0" "SQL09010\0")));
    assert_false(db2_is_answer(SPAN("DB2RETADDR\0" "SQL1105\0" "db7\0")));
    assert_false(db2_is_answer(SPAN("DB2RETADDR\0" "SQL11x55\0" "db7\0")));
    assert_false(db2_is_answer(SPAN("DB2RETADDR\0" "SQL11055\0" "\x01\x02\0")));
    assert_false(db2_is_answer(SPAN("DB2RETADDR\0" "SQL11055\0" "\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
