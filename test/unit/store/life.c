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
enum act { OPEN_7, OPEN_6, MORE, LOCKED, REFUSES, SILENT, UNCLEAR, OTHER, NOBODY, ABSENT, GATEWAY, PORTAL, MUTE, OURS,
           IN_TLS, LOCK };

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96];
    struct store *store;
    int64_t now_ms;
    struct finding last[ENDPOINTS]; /* as store_visit() handed it back */
    bool same_host; /* the first endpoint's address has another port, which answers */
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

static void see_web(struct visit *v, int64_t status)
{
    struct observation *o = visit_observe(v, "web", KIND_WEB);
    o->outcome = OUTCOME_IDENTIFIED;
    fact_number(o, "http.status", status, "http.root", SPAN_NONE);
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
    v.answered = act != REFUSES && act != SILENT && act != OURS;
    v.end = act == OURS ? END_FAILED : END_DONE;
    v.why = v.answered ? NULL : "nothing";
    if (act == OPEN_7 || act == OPEN_6 || act == MORE)
        see_product(&v, "redis", OUTCOME_OPEN, act == OPEN_6 ? "6.0" : "7.0",
                    act == MORE ? 5000 : 100);
    else if (act == LOCKED || act == UNCLEAR)
        see_product(&v, "redis", act == LOCKED ? OUTCOME_LOCKED : OUTCOME_UNCLEAR, "7.0", -1);
    else if (act == NOBODY)
        visit_observe(&v, "unknown", KIND_UNKNOWN)->outcome = OUTCOME_IDENTIFIED;
    else if (act == GATEWAY || act == PORTAL)
        see_web(&v, act == GATEWAY ? 503 : 200);
    else if (act == LOCK)
        visit_observe(&v, "tls-service", KIND_WEB)->outcome = OUTCOME_LOCKED;
    else if (act == OTHER)
        see_product(&v, "memcached", OUTCOME_LOCKED, "1.6", -1);
    if (act == IN_TLS) {
        see_product(&v, "redis", OUTCOME_OPEN, "7.0", 100);
        v.observations.at[0].tls = true;
    }
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

/* Another port of the first endpoint's host answers. */
static void answer_elsewhere(struct fixture *f, struct arena *a)
{
    struct error e;
    struct visit v;
    struct endpoint at = endpoint_at(0);
    bool is_new;
    at.port = 80;
    visit_init(&v, a, &at);
    v.place = ENDPOINTS;
    v.answered = true;
    assert_true(store_visit(f->store, &v, NULL, 0, f->now_ms, &is_new, &e));
}

static int64_t scan(struct fixture *f, const enum act acts[ENDPOINTS])
{
    struct scan_plan plan = {
        .seed = 1ull << 63, .total = ENDPOINTS + 1, .plan = SPAN("target x\n"), .version = "1"
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
    if (f->same_host)
        answer_elsewhere(f, &a);
    assert_true(store_scan_end(f->store, SCAN_COMPLETE, NULL, f->now_ms, &e));
    arena_release(&a);
    return id;
}

struct changes {
    struct store *store;
    enum change of[ENDPOINTS];
    char what[ENDPOINTS][ENDING_TEXT_MAX];
    bool reopened[ENDPOINTS];
};

static bool note_change(void *self, const struct stored_change *c)
{
    struct changes *seen = self;
    char sql[96];
    snprintf(sql, sizeof(sql), "SELECT endpoint FROM findings WHERE id = %lld", (long long)c->finding);
    size_t i = (size_t)sql_number(seen->store, sql) - 1;
    assert_in_range(i, 0, ENDPOINTS - 1);
    seen->of[i] = c->change;
    seen->reopened[i] = c->reopened;
    snprintf(seen->what[i], ENDING_TEXT_MAX, "%s", c->what);
    return true;
}

static struct changes diff(struct fixture *f, int64_t a, int64_t b)
{
    struct changes seen;
    struct error e;
    uint64_t counts[CHANGE_COUNT];
    memset(&seen, 0xff, sizeof(seen));
    seen.store = f->store;
    assert_true(store_diff(f->store, a, b, true, note_change, &seen, counts, &e));
    return seen;
}

/* The first finding of the endpoint that was stored as number i + 1. */
static int64_t finding_id(struct fixture *f, size_t i)
{
    char sql[96];
    snprintf(sql, sizeof(sql), "SELECT min(id) FROM findings WHERE endpoint = %zu", i + 1);
    return sql_number(f->store, sql);
}

static void get(struct fixture *f, size_t i, struct arena *a, struct stored_finding *ret)
{
    struct error e;
    assert_true(store_finding_by_id(f->store, finding_id(f, i), f->now_ms, a, ret, &e));
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
    assert_string_equal(c.what[1], "asked again, it refuses now: redis");
    assert_int_equal(c.of[2], CHANGE_NOT_SEEN);
    assert_string_equal(c.what[2], "no answer: nothing");
    assert_int_equal(c.of[3], CHANGE_NOT_ASKED);
    int64_t three = scan(f, (const enum act[]){ MORE, OPEN_7, OPEN_7, REFUSES });
    c = diff(f, two, three);
    assert_int_equal(c.of[0], CHANGE_CHANGED);
    assert_string_equal(c.what[0], "version, records 100 -> 5000");
    assert_int_equal(c.of[1], CHANGE_NEW);
    assert_true(c.reopened[1]);
    /* It was open since the first scan: that the second heard nothing does not make it new. */
    assert_int_equal(c.of[2], CHANGE_STILL);
    assert_string_equal(c.what[2], "the older scan did not see it");
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

/* Every way in which a finding seems to end, and what is kept of it. */
static void test_each_ending(void **state)
{
    static const struct {
        enum act act;
        enum proof proof;
        enum unseen unseen;
    } ENDS[] = {
        { LOCKED, PROOF_REFUSED, UNSEEN_NOT },   { REFUSES, PROOF_SHUT, UNSEEN_NOT },
        { OTHER, PROOF_OTHER, UNSEEN_NOT },      { LOCK, PROOF_OTHER, UNSEEN_NOT },
        { IN_TLS, PROOF_MOVED, UNSEEN_NOT },     { SILENT, PROOF_NONE, UNSEEN_FILTERED },
        { UNCLEAR, PROOF_NONE, UNSEEN_UNDECIDED }, { GATEWAY, PROOF_NONE, UNSEEN_GATEWAY },
        { PORTAL, PROOF_NONE, UNSEEN_STRANGER }, { NOBODY, PROOF_NONE, UNSEEN_STRANGER },
        { MUTE, PROOF_NONE, UNSEEN_UNDECIDED },  { OURS, PROOF_NONE, UNSEEN_FAILED },
        { ABSENT, PROOF_NONE, UNSEEN_NOT },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(*ENDS); i++) {
        struct arena a;
        struct stored_finding g;
        arena_init(&a, ARENA_BYTES);
        scan(f, ALL_OPEN);
        int64_t seen_ms = f->now_ms;
        enum act acts[ENDPOINTS] = { ENDS[i].act, OPEN_7, OPEN_7, OPEN_7 };
        f->same_host = ENDS[i].act == SILENT;
        int64_t last = scan(f, acts);
        f->same_host = false;
        get(f, 0, &a, &g);
        if (g.exposure.proof != ENDS[i].proof || g.unseen != ENDS[i].unseen)
            fail_msg("act %d: proof %d, unseen %d", ENDS[i].act, g.exposure.proof, g.unseen);
        assert_int_equal(g.exposure.closed_ms, ENDS[i].proof ? f->now_ms : COUNT_UNKNOWN);
        assert_int_equal(g.exposure.seen_ms, seen_ms);
        assert_int_equal(g.unseen_scan, ENDS[i].unseen ? last : 0);
        scan(f, ALL_OPEN);
        get(f, 0, &a, &g);
        assert_int_equal(g.exposure.proof, PROOF_NONE);
        assert_int_equal(g.unseen, UNSEEN_NOT);
        assert_int_equal(g.unseen_scan, 0);
        arena_release(&a);
    }
}

static void test_the_owners_word(void **state)
{
    struct fixture *f = *state;
    struct arena a;
    struct stored_finding g;
    struct error e;
    arena_init(&a, ARENA_BYTES);
    int64_t one = scan(f, ALL_OPEN);
    assert_true(store_close_finding(f->store, finding_id(f, 0), "the machine is gone", f->now_ms + 5, &e));
    assert_false(store_close_finding(f->store, finding_id(f, 0), "again", f->now_ms + 6, &e));
    get(f, 0, &a, &g);
    assert_int_equal(g.exposure.proof, PROOF_OWNER);
    assert_true(span_is(g.exposure.proof_detail, "the machine is gone"));
    int64_t two = scan(f, (const enum act[]){ SILENT, OPEN_7, OPEN_7, OPEN_7 });
    struct changes c = diff(f, one, two);
    assert_int_equal(c.of[0], CHANGE_FIXED);
    assert_string_equal(c.what[0], "closed by its owner's word: the machine is gone");
    scan(f, ALL_OPEN); /* his word does not hold against what is seen */
    get(f, 0, &a, &g);
    assert_int_equal(g.exposure.closed_ms, COUNT_UNKNOWN);
    assert_int_equal(g.reopened, 1);
    arena_release(&a);
}

static bool in_order(void *self, const struct exposure *x)
{
    int64_t *last_ms = self;
    assert_true(x->opened_ms >= *last_ms);
    assert_true(x->seen_ms >= x->opened_ms);
    assert_true(x->closed_ms == COUNT_UNKNOWN || x->closed_ms >= x->seen_ms);
    *last_ms = x->closed_ms;
    return true;
}

/* Whatever the clock does, no part of a history ends before it begins, and the newest decision counts. */
static void test_a_clock_that_goes_back(void **state)
{
    struct fixture *f = *state;
    static const int64_t DAY = 86400000;
    struct arena a;
    struct stored_finding g;
    struct error e;
    int64_t last_ms = 0, until;
    arena_init(&a, ARENA_BYTES);
    scan(f, ALL_OPEN);
    get(f, 0, &a, &g);
    assert_true(store_accept(f->store, g.finding.fingerprint, f->now_ms + 100 * DAY, "because", f->now_ms, &e));
    f->now_ms -= 30 * DAY;
    assert_true(store_accept(f->store, g.finding.fingerprint, 0, "", f->now_ms, &e));
    assert_false(store_accepted(f->store, g.finding.fingerprint, f->now_ms, &until));
    int64_t two = scan(f, (const enum act[]){ LOCKED, OPEN_7, OPEN_7, OPEN_7 });
    f->now_ms -= 30 * DAY;
    int64_t three = scan(f, ALL_OPEN);
    struct changes c = diff(f, two, three);
    assert_int_equal(c.of[0], CHANGE_NEW);
    assert_true(c.reopened[0]);
    assert_int_equal(c.of[1], CHANGE_STILL);
    assert_true(store_exposures(f->store, g.id, in_order, &last_ms, &e));
    assert_int_equal(last_ms, COUNT_UNKNOWN);
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
        assert_true(store_finding_visit(f->store, finding_id(f, i), &a, &v, &e));
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
    assert_int_equal(g.id, finding_id(f, 2));
    const char *const wrong[] = { "",      "000",      "00000000000000000000000000000000f",
                                  "0000g", "\033[31m", "ffff" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(store_finding_get(f->store, wrong[i], f->now_ms, &a, &g, &e));
    arena_release(&a);
}

struct ports_listed {
    struct endpoint at[4];
    size_t len;
};

static bool note_port(void *self, const struct stored_finding *g)
{
    struct ports_listed *l = self;
    assert_true(l->len < 4);
    l->at[l->len++] = g->finding.endpoint;
    return true;
}

/* TCP 11211 and UDP 11211 of one address are two endpoints with a finding each; one that closes leaves the other open. */
static void test_two_transports(void **state)
{
    struct fixture *f = *state;
    struct scan_plan plan = { .seed = 1ull << 63, .total = 2, .plan = SPAN("target x\n"), .version = "1" };
    struct error e;
    struct arena a;
    int64_t id;
    arena_init(&a, ARENA_BYTES);
    for (int round = 0; round < 2; round++) {
        assert_true(store_scan_begin(f->store, &plan, f->now_ms += 86400000, &id, &e));
        for (size_t i = 0; i < 2; i++) {
            struct endpoint at = { .address = { 4, { 10, 0, 0, 1 } }, .port = 11211, .transport = (uint8_t)i };
            struct visit v;
            bool is_new, refuses = round == 1 && at.transport == TRANSPORT_UDP;
            visit_init(&v, &a, &at);
            v.place = i;
            v.answered = !refuses;
            v.refused = refuses;
            if (!refuses)
                see_product(&v, "redis", OUTCOME_OPEN, "7.0", 100);
            struct finding found = { 0 };
            if (!refuses)
                found = finding_at(&v, i);
            assert_true(store_visit(f->store, &v, &found, !refuses, f->now_ms, &is_new, &e));
        }
        assert_true(store_scan_end(f->store, SCAN_COMPLETE, NULL, f->now_ms, &e));
        struct ports_listed l = { .len = 0 };
        struct store_filter filter = { .which = STORE_OPEN, .now_ms = f->now_ms, .opened_after_ms = COUNT_UNKNOWN };
        assert_true(store_findings(f->store, &filter, note_port, &l, &e));
        assert_int_equal(l.len, round ? 1 : 2);
        if (round) {
            assert_int_equal(l.at[0].transport, TRANSPORT_TCP);
            break;
        }
        assert_int_not_equal(l.at[0].transport, l.at[1].transport);
        l.len = 0;
        filter.port = PORT_UDP | 11211;
        assert_true(store_findings(f->store, &filter, note_port, &l, &e));
        assert_int_equal(l.len, 1);
        assert_int_equal(l.at[0].port, 11211);
        assert_int_equal(l.at[0].transport, TRANSPORT_UDP);
    }
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
        cmocka_unit_test_setup_teardown(test_each_ending, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_owners_word, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_clock_that_goes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stranger_closes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_back_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_visits_hand_back_lives, setup, teardown),
        cmocka_unit_test_setup_teardown(test_acceptance_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forget_keeps_what_is_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_finding_by_its_digits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_visits_as_they_were, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_transports, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
