/* Fleets in a store on disk: names that last, decisions that hold for members that come and not for those
 * that go or get worse, files of the first version, retention. */
#include "unit/check.h"
#include "unit/folder.h"
#include "unit/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/fleet.c"
#include "store/sqlite/schema.h"

enum { MEMBERS_MAX = 20, ARENA_BYTES = 1 << 22 };

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96];
    struct store *store;
    struct arena arena;
    int64_t now_ms, scan;
    size_t accepted; /* findings, by the last scan */
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct error e;
    if (!test_folder_make(x->dir))
        return -1;
    snprintf(x->path, sizeof(x->path), "%s/a.db", x->dir);
    arena_init(&x->arena, ARENA_BYTES);
    x->now_ms = 1800000000000;
    x->store = store_open(x->path, STORE_WRITE, &e);
    *state = x;
    return x->store ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    store_close(x->store);
    arena_release(&x->arena);
    int status = test_folder_remove(x->dir);
    free(x);
    return status;
}

/* ---- a scan with one fleet ---- */

static struct endpoint at(uint8_t host)
{
    return (struct endpoint){ .address = { 4, { 10, 2, 0, host } }, .port = 9200 };
}

static void fingerprint(char ret[FINGERPRINT_MAX], const char *kind, unsigned n)
{
    snprintf(ret, FINGERPRINT_MAX, "%s%0*x", kind, (int)(FINGERPRINT_MAX - 1 - strlen(kind)), n);
}

struct scanned {
    const uint8_t *hosts;
    size_t count;
};

static void members(void *self, size_t fleet, bool (*each)(void *each_self, const struct fleet_member *m), void *each_self)
{
    const struct scanned *s = self;
    assert_int_equal(fleet, 0);
    for (size_t i = 0; i < s->count; i++) {
        struct fleet_member m = { .endpoint = at(s->hosts[i]), .product = "elasticsearch", .version = SPAN("5.5.3"),
                                  .outcome = OUTCOME_OPEN, .severity = SEVERITY_HIGH, .records = 5, .bytes = 50 };
        fingerprint(m.worst, "f", s->hosts[i]);
        if (!each(each_self, &m))
            return;
    }
}

static void note_accepted(void *self, enum severity severity)
{
    struct fixture *x = self;
    x->accepted += severity >= SEVERITY_LOW;
}

static void visit_host(struct fixture *x, uint8_t host, uint64_t place, enum severity severity, const char *rule)
{
    struct arena a;
    struct visit v;
    struct error e;
    bool is_new;
    struct endpoint where = at(host);
    struct finding f = { .rule = rule, .title = "open", .severity = severity, .endpoint = where, .product = "elasticsearch" };
    fingerprint(f.fingerprint, strcmp(rule, "open") == 0 ? "f" : "e", host);
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &where);
    v.answered = true;
    v.place = place;
    visit_observe(&v, "elasticsearch", KIND_STORE)->outcome = OUTCOME_OPEN;
    assert_true(store_visit(x->store, &v, &f, 1, x->now_ms, &is_new, &e));
    arena_release(&a);
}

/* Hosts `seen` answer; `in` of them form the fleet. Returns the name under which it is kept. */
static const char *scan(struct fixture *x, const uint8_t *seen, size_t count, const uint8_t *in, size_t in_count,
                        const char *name, enum severity severity, const char *rule)
{
    static char kept[FINGERPRINT_MAX];
    struct error e;
    struct scan_plan plan = { .total = MEMBERS_MAX, .plan = SPAN("x"), .scope = SPAN_NONE, .version = "t" };
    struct scanned s = { in, in_count };
    struct fleet fleet = { .product = "elasticsearch", .score = 0.9, .severity = severity, .title = SPAN("alike"),
                           .member_count = in_count, .open = in_count, .records = 7, .bytes = COUNT_UNKNOWN };
    struct fleet_reason reason = { "certificate key", SPAN("aa\x1b[31m"), in_count };
    fleet.reasons.at = &reason;
    fleet.reasons.len = 1;
    fingerprint(fleet.fingerprint, name, 1);
    x->now_ms += 86400000;
    x->accepted = 0;
    assert_true(store_scan_begin(x->store, &plan, x->now_ms, &x->scan, &e));
    for (size_t i = 0; i < count; i++)
        visit_host(x, seen[i], i, severity, rule);
    assert_true(store_fleets_name(x->store, &fleet, in_count > 0, members, &s, x->now_ms, &e));
    assert_true(store_fleets(x->store, &fleet, in_count > 0, members, &s, x->now_ms, note_accepted, x, &e));
    assert_true(store_scan_end(x->store, SCAN_COMPLETE, NULL, x->now_ms, &e));
    memcpy(kept, fleet.fingerprint, sizeof(kept));
    return kept;
}

static bool is_accepted(struct fixture *x, uint8_t host)
{
    char text[FINGERPRINT_MAX];
    int64_t until;
    fingerprint(text, "f", host);
    return store_accepted(x->store, text, x->now_ms, &until);
}

static struct stored_fleet get(struct fixture *x, const char *name)
{
    struct stored_fleet f;
    struct error e;
    char text[FINGERPRINT_MAX];
    fingerprint(text, name, 1);
    assert_true(store_fleet_get(x->store, text, x->now_ms, &x->arena, &f, &e));
    return f;
}

static bool count_fleet(void *self, const struct stored_fleet *f)
{
    assert_non_null(f);
    ++*(size_t *)self;
    return true;
}

static size_t listed(struct fixture *x, bool with_former)
{
    size_t n = 0;
    struct error e;
    assert_true(store_fleet_list(x->store, with_former, x->now_ms, count_fleet, &n, &e));
    return n;
}

static const uint8_t HOSTS[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* ---- tests ---- */

static bool count_member(void *self, const struct fleet_member *m)
{
    assert_int_equal(m->endpoint.port, 9200);
    assert_int_equal(m->worst[0], 'f');
    ++*(size_t *)self;
    return true;
}

/* Three of six asked: it is the fleet of six that it was, also where the three alone go by another name, and where one
 * of those asked does not answer. What answered and is another thing now has left. */
static void test_a_partial_scan(void **state)
{
    struct fixture *x = *state;
    struct error e;
    size_t n = 0;
    scan(x, HOSTS, 6, HOSTS, 6, "a", SEVERITY_HIGH, "open");
    assert_string_equal(scan(x, HOSTS, 3, HOSTS, 3, "b", SEVERITY_HIGH, "open"), get(x, "a").fleet.fingerprint);
    struct stored_fleet f = get(x, "a");
    assert_int_equal(f.fleet.member_count, 6);
    assert_int_equal(f.fleet.open, 6);
    assert_int_equal(f.fleet.records, 30);
    assert_true(span_is(f.fleet.title, "6 set up alike; 6 open"));
    assert_int_equal(listed(x, true), 1);
    assert_true(store_fleet_members(x->store, f.id, count_member, &n, &e));
    assert_int_equal(n, 6);
    scan(x, HOSTS + 5, 1, NULL, 0, "a", SEVERITY_HIGH, "open"); /* one alone is no fleet, and ends none */
    assert_int_equal(get(x, "a").fleet.member_count, 6);
    assert_int_equal(listed(x, false), 1);
    scan(x, HOSTS, 6, HOSTS, 4, "a", SEVERITY_HIGH, "open"); /* 5 and 6 answer, and are set up otherwise */
    assert_int_equal(get(x, "a").fleet.member_count, 4);
}

static void test_kept(void **state)
{
    struct fixture *x = *state;
    struct error e;
    size_t n = 0;
    scan(x, HOSTS, 6, HOSTS, 4, "a", SEVERITY_HIGH, "open");
    struct stored_fleet f = get(x, "a");
    assert_int_equal(f.fleet.member_count, 4);
    assert_int_equal(f.open_now, 4);
    assert_true(f.fleet.score > 0.89 && f.fleet.score < 0.91);
    assert_int_equal(f.fleet.records, 7);
    assert_int_equal(f.fleet.bytes, COUNT_UNKNOWN);
    assert_int_equal(f.fleet.reasons.len, 1);
    assert_string_equal(f.fleet.reasons.at[0].trait, "certificate key");
    assert_int_equal(f.first_ms, x->now_ms);
    assert_true(store_fleet_members(x->store, f.id, count_member, &n, &e));
    assert_int_equal(n, 4);
    int64_t first_ms = x->now_ms;
    scan(x, HOSTS, 6, HOSTS, 5, "a", SEVERITY_HIGH, "open");
    f = get(x, "a");
    assert_int_equal(f.first_ms, first_ms);
    assert_int_equal(f.last_ms, x->now_ms);
    assert_int_equal(f.fleet.member_count, 5);
    assert_false(store_fleet_get(x->store, "a", x->now_ms, &x->arena, &f, &e));
    assert_string_equal(e.text, "");
    assert_false(store_fleet_get(x->store, "bbbbbb", x->now_ms, &x->arena, &f, &e));
}

/* The same hosts under another derived name are the fleet that is known; others are not. */
static void test_name_is_adopted(void **state)
{
    struct fixture *x = *state;
    static const uint8_t OTHERS[] = { 5, 6, 7, 8 };
    char a[FINGERPRINT_MAX];
    fingerprint(a, "a", 1);
    scan(x, HOSTS, 8, HOSTS, 6, "a", SEVERITY_HIGH, "open");
    assert_string_equal(scan(x, HOSTS, 8, HOSTS, 5, "b", SEVERITY_HIGH, "open"), a);
    assert_string_not_equal(scan(x, HOSTS, 8, OTHERS, 4, "c", SEVERITY_HIGH, "open"), a);
    assert_int_equal(listed(x, true), 2);
}

static void test_decision(void **state)
{
    struct fixture *x = *state;
    struct error e;
    size_t findings;
    static const uint8_t WITHOUT_1[] = { 2, 3, 4, 5 };
    scan(x, HOSTS, 6, HOSTS, 4, "a", SEVERITY_HIGH, "open");
    int64_t until = x->now_ms + 30 * (int64_t)86400000;
    assert_true(store_fleet_accept(x->store, get(x, "a").id, until, "moves", x->now_ms, &findings, &e));
    assert_int_equal(findings, 4);
    assert_true(is_accepted(x, 1) && is_accepted(x, 4));
    assert_false(is_accepted(x, 5));
    /* 5 joins, 1 leaves. */
    scan(x, HOSTS, 6, WITHOUT_1, 4, "a", SEVERITY_HIGH, "open");
    assert_int_equal(x->accepted, 1);
    assert_true(is_accepted(x, 5));
    assert_false(is_accepted(x, 1));
    /* 1 is back. */
    scan(x, HOSTS, 6, HOSTS, 5, "a", SEVERITY_HIGH, "open");
    assert_int_equal(x->accepted, 1);
    assert_true(is_accepted(x, 1));
    /* A decision about a finding itself goes before. */
    char text[FINGERPRINT_MAX];
    fingerprint(text, "f", 2);
    x->now_ms++;
    assert_true(store_accept(x->store, text, 0, "no", x->now_ms, &e));
    scan(x, HOSTS, 6, HOSTS, 5, "a", SEVERITY_HIGH, "open");
    assert_int_equal(x->accepted, 0);
    assert_false(is_accepted(x, 2));
    assert_int_equal(get(x, "a").fleet.accepted_until_ms, until);
    /* Taken back: from all. */
    x->now_ms++;
    assert_true(store_fleet_accept(x->store, get(x, "a").id, 0, "", x->now_ms, &findings, &e));
    assert_int_equal(findings, 4);
    for (uint8_t i = 1; i <= 5; i++)
        assert_false(is_accepted(x, i));
}

/* What is worse, or of another kind, than what was accepted is not covered; nor is anything after the day. */
static void test_decision_has_bounds(void **state)
{
    struct fixture *x = *state;
    struct error e;
    size_t findings;
    scan(x, HOSTS, 4, HOSTS, 4, "a", SEVERITY_MEDIUM, "open");
    int64_t until = x->now_ms + 3 * (int64_t)86400000;
    assert_true(store_fleet_accept(x->store, get(x, "a").id, until, "moves", x->now_ms, &findings, &e));
    scan(x, HOSTS + 4, 1, HOSTS, 5, "a", SEVERITY_CRITICAL, "open");
    assert_int_equal(x->accepted, 0);
    assert_false(is_accepted(x, 5));
    scan(x, HOSTS + 5, 1, HOSTS, 6, "a", SEVERITY_LOW, "another");
    assert_int_equal(x->accepted, 0);
    scan(x, HOSTS + 6, 1, HOSTS, 7, "a", SEVERITY_MEDIUM, "open");
    assert_int_equal(x->accepted, 0); /* the day is over */
    assert_false(is_accepted(x, 1));
}

static void test_former(void **state)
{
    struct fixture *x = *state;
    scan(x, HOSTS, 4, HOSTS, 4, "a", SEVERITY_HIGH, "open");
    scan(x, HOSTS, 2, NULL, 0, "z", SEVERITY_HIGH, "open"); /* a part was asked: it still is */
    assert_int_equal(listed(x, false), 1);
    scan(x, HOSTS, 4, NULL, 0, "z", SEVERITY_HIGH, "open");
    assert_int_equal(listed(x, false), 0);
    assert_int_equal(listed(x, true), 1);
}

static void test_forgotten(void **state)
{
    struct fixture *x = *state;
    struct forgotten gone;
    struct error e;
    scan(x, HOSTS, 4, HOSTS, 4, "a", SEVERITY_HIGH, "open");
    int64_t then = x->now_ms + 1;
    scan(x, HOSTS, 4, NULL, 0, "z", SEVERITY_HIGH, "open");
    assert_true(store_forget(x->store, then, false, &gone, &e));
    assert_int_equal(listed(x, true), 0);
    assert_int_equal(sql_number(x->store, "SELECT (SELECT count(*) FROM fleet_members) + (SELECT count(*) FROM fleet_reasons)"
                                     " + (SELECT count(*) FROM fleet_sightings)"), 0);
}

/* A file of the first version gets the tables, and keeps its decisions. */
static void test_old_file(void **state)
{
    struct fixture *x = *state;
    struct error e;
    sqlite3 *db;
    char path[128], stamp[96];
    snprintf(path, sizeof(path), "%s/old.db", x->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    snprintf(stamp, sizeof(stamp), "PRAGMA user_version = 1; PRAGMA application_id = %d", SCHEMA_APPLICATION);
    assert_int_equal(sqlite3_exec(db, SCHEMA_STEPS[0], NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "INSERT INTO accepted VALUES (x'f0000000000000000000000000000001', 1,"
                                      " 9000000000000, 'old')", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, stamp, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    store_close(x->store);
    x->store = store_open(path, STORE_EXISTING, &e);
    assert_non_null(x->store);
    assert_true(is_accepted(x, 1));
    scan(x, HOSTS, 4, HOSTS, 4, "a", SEVERITY_HIGH, "open");
    assert_int_equal(listed(x, false), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_partial_scan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_name_is_adopted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decision, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decision_has_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_former, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
