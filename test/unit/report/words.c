/* The sentences that the formats for people share. */
#include "report/words.c"

#include "unit/check.h"

enum { DAY = 86400000 };

static bool says(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("%.*s, not %s\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_life(void **state)
{
    struct finding_life l = { .opened_ms = 1609459200000 };
    int64_t now_ms = 1656633600000;
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    words_life(&b, &l, now_ms);
    assert_true(says(&b, ""));
    l.known = l.is_new = true;
    words_life(&b, &l, now_ms);
    assert_true(says(&b, "new"));
    l.is_new = false;
    words_life(&b, &l, now_ms);
    assert_true(says(&b, "open since 2021-01-01, 18 months"));
    l.reopened = 2;
    words_life(&b, &l, now_ms);
    assert_true(says(&b, "open again since 2021-01-01, 18 months, closed 2 times before"));
    l.opened_ms = INT64_MIN;
    words_life(&b, &l, INT64_MAX);
    assert_true(says(&b, "open again since 0000-01-01, a moment, closed 2 times before"));
    buf_release(&b);
}

/* A close says when, and what proved it; foreign bytes of the proof are visible. */
static void test_closed(void **state)
{
    struct finding_view v = { .open = true, .closed_ms = COUNT_UNKNOWN };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    words_closed(&b, &v, say);
    assert_true(says(&b, ""));
    v.open = false;
    v.closed_ms = 1656633600000;
    words_closed(&b, &v, say);
    assert_true(says(&b, "Closed 2022-07-01."));
    v.proof = PROOF_SHUT;
    words_closed(&b, &v, say);
    assert_true(says(&b, "Closed 2022-07-01: the host refuses connections to this port."));
    v.proof = PROOF_OTHER;
    v.proof_detail = SPAN("gra\x1b" "fana");
    words_closed(&b, &v, say);
    assert_true(says(&b, "Closed 2022-07-01: something else answers there: gra\\x1bfana."));
    buf_release(&b);
}

static void test_since(void **state)
{
    struct since list[] = {
        { "own history", 1000ll * DAY, STRENGTH_PROVEN, SPAN("open since x (own history, proven)") },
        { "process", 900ll * DAY, STRENGTH_LIKELY, SPAN("runs (process start, likely)") },
        { "certificate", 100ll * DAY, STRENGTH_HINT, SPAN("was put there (certificate, hint)") },
    };
    struct finding f = { .life = { .known = true, .opened_ms = 1000ll * DAY } };
    (void)state;
    assert_null(since_best(&f));
    f.since.at = list;
    f.since.len = 1;
    assert_null(since_best(&f));
    f.since.len = 3;
    assert_ptr_equal(since_best(&f), &list[1]);
    list[1].strength = STRENGTH_HINT;
    list[0].at_ms = 999ll * DAY + 1;
    assert_null(since_best(&f)); /* what is proven hides what is only hinted at, and says nothing new */
    f.since.at = list + 1;
    f.since.len = 2;
    assert_ptr_equal(since_best(&f), &list[2]);
    assert_true(span_is(since_text(&list[0]), "open since x"));
    assert_true(span_is(since_text(&list[2]), "was put there"));
    assert_true(span_is(since_text(&(struct since){ .text = SPAN("(x, hint)") }), "(x, hint)"));
    assert_true(span_is(since_text(&(struct since){ .text = SPAN("a (x, likely)") }), "a (x, likely)"));
    assert_true(span_is(since_text(&(struct since){ .text = SPAN("hint)") }), "hint)"));
    assert_true(span_is(since_text(&(struct since){ .text = SPAN_NONE }), ""));
}

static void test_whose(void **state)
{
    struct attribution list[] = { { "certificate names", SPAN("Shop\x1b Ltd"), STRENGTH_LIKELY } };
    struct finding f = { .owner = SPAN_NONE };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    words_whose(&b, &f);
    assert_true(says(&b, ""));
    f.owners.at = list;
    f.owners.len = 1;
    words_whose(&b, &f);
    assert_true(says(&b, "likely Shop\\x1b Ltd (certificate names)"));
    list[0].strength = STRENGTH_HINT;
    f.tier = SPAN("finance");
    words_whose(&b, &f);
    assert_true(says(&b, "perhaps Shop\\x1b Ltd (certificate names), finance"));
    f.owner = SPAN("Shop");
    f.contact = SPAN("a@b.example");
    words_whose(&b, &f);
    assert_true(says(&b, "Shop, finance, a@b.example"));
    assert_int_equal(tier_rank(SPAN("GOVERNMENT")), 0);
    assert_int_equal(tier_rank(SPAN("internal")), 1);
    assert_int_equal(tier_rank(SPAN_NONE), 2);
    buf_release(&b);
}

static void test_fleet(void **state)
{
    struct fleet_reason reasons[] = {
        { "certificate key", SPAN("4f1c2ab9e0d34f1c2ab9e0d34f1c2ab9e0d3"), 14 },
        { "product and version", SPAN("kibana 5.5.3"), 14 },
        { "ports", SPAN("5601"), 14 },
        { "index names", SPAN("person_*"), 9 },
    };
    struct fleet f = { .member_count = 14, .open = 12, .partial = 1, .locked = 1 };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    f.reasons.at = reasons;
    f.reasons.len = 4;
    words_fleet(&b, &f, say);
    assert_true(says(&b, "14 set up alike; 12 open, 1 half-open, 1 locked"));
    words_reasons(&b, &f, 9, say);
    assert_true(says(&b, "certificate key 4f1c2ab9e0d3..., kibana 5.5.3, ports 5601, index names person_* (9 of them)"));
    words_reasons(&b, &f, 2, say);
    assert_true(says(&b, "certificate key 4f1c2ab9e0d3..., kibana 5.5.3"));
    f.open = f.partial = 0;
    words_fleet(&b, &f, say);
    assert_true(says(&b, "14 set up alike; 1 locked"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),  cmocka_unit_test(test_closed),  cmocka_unit_test(test_since),
        cmocka_unit_test(test_whose), cmocka_unit_test(test_fleet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
