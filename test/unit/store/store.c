/* The file: modes, versions, strangers, resume, damage. */
#include "unit/check.h"
#include "unit/folder.h"
#include "unit/sql.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "store/sqlite/open.c"
#include "store/sqlite/turn.c"
#include "store/store.c"

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96];
};

static int setup(void **state)
{
    static struct fixture f;
    if (!test_folder_make(f.dir))
        return -1;
    snprintf(f.path, sizeof(f.path), "%s/state/ajar.db", f.dir);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    return test_folder_remove(f->dir);
}

static struct store *open_or_fail(struct fixture *f, enum store_use use)
{
    struct error e = { "" };
    struct store *s = store_open(f->path, use, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static void test_modes(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    char dir[96];
    store_close(open_or_fail(f, STORE_WRITE));
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(dir, sizeof(dir), "%s/state", f->dir);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void expect_refused(struct fixture *f, enum store_use use, const char *words)
{
    struct error e = { "" };
    assert_null(store_open(f->path, use, &e));
    if (!strstr(e.text, words) || strchr(e.text, '\n'))
        fail_msg("\"%s\" was expected in: %s", words, e.text);
}

static void test_nothing_there(void **state)
{
    struct fixture *f = *state;
    expect_refused(f, STORE_READ, "there is no store yet");
}

static void test_newer_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    assert_true(sqlite_run(s, "PRAGMA user_version = 999"));
    store_close(s);
    expect_refused(f, STORE_WRITE, "a newer Ajar wrote it (schema 999");
    expect_refused(f, STORE_READ, "a newer Ajar wrote it");
}

static void test_strangers_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct error e;
    sqlite3 *db;
    assert_true(folder_make_for(f->path, &e));
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE theirs(a)", NULL, NULL, NULL), SQLITE_OK);
    expect_refused(f, STORE_WRITE, "another program");
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    expect_refused(f, STORE_WRITE, "another program");
}

static void test_no_database(void **state)
{
    struct fixture *f = *state;
    struct error e;
    assert_true(folder_make_for(f->path, &e));
    FILE *file = fopen(f->path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database ", file);
    fclose(file);
    expect_refused(f, STORE_WRITE, "no store of Ajar");
}

static const struct scan_plan PLAN = { .seed = UINT64_MAX,
                                       .total = 10,
                                       .plan = SPAN("target a\n"),
                                       .scope = SPAN("owner: x\n"),
                                       .version = "1" };

static void visit_closed(struct store *s, uint64_t place)
{
    struct visit v = { .endpoint = { .address = { 4, { 10, 0, 0, 1 } }, .port = 1 },
                       .place = place,
                       .refused = true,
                       .why = "refused" };
    struct error e;
    bool is_new;
    assert_true(store_visit(s, &v, NULL, 0, 1000, &is_new, &e));
    assert_true(is_new);
}

/* What was committed is there after the process died; what was not is not. */
static void test_resume(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct arena a;
    struct stored_scan scan;
    int64_t id;
    arena_init(&a, 1 << 20);
    struct store *s = open_or_fail(f, STORE_WRITE);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e));
    visit_closed(s, 3);
    visit_closed(s, 4);
    assert_true(store_commit(s, &e));
    visit_closed(s, 5);
    store_close(s);

    s = open_or_fail(f, STORE_WRITE);
    assert_true(store_scan_find(s, SCAN_NEWEST_UNFINISHED, &a, &scan, &e));
    assert_int_equal(scan.id, id);
    assert_true(scan.plan.seed == UINT64_MAX);
    assert_true(span_eq(scan.plan.plan, PLAN.plan) && span_eq(scan.plan.scope, PLAN.scope));
    assert_true(store_scan_resume(s, id, &e));
    assert_int_equal(runs_count(store_scan_places(s)), 2);
    assert_true(runs_has(store_scan_places(s), 3) && !runs_has(store_scan_places(s), 5));
    assert_int_equal(store_scan_sums(s).done, 2);
    for (uint64_t place = 0; place < 10; place++)
        if (place != 3 && place != 4)
            visit_closed(s, place);
    assert_true(store_scan_end(s, SCAN_COMPLETE, NULL, 2000, &e));
    assert_false(store_scan_resume(s, id, &e));
    assert_non_null(strstr(e.text, "complete"));
    assert_int_equal(store_trouble(s), STORE_OVER);
    store_close(s);
    arena_release(&a);
}

static void test_one_process_a_scan(void **state)
{
    struct fixture *f = *state;
    struct error e;
    int64_t id, other;
    struct store *s = open_or_fail(f, STORE_WRITE), *t = open_or_fail(f, STORE_WRITE);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e) && store_commit(s, &e));
    assert_false(store_scan_resume(t, id, &e));
    assert_non_null(strstr(e.text, "another process"));
    assert_int_equal(store_trouble(t), STORE_BUSY);
    assert_int_equal(store_trouble(s), STORE_FINE);
    store_close(t);
    t = open_or_fail(f, STORE_WRITE);
    assert_true(store_scan_begin(t, &PLAN, 1000, &other, &e) && store_commit(t, &e));
    assert_int_not_equal(id, other);
    store_close(s);
    store_close(t);
}

struct compacting {
    struct store *other;
    bool seen, in_turn;
};

static int look_at_turn(unsigned what, void *self, void *stmt, void *sql)
{
    struct compacting *c = self;
    (void)what, (void)stmt;
    if (strcmp(sql, "VACUUM") != 0)
        return 0;
    c->seen = true;
    c->in_turn = set_lock(c->other, TURN, F_WRLCK) == EAGAIN;
    return 0;
}

/* While the file is written anew, no scan is to run into its locks: it waits for its turn. */
static void test_compacting_has_its_turn(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct forgotten gone;
    int64_t id;
    struct store *s = open_or_fail(f, STORE_WRITE), *t = open_or_fail(f, STORE_WRITE);
    struct compacting c = { .other = t };
    for (int i = 0; i < 2; i++) {
        assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e));
        assert_true(store_scan_end(s, SCAN_COMPLETE, NULL, 2000, &e));
    }
    sqlite3_trace_v2(sqlite_db(s), SQLITE_TRACE_STMT, look_at_turn, &c);
    assert_true(store_forget(s, 3000, false, &gone, &e));
    assert_int_equal(gone.scans, 1);
    assert_true(c.seen && c.in_turn);
    assert_int_equal(set_lock(t, TURN, F_WRLCK), 0); /* and gives it back */
    store_close(s);
    store_close(t);
}

/* The wait for another process: it is told, and its end is in the hands of who is told. */
static bool give_up_at_third(void *self, bool first)
{
    int *times = self;
    assert_true(first == (*times == 0));
    return ++*times < 3;
}

static void test_patience(void **state)
{
    struct fixture *f = *state;
    struct error e;
    int times = 0;
    struct store *s = open_or_fail(f, STORE_WRITE), *t = open_or_fail(f, STORE_WRITE);
    int64_t began = clock_mono_ms(&CLOCK_SYSTEM), id;
    assert_true(store_batch(t));
    store_on_wait(s, give_up_at_third, &times);
    assert_false(store_scan_begin(s, &PLAN, 1000, &id, &e));
    assert_int_equal(times, 3);
    assert_true(clock_mono_ms(&CLOCK_SYSTEM) - began >= STORE_TELL_MS + 1900);
    assert_non_null(strstr(e.text, "another process has held it for 5 s"));
    store_close(s);
    store_close(t);
}

/* Somebody went on with the scan in between, past all locks (another machine, a copy that was put back): what is to be
 * committed now may be stored already, and is not a second time. */
static void test_who_comes_too_late_stores_nothing(void **state)
{
    struct fixture *f = *state;
    struct error e;
    int64_t id;
    struct store *s = open_or_fail(f, STORE_WRITE), *t;
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e));
    visit_closed(s, 3);
    assert_true(store_commit(s, &e));
    t = open_or_fail(f, STORE_WRITE);
    assert_true(sqlite_run(t, "UPDATE parts SET batch = batch + 1"));
    visit_closed(s, 4);
    assert_false(store_commit(s, &e));
    assert_non_null(strstr(e.text, "went on in another process"));
    store_close(s);
    assert_int_equal(sql_number(t, "SELECT done FROM parts"), 1);
    assert_int_equal(sql_number(t, "SELECT sum(times) FROM reasons"), 1);
    /* Whoever goes on stores what is left, once. */
    assert_true(store_scan_resume(t, id, &e));
    visit_closed(t, 4);
    assert_true(store_commit(t, &e));
    assert_int_equal(sql_number(t, "SELECT done FROM parts"), 2);
    store_close(t);
}

/* However long ago it began: what a process works on is not removed under its hands. */
static void test_a_running_scan_is_not_forgotten(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct forgotten gone;
    int64_t old, running, now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    struct store *s = open_or_fail(f, STORE_WRITE), *t = open_or_fail(f, STORE_WRITE);
    assert_true(store_scan_begin(s, &PLAN, 1000, &old, &e));
    visit_closed(s, 2);
    assert_true(store_scan_end(s, SCAN_UNFINISHED, "cut", 2000, &e));
    assert_true(store_scan_begin(s, &PLAN, 3000, &running, &e));
    visit_closed(s, 3);
    assert_true(store_commit(s, &e));
    assert_true(store_forget(t, now_ms, false, &gone, &e));
    assert_int_equal(gone.scans, 1);
    assert_int_equal(sql_number(t, "SELECT id FROM scans"), running);
    assert_int_equal(sql_number(t, "SELECT count(*) FROM parts"), 1);
    assert_int_equal(sql_number(t, "SELECT count(*) FROM reasons"), 1);
    assert_int_equal(sql_number(t, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    visit_closed(s, 4);
    assert_true(store_scan_end(s, SCAN_COMPLETE, NULL, 4000, &e));
    store_close(s);
    store_close(t);
}

static void test_places_beyond_the_scan(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct visit v = { .endpoint = { .port = 1 }, .place = 10 };
    int64_t id;
    bool is_new;
    struct store *s = open_or_fail(f, STORE_WRITE);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e));
    assert_false(store_visit(s, &v, NULL, 0, 1000, &is_new, &e));
    assert_false(store_commit(s, &e)); /* the error is sticky */
    store_close(s);
}

/* All texts of the table agree with the tables of the file. */
static void test_every_statement_can_be_prepared(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    for (size_t i = 0; i < STATEMENTS; i++) {
        struct query q = query(s, (enum statement)i);
        if (!q.stmt)
            fail_msg("statement %zu: %s", i, s->error.text);
    }
    store_close(s);
}

/* Whether a statement is answered by way of an index, without one that is named in its text. */
static bool goes_by(struct store *s, enum statement which, const char *index)
{
    char sql[4096];
    bool found = false;
    sqlite3_stmt *plan;
    snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", sqlite3_sql(query(s, which).stmt));
    assert_int_equal(sqlite3_prepare_v2(sqlite_db(s), sql, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW)
        found |= strstr((const char *)sqlite3_column_text(plan, 3), index) != NULL;
    sqlite3_finalize(plan);
    return found;
}

static void test_lists_go_by_an_index(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    assert_true(goes_by(s, SQL_FINDINGS_OPEN, "USING INDEX findings_open"));
    assert_true(goes_by(s, SQL_TOTALS_OPEN, "findings_open"));
    assert_true(goes_by(s, SQL_FINDINGS_UNSEEN, "USING INDEX findings_unseen"));
    assert_true(goes_by(s, SQL_FINDINGS_AT, "address>? AND address<?"));
    assert_true(goes_by(s, SQL_FINDINGS_AT, "USING INDEX findings_endpoint"));
    assert_true(goes_by(s, SQL_FINDINGS_OPEN_AT, "USING INDEX findings_endpoint"));
    assert_true(goes_by(s, SQL_OBSERVATIONS_LAST, "USING INDEX observations_endpoint"));
    assert_true(goes_by(s, SQL_OBSERVATIONS_SEEN, "USING INDEX observations_endpoint"));
    assert_true(goes_by(s, SQL_FINDINGS_FAILED, "USING INDEX findings_endpoint"));
    assert_true(goes_by(s, SQL_FLEET_FINDINGS, "USING INDEX findings_endpoint"));
    store_close(s);
}

/* A walk must not be started anew by what it calls: it would go on with other rows. */
static void test_a_walk_is_not_disturbed(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    assert_true(store_word(s, "one") && store_word(s, "two"));
    struct query q = query(s, SQL_WORD_FIND);
    query_text(&q, 1, SPAN("one"));
    assert_true(query_row(&q));
    assert_null(query(s, SQL_WORD_FIND).stmt);
    assert_non_null(strstr(s->error.text, "asked again"));
    query_end(&q);
    store_close(s);
}

static void test_default_path(void **state)
{
    char path[STORE_PATH_MAX];
    (void)state;
    setenv("XDG_STATE_HOME", "/x", 1);
    assert_string_equal(store_default_path(path), "/x/ajar/ajar.db");
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    assert_string_equal(store_default_path(path), "/h/.local/state/ajar/ajar.db");
    unsetenv("HOME");
    assert_null(store_default_path(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strangers_are_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resume, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_process_a_scan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_compacting_has_its_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patience, setup, teardown),
        cmocka_unit_test_setup_teardown(test_places_beyond_the_scan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_statement_can_be_prepared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists_go_by_an_index, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_comes_too_late_stores_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_running_scan_is_not_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_walk_is_not_disturbed, setup, teardown),
        cmocka_unit_test(test_default_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
