/* Foreign text in Markdown is code or escaped prose: no element, link, mention or table cell of a
 * peer's making. */
#include "report/markdown.c"

#include "unit/report/hostile.h"

static void check(struct span out, struct span bad)
{
    (void)bad;
    size_t wanted = 9;
    hostile_nothing_raw(out, false);
    while (out.len) { /* a table row keeps its number of cells */
        struct span line = span_cut(&out, '\n');
        if (span_is(line, "## How many alike"))
            wanted = 7;
        if (!span_starts(line, SPAN("| critical | `")))
            continue;
        size_t bars = 0;
        for (size_t i = 0; i < line.len; i++)
            bars += line.at[i] == '|' && (i == 0 || line.at[i - 1] != '\\');
        assert_int_equal(bars, wanted);
    }
}

static void test_case(void **state)
{
    static const char *const ORDER[] = {
        "It holds fields of personal data: 7. A random sample",
        "| critical | `192.0.2.7:6379 (7)` | `redis 7` | `Shop`, `Shop` | 9.2 qt", "2021-01-01 (again) |",
        "(accepted until 9999-12-31: `Shop`)", "## What is in it: personal data", "| `7` | random sample | 1 | 9.2 qt | 1,455 to",
        "| `7` | names of fields | 1 | 9.2 qt |  |", "## Whose", "| `Shop` | `Shop` | `Shop` | scope file | critical | 1 | 1 |",
        "## How many alike", "**2 set up alike; 1 open, 1 half\\-open**: ports 5601, kibana 5\\.5\\.3 (1 of them)",
        "`ajar accept fedcba987654 --until 2022-09-29 --why 'REASON'`", "| critical | `192.0.2.7:6379 (7)` | `redis Shop` | open |", "## What to do",
    };
    struct hostile h = { 0 };
    struct story *s = calloc(1, sizeof(*s));
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = 1 };
    struct report_summary sum = { .done = 1, .answered = 1 };
    (void)state;
    assert_non_null(s);
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7"));
    hostile_more(&h, SPAN("Shop"));
    h.fleet.member_count = 2;
    h.reasons[0] = (struct fleet_reason){ "ports", SPAN("5601"), 2 };
    h.reasons[1].value = SPAN("kibana 5.5.3");
    report_markdown.begin(s, &run, &h.out);
    report_tell_visit(&report_markdown, s, &h.visit, &h.finding, 1, &h.out);
    report_markdown.fleets(s, &h.fleet, 1, &h.out);
    report_markdown.end(s, &sum, &h.out);
    struct span rest = buf_span(&h.out);
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(ORDER[0]); i++) {
        size_t at = span_find(rest, span_str(ORDER[i]));
        if (at == SIZE_MAX)
            fail_msg("%s is missing, or in the wrong place:\n%.*s", ORDER[i], SPAN_FMT(buf_span(&h.out)));
        rest = span_from(rest, at);
    }
    free(s);
    arena_release(&h.arena);
    buf_release(&h.out);
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
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_escaping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
