/* Foreign text in Markdown is code or escaped prose: no element, link, mention or table cell of a
 * peer's making. */
#include "report/markdown.c"

#include "unit/report/hostile.h"

static void check(struct span out, struct span bad)
{
    (void)bad;
    hostile_nothing_raw(out, false);
    while (out.len) { /* a table row keeps its number of cells */
        struct span line = span_cut(&out, '\n');
        if (!span_starts(line, SPAN("| critical | `")))
            continue;
        size_t bars = 0;
        for (size_t i = 0; i < line.len; i++)
            bars += line.at[i] == '|' && (i == 0 || line.at[i - 1] != '\\');
        assert_int_equal(bars, 9);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_markdown, check);
}

static bool gives(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("%.*s, not %s\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_escaping(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 65536);
    put_code(&b, SPAN("a|b"));
    assert_true(gives(&b, "`a\\|b`"));
    put_code(&b, SPAN("``x`"));
    assert_true(gives(&b, "``` ``x` ```"));
    put_code(&b, SPAN(""));
    assert_true(gives(&b, ""));
    put_prose(&b, SPAN("<b> & [x](y) @all www.x 1. #2 caf\xc3\xa9, it's 5"));
    assert_true(gives(&b, "&lt;b\\> &amp; \\[x\\](y) (at)all www\\.x 1\\. \\#2 caf\xc3\xa9, it's 5"));
    put_fenced(&b, SPAN("a\n```\nb"));
    assert_true(gives(&b, "````\na\n```\nb\n````\n\n"));
    assert_int_equal(shortened(SPAN("ab\xc3\xa9"), 3).len, 2);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_escaping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
