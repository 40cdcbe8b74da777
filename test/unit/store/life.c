/* The life of findings through whole scans of a store on disk: opened, changed, silent, closed, back;
 * what diff says of it; acceptance; retention. */
#include "unit/check.h"
#include "unit/folder.h"
#include "unit/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/life.c"

enum { ARENA_BYTES = 1 << 22, ENDPOINTS = 4 };

/* How an endpoint behaves in one scan. */
enum act { OPEN_7, OPEN_6, MORE, LOCKED, REFUSES, SILENT, UNCLEAR, OTHER, NOBODY, ABSENT };

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96];
    struct store *store;
    int64_t now_ms;
    struct finding last[ENDPOINTS]; /* as store_visit() handed it back */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct error e;
    if (!test_folder_make(f->dir))
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/a/b.db", f->dir);
    f->store = store_open(f->path, STORE_WRITE, &e);
    f->now_ms = 1800000000000;
    *state = f;
    return f->store ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    int status = test_folder_remove(f->dir);
    free(f);
    return status;
}

static struct endpoint endpoint_at(size_t i)
{
    return (struct endpoint){ .address = { 4, { 10, 0, (uint8_t)i, 1 } }, .port = 6379 };
}

static void see_product(struct visit *v, const char *product, enum outcome outcome,
                        const char *version, int64_t records)
{
    struct observation *o = visit_observe(v, product, KIND_STORE);
    o->outcome = outcome;
    fact_text(o, "version", span_str(version), "redis.info", SPAN("redis_version:"));
    fact_number(o, "clients", v->endpoint.port + random(), NULL, SPAN_NONE);
    if (records >= 0)
        observation_collect(o, SPAN("db0"), records, COUNT_UNKNOWN, COUNT_UNKNOWN);
}

static struct finding finding_at(const struct visit *v, size_t i)
{
    struct finding f = { .rule = "open-store",
                         .title = "open",
                         .severity = SEVERITY_HIGH,
                         .endpoint = v->endpoint,
                         .product = "redis",
                         .version = fact_get_text(&v->observations.at[0], "version"),
                         .why = SPAN("why \033[31m"),
                         .fix = SPAN("close it") };
    snprintf(f.fingerprint, sizeof(f.fingerprint), "%032zx", i + 0xabc0000000000000u);
    return f;
}

static void act(struct fixture *f, size_t i, enum act act, struct arena *a)
{
    struct error e;
    struct visit v;
    struct finding found = { 0 };
    struct endpoint at = endpoint_at(i);
    bool is_new;
    visit_init(&v, a, &at);
    v.place = i;
    v.refused = act == REFUSES;
    v.answered = act != REFUSES && act != SILENT;
    v.why = v.answered ? NULL : "nothing";
    if (act == OPEN_7 || act == OPEN_6 || act == MORE)
        see_product(&v, "redis", OUTCOME_OPEN, act == OPEN_6 ? "6.0" : "7.0",
                    act == MORE ? 5000 : 100);
    else if (act == LOCKED || act == UNCLEAR)
        see_product(&v, "redis", act == LOCKED ? OUTCOME_LOCKED : OUTCOME_UNCLEAR, "7.0", -1);
    else if (act == NOBODY)
        visit_observe(&v, "unknown", KIND_UNKNOWN)->outcome = OUTCOME_IDENTIFIED;
    else if (act == OTHER)
        see_product(&v, "memcached", OUTCOME_LOCKED, "1.6", -1);
    size_t findings = act == OPEN_7 || act == OPEN_6 || act == MORE;
    if (findings)
        found = finding_at(&v, i);
    assert_true(store_visit(f->store, &v, &found, findings, f->now_ms, &is_new, &e));
    assert_true(is_new);
    assert_int_equal(found.life.known, findings);
    f->last[i] = found;
    found.life = (struct finding_life){ 0 };
    assert_true(store_visit(f->store, &v, &found, findings, f->now_ms, &is_new, &e));
    assert_false(is_new);
    assert_false(found.life.known);
}

static int64_t scan(struct fixture *f, const enum act acts[ENDPOINTS])
{
    struct scan_plan plan = {
        .seed = 1ull << 63, .total = ENDPOINTS, .plan = SPAN("target x\n"), .version = "1"
    };
    struct error e;
    struct arena a;
    int64_t id;
    f->now_ms += 86400000;
    arena_init(&a, ARENA_BYTES);
    assert_true(store_scan_begin(f->store, &plan, f->now_ms, &id, &e));
    for (size_t i = 0; i < ENDPOINTS; i++)
        if (acts[i] != ABSENT)
            act(f, i, acts[i], &a);
    assert_true(store_scan_end(f->store, SCAN_COMPLETE, NULL, f->now_ms, &e));
    arena_release(&a);
    return id;
}

struct changes {
    enum change of[ENDPOINTS];
    char what[ENDPOINTS][128];
    bool reopened[ENDPOINTS];
};

static bool note_change(void *self, const struct stored_change *c)
{
    struct changes *seen = self;
    size_t i = (size_t)(c->finding >> ID_BITS) - 1;
    assert_in_range(i, 0, ENDPOINTS - 1);
    seen->of[i] = c->change;
    seen->reopened[i] = c->reopened;
    snprintf(seen->what[i], 128, "%s", c->what);
    return true;
}

static struct changes diff(struct fixture *f, int64_t a, int64_t b)
{
    struct changes seen;
    struct error e;
    uint64_t counts[CHANGE_COUNT];
    memset(&seen, 0xff, sizeof(seen));
    assert_true(store_diff(f->store, a, b, true, note_change, &seen, counts, &e));
    return seen;
}

/* The first finding of the endpoint that was stored as number i + 1. */
static int64_t finding_id(size_t i)
{
    return id_first((int64_t)i + 1);
}

static void get(struct fixture *f, size_t i, struct arena *a, struct stored_finding *ret)
{
    struct error e;
    assert_true(store_finding_by_id(f->store, finding_id(i), f->now_ms, a, ret, &e));
}

static int64_t rows(struct fixture *f, const char *sql)
{
    return sql_number(f->store, sql);
}

#define ALL_OPEN ((const enum act[ENDPOINTS]){ OPEN_7, OPEN_7, OPEN_7, OPEN_7 })

static void test_unchanged_is_stored_once(void **state)
{
    struct fixture *f = *state;
    int64_t first = scan(f, ALL_OPEN), last = 0;
    for (int i = 0; i < 3; i++)
        last = scan(f, ALL_OPEN);
    assert_int_equal(rows(f, "SELECT count(*) FROM observations"), ENDPOINTS);
    assert_int_equal(rows(f, "SELECT count(*) FROM findings"), ENDPOINTS);
    assert_int_equal(rows(f, "SELECT count(*) FROM sightings"), 4 * ENDPOINTS);
    assert_int_equal(rows(f, "SELECT min(first_scan) FROM observations"), first);
    assert_int_equal(rows(f, "SELECT min(last_scan) FROM observations"), last);
    struct changes c = diff(f, first, last);
    for (size_t i = 0; i < ENDPOINTS; i++)
        assert_int_equal(c.of[i], CHANGE_STILL);
}

static void test_what_diff_says(void **state)
{
    struct fixture *f = *state;
    int64_t one = scan(f, ALL_OPEN);
    int64_t two = scan(f, (const enum act[]){ OPEN_6, LOCKED, SILENT, ABSENT });
    struct changes c = diff(f, one, two);
    assert_int_equal(c.of[0], CHANGE_CHANGED);
    assert_string_equal(c.what[0], "version");
    assert_int_equal(c.of[1], CHANGE_FIXED);
    assert_int_equal(c.of[2], CHANGE_UNREACHABLE);
    assert_int_equal(c.of[3], CHANGE_NOT_ASKED);
    int64_t three = scan(f, (const enum act[]){ MORE, OPEN_7, OPEN_7, REFUSES });
    c = diff(f, two, three);
    assert_int_equal(c.of[0], CHANGE_CHANGED);
    assert_string_equal(c.what[0], "version, records 100 -> 5000");
    assert_int_equal(c.of[1], CHANGE_NEW);
    assert_true(c.reopened[1]);
    assert_int_equal(c.of[2], CHANGE_NEW);
    assert_false(c.reopened[2]);
    c = diff(f, one, three);
    assert_int_equal(c.of[2], CHANGE_STILL);
    assert_int_equal(c.of[3], CHANGE_FIXED);
}

static void test_only_proof_closes(void **state)
{
    struct fixture *f = *state;
    struct arena a;
    struct stored_finding g;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    scan(f, (const enum act[]){ SILENT, UNCLEAR, OTHER, REFUSES });
    for (size_t i = 0; i < ENDPOINTS; i++) {
        get(f, i, &a, &g);
        if (i < 2)
            assert_int_equal(g.exposure.closed_ms, COUNT_UNKNOWN);
        else
            assert_int_equal(g.exposure.closed_ms, f->now_ms);
    }
    arena_release(&a);
}

/* Something answers there that nobody recognised: it may be the same server, slow or behind a gateway. */
static void test_a_stranger_closes_nothing(void **state)
{
    struct fixture *f = *state;
    struct arena a;
    struct stored_finding g;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    scan(f, (const enum act[]){ NOBODY, NOBODY, NOBODY, NOBODY });
    for (size_t i = 0; i < ENDPOINTS; i++) {
        get(f, i, &a, &g);
        assert_int_equal(g.exposure.closed_ms, COUNT_UNKNOWN);
    }
    arena_release(&a);
}

static size_t exposures_seen;

static bool note_exposure(void *self, const struct exposure *x)
{
    int64_t *last_ms = self;
    assert_true(x->opened_ms > *last_ms);
    assert_true(x->seen_ms >= x->opened_ms);
    *last_ms = x->closed_ms >= 0 ? x->closed_ms : x->seen_ms;
    exposures_seen++;
    return true;
}

static void test_back_again(void **state)
{
    struct fixture *f = *state;
    struct arena a;
    struct stored_finding g;
    struct error e;
    int64_t last_ms = 0;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    int64_t first_ms = f->now_ms;
    for (int i = 0; i < 2; i++) {
        scan(f, (const enum act[]){ LOCKED, OPEN_7, OPEN_7, OPEN_7 });
        scan(f, ALL_OPEN);
    }
    get(f, 0, &a, &g);
    assert_int_equal(g.reopened, 2);
    assert_int_equal(g.first_ms, first_ms);
    assert_int_equal(g.exposure.opened_ms, f->now_ms);
    exposures_seen = 0;
    assert_true(store_exposures(f->store, g.id, note_exposure, &last_ms, &e));
    assert_int_equal(exposures_seen, 3);
    get(f, 1, &a, &g);
    assert_int_equal(g.reopened, 0);
    assert_int_equal(g.exposure.opened_ms, first_ms);
    arena_release(&a);
}

static void expect_life(const struct finding_life *life, bool is_new, int64_t first_ms,
                        int64_t opened_ms, size_t reopened)
{
    assert_true(life->known);
    assert_int_equal(life->is_new, is_new);
    assert_int_equal(life->first_ms, first_ms);
    assert_int_equal(life->opened_ms, opened_ms);
    assert_int_equal(life->reopened, reopened);
}

/* What storing a visit says of its findings, and what is said later of the same ones. */
static void test_visits_hand_back_lives(void **state)
{
    struct fixture *f = *state;
    struct error e;
    int64_t one = scan(f, ALL_OPEN), first_ms = f->now_ms;
    expect_life(&f->last[0].life, true, first_ms, first_ms, 0);
    struct finding found[2] = { f->last[0], { .fingerprint = "ffffffffffffffffffffffffffffffff" } };
    found[0].life = (struct finding_life){ 0 };
    assert_true(store_lives(f->store, one, found, 2, &e));
    expect_life(&found[0].life, true, first_ms, first_ms, 0);
    assert_false(found[1].life.known);
    assert_true(store_lives(f->store, 0, found, 2, &e));
    expect_life(&found[0].life, false, first_ms, first_ms, 0);

    scan(f, (const enum act[]){ OPEN_6, LOCKED, SILENT, OPEN_7 });
    expect_life(&f->last[0].life, false, first_ms, first_ms, 0);
    int64_t last = scan(f, ALL_OPEN);
    expect_life(&f->last[1].life, false, first_ms, f->now_ms, 1);
    expect_life(&f->last[2].life, false, first_ms, first_ms, 0);
    assert_true(store_lives(f->store, last, &f->last[1], 1, &e));
    expect_life(&f->last[1].life, false, first_ms, f->now_ms, 1);
}

static void test_acceptance_ends(void **state)
{
    struct fixture *f = *state;
    struct arena a;
    struct stored_finding g;
    struct error e;
    struct store_totals totals;
    int64_t until;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    get(f, 0, &a, &g);
    assert_true(
        store_accept(f->store, g.finding.fingerprint, f->now_ms + 1000, "because", f->now_ms, &e));
    assert_true(store_accepted(f->store, g.finding.fingerprint, f->now_ms, &until));
    assert_int_equal(until, f->now_ms + 1000);
    assert_true(store_totals(f->store, f->now_ms, &totals, &e));
    assert_int_equal(totals.open[SEVERITY_HIGH], ENDPOINTS);
    assert_int_equal(totals.accepted, 1);
    assert_false(store_accepted(f->store, g.finding.fingerprint, f->now_ms + 1000, &until));
    assert_true(store_accept(f->store, g.finding.fingerprint, 0, "", f->now_ms + 10, &e));
    assert_false(store_accepted(f->store, g.finding.fingerprint, f->now_ms + 20, &until));
    arena_release(&a);
}

static void test_forget_keeps_what_is_open(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct forgotten gone;
    struct arena a;
    struct visit v;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    scan(f, (const enum act[]){ LOCKED, SILENT, OPEN_6, OPEN_7 });
    scan(f, (const enum act[]){ LOCKED, SILENT, OPEN_6, OPEN_7 });
    assert_true(store_forget(f->store, f->now_ms + 1, true, &gone, &e));
    assert_int_equal(gone.scans, 2);
    assert_int_equal(rows(f, "SELECT count(*) FROM scans"), 3);
    assert_true(store_forget(f->store, f->now_ms + 1, false, &gone, &e));
    assert_int_equal(gone.scans, 2);
    assert_int_equal(gone.findings, 1);
    assert_int_equal(rows(f, "SELECT count(*) FROM scans "), 1);
    assert_int_equal(rows(f, "SELECT count(*) FROM findings"), 3);
    assert_int_equal(
        rows(f,
             "SELECT count(*) FROM facts WHERE observation NOT IN (SELECT id FROM observations)"),
        0);
    for (size_t i = 1; i < ENDPOINTS; i++) {
        assert_true(store_finding_visit(f->store, finding_id(i), &a, &v, &e));
        assert_int_equal(v.observations.len, 1);
    }
    arena_release(&a);
}

static void test_a_finding_by_its_digits(void **state)
{
    struct fixture *f = *state;
    struct arena a;
    struct stored_finding g;
    struct error e;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    assert_false(store_finding_get(f->store, "0000000000000000", f->now_ms, &a, &g, &e));
    assert_non_null(strstr(e.text, "several"));
    assert_true(
        store_finding_get(f->store, "0000000000000000ABC0000000000002", f->now_ms, &a, &g, &e));
    assert_int_equal(g.id, finding_id(2));
    const char *const wrong[] = { "",      "000",      "00000000000000000000000000000000f",
                                  "0000g", "\033[31m", "ffff" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(store_finding_get(f->store, wrong[i], f->now_ms, &a, &g, &e));
    arena_release(&a);
}

static size_t visits_seen;

static bool note_visit(void *self, const struct visit *v)
{
    (void)self;
    visits_seen++;
    assert_int_equal(v->answered, v->observations.len > 0);
    if (v->endpoint.address.bytes[2] == 0)
        assert_true(span_is(fact_get_text(&v->observations.at[0], "version"), "7.0"));
    return true;
}

/* A scan is read as it was, although the endpoint looks different now. */
static void test_visits_as_they_were(void **state)
{
    struct fixture *f = *state;
    struct error e;
    int64_t one = scan(f, ALL_OPEN);
    scan(f, (const enum act[]){ OPEN_6, REFUSES, SILENT, LOCKED });
    visits_seen = 0;
    assert_true(store_visits(f->store, one, note_visit, NULL, &e));
    assert_int_equal(visits_seen, ENDPOINTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unchanged_is_stored_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_diff_says, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_proof_closes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stranger_closes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_back_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_visits_hand_back_lives, setup, teardown),
        cmocka_unit_test_setup_teardown(test_acceptance_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forget_keeps_what_is_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_finding_by_its_digits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_visits_as_they_were, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
