/* Columns are what the eye sees: wide, combining and broken characters. */
#include "report/layout.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WIDE "\xe4\xba\xba\xe5\x8f\xa3" /* two characters of two columns each */

static bool reads(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("'%.*s', not '%s'\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_clip_and_pad(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    assert_int_equal(layout_clip(&b, SPAN("hello"), 5), 5);
    assert_true(reads(&b, "hello"));
    assert_int_equal(layout_clip(&b, SPAN("hello!"), 5), 5);
    assert_true(reads(&b, "he..."));
    assert_int_equal(layout_clip(&b, SPAN(WIDE), 4), 4);
    assert_true(reads(&b, WIDE));
    assert_int_equal(layout_clip(&b, SPAN(WIDE), 3), 3);
    assert_true(reads(&b, "..."));
    assert_int_equal(layout_clip(&b, SPAN("x"), 0), 0);
    assert_true(reads(&b, ""));
    layout_left(&b, SPAN(WIDE), 6);
    assert_true(reads(&b, WIDE "  "));
    layout_right(&b, SPAN("12"), 4);
    assert_true(reads(&b, "  12"));
    layout_left(&b, SPAN("e\xcc\x81"), 2); /* e and a combining acute: one column */
    assert_true(reads(&b, "e\xcc\x81 "));
    buf_release(&b);
}

static void test_wrap(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    layout_wrap(&b, SPAN("one two three"), 2, 7);
    assert_true(reads(&b, "  one two\n  three\n"));
    layout_wrap(&b, SPAN("abcdefghij"), 0, 4);
    assert_true(reads(&b, "abcd\nefgh\nij\n"));
    layout_wrap(&b, SPAN(WIDE), 0, 1);
    assert_true(reads(&b, "\xe4\xba\xba\n\xe5\x8f\xa3\n"));
    layout_wrap(&b, SPAN(""), 1, 9);
    assert_true(reads(&b, " \n"));
    layout_wrap(&b, SPAN("a b"), 0, 0);
    assert_true(reads(&b, "a\nb\n"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clip_and_pad),
        cmocka_unit_test(test_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
