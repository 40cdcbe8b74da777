/* The past out of a store on disk: exposures that closed and came back, what was said of an accepted
 * risk, and the list of what closed after a moment. */
#include "unit/check.h"
#include "unit/folder.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/past.c"

enum { HOUR = 3600000, SCANS = 3 };
static const int64_t START = 1800000000000;
static const char FINGERPRINT[] = "0123456789abcdef0123456789abcdef";

/* Open, locked, open again: one finding with two exposures. */
static void scan(struct store *s, size_t i, struct arena *a)
{
    struct error e;
    struct scan_plan plan = { .total = 1, .plan = SPAN("plan"), .version = "0" };
    struct visit v;
    struct endpoint at = { .address = { 4, { 10, 0, 0, 1 } }, .port = 6379 };
    struct finding f = { .rule = "open-store", .title = "open", .severity = SEVERITY_HIGH, .endpoint = at, .product = "redis",
                         .why = SPAN("why"), .fix = SPAN("fix") };
    int64_t id, now_ms = START + (int64_t)i * HOUR;
    bool is_new;
    memcpy(f.fingerprint, FINGERPRINT, sizeof(f.fingerprint));
    assert_true(store_scan_begin(s, &plan, now_ms, &id, &e));
    visit_init(&v, a, &at);
    v.answered = true;
    visit_observe(&v, "redis", KIND_STORE)->outcome = i == 1 ? OUTCOME_LOCKED : OUTCOME_OPEN;
    assert_true(store_visit(s, &v, &f, i != 1, now_ms, &is_new, &e));
    assert_true(store_scan_end(s, SCAN_COMPLETE, NULL, now_ms, &e));
}

struct seen {
    size_t count;
    int64_t opened[4], closed[4];
};

static bool see(void *self, enum severity severity, int64_t opened_ms, int64_t closed_ms)
{
    struct seen *x = self;
    assert_int_equal(severity, SEVERITY_HIGH);
    assert_true(x->count < 4);
    x->opened[x->count] = opened_ms;
    x->closed[x->count++] = closed_ms;
    return true;
}

static bool count_one(void *self, const struct stored_finding *f)
{
    (void)f;
    ++*(size_t *)self;
    return true;
}

static size_t closed_after(struct store *s, int64_t at_ms)
{
    struct error e;
    size_t n = 0;
    struct store_filter closed = { .which = STORE_CLOSED, .opened_after_ms = COUNT_UNKNOWN, .closed_after_ms = at_ms };
    assert_true(store_findings(s, &closed, count_one, &n, &e));
    return n;
}

static void test_past(void **state)
{
    char dir[TEST_FOLDER_MAX], path[TEST_FOLDER_MAX + 8];
    struct arena a;
    struct error e;
    struct seen x = { 0 };
    (void)state;
    assert_true(test_folder_make(dir));
    snprintf(path, sizeof(path), "%s/a.db", dir);
    arena_init(&a, 1 << 22);
    struct store *s = store_open(path, STORE_WRITE, &e);
    assert_non_null(s);
    assert_true(store_past(s, see, &x, &e));
    assert_int_equal(x.count, 0);
    scan(s, 0, &a);
    scan(s, 1, &a);
    assert_int_equal(closed_after(s, 0), 1);
    assert_int_equal(closed_after(s, START + HOUR - 1), 1);
    assert_int_equal(closed_after(s, START + HOUR), 0);
    scan(s, 2, &a);
    assert_true(store_past(s, see, &x, &e));
    assert_int_equal(x.count, 2);
    size_t old = x.closed[0] == COUNT_UNKNOWN, new = !old;
    assert_int_equal(x.opened[old], START);
    assert_int_equal(x.closed[old], START + HOUR);
    assert_int_equal(x.opened[new], START + 2 * HOUR);
    assert_int_equal(x.closed[new], COUNT_UNKNOWN);
    assert_int_equal(store_accepted_why(s, FINGERPRINT, &a).len, 0);
    assert_true(store_accept(s, FINGERPRINT, START + 9 * HOUR, "first", START, &e));
    assert_true(store_accept(s, FINGERPRINT, START + 9 * HOUR, "moves", START + 1, &e));
    assert_true(span_is(store_accepted_why(s, FINGERPRINT, &a), "moves"));
    store_close(s);
    arena_release(&a);
    assert_int_equal(test_folder_remove(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_past) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
