/* Git: lengths in hexadecimal digits. */
#include "unit/check.h"

#include "probe/git.c"

static void lengths(void **state)
{
    (void)state;
    size_t n = 0;
    assert_true(git_length(SPAN("002f"), &n) && n == 0x2f);
    assert_true(git_length(SPAN("003A"), &n) && n == 0x3a);
    assert_false(git_length(SPAN("0000"), &n));
    assert_false(git_length(SPAN("0004"), &n));
    assert_false(git_length(SPAN("ffff"), &n));
    assert_false(git_length(SPAN("00g5"), &n));
    assert_false(git_length(SPAN("-001"), &n));
    struct span sent = GIT_NONE.parts[0].bytes;
    assert_true(git_length(span_first(sent, 4), &n) && n == sent.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lengths) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
