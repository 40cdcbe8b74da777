/* SLP: a reply that lists types, an error, lengths that lie. */
#include "unit/check.h"

#include "probe/slp.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("\x02\x0a\0\0\x1c\0\0\0\0\0" "jr" "\0\x02" "en" "\0\0" "\0\x08" "a:b,c:d!");
    assert_true(slp_is_answer(whole));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(slp_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(slp_is_answer(SPAN("\x02\x09\0\0\x1c\0\0\0\0\0" "jr" "\0\x02" "en" "\0\0" "\0\x08" "a:b,c:d!")));
    assert_false(slp_is_answer(SPAN("\x02\x0a\0\0\x1c\0\0\0\0\0" "xx" "\0\x02" "en" "\0\0" "\0\x08" "a:b,c:d!")));
    assert_false(slp_is_answer(SPAN("\x02\x0a\0\0\x1c\0\0\0\0\0" "jr" "\xff\x02" "en" "\0\0" "\0\x08" "a:b,c:d!")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
