/* STUN: answers to our question, their attributes, lengths that lie. */
#include "unit/check.h"

#include "probe/stun.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("\x01\x01\0\x0c" "\x21\x12\xa4\x42" "ajar.binding" "\x80\x22\0\x05" "Corps" "\0\0\0");
    assert_true(stun_is_answer(whole));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(stun_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(stun_is_answer(SPAN("\0\x01\0\0" "\x21\x12\xa4\x42" "ajar.binding")));
    assert_false(stun_is_answer(SPAN("\x01\x01\0\0" "\x21\x12\xa4\x42" "else.binding")));
    assert_false(stun_is_answer(SPAN("\x01\x01\0\x04" "\x21\x12\xa4\x42" "ajar.binding" "\x80\x22\xff\xff")));
    assert_false(stun_is_answer(SPAN("\x01\x01\0\x08" "\x21\x12\xa4\x42" "ajar.binding" "\x80\x22\0\0")));
}

static void software(void **state)
{
    (void)state;
    struct span s;
    assert_true(stun_parse(SPAN("\x01\x01\0\x0c" "\x21\x12\xa4\x42" "ajar.binding" "\x80\x22\0\x05" "Corps" "\0\0\0"), &s));
    assert_true(span_is(s, "Corps"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
        cmocka_unit_test(software),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
