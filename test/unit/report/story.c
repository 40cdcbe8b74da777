/* The story sorts worst first, names the largest, sums what is known, tells fleets apart, and keeps
 * to its ceiling. */
#include "report/story.c"

#include "unit/report/hostile.h"

static struct story *fresh(struct hostile *h, const struct report_history *past)
{
    struct report_run run = { .started_ms = 1656633600000, .history = past };
    struct story *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    memset(h, 0, sizeof(*h));
    arena_init(&h->arena, HOSTILE_MAX);
    story_init(s, &run);
    return s;
}

static void done(struct story *s, struct hostile *h)
{
    story_release(s);
    free(s);
    arena_release(&h->arena);
}

static void see(struct story *s, struct hostile *h, uint8_t last, enum severity severity, int64_t records, const char *key)
{
    hostile_make(h, SPAN("5.5.3"));
    struct observation *o = &h->visit.observations.at[0];
    h->visit.endpoint.address.bytes[3] = h->finding.endpoint.address.bytes[3] = last;
    h->visit.end = END_DONE;
    h->finding.severity = severity;
    o->records = records;
    o->bytes = COUNT_UNKNOWN;
    if (key) {
        fact_text(&h->visit.observations.at[1], "cert.spki_sha256", span_str(key), NULL, SPAN_NONE);
        fact_text(&h->visit.observations.at[1], "cert.sha256", span_str(key), NULL, SPAN_NONE);
    }
    story_visit(s, &h->visit, &h->finding, 1);
}

static void test_order(void **state)
{
    struct hostile h;
    struct story *s = fresh(&h, NULL);
    (void)state;
    see(s, &h, 9, SEVERITY_LOW, 1000, "aa");
    see(s, &h, 8, SEVERITY_HIGH, 5, "aa");
    see(s, &h, 7, SEVERITY_HIGH, COUNT_UNKNOWN, "aa");
    see(s, &h, 6, SEVERITY_HIGH, 70, "bb");
    story_sort(s);
    assert_int_equal(s->groups.len, 2);
    assert_int_equal(s->groups.at[0]->severity, SEVERITY_HIGH);
    assert_int_equal(s->groups.at[0]->count, 3);
    assert_int_equal(s->groups.at[0]->records, 75);
    assert_int_equal(s->groups.at[0]->bytes, COUNT_UNKNOWN);
    assert_int_equal(s->rows.at[0]->endpoint.address.bytes[3], 6);
    assert_int_equal(s->rows.at[1]->endpoint.address.bytes[3], 8);
    assert_int_equal(s->rows.at[2]->endpoint.address.bytes[3], 7);
    assert_int_equal(s->groups.at[1]->at, 3);
    assert_int_equal(s->open_records, 1075);
    assert_int_equal(s->by_records_count, 3);
    assert_int_equal(s->by_records[0].records, 1000);
    assert_int_equal(s->by_bytes_count, 0);
    assert_int_equal(s->fleets.len, 2);
    assert_int_equal(s->fleets.at[0]->places.count, 3);
    assert_int_equal(s->fleets.at[0]->records, 1005);
    assert_int_equal(s->certificates.len, 2);
    done(s, &h);
}

static void test_life(void **state)
{
    static const struct report_exposure PAST[] = {
        { "0123456789abcdef0123456789abcdef", SEVERITY_LOW, 100, 200, 300 },
        { "0123456789abcdef0123456789abcdef", SEVERITY_LOW, 400, 500, COUNT_UNKNOWN },
    };
    static const struct report_history KNOWN = { PAST, 2, NULL, 0 }, CLOSED = { PAST, 1, NULL, 0 }, NOTHING = { 0 };
    struct hostile h;
    struct story *s = fresh(&h, &KNOWN);
    (void)state;
    see(s, &h, 1, SEVERITY_LOW, 1, NULL);
    assert_false(s->rows.at[0]->is_new);
    assert_int_equal(s->rows.at[0]->first_ms, 100);
    assert_int_equal(s->rows.at[0]->since_ms, 400);
    assert_int_equal(s->rows.at[0]->reopened, 1);
    done(s, &h);
    s = fresh(&h, &CLOSED);
    see(s, &h, 1, SEVERITY_LOW, 1, NULL);
    assert_int_equal(s->rows.at[0]->since_ms, 1656633600000);
    assert_int_equal(s->rows.at[0]->reopened, 1);
    done(s, &h);
    s = fresh(&h, &NOTHING);
    see(s, &h, 1, SEVERITY_LOW, 1, NULL);
    assert_true(s->rows.at[0]->is_new);
    done(s, &h);
}

static void test_largest(void **state)
{
    struct hostile h;
    struct story *s = fresh(&h, NULL);
    (void)state;
    hostile_make(&h, SPAN("x"));
    struct observation *o = &h.visit.observations.at[0];
    o->collections.len = 0;
    for (int64_t i = 0; i < 40; i++)
        observation_collect(o, SPAN("c"), 1, i * 7 % 40, COUNT_UNKNOWN);
    story_visit(s, &h.visit, &h.finding, 1);
    assert_int_equal(s->rows.at[0]->largest_count, STORY_LARGEST_MAX);
    for (int64_t i = 0; i < STORY_LARGEST_MAX; i++)
        assert_int_equal(s->rows.at[0]->largest[i].bytes, 39 - i);
    done(s, &h);
}

/* Wherever memory ends, what is kept is whole and what is not is counted. */
static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t fail_at = 1; fail_at < 60; fail_at++) {
        struct hostile h;
        struct story *s = fresh(&h, NULL);
        hostile_make(&h, SPAN("x"));
        s->arena.fail_at = fail_at;
        story_visit(s, &h.visit, &h.finding, 1);
        story_visit(s, &h.visit, &h.finding, 1);
        story_sort(s);
        assert_int_equal(s->rows.len + s->unkept, 2);
        done(s, &h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
