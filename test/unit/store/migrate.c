/* A file of the first version comes up to date with everything in it; one whose rows cannot be carried
 * over is left as it was. */
#include "unit/check.h"
#include "unit/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/migrate.c"

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
    struct query q = query(s, "SELECT count(*) FROM sightings JOIN observations o ON o.id = observation");
    assert_int_equal(query_value(&q, 0), 5);
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
    struct query q = query(s, "SELECT length(facts) FROM facts WHERE observation = 131072");
    assert_int_equal(query_value(&q, -1), 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_is_carried_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_failure_leaves_the_file_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
