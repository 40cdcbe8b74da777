/* DHIP: the head before the JSON. */
#include "unit/check.h"

#include "probe/dvr.c"

static void head(void **state)
{
    (void)state;
    assert_true(dvr_is_answer(SPAN("\x20\0\0\0" "DHIP" "\0\0\0\0\0\0\0\0" "\x13\0\0\0" "\0\0\0\0" "\x13\0\0\0" "\0\0\0\0" "{\"deviceInfo\": {} }")));
    assert_false(dvr_is_answer(SPAN("\x20\0\0\0" "DHIP" "\0\0\0\0\0\0\0\0" "\x14\0\0\0" "\0\0\0\0" "\x14\0\0\0" "\0\0\0\0" "{\"deviceInfo\": {} }")));
    assert_false(dvr_is_answer(SPAN("\x20\0\0\0" "DHIP" "\0\0\0\0\0\0\0\0" "\x13\0\0\0" "\0\0\0\0" "\x12\0\0\0" "\0\0\0\0" "{\"deviceInfo\": {} }")));
    assert_false(dvr_is_answer(SPAN("\x20\0\0\0" "DHIP" "\0\0\0\0\0\0\0\0" "\x02\0\0\0" "\0\0\0\0" "\x02\0\0\0" "\0\0\0\0" "{}")));
    assert_false(dvr_is_answer(SPAN("\x20\0\0\0" "DHIP")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
