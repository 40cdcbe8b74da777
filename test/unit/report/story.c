/* The story sorts worst first, names the largest, sums what is known, counts for whom, and keeps to its
 * ceiling. */
#include "report/story.c"

#include "unit/report/hostile.h"

static struct story *fresh(struct hostile *h)
{
    struct report_run run = { .started_ms = 1656633600000 };
    struct story *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    memset(h, 0, sizeof(*h));
    arena_init(&h->arena, HOSTILE_MAX);
    story_init(s, &run, STORY_WHOLE);
    return s;
}

static void done(struct story *s, struct hostile *h)
{
    story_release(s);
    free(s);
    arena_release(&h->arena);
}

static void tell(struct story *s, const struct visit *v, const struct finding *f, size_t findings)
{
    struct finding_view views[2];
    for (size_t i = 0; i < findings; i++)
        views[i] = view_of_visit(v, &f[i]);
    story_visit(s, v, views, findings, NULL);
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
    tell(s, &h->visit, &h->finding, 1);
}

static void test_order(void **state)
{
    struct hostile h;
    struct story *s = fresh(&h);
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
    assert_ptr_equal(s->ranked[0], s->rows.at[0]);
    assert_int_equal(s->rows.at[2]->in_group, 2);
    assert_int_equal(s->rows.at[3]->in_group, 0);
    assert_int_equal(s->ownerless, 4);
    assert_int_equal(s->certificates.len, 2);
    done(s, &h);
}

static void see_of(struct story *s, struct hostile *h, uint8_t last, const char *owner, const char *tier, int64_t records)
{
    hostile_make(h, SPAN("5.5.3"));
    h->visit.endpoint.address.bytes[3] = h->finding.endpoint.address.bytes[3] = last;
    h->visit.observations.at[0].records = records;
    h->finding.severity = SEVERITY_HIGH;
    h->finding.rule = last % 2 ? "odd" : "even";
    h->finding.owner = span_str(owner);
    h->finding.tier = span_str(tier);
    struct finding both[2] = { h->finding, h->finding };
    both[1].severity = SEVERITY_LOW;
    tell(s, &h->visit, both, 2);
}

/* Severity first, then tier, then records; a party's open services count once, not once a finding. */
static void test_whose(void **state)
{
    struct hostile h;
    struct story *s = fresh(&h);
    (void)state;
    see_of(s, &h, 1, "Shop", "", 1000000);
    see_of(s, &h, 2, "Bank", "Finance", 5);
    see_of(s, &h, 3, NULL, "internal", 7);
    see_of(s, &h, 4, "Bank", "finance", 6);
    story_sort(s);
    static const uint8_t ORDER[] = { 4, 2, 3, 1 };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(s->ranked[i]->endpoint.address.bytes[3], ORDER[i]);
        assert_int_equal(s->ranked[i]->group->severity, SEVERITY_HIGH);
    }
    assert_true(span_is(s->groups.at[0]->rule, "even"));
    assert_int_equal(s->parties.len, 2);
    assert_true(span_is(s->parties.at[0]->who, "Bank"));
    assert_int_equal(s->parties.at[0]->findings, 4);
    assert_int_equal(s->parties.at[0]->open, 2);
    assert_int_equal(s->parties.at[0]->records, 11);
    assert_int_equal(s->ownerless, 2);
    done(s, &h);
}

static void test_fleets(void **state)
{
    struct hostile h;
    struct story *s = fresh(&h);
    (void)state;
    hostile_make(&h, SPAN("5.5.3"));
    hostile_more(&h, SPAN("5.5.3"));
    struct fleet_member many[STORY_MEMBERS_MAX + 1];
    for (size_t i = 0; i <= STORY_MEMBERS_MAX; i++)
        many[i] = h.members[i % 2];
    h.fleet.members.at = many;
    h.fleet.members.len = STORY_MEMBERS_MAX + 1;
    h.fleet.severity = (enum severity)77;
    for (size_t i = 0; i <= STORY_FLEETS_MAX; i++)
        story_fleets(s, &h.fleet, 1, NULL);
    assert_int_equal(s->fleets.len, STORY_FLEETS_MAX);
    assert_int_equal(s->fleets_left, 1);
    assert_int_equal(s->fleets.at[0].member_count, STORY_MEMBERS_MAX);
    assert_int_equal(s->fleets.at[0].severity, SEVERITY_INFO);
    assert_string_equal(s->fleets.at[0].members[0].worst, h.finding.fingerprint);
    assert_string_equal(s->fleets.at[0].members[1].worst, "");
    done(s, &h);
}

static void test_largest(void **state)
{
    struct hostile h;
    struct story *s = fresh(&h);
    (void)state;
    hostile_make(&h, SPAN("x"));
    struct observation *o = &h.visit.observations.at[0];
    o->collections.len = 0;
    for (int64_t i = 0; i < 40; i++)
        observation_collect(o, SPAN("c"), 1, i * 7 % 40, COUNT_UNKNOWN);
    tell(s, &h.visit, &h.finding, 1);
    assert_int_equal(s->rows.at[0]->largest_count, STORY_LARGEST_MAX);
    for (int64_t i = 0; i < STORY_LARGEST_MAX; i++)
        assert_int_equal(s->rows.at[0]->largest[i].bytes, 39 - i);
    done(s, &h);
}

/* Wherever memory ends, what is kept is whole and what is not is counted. */
static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t fail_at = 1; fail_at < 120; fail_at++) {
        struct hostile h;
        struct story *s = fresh(&h);
        hostile_make(&h, SPAN("x"));
        hostile_more(&h, SPAN("x"));
        s->arena.fail_at = fail_at;
        tell(s, &h.visit, &h.finding, 1);
        tell(s, &h.visit, &h.finding, 1);
        story_fleets(s, &h.fleet, 1, NULL);
        story_sort(s);
        assert_int_equal(s->rows.len + s->unkept, 2);
        done(s, &h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_fleets),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
