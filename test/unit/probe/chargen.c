/* Character generator: letters in their order, wherever they begin. */
#include "unit/check.h"

#include "probe/chargen.c"

static void runs(void **state)
{
    (void)state;
    assert_true(chargen_is_answer(SPAN(" !\"#$%&'()*+,-./0123456789\r\n")));
    assert_true(chargen_is_answer(SPAN("nopqrstuvwxyz{|}~ !\"#$%\r\nopqrs\r\n")));
    assert_true(chargen_is_answer(SPAN("nopqrstuvwxyz{|}~!\"#$%&\r\n")));
}

static void others(void **state)
{
    (void)state;
    assert_false(chargen_is_answer(SPAN("abcdefghij\r\n")));
    assert_false(chargen_is_answer(SPAN("nopqrstuvwxyz{|}~\"#$%&\r\n")));
    assert_false(chargen_is_answer(SPAN("abcdefghijklmnopqrstuvwxyabc\r\n")));
    assert_false(chargen_is_answer(SPAN("ajar\r\n")));
    assert_false(chargen_is_answer(SPAN_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs),
        cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
