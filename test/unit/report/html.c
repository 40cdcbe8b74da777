/* The page keeps its own policy: nothing that a peer sent is an element, an attribute or a script;
 * it asks nobody for anything; 10,000 findings and none at all give a page that can be read. */
#include "report/html.c"

#include "report/html_assets.h"
#include "unit/report/hostile.h"

static size_t count_of(struct span out, const char *needle)
{
    size_t n = 0, at;
    while ((at = span_find(out, span_str(needle))) != SIZE_MAX) {
        n++;
        out = span_from(out, at + strlen(needle));
    }
    return n;
}

/* Element names that the page may use; anything else came from outside. */
static bool is_ours(struct span tag)
{
    static const char *const TAGS[] = {
        "!doctype", "html", "head", "meta", "title", "style", "body", "header", "a", "b", "svg", "path", "rect", "circle",
        "nav", "button", "main", "section", "p", "h1", "h2", "h3", "h4", "div", "ul", "li", "ol", "span", "code", "small",
        "table", "thead", "tr", "th", "tbody", "td", "article", "pre", "i", "details", "summary", "figure", "figcaption",
        "dl", "dt", "dd", "footer", "script",
    };
    for (size_t i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
        if (span_is(tag, TAGS[i]))
            return true;
    return false;
}

/* Every "<" of the page (its style and script left out) starts an element of ours, whose quotes
 * are paired. */
static void check_elements(struct span out)
{
    struct span style = SPAN(HTML_STYLE), script = SPAN(HTML_SCRIPT);
    while (out.len) {
        size_t at = span_index(out, '<');
        out = span_from(out, at + 1);
        if (out.len == 0)
            break;
        struct span inside = span_first(out, span_index(out, '>'));
        struct span name = span_from(inside, inside.len && inside.at[0] == '/');
        name = span_first(name, span_index(name, ' '));
        size_t quotes = 0;
        for (size_t i = 0; i < inside.len; i++)
            quotes += inside.at[i] == '"';
        if (!is_ours(name) || quotes % 2)
            fail_msg("<%.*s>", SPAN_FMT(span_first(inside, 100)));
        out = span_from(out, inside.len + 1);
        if (span_is(inside, "style"))
            out = span_from(out, style.len);
        else if (span_is(inside, "script"))
            out = span_from(out, script.len);
    }
}

static void check(struct span out, struct span bad)
{
    hostile_nothing_raw(out, false);
    check_elements(out);
    assert_int_equal(count_of(out, "<script>"), 1);
    assert_int_equal(count_of(out, "</script>"), 1);
    assert_int_equal(count_of(out, "onload="), count_of(bad, "onload=") ? count_of(out, "&quot; onload=") : 0);
    assert_true(out.len < 1024 * 1024);
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_html, check);
}

static void test_policy(void **state)
{
    struct buf out;
    struct story *s = calloc(1, sizeof(*s));
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = 256 };
    struct report_summary sum = { .done = 256 };
    (void)state;
    assert_non_null(s);
    buf_init(&out, HOSTILE_MAX);
    report_html.begin(s, &run, &out);
    report_html.end(s, &sum, &out);
    struct span page = buf_span(&out);
    assert_true(span_has(page, "default-src 'none'; style-src '" HTML_STYLE_HASH "'; script-src '" HTML_SCRIPT_HASH "'"));
    assert_true(span_has(page, "Nothing answered."));
    assert_false(span_has(page, "src="));
    assert_false(span_has(page, "http:"));
    assert_false(span_has(page, "https:"));
    assert_false(span_has(page, "url("));
    assert_false(span_has(page, "@import"));
    assert_false(span_has(page, "style=\""));
    assert_false(span_has(page, "unsafe"));
    buf_release(&out);
    free(s);
}

/* Each detail that the table leads to is there, and lists end with how many they leave out. */
static void test_many(void **state)
{
    enum { FINDINGS = 10050 };
    struct hostile h = { 0 };
    struct story *s = calloc(1, sizeof(*s));
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = FINDINGS };
    struct report_summary sum = { .done = FINDINGS };
    (void)state;
    assert_non_null(s);
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7"));
    h.visit.end = END_DONE;
    report_html.begin(s, &run, &h.out);
    for (size_t i = 0; i < FINDINGS; i++) {
        h.finding.severity = (enum severity)(i % 5);
        h.finding.endpoint.address.bytes[2] = (uint8_t)(i >> 8);
        h.finding.endpoint.address.bytes[3] = (uint8_t)i;
        for (int k = 0; k < 8; k++)
            h.finding.fingerprint[k] = "0123456789abcdef"[i >> (28 - 4 * k) & 15];
        report_tell_visit(&report_html, s, &h.visit, &h.finding, 1, &h.out);
    }
    report_html.end(s, &sum, &h.out);
    struct span page = buf_span(&h.out);
    assert_true(buf_ok(&h.out));
    assert_true(page.len < 8 * 1024 * 1024);
    assert_int_equal(count_of(page, "<tr><td class=\"how\" data-v=\""), HTML_ROWS_MAX);
    assert_int_equal(count_of(page, "<details id=\"f-"), 5 * HTML_DETAILS_EACH_MAX);
    assert_int_equal(count_of(page, "<a href=\"#f-"), 5 * HTML_DETAILS_EACH_MAX);
    assert_true(span_has(page, "10,050 findings"));
    assert_true(span_has(page, "and 50 more;"));
    assert_true(span_has(page, "and 1,985 more endpoints"));
    free(s);
    arena_release(&h.arena);
    buf_release(&h.out);
}

/* What a manager asks, in the order of asking. */
static void test_case(void **state)
{
    static const char *const ORDER[] = { "<h1>1 service is open", "It holds fields of personal data: 7. ",
                                         "A random sample of records confirmed personal data: 7; of 1,455 to", "<b>Shop</b> answers for it",
                                         "The oldest finding is open since",
                                         "2 set up alike; 1 open, 1 half-open", "Do this first", "What is open</h2>",
                                         "What is in it</h2>", "<h3>Personal data</h3>", "<td>7</td><td>random sample</td>",
                                         "1,455 to 9,223,372,036,854,775,807</td>", "Whose</h2>", "Since when</h2>", "Open the longest",
                                         "How many alike</h2>", "What they share: certificate key abc, kibana 5.5.3 (1 of them)",
                                         "ajar accept fedcba987654 --until 2022-09-29 --why 'REASON'</code>", "What to do, in this order" };
    struct hostile h = { 0 };
    struct story *s = calloc(1, sizeof(*s));
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = 1 };
    struct report_past past = { .from_ms = 1609459200000, .to_ms = 1656633600000, .all = { [72] = 2 }, .severe = { [72] = 1 } };
    struct report_summary sum = { .done = 1, .answered = 1 };
    (void)state;
    assert_non_null(s);
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7"));
    hostile_more(&h, SPAN("Shop"));
    h.visit.end = END_DONE;
    h.fleet.member_count = 2;
    h.reasons[0] = (struct fleet_reason){ "certificate key", SPAN("abc"), 2 };
    h.reasons[1].value = SPAN("kibana 5.5.3");
    report_html.begin(s, &run, &h.out);
    report_tell_visit(&report_html, s, &h.visit, &h.finding, 1, &h.out);
    report_html.fleets(s, &h.fleet, 1, &h.out);
    report_html.past(s, &past, &h.out);
    report_html.end(s, &sum, &h.out);
    struct span page = buf_span(&h.out);
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(ORDER[0]); i++) {
        size_t at = span_find(page, span_str(ORDER[i]));
        if (at == SIZE_MAX)
            fail_msg("%s is missing, or in the wrong place", ORDER[i]);
        page = span_from(page, at);
    }
    page = buf_span(&h.out);
    assert_true(span_has(page, "no record was read but the random sample of what is marked as owned, nothing was changed"));
    assert_true(span_has(page, "at most 2, now 2."));
    assert_true(span_has(page, "accepted until 9999-12-31"));
    free(s);
    arena_release(&h.arena);
    buf_release(&h.out);
}

/* Without a proof of being locked the page does not call it a day. */
static void test_unsure(void **state)
{
    struct hostile h = { 0 };
    struct story *s = calloc(1, sizeof(*s));
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = 1 };
    struct report_summary sum = { .done = 1, .answered = 1 };
    (void)state;
    assert_non_null(s);
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7"));
    h.visit.observations.at[0].outcome = OUTCOME_UNCLEAR;
    report_html.begin(s, &run, &h.out);
    report_tell_visit(&report_html, s, &h.visit, NULL, 0, &h.out);
    report_html.end(s, &sum, &h.out);
    assert_true(span_has(buf_span(&h.out), "Nothing was proven open."));
    assert_true(span_has(buf_span(&h.out), "1 stayed unclear."));
    free(s);
    arena_release(&h.arena);
    buf_release(&h.out);
}

static void test_words(void **state)
{
    static const struct {
        int64_t n;
        const char *words;
    } CASES[] = {
        { -1, "0" }, { 999999, "999,999" }, { 1000000, "1.0 million" }, { 999960000, "1.0 billion" },
        { 6800000000, "6.8 billion" }, { INT64_MAX, "9.2 quintillion" },
    };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        buf_reset(&b);
        html_count_words(&b, CASES[i].n);
        if (!span_is(buf_span(&b), CASES[i].words))
            fail_msg("%.*s", SPAN_FMT(buf_span(&b)));
    }
    buf_reset(&b);
    html_code(&b, SPAN("# a<\nb"));
    assert_true(span_is(buf_span(&b), "<i># a&lt;</i>\nb"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_policy),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_unsure),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
