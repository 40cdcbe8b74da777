/* Ubiquiti: fields of type, length, value. */
#include "unit/check.h"

#include "probe/ubiquiti.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("\x01\0\0\x0d" "\x0b\0\x02" "ap" "\x14\0\x05" "Nano5");
    assert_true(ubnt_is_answer(whole));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(ubnt_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(ubnt_is_answer(SPAN("\x03\0\0\x0d" "\x0b\0\x02" "ap" "\x14\0\x05" "Nano5")));
    assert_false(ubnt_is_answer(SPAN("\x01\0\0\x05" "\x0b\0\x02" "ap")));
    assert_false(ubnt_is_answer(SPAN("\x01\0\0\0")));
    assert_false(ubnt_is_answer(SPAN("\x01\0\0\x08" "\x14\0\xff" "Nano5")));
}

static void short_name_where_there_is_no_other(void **state)
{
    (void)state;
    struct ubnt_answer a;
    assert_true(ubnt_parse(SPAN("\x02\x06\0\x06" "\x0c\0\x03" "U7P"), &a));
    assert_true(span_is(a.model, "U7P"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
        cmocka_unit_test(short_name_where_there_is_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
