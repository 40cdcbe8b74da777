/* What was kept beside the store comes back after a death at any byte, and not once too often. */
#include "unit/check.h"
#include "unit/folder.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "store/ledger_tail.c"

struct fixture {
    char dir[TEST_FOLDER_MAX], path[96], tail[128];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    if (!test_folder_make(f->dir))
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/b.db", f->dir);
    snprintf(f->tail, sizeof(f->tail), "%s-tail-1", f->path);
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

static const struct scan_plan PLAN = { .seed = 1, .total = 8, .plan = SPAN("target a\n"), .version = "1" };

static struct visit closed_at(uint64_t place)
{
    return (struct visit){ .endpoint = { .address = { 4, { 10, 0, 0, (uint8_t)place } }, .port = 1 },
                           .place = place,
                           .refused = true,
                           .why = "refused" };
}

static void put(struct buf *b, uint64_t place)
{
    struct visit v = closed_at(place);
    visit_encode(b, &v);
    assert_true(buf_ok(b));
}

static struct store *open_store(const struct fixture *f)
{
    struct error e;
    struct store *s = store_open(f->path, STORE_WRITE, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

struct seen {
    uint64_t places[16];
    size_t count;
};

static bool note(void *self, const struct visit *v, struct span encoded)
{
    struct seen *seen = self;
    assert_in_range(encoded.len, 1, 200);
    assert_in_range(seen->count, 0, 15);
    seen->places[seen->count++] = v->place;
    return true;
}

static struct seen tail_of(struct store *s)
{
    struct seen seen = { .count = 0 };
    struct error e;
    assert_true(store_tail(s, 1, note, &seen, &e));
    return seen;
}

static void test_kept_until_committed(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct buf b;
    int64_t id;
    bool is_new;
    struct runs done;
    struct visit v = closed_at(2);
    buf_init(&b, 1 << 16);
    struct store *s = open_store(f);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e) && store_commit(s, &e));
    assert_int_equal(tail_of(s).count, 0);
    put(&b, 2);
    put(&b, 5);
    assert_true(store_keep(s, buf_span(&b), &e));
    assert_true(store_visit(s, &v, NULL, 0, 1000, &is_new, &e));
    store_close(s); /* dies before the commit */

    s = open_store(f);
    assert_true(store_scan_runs(s, id, &done, &e));
    assert_true(runs_count(&done) == 2 && runs_has(&done, 2) && runs_has(&done, 5));
    runs_release(&done);
    assert_true(store_scan_resume(s, id, &e));
    assert_int_equal(runs_count(store_scan_places(s)), 0);
    struct seen seen = tail_of(s);
    assert_true(seen.count == 2 && seen.places[0] == 2 && seen.places[1] == 5);
    assert_true(store_visit(s, &v, NULL, 0, 1000, &is_new, &e));
    assert_true(is_new);
    assert_true(store_commit(s, &e));
    assert_int_equal(tail_of(s).count, 0);
    buf_reset(&b);
    put(&b, 6);
    assert_true(store_keep(s, buf_span(&b), &e));
    seen = tail_of(s);
    assert_true(seen.count == 1 && seen.places[0] == 6);
    assert_true(store_scan_end(s, SCAN_UNFINISHED, "x", 2000, &e));
    assert_int_equal(access(f->tail, F_OK), -1);
    store_close(s);
    buf_release(&b);
}

/* Killed while it wrote: whole visits count, the rest was never kept. */
static void test_cut_anywhere(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct buf b;
    int64_t id;
    struct runs done;
    buf_init(&b, 1 << 16);
    struct store *s = open_store(f);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e) && store_commit(s, &e));
    put(&b, 1);
    size_t one = b.len;
    put(&b, 3);
    assert_true(store_keep(s, buf_span(&b), &e));
    for (size_t cut = b.len; cut-- > 0;) {
        assert_int_equal(truncate(f->tail, (off_t)cut), 0);
        assert_int_equal(tail_of(s).count, cut >= one);
        assert_true(store_scan_runs(s, id, &done, &e));
        assert_int_equal(runs_count(&done), cut >= one);
        runs_release(&done);
    }
    store_close(s);
    buf_release(&b);
}

/* Places beyond the scan and lengths that lie end it. */
static void test_damaged(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct buf b;
    int64_t id;
    struct runs done;
    buf_init(&b, 1 << 16);
    struct store *s = open_store(f);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e) && store_commit(s, &e));
    put(&b, 1);
    put(&b, 8);
    put(&b, 2);
    assert_true(store_keep(s, buf_span(&b), &e));
    assert_true(store_keep(s, SPAN("\xff\xff\xff\xff more"), &e));
    assert_true(store_scan_runs(s, id, &done, &e));
    assert_int_equal(runs_count(&done), 1);
    runs_release(&done);
    assert_int_equal(tail_of(s).count, 3);
    store_close(s);
    buf_release(&b);
}

/* One that waits for the right to write is not overtaken by the one that has it most of the time. */
static void test_turns(void **state)
{
    struct fixture *f = *state;
    struct error e;
    int64_t id;
    int go[2];
    uint8_t byte = 0;
    assert_int_equal(pipe(go), 0);
    pid_t other = fork(); /* SQLite may not be open across it */
    if (other == 0) {
        bool told = read(go[0], &byte, 1) == 1;
        struct store *t = told ? store_open(f->path, STORE_WRITE, &e) : NULL;
        _exit(!t || !store_batch(t) || !store_batch_end(t, "ROLLBACK"));
    }
    struct store *s = open_store(f);
    assert_true(store_scan_begin(s, &PLAN, 1000, &id, &e) && store_commit(s, &e));
    assert_true(store_batch(s));
    assert_int_equal(write(go[1], "g", 1), 1);
    usleep(100000);
    int64_t until_ms = clock_mono_ms(&CLOCK_SYSTEM) + 3000;
    pid_t ended = 0;
    int status = -1;
    while (ended == 0 && clock_mono_ms(&CLOCK_SYSTEM) < until_ms) {
        assert_true(store_batch_end(s, "COMMIT"));
        assert_true(store_batch(s)); /* at once again, as a scan does */
        usleep(2000);
        ended = waitpid(other, &status, WNOHANG);
    }
    assert_int_equal(ended, other);
    assert_int_equal(status, 0);
    store_close(s);
    close(go[0]);
    close(go[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kept_until_committed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_turns, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
