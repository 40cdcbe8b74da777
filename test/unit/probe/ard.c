/* Apple Remote Desktop: the form of its answer. */
#include "unit/check.h"

#include "probe/ard.c"

static void form(void **state)
{
    (void)state;
    uint8_t answer[68] = { 0, 1, 0, 64 };
    assert_true(ard_is_answer(span_of(answer, 68)));
    assert_false(ard_is_answer(span_of(answer, 67)));
    assert_false(ard_is_answer(SPAN("\0\x14\0\x01\x03")));
    assert_false(ard_is_answer(SPAN("\0\x01\0\x01\x03")));
    answer[1] = 2;
    assert_false(ard_is_answer(span_of(answer, 68)));
    assert_false(ard_is_answer(SPAN_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
