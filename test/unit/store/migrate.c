/* A file of the first version comes up to date with everything in it; one whose rows cannot be carried
 * over is left as it was. */
#include "unit/check.h"
#include "unit/folder.h"
#include "unit/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/sqlite/migrate.c"

enum { ARENA_BYTES = 1 << 20 };

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    if (!test_folder_make(f->dir))
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/b.db", f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    int status = test_folder_remove(f->dir);
    free(f);
    return status;
}

/* Two endpoints; the second was seen twice, has two findings, and one of them was open before. */
static const char OLD[] =
    "INSERT INTO words(id, text) VALUES (1, 'redis'), (2, 'version'), (3, 'redis.info'), (4, 'open-store'),"
    " (5, 'Open'), (6, 'writable'), (7, 'started');"
    "INSERT INTO texts(id, hash, text) VALUES (1, 7, CAST('close it' AS BLOB));"
    "INSERT INTO scans(id, state, started_ms, ended_ms, seed, total, plan_hash, plan, scope, version)"
    " VALUES (1, 1, 1000, 2000, 1, 2, 0, '', '', '1'), (2, 1, 3000, 4000, 1, 2, 0, '', '', '1');"
    "INSERT INTO journals VALUES (1, x'0002', 2, 0, 0, 2), (2, x'0002', 2, 0, 0, 2);"
    "INSERT INTO endpoints VALUES (1, x'0a000001', 6379, '', 2), (2, x'0a000002', 6379, '', 2);"
    "INSERT INTO visits VALUES (1, 1, 0, 0, 5), (1, 2, 0, 0, 5), (2, 1, 0, 0, 5), (2, 2, 0, 0, 5);"
    "INSERT INTO observations VALUES"
    " (1, 1, 0, 1, 0, 0, 2, 0, 1, 5, -1, NULL, 11, 1, 2, 1001, 3001),"
    " (2, 2, 0, 1, 0, 0, 2, 0, 0, -1, -1, NULL, 12, 1, 1, 1002, 1002),"
    " (3, 2, 0, 1, 0, 0, 2, 0, 2, 9, 70, NULL, 13, 2, 2, 3002, 3002);"
    "INSERT INTO facts VALUES (1, 0, 2, 0, CAST('7.0' AS BLOB), 3, CAST('redis_version:7.0' AS BLOB)),"
    " (1, 1, 6, 2, 1, 3, NULL), (3, 0, 7, 3, -5, 0, x''), (3, 1, 2, 0, CAST('7.2' AS BLOB), 3, x'00ff');"
    "INSERT INTO collections VALUES (1, 0, CAST('db0' AS BLOB), 5, -1, -1),"
    " (3, 0, CAST('db0' AS BLOB), 4, 30, -1), (3, 1, CAST('db1' AS BLOB), 5, 40, 900);"
    "INSERT INTO findings VALUES"
    " (1, x'00000000000000000000000000000001', 2, 4, 5, 1, 0, 3, NULL, CAST('a' AS BLOB), 1, 3, 9, 70, 1002, 3002, 3002, NULL, 2, 2, NULL),"
    " (2, x'00000000000000000000000000000002', 1, 4, 5, 1, 0, 3, NULL, CAST('b' AS BLOB), 1, 1, 5, -1, 1001, 1001, 3001, NULL, 1, 2, NULL),"
    " (3, x'00000000000000000000000000000003', 2, 4, 5, 1, 0, 2, NULL, CAST('c' AS BLOB), 1, 3, 9, 70, 3002, 3002, 3002, NULL, 2, 2, NULL);"
    "INSERT INTO exposures VALUES (1, 1002, 1002, 1500, 1, 1, 1);"
    "INSERT INTO sightings VALUES (1, 1, 3, 2), (1, 2, 3, 1), (2, 1, 3, 3), (2, 2, 3, 1), (2, 3, 2, 3);"
    "INSERT INTO accepted VALUES (x'00000000000000000000000000000002', 5, 9000, 'known');";

static void make_old(const struct fixture *f, const char *more)
{
    sqlite3 *db;
    char stamp[96];
    snprintf(stamp, sizeof(stamp), "PRAGMA user_version = 1; PRAGMA application_id = %d",
             SCHEMA_APPLICATION);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    const char *const steps[] = { SCHEMA_STEPS[0], OLD, more, stamp };
    for (size_t i = 0; i < 4; i++) {
        int code = sqlite3_exec(db, steps[i], NULL, NULL, NULL);
        if (code != SQLITE_OK)
            fail_msg("step %zu: %s", i, sqlite3_errmsg(db));
    }
    sqlite3_close(db);
}

static size_t visits_seen;

static bool check_visit(void *self, const struct visit *v)
{
    int64_t scan = *(const int64_t *)self;
    const struct observation *o = &v->observations.at[0];
    assert_int_equal(v->observations.len, 1);
    assert_string_equal(o->product, "redis");
    visits_seen++;
    if (v->endpoint.address.bytes[3] == 1) {
        assert_int_equal(o->facts.len, 2);
        assert_true(span_is(fact_get_text(o, "version"), "7.0"));
        assert_string_equal(o->facts.at[0].ask, "redis.info");
        assert_true(span_is(o->facts.at[0].proof, "redis_version:7.0"));
        assert_int_equal(o->facts.at[1].type, FACT_BOOL);
        assert_int_equal(o->facts.at[1].number, 1);
        assert_int_equal(o->collections.len, 1);
        assert_int_equal(o->collections.at[0].bytes, COUNT_UNKNOWN);
    } else if (scan == 2) {
        assert_int_equal(o->facts.at[0].type, FACT_TIME);
        assert_int_equal(o->facts.at[0].number, -5);
        assert_null(o->facts.at[0].ask);
        assert_int_equal(o->facts.at[1].proof.len, 2);
        assert_int_equal(o->collections.len, 2);
        assert_true(span_is(o->collections.at[1].name, "db1"));
        assert_int_equal(o->collections.at[1].created_ms, 900);
    } else {
        assert_int_equal(o->facts.len + o->collections.len, 0);
    }
    return true;
}

static void test_all_is_carried_over(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct arena a;
    struct stored_finding g;
    struct visit v;
    int64_t until;
    make_old(f, "");
    struct store *s = store_open(f->path, STORE_READ, &e);
    if (!s)
        fail_msg("%s", e.text);
    arena_init(&a, ARENA_BYTES);
    visits_seen = 0;
    for (int64_t scan = 1; scan <= 2; scan++)
        assert_true(store_visits(s, scan, check_visit, &scan, &e));
    assert_int_equal(visits_seen, 4);
    assert_true(store_finding_get(s, "00000000000000000000000000000001", 5000, &a, &g, &e));
    assert_int_equal(g.id, id_first(2));
    assert_int_equal(g.reopened, 1);
    assert_int_equal(g.first_ms, 1002);
    assert_true(store_finding_visit(s, g.id, &a, &v, &e));
    assert_int_equal(v.observations.at[0].bytes, 70);
    assert_true(store_finding_get(s, "00000000000000000000000000000003", 5000, &a, &g, &e));
    assert_int_equal(g.id, id_first(2) + 1);
    assert_true(store_accepted(s, "00000000000000000000000000000002", 5000, &until));
    assert_int_equal(sql_number(s, "SELECT count(*) FROM sightings JOIN observations o ON o.id = observation"), 5);
    arena_release(&a);
    store_close(s);
}

/* Rows out of their order cannot be: the order is the key. A type that is none is left out. */
static void test_what_cannot_be_is_left_out(void **state)
{
    struct fixture *f = *state;
    struct error e;
    make_old(f, "INSERT INTO facts VALUES (2, 0, 2, 77, 1, 0, NULL)");
    struct store *s = store_open(f->path, STORE_READ, &e);
    assert_non_null(s);
    assert_int_equal(sql_number(s, "SELECT length(facts) FROM facts WHERE observation = 131072"), 0);
    store_close(s);
}

static void test_a_failure_leaves_the_file_alone(void **state)
{
    struct fixture *f = *state;
    struct error e;
    make_old(f, "CREATE TABLE new_findings(x)");
    assert_null(store_open(f->path, STORE_WRITE, &e));
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM collections", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int64(stmt, 0), 3);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

/* ---- version 3 ---- */

/* What a program of version 3 wrote (test/data/store-3.sql), and a fleet whose worst finding was known by the
 * old fingerprint. */
static void make_version_3(const struct fixture *f)
{
    static const char FLEET[] =
        "INSERT INTO fleet_members VALUES (1, 3, x'7f000001', 6380, 'db.corp', 1, x'', 2, 2, 1, 1,"
        " x'a72b6046fc4d76dceeebd4da6acf3ad5'), (1, 4, x'7f000001', 6381, '', 1, x'', 2, 2, 1, 1,"
        " x'7d7090ec8190b9c426e5653ea96b76c8');";
    char sql[65536];
    FILE *in = fopen("test/data/store-3.sql", "re");
    assert_non_null(in);
    size_t len = fread(sql, 1, sizeof(sql) - 1, in);
    fclose(in);
    assert_true(len > 1000 && len < sizeof(sql) - 1);
    sql[len] = '\0';
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    const char *const steps[] = { sql, FLEET };
    for (size_t i = 0; i < 2; i++)
        if (sqlite3_exec(db, steps[i], NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("step %zu: %s", i, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* The fingerprint of the open Redis at a port of 127.0.0.1, as it is made today. */
static void todays(uint16_t port, const char *name, const char *rule, char ret[static FINGERPRINT_MAX])
{
    struct endpoint e = { .address = { 4, { 127, 0, 0, 1 } }, .port = port, .name = name };
    struct finding_identity i = { "redis", rule, false, &e, 0 };
    fingerprint_make(&i, ret);
}

static void expect_finding(struct store *s, uint16_t port, const char *name, const char *rule, int64_t endpoint,
                           int64_t first_ms)
{
    char fingerprint[FINGERPRINT_MAX];
    struct stored_finding g;
    struct arena a;
    struct error e;
    arena_init(&a, ARENA_BYTES);
    todays(port, name, rule, fingerprint);
    if (!store_finding_get(s, fingerprint, 5000, &a, &g, &e))
        fail_msg("%u %s: %s", port, name ? name : "", e.text);
    assert_int_equal(g.id >> 16, endpoint);
    assert_int_equal(g.first_ms, first_ms);
    assert_string_equal(g.finding.rule, rule);
    assert_string_equal(g.finding.endpoint.name ? g.finding.endpoint.name : "", name ? name : "");
    assert_null(g.finding.endpoint.path);
    arena_release(&a);
}

static void test_findings_of_names(void **state)
{
    struct fixture *f = *state;
    struct error e;
    char named[FINGERPRINT_MAX], bare[FINGERPRINT_MAX];
    int64_t until;
    make_version_3(f);
    struct store *s = store_open(f->path, STORE_READ, &e);
    if (!s)
        fail_msg("%s", e.text);
    /* Seen first by its address and last by its name: there it lives on. */
    expect_finding(s, 6379, "db.corp", "open-store", 2, 1796009757760);
    expect_finding(s, 6379, "db.corp", "version-unsupported", 2, 1796009757760);
    expect_finding(s, 6380, "db.corp", "open-store", 3, 1796009761081);
    expect_finding(s, 6380, "db.corp", "version-unsupported", 3, 1796009761081);
    expect_finding(s, 6381, NULL, "open-store", 4, 1796009761747);
    todays(6380, "db.corp", "open-store", named);
    todays(6380, NULL, "open-store", bare);
    assert_true(store_accepted(s, named, 1796009761081, &until));
    assert_false(store_accepted(s, bare, 1796009761081, &until));
    assert_int_equal(sql_number(s, "SELECT count(*) FROM findings"), 6);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM sightings JOIN findings f ON f.id = finding"), 8);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM fleet_members JOIN findings f ON f.fingerprint = worst"), 2);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM endpoints WHERE path = ''"), 4);
    store_close(s);
}

/* The next scan by the name finds the finding that was there, and knows since when it is open. */
static void test_the_next_scan_goes_on(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct arena a;
    struct visit v;
    bool is_new;
    make_version_3(f);
    struct store *s = store_open(f->path, STORE_WRITE, &e);
    assert_non_null(s);
    struct scan_plan plan = { .total = 2, .version = "x" };
    int64_t scan;
    assert_true(store_scan_begin(s, &plan, 1796100000000, &scan, &e));
    arena_init(&a, ARENA_BYTES);
    for (uint64_t i = 0; i < 2; i++) {
        struct endpoint at = { .address = { 4, { 127, 0, 0, 1 } }, .port = i ? 6381 : 6379,
                               .name = i ? NULL : "db.corp" };
        struct finding found = { .rule = "open-store", .title = "t", .product = "redis", .endpoint = at };
        visit_init(&v, &a, &at);
        v.place = i;
        v.answered = true;
        struct observation *o = visit_observe(&v, "redis", KIND_STORE);
        o->outcome = OUTCOME_OPEN;
        todays(at.port, at.name, "open-store", found.fingerprint);
        assert_true(store_visit(s, &v, &found, 1, 1796100000000, &is_new, &e));
        assert_true(is_new && found.life.known && !found.life.is_new);
        assert_int_equal(found.life.first_ms, i ? 1796009761747 : 1796009757760);
        assert_int_equal(found.life.reopened, 0);
    }
    assert_int_equal(sql_number(s, "SELECT count(*) FROM findings"), 6);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM endpoints"), 4);
    arena_release(&a);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_is_carried_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_findings_of_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_next_scan_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_failure_leaves_the_file_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
