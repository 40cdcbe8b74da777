/* The order in which a visit becomes a result, seen from what comes out: what a step needs was there when it ran. */
#include "unit/check.h"
#include "unit/folder.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "keep/pipeline.c"

enum { ARENA_BYTES = 64 << 20, FOUND_MAX = 16 };

/* What the report was given. */
struct told {
    size_t visits, findings;
    struct finding found[FOUND_MAX];
};

static void tell(void *state, const struct visit *v, const struct finding_view *f, size_t count, struct buf *out)
{
    struct told *t = state;
    (void)v;
    (void)out;
    t->visits++;
    t->findings = count;
    for (size_t i = 0; i < count && i < FOUND_MAX; i++)
        t->found[i] = *f[i].finding;
}

static const struct report REPORT = { .name = "test", .visit = tell };

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96];
    struct arena arena, visit_arena;
    struct pipeline p;
    struct told told;
    struct buf out;
    struct error error;
    struct visit visit;
    int64_t now_ms;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    if (!test_folder_make(x->dir))
        return -1;
    snprintf(x->path, sizeof(x->path), "%s/a.db", x->dir);
    arena_init(&x->arena, 256 << 20);
    arena_init(&x->visit_arena, ARENA_BYTES);
    x->now_ms = time_from_civil(2026, 11, 22, 0, 0, 0);
    x->p = (struct pipeline){ .book = rulebook_load(&x->arena, "rules", "data", NULL, &x->error),
                              .store = store_open(x->path, STORE_WRITE, &x->error),
                              .fleets = fleets_new(1),
                              .report = &REPORT,
                              .report_state = &x->told,
                              .out = &x->out,
                              .fail_on = SEVERITY_LOW };
    if (!x->p.book || !x->p.store)
        fail_msg("%s", x->error.text);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    pipeline_release(&x->p);
    fleets_free(x->p.fleets);
    store_close(x->p.store);
    arena_release(&x->visit_arena);
    arena_release(&x->arena);
    int status = test_folder_remove(x->dir);
    free(x);
    return status;
}

static void begin_scan(struct fixture *x)
{
    struct scan_plan plan = { .total = 4, .plan = SPAN("x"), .version = "t" };
    assert_true(store_scan_begin(x->p.store, &plan, x->now_ms, &x->p.scan, &x->error));
    assert_true(store_commit(x->p.store, &x->error));
}

static void end_scan(struct fixture *x)
{
    assert_true(store_scan_end(x->p.store, SCAN_COMPLETE, NULL, x->now_ms, &x->error));
}

/* An open Elasticsearch whose names of fields speak of people; nothing of that is worked out yet. */
static void see(struct fixture *x, uint64_t place)
{
    struct endpoint e = { .address = { 4, { 10, 0, 0, 5 } }, .port = 9200 };
    arena_release(&x->visit_arena);
    visit_init(&x->visit, &x->visit_arena, &e);
    x->visit.answered = true;
    x->visit.place = place;
    struct observation *o = visit_observe(&x->visit, "elasticsearch", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->at_ms = x->now_ms;
    observation_collect(o, SPAN("person"), 1000, 100000, COUNT_UNKNOWN);
    fact_text(o, "version", SPAN("5.5.3"), "test.root", SPAN("5.5.3"));
    fact_text(o, "fields", SPAN("XM, GMSFHM, CSRQ, SJHM"), "test.mapping", SPAN("{}"));
}

static enum pipeline_end go(struct fixture *x, enum visit_origin origin)
{
    x->told = (struct told){ 0 };
    return pipeline_visit(&x->p, &x->visit, origin, x->now_ms, &x->visit_arena, &x->error);
}

static const struct finding *finding_of(const struct fixture *x, const char *rule)
{
    for (size_t i = 0; i < x->told.findings && i < FOUND_MAX; i++)
        if (strcmp(x->told.found[i].rule, rule) == 0)
            return &x->told.found[i];
    fail_msg("no finding by %s", rule);
    return NULL;
}

static bool has_personal(void *self, const struct visit *v)
{
    *(bool *)self = v->observations.len == 1 && fact_get(&v->observations.at[0], "personal.identity");
    return true;
}

/* What is worked out from names of fields is there for the rules, and is stored with the visit. */
static void test_enriched_before_judged_and_stored(void **state)
{
    struct fixture *x = *state;
    bool stored = false;
    begin_scan(x);
    see(x, 0);
    assert_int_equal(go(x, VISIT_HEARD), PIPELINE_OK);
    assert_true(finding_of(x, "store-personal-data")->why.len > 0);
    end_scan(x);
    assert_true(store_visits(x->p.store, x->p.scan, has_personal, &stored, &x->error));
    assert_true(stored);
}

static bool since_says(const struct finding *f, const char *source)
{
    for (size_t i = 0; i < f->since.len; i++)
        if (strcmp(f->since.at[i].source, source) == 0)
            return true;
    return false;
}

/* The life comes from the store, and only then the history that is made of it. */
static void test_stored_before_dated(void **state)
{
    struct fixture *x = *state;
    int64_t first_ms = x->now_ms;
    begin_scan(x);
    see(x, 0);
    assert_int_equal(go(x, VISIT_HEARD), PIPELINE_OK);
    assert_true(finding_of(x, "open-store")->life.is_new);
    end_scan(x);
    x->now_ms += 40 * 86400000ll;
    begin_scan(x);
    see(x, 0);
    assert_int_equal(go(x, VISIT_HEARD), PIPELINE_OK);
    const struct finding *f = finding_of(x, "open-store");
    assert_false(f->life.is_new);
    assert_int_equal(f->life.first_ms, first_ms);
    assert_true(since_says(f, "own history"));
    /* The same by way of the store: nothing is stored twice, and it is dated all the same. */
    see(x, 0);
    assert_int_equal(go(x, VISIT_STORED), PIPELINE_OK);
    assert_true(since_says(finding_of(x, "open-store"), "own history"));
    end_scan(x);
}

/* An accepted risk is reported and counted, and fails nothing. */
static void test_accepted_before_counted(void **state)
{
    struct fixture *x = *state;
    begin_scan(x);
    see(x, 0);
    go(x, VISIT_HEARD);
    end_scan(x);
    uint64_t failing = x->p.failing, open = x->told.findings;
    assert_int_equal(failing, open);
    assert_true(store_accept(x->p.store, finding_of(x, "open-store")->fingerprint, x->now_ms + 86400000, "known",
                             x->now_ms, &x->error));
    x->p.failing = 0;
    begin_scan(x);
    see(x, 0);
    assert_int_equal(go(x, VISIT_HEARD), PIPELINE_OK);
    const struct finding *f = finding_of(x, "open-store");
    assert_int_equal(f->accepted_until_ms, x->now_ms + 86400000);
    assert_true(span_is(f->accepted_why, "known"));
    assert_int_equal(x->p.failing, failing - 1);
    assert_int_equal(x->told.findings, open);
    end_scan(x);
}

static void test_what_is_no_news_is_left_alone(void **state)
{
    struct fixture *x = *state;
    begin_scan(x);
    see(x, 0);
    go(x, VISIT_HEARD);
    struct report_summary before = x->p.summary;
    see(x, 0);
    assert_int_equal(go(x, VISIT_HEARD), PIPELINE_OK);
    assert_int_equal(x->told.visits, 0);
    assert_memory_equal(&before, &x->p.summary, sizeof(before));
    end_scan(x);
}

static bool choose_none(void *self, const struct visit *v, struct findings *found, struct arena *a, struct error *e)
{
    (void)v;
    (void)a;
    (void)e;
    *(size_t *)self = found->list.len;
    *found = (struct findings){ 0 };
    return true;
}

/* Who chooses sees what today's rules say, and what is chosen goes the rest of the way. */
static void test_chosen_after_judged(void **state)
{
    struct fixture *x = *state;
    size_t judged = 0;
    x->p.choose = choose_none;
    x->p.self = &judged;
    see(x, 0);
    assert_int_equal(go(x, VISIT_STORED), PIPELINE_OK);
    assert_true(judged > 0);
    assert_int_equal(x->told.visits, 1);
    assert_int_equal(x->told.findings, 0);
    assert_int_equal(x->p.failing, 0);
}

/* Without a store nothing is remembered, and everything else happens. */
static void test_without_a_store(void **state)
{
    struct fixture *x = *state;
    struct store *s = x->p.store;
    x->p.store = NULL;
    see(x, 0);
    assert_int_equal(go(x, VISIT_HEARD), PIPELINE_OK);
    assert_true(x->told.findings > 0);
    assert_int_equal(x->p.summary.done, 1);
    assert_int_equal(fleets_measure(x->p.fleets).deployments, 1);
    x->p.store = s;
}

/* Whatever fails is said, and what was known is reported. */
static void test_failures_are_said(void **state)
{
    struct fixture *x = *state;
    bool failed = false, fine = false;
    for (uint64_t n = 1; n < 400 && !fine; n += 3) {
        see(x, 0);
        x->visit_arena.fail_at = n;
        x->error.text[0] = '\0';
        enum pipeline_end end = go(x, VISIT_STORED);
        x->visit_arena.fail_at = 0;
        assert_int_equal(x->told.visits, 1);
        assert_true(end == PIPELINE_OK || x->error.text[0]);
        failed |= end == PIPELINE_FAILED;
        fine = end == PIPELINE_OK;
    }
    assert_true(failed && fine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_enriched_before_judged_and_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stored_before_dated, setup, teardown),
        cmocka_unit_test_setup_teardown(test_accepted_before_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_news_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chosen_after_judged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_a_store, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failures_are_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
