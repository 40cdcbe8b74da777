/* Since when: every source, its strength and the order; moments that nobody may believe. */
#include "owner/since.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct visit visit;
    struct finding finding;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    arena_init(&x->arena, 16 << 20);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    free(x);
    return 0;
}

static int64_t date(int year, int month, int day_of_month)
{
    return time_from_civil(year, month, day_of_month, 12, 0, 0);
}

static struct observation *door(struct fixture *x, enum outcome outcome)
{
    struct endpoint e = { .port = 9200 };
    assert_true(address_parse(SPAN("10.0.0.5"), &e.address));
    visit_init(&x->visit, &x->arena, &e);
    struct observation *o = visit_observe(&x->visit, "elasticsearch", KIND_STORE);
    o->outcome = outcome;
    o->at_ms = date(2022, 7, 1);
    return o;
}

static void certificate(struct fixture *x, int64_t from, int64_t until)
{
    struct observation *c = visit_observe(&x->visit, "certificate", KIND_TLS);
    fact_time(c, "cert.not_before", from, NULL, SPAN_NONE);
    fact_time(c, "cert.not_after", until, NULL, SPAN_NONE);
}

static void judge_it(struct fixture *x)
{
    x->finding = (struct finding){ .rule = NULL };
    assert_true(since_judge(&x->visit, &x->visit.observations.at[0], date(2026, 11, 22), &x->arena,
                            &x->finding));
}

static void expect(struct fixture *x, size_t i, const char *source, int64_t at_ms,
                   enum strength strength, const char *has)
{
    if (i >= x->finding.since.len)
        fail_msg("%zu moments only; %s is missing", x->finding.since.len, has);
    const struct since *s = &x->finding.since.at[i];
    if (strcmp(s->source, source) != 0 || s->at_ms != at_ms || s->strength != strength ||
        !span_has(s->text, has))
        fail_msg("moment %zu: %s, %s: %.*s", i, s->source, strength_name(s->strength), SPAN_FMT(s->text));
}

/* The case of DESIGN section 1: deployed 2017, ran out 2018, found 2022. */
static void test_shanghai(void **state)
{
    struct fixture *x = *state;
    struct observation *o = door(x, OUTCOME_OPEN);
    observation_collect(o, SPAN("cases"), 1, 1, date(2020, 5, 4));
    observation_collect(o, SPAN("persons"), 1, 1, date(2019, 3, 2));
    observation_collect(o, SPAN("later"), 1, 1, COUNT_UNKNOWN);
    fact_time(o, "started", date(2021, 6, 3), NULL, SPAN_NONE);
    certificate(x, date(2017, 9, 5), date(2018, 9, 5));
    judge_it(x);
    assert_int_equal(x->finding.since.len, 4);
    expect(x, 0, "process", date(2021, 6, 3), STRENGTH_LIKELY, "elasticsearch has run since 2021-06-03");
    expect(x, 1, "certificate", date(2017, 9, 5), STRENGTH_HINT, "no earlier than 2017-09-05");
    expect(x, 2, "certificate", date(2018, 9, 5), STRENGTH_HINT, "ran out on 2018-09-05 and was never renewed");
    expect(x, 3, "collections", date(2019, 3, 2), STRENGTH_HINT, "persons, was made on 2019-03-02");
    x->finding.life = (struct finding_life){ .known = true, .first_ms = date(2021, 7, 1),
                                             .opened_ms = date(2021, 7, 1) };
    assert_true(since_add_history(&x->finding, false, &x->arena));
    expect(x, 0, "own history", date(2021, 7, 1), STRENGTH_PROVEN,
           "open since at least 2021-07-01 (own history, proven)");
}

static void test_only_doors(void **state)
{
    static const enum outcome NONE[] = { OUTCOME_LOCKED, OUTCOME_UNCLEAR, OUTCOME_IDENTIFIED };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++) {
        fact_time(door(x, NONE[i]), "started", date(2021, 6, 3), NULL, SPAN_NONE);
        judge_it(x);
        assert_int_equal(x->finding.since.len, 0);
    }
    fact_time(door(x, OUTCOME_PARTIAL), "started", date(2021, 6, 3), NULL, SPAN_NONE);
    judge_it(x);
    assert_int_equal(x->finding.since.len, 1);
}

/* A visit of 2022 knows nothing of later; a clock at zero or in the future is no witness. */
static void test_unbelievable(void **state)
{
    static const int64_t AT[] = { 0, -1, 1, INT64_MIN, INT64_MAX, 1795319231882 };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(AT) / sizeof(*AT); i++) {
        struct observation *o = door(x, OUTCOME_OPEN);
        observation_collect(o, SPAN("a"), 1, 1, AT[i]);
        fact_time(o, "started", AT[i], NULL, SPAN_NONE);
        certificate(x, AT[i], AT[i]);
        fact_time(&x->visit.observations.at[1], "ct.logged", AT[i], NULL, SPAN_NONE);
        judge_it(x);
        assert_int_equal(x->finding.since.len, 0);
    }
    certificate((door(x, OUTCOME_OPEN), x), INT64_MIN, INT64_MAX);
    judge_it(x);
    assert_int_equal(x->finding.since.len, 0);
    certificate((door(x, OUTCOME_OPEN), x), date(2018, 1, 1), date(2017, 1, 1));
    judge_it(x);
    assert_int_equal(x->finding.since.len, 0);
}

/* One that a machine renews every 60 days tells nothing while it is good. */
static void test_short_lived_certificate(void **state)
{
    struct fixture *x = *state;
    certificate((door(x, OUTCOME_OPEN), x), date(2022, 6, 1), date(2022, 8, 30));
    judge_it(x);
    assert_int_equal(x->finding.since.len, 0);
    certificate((door(x, OUTCOME_OPEN), x), date(2022, 1, 1), date(2022, 4, 1));
    judge_it(x);
    assert_int_equal(x->finding.since.len, 2);
}

static void test_log(void **state)
{
    struct fixture *x = *state;
    certificate((door(x, OUTCOME_OPEN), x), date(2022, 6, 1), date(2022, 8, 30));
    fact_time(&x->visit.observations.at[1], "ct.names_logged", date(2016, 2, 3), NULL, SPAN_NONE);
    judge_it(x);
    expect(x, 0, "certificate log", date(2016, 2, 3), STRENGTH_HINT, "for its names was first logged on 2016-02-03");
    fact_time(&x->visit.observations.at[1], "ct.logged", date(2022, 6, 1), NULL, SPAN_NONE);
    judge_it(x);
    assert_int_equal(x->finding.since.len, 1);
    expect(x, 0, "certificate log", date(2022, 6, 1), STRENGTH_HINT, "this very certificate");
}

static void test_history(void **state)
{
    struct fixture *x = *state;
    struct finding f = { .rule = NULL };
    assert_true(since_add_history(&f, false, &x->arena));
    assert_int_equal(f.since.len, 0);
    f.life = (struct finding_life){ .known = true, .is_new = true, .first_ms = date(2026, 1, 1),
                                    .opened_ms = date(2026, 1, 1) };
    assert_true(since_add_history(&f, true, &x->arena));
    assert_true(span_is(f.since.at[0].text, "first seen partly open on 2026-01-01 (own history, proven)"));
    f = (struct finding){ .life = { .known = true, .first_ms = date(2020, 1, 2),
                                    .opened_ms = date(2026, 1, 1), .reopened = 1 } };
    assert_true(since_add_history(&f, false, &x->arena));
    assert_true(span_is(f.since.at[0].text,
                        "open since at least 2026-01-01, and once before: first on 2020-01-02 (own history, proven)"));
}

/* Two findings of one observation share a list; adding to one leaves the other alone. */
static void test_shared_list(void **state)
{
    struct fixture *x = *state;
    fact_time(door(x, OUTCOME_OPEN), "started", date(2021, 6, 3), NULL, SPAN_NONE);
    judge_it(x);
    x->finding.since.cap = x->finding.since.len;
    struct finding other = x->finding;
    x->finding.life = (struct finding_life){ .known = true, .opened_ms = date(2021, 7, 1) };
    assert_true(since_add_history(&x->finding, false, &x->arena));
    assert_int_equal(x->finding.since.len, 2);
    assert_int_equal(other.since.len, 1);
    assert_string_equal(other.since.at[0].source, "process");
}

static void test_foreign_names(void **state)
{
    struct fixture *x = *state;
    struct observation *o = door(x, OUTCOME_OPEN);
    uint8_t name[COLLECTION_NAME_MAX];
    memset(name, 0xff, sizeof(name));
    observation_collect(o, span_of(name, sizeof(name)), 1, 1, date(2020, 1, 1));
    judge_it(x);
    assert_int_equal(x->finding.since.len, 1);
    assert_true(x->finding.since.at[0].text.len < 250);
    o = door(x, OUTCOME_OPEN);
    observation_collect(o, SPAN("a\0b\x1b[2J\n"), 1, 1, date(2020, 1, 1));
    judge_it(x);
    expect(x, 0, "collections", date(2020, 1, 1), STRENGTH_HINT, "was made on 2020-01-01");
}

static void test_no_memory(void **state)
{
    struct fixture *x = *state;
    size_t failures = 0;
    for (uint64_t at = 1; at < 20; at++) {
        struct arena a;
        fact_time(door(x, OUTCOME_OPEN), "started", date(2021, 6, 3), NULL, SPAN_NONE);
        certificate(x, date(2017, 9, 5), date(2018, 9, 5));
        arena_init(&a, 1 << 20);
        a.fail_at = at;
        struct finding f = { .rule = NULL };
        failures += !since_judge(&x->visit, &x->visit.observations.at[0], date(2026, 1, 1), &a, &f);
        arena_release(&a);
    }
    assert_true(failures > 0 && failures < 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shanghai),
        cmocka_unit_test(test_only_doors),
        cmocka_unit_test(test_unbelievable),
        cmocka_unit_test(test_short_lived_certificate),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_shared_list),
        cmocka_unit_test(test_foreign_names),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
