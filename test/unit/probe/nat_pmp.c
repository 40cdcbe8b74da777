/* NAT-PMP: an address, a refusal, neither. */
#include "unit/check.h"

#include "probe/nat_pmp.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("\0\x80\0\0\0\0\0\x3b\x0b\x16\x21\x2c");
    assert_true(pmp_is_answer(whole));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(pmp_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(pmp_is_answer(SPAN("\0\0\0\0\0\0\0\x3b\x0b\x16\x21\x2c")));
    assert_false(pmp_is_answer(SPAN("\0\x81\0\0\0\0\0\x3b\x0b\x16\x21\x2c")));
    assert_false(pmp_is_answer(SPAN("\0\x80\0\x06\0\0\0\x3b")));
    assert_false(pmp_is_answer(SPAN("\0\x80\0\0\0\0\0\x3b\x0b\x16\x21\x2c\0")));
    assert_false(pmp_is_answer(SPAN("\0\x80\0\0\0\0\0\x3b")));
}

static void refusal(void **state)
{
    (void)state;
    uint16_t result;
    uint32_t seconds;
    assert_true(pmp_parse(SPAN("\0\x80\0\x02\0\0\0\x3b"), &result, &seconds));
    assert_int_equal(result, 2);
    assert_int_equal(seconds, 59);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
        cmocka_unit_test(refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
