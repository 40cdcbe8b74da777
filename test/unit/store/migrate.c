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

static int64_t endpoint_of(struct store *s, int64_t finding)
{
    char sql[96];
    snprintf(sql, sizeof(sql), "SELECT endpoint FROM findings WHERE id = %lld", (long long)finding);
    return sql_number(s, sql);
}

static void expect_whole(struct store *s)
{
    assert_int_equal(sql_number(s, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
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
    assert_int_equal(endpoint_of(s, g.id), 2);
    assert_int_equal(g.reopened, 1);
    assert_int_equal(g.first_ms, 1002);
    assert_true(store_finding_visit(s, g.id, &a, &v, &e));
    assert_int_equal(v.observations.at[0].bytes, 70);
    assert_true(store_finding_get(s, "00000000000000000000000000000003", 5000, &a, &g, &e));
    assert_int_equal(endpoint_of(s, g.id), 2);
    assert_true(store_accepted(s, "00000000000000000000000000000002", 5000, &until));
    assert_int_equal(sql_number(s, "SELECT count(*) FROM sightings JOIN observations o ON o.id = observation"), 5);
    expect_whole(s);
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
static void make_from(const struct fixture *f, const char *file, const char *more)
{
    char sql[65536];
    FILE *in = fopen(file, "re");
    assert_non_null(in);
    size_t len = fread(sql, 1, sizeof(sql) - 1, in);
    fclose(in);
    assert_true(len > 1000 && len < sizeof(sql) - 1);
    sql[len] = '\0';
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    const char *const steps[] = { sql, more };
    for (size_t i = 0; i < 2; i++)
        if (sqlite3_exec(db, steps[i], NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("step %zu: %s", i, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void make_version_3(const struct fixture *f)
{
    static const char FLEET[] =
        "INSERT INTO fleet_members VALUES (1, 3, x'7f000001', 6380, 'db.corp', 1, x'', 2, 2, 1, 1,"
        " x'a72b6046fc4d76dceeebd4da6acf3ad5'), (1, 4, x'7f000001', 6381, '', 1, x'', 2, 2, 1, 1,"
        " x'7d7090ec8190b9c426e5653ea96b76c8');";
    make_from(f, "test/data/store-3.sql", FLEET);
}

/* The fingerprint of the open Redis at a port of 127.0.0.1, as it is made today. */
static void todays(uint16_t port, const char *name, const char *rule, char ret[static FINGERPRINT_MAX])
{
    struct endpoint e = { .address = { 4, { 127, 0, 0, 1 } }, .port = port, .name = name };
    struct exposure_key k = { .endpoint = &e, .product = "redis", .rule = rule };
    exposure_fingerprint(&k, ret);
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
    assert_int_equal(endpoint_of(s, g.id), endpoint);
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
    expect_whole(s);
    arena_release(&a);
    store_close(s);
}

/* ---- version 4 ---- */

enum { FIRST_KIBANA = 5, SECOND_KIBANA = 6 }; /* endpoints of test/data/store-4.sql */

/* The fleet of both, whose members are known by the old fingerprints, accepted; and at the first dashboard another
 * Elasticsearch that two findings tell of, one by its place when it was the second of two, both named A now. */
static const char MORE_4[] =
    "INSERT INTO fleets VALUES (1, x'00112233445566778899aabbccddeeff', 1, 3, 1, 3);"
    "INSERT INTO fleet_sightings VALUES (1, 3, 4, 4, 1.0, x'32', 2, 2, 0, 0, 1, 1);"
    "INSERT INTO fleet_members VALUES (1, 3, x'7f090002', 5601, '', 4, x'', 2, 4, 1, 1,"
    " x'7c6832869a8dd3f474a883f3150f138b'), (1, 3, x'7f090004', 5601, '', 4, x'', 2, 4, 1, 1,"
    " x'897ecdf6a6f1da566bc7ecff4105509a');"
    "INSERT INTO accepted VALUES (x'00112233445566778899aabbccddeeff', 1, 9000000000000, 'one image', NULL),"
    " (x'8b26d5a7051a13605af2b46833edecf4', 1, 9000000000000, 'one image', 1);";

static void behind(uint8_t last, const char *uuid, const char *rule, char ret[static FINGERPRINT_MAX])
{
    struct endpoint e = { .address = { 4, { 127, 9, 0, last } }, .port = 5601 };
    char store[64];
    int len = snprintf(store, sizeof(store), "cluster.uuid=%s", uuid) + 1; /* with its NUL */
    struct exposure_key k = { .endpoint = &e, .product = "elasticsearch", .rule = rule, .via = "kibana",
                              .store = span_of(store, (size_t)len) };
    exposure_fingerprint(&k, ret);
}

#define EAST "eastxxxxxxQ2mw5fP6RrxtA"
#define SOUTH "southxxxxxQ2mw5fP6RrxtA"

static void get_behind(struct store *s, uint8_t last, const char *uuid, const char *rule, struct arena *a,
                       struct stored_finding *ret)
{
    char fingerprint[FINGERPRINT_MAX];
    struct error e;
    behind(last, uuid, rule, fingerprint);
    if (!store_finding_get(s, fingerprint, 1796028020000, a, ret, &e))
        fail_msg("%s of %s: %s", rule, uuid, e.text);
}

static void test_stores_behind_are_told_apart(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct arena a;
    struct stored_finding g, h;
    char fingerprint[FINGERPRINT_MAX];
    int64_t until;
    arena_init(&a, ARENA_BYTES);
    make_from(f, "test/data/store-4.sql", MORE_4);
    struct store *s = store_open(f->path, STORE_READ, &e);
    if (!s)
        fail_msg("%s", e.text);
    get_behind(s, 2, EAST, "store-behind-open-dashboard", &a, &g);
    assert_int_equal(endpoint_of(s, g.id), FIRST_KIBANA);
    assert_int_equal(g.first_ms, 1796028010236);
    assert_true(g.accepted_until_ms > 0 && span_is(g.accepted_why, "moves soon"));
    assert_int_equal(g.exposure.proof, PROOF_NONE);
    /* By the name that it had, too: somebody's ticket has it. */
    assert_true(store_finding_get(s, "7c6832869a8dd3f474a883f3150f138b", 1796028020000, &a, &h, &e));
    assert_int_equal(h.id, g.id);
    get_behind(s, 4, SOUTH, "store-behind-open-dashboard", &a, &g);
    assert_int_equal(endpoint_of(s, g.id), SECOND_KIBANA);
    assert_int_equal(g.first_ms, 1796028010240);
    assert_int_equal(g.reopened, 1);
    assert_true(span_is(g.accepted_why, "one image"));
    get_behind(s, 4, SOUTH, "version-unsupported", &a, &g);
    /* What was seen directly keeps its name, and an old closing has no proof. */
    assert_true(store_finding_get(s, "5291a3c79bdf61491ee268ca873e716b", 1, &a, &g, &e));
    assert_int_equal(sql_number(s, "SELECT count(*) FROM findings"), 14);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM findings WHERE closed_ms IS NOT NULL"), 0);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM exposures WHERE proof = 1"), 6);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM sightings JOIN findings f ON f.id = finding"), 36);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM fleet_members JOIN findings f ON f.fingerprint = worst"), 2);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM former"), 6);
    behind(4, SOUTH, "store-behind-open-dashboard", fingerprint);
    assert_true(store_accepted(s, fingerprint, 1796028020000, &until));
    expect_whole(s);
    arena_release(&a);
    store_close(s);
}

/* Two rows of what turns out to be one store, as a data source put in front of another left behind. */
static void test_what_was_one_becomes_one(void **state)
{
    static const char TWICE[] =
        "INSERT INTO findings(id, fingerprint, rule, title, product, via, severity, version, why, fix, observation,"
        " records, bytes, first_ms, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan)"
        " SELECT id + 100, x'11111111111111111111111111111111', rule, title, product, via, severity, version, why, fix,"
        " observation, records, bytes, first_ms - 5000, opened_ms, seen_ms - 1, NULL, 1, 2, NULL"
        " FROM findings WHERE fingerprint = x'7c6832869a8dd3f474a883f3150f138b';"
        "INSERT INTO accepted VALUES (x'11111111111111111111111111111111', 7, 9000000000000, 'the other', NULL);";
    struct fixture *f = *state;
    struct error e;
    struct arena a;
    struct stored_finding g;
    arena_init(&a, ARENA_BYTES);
    make_from(f, "test/data/store-4.sql", TWICE);
    struct store *s = store_open(f->path, STORE_READ, &e);
    if (!s)
        fail_msg("%s", e.text);
    get_behind(s, 2, EAST, "store-behind-open-dashboard", &a, &g);
    assert_int_equal(g.first_ms, 1796028010236 - 5000);
    assert_int_equal(g.exposure.closed_ms, COUNT_UNKNOWN);
    assert_true(span_is(g.accepted_why, "moves soon")); /* the newer decision of both */
    assert_true(store_finding_get(s, "11111111", 1, &a, &g, &e));
    assert_int_equal(g.exposure.proof, PROOF_MERGED);
    assert_true(g.exposure.closed_ms >= g.exposure.opened_ms);
    assert_int_equal(sql_number(s, "SELECT count(*) FROM findings"), 15);
    expect_whole(s);
    arena_release(&a);
    store_close(s);
}

/* Where nothing is kept that identifies them, those behind one dashboard stay apart by where they stood. */
static void test_unidentified_stay_apart(void **state)
{
    struct fixture *f = *state;
    struct error e;
    char sql[1024], old[2][FINGERPRINT_MAX], new[2][FINGERPRINT_MAX];
    struct endpoint at = { .address = { 4, { 127, 9, 0, 2 } }, .port = 5601 };
    struct exposure_key k = { .endpoint = &at, .product = "elasticsearch", .rule = "open-store", .via = "kibana" };
    for (unsigned i = 0; i < 2; i++) {
        exposure_fingerprint_4(&k, i, old[i]);
        k.rank = i;
        exposure_fingerprint(&k, new[i]);
    }
    snprintf(sql, sizeof(sql),
             "INSERT INTO findings(id, fingerprint, rule, title, product, via, severity, version, why, fix, observation,"
             " records, bytes, first_ms, opened_ms, seen_ms, opened_scan, seen_scan)"
             " SELECT f.id + n.n * 10, n.old, (SELECT id FROM words WHERE text = 'open-store'), title, product, via,"
             " severity, version, why, fix, 0, 1, 1, 7, 7, 7, 1, 1 FROM findings f, (SELECT 1 AS n, x'%s' AS old"
             " UNION ALL SELECT 2, x'%s') n WHERE fingerprint = x'7c6832869a8dd3f474a883f3150f138b'", old[0], old[1]);
    make_from(f, "test/data/store-4.sql", sql);
    struct store *s = store_open(f->path, STORE_READ, &e);
    if (!s)
        fail_msg("%s", e.text);
    for (unsigned i = 0; i < 2; i++) {
        struct arena a;
        struct stored_finding g;
        arena_init(&a, ARENA_BYTES);
        if (!store_finding_get(s, new[i], 1, &a, &g, &e))
            fail_msg("%u: %s", i, e.text);
        assert_int_equal(g.id, 327683 + 10 * (i + 1));
        arena_release(&a);
    }
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stores_behind_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_one_becomes_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unidentified_stay_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_is_carried_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_findings_of_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_next_scan_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_failure_leaves_the_file_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
