/* AFP: lists that lie outside the message, or in it. */
#include "unit/check.h"

#include "probe/afp.c"

static void lists(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, FACT_TEXT_MAX);
    assert_true(afp_strings(SPAN("xx\x02\x02" "ab\x01" "c"), 2, &b));
    assert_true(span_is(buf_span(&b), "ab, c"));
    buf_reset(&b);
    assert_false(afp_strings(SPAN("\x02\x02" "ab"), 0, &b));
    assert_false(afp_strings(SPAN("\0"), 0, &b));
    assert_false(afp_strings(SPAN("\xff\x01" "a"), 0, &b));
    assert_false(afp_strings(SPAN("\x01\x01" "a"), 60000, &b));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lists) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
