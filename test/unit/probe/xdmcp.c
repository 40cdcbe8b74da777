/* XDMCP: what is Willing and Unwilling, and what is not. */
#include "unit/check.h"

#include "probe/xdmcp.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("\0\x01\0\x05\0\x0d\0\0\0\x04" "host" "\0\x03" "up!");
    assert_true(xdm_is_answer(whole));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(xdm_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(xdm_is_answer(SPAN("\0\x02\0\x05\0\x0d\0\0\0\x04" "host" "\0\x03" "up!")));
    assert_false(xdm_is_answer(SPAN("\0\x01\0\x02\0\x01\0")));
    assert_false(xdm_is_answer(SPAN("\0\x01\0\x05\0\x0d\0\0\xff\xff" "host" "\0\x03" "up!")));
    assert_false(xdm_is_answer(SPAN("\0\x01\0\x05\0\x0e\0\0\0\x04" "host" "\0\x03" "up!" "x")));
}

static void unwilling(void **state)
{
    (void)state;
    struct xdm_answer a;
    assert_true(xdm_parse(SPAN("\0\x01\0\x06\0\x0b\0\x04" "host" "\0\x03" "no!"), &a));
    assert_false(a.willing);
    assert_true(span_is(a.host, "host") && span_is(a.status, "no!"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
        cmocka_unit_test(unwilling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
