/* The queue over crashes: what a round left half-made is gone, what was grouped is not told twice. */
#include "unit/check.h"
#include "unit/folder.h"

#include <string.h>

/* Comparisons of names are counted, so that a walk of all over all shows without a clock. */
static size_t comparisons;

static int counted(const char *a, const char *b)
{
    comparisons++;
    return strcmp(a, b);
}

#define strcmp counted
#include "watch/spool.c"
#undef strcmp

#define ID1 "0123456789abcdef0123456789abcdef"
#define ID2 "1123456789abcdef0123456789abcdef"

static struct spool *open_fresh(char dir[static TEST_FOLDER_MAX])
{
    struct error e = { "" };
    assert_true(test_folder_make(dir));
    struct spool *s = spool_open(dir, &e);
    assert_non_null(s);
    return s;
}

static void add(struct spool *s, int form, const char *id)
{
    struct error e;
    char text[100];
    int n = snprintf(text, sizeof(text), "{\"id\":\"%s\"}", id);
    assert_true(spool_add(s, "ops", form, SEVERITY_HIGH, id, 1000, span_of(text, (size_t)n), &e));
}

static size_t load(struct spool *s, struct queue *q)
{
    struct error e;
    assert_true(spool_load(s, "ops", q, &e));
    return q->len;
}

static void test_a_round_is_whole_or_not_there(void **state)
{
    char dir[TEST_FOLDER_MAX];
    struct error e;
    struct queue q = { 0 };
    struct spool *s = open_fresh(dir);
    struct spool_state next = s->state;
    (void)state;
    add(s, SPOOL_SINGLE, ID1);
    spool_close(s); /* killed before the commit */
    assert_non_null(s = spool_open(dir, &e));
    assert_memory_equal(s->state.instance, next.instance, sizeof(next.instance));
    assert_int_equal(load(s, &q), 0);
    add(s, SPOOL_SINGLE, ID1);
    add(s, SPOOL_SINGLE, ID2);
    next.told_scan = 7;
    assert_true(spool_commit(s, &next, &e));
    spool_close(s);
    assert_non_null(s = spool_open(dir, &e));
    assert_int_equal(s->state.told_scan, 7);
    assert_int_equal(load(s, &q), 2);
    assert_string_equal(q.at[0].id, ID1);
    assert_int_equal(q.at[0].severity, SEVERITY_HIGH);
    assert_int_equal(q.at[0].created_ms, 1000);
    q.at[1].attempts = 3;
    load(s, &q);
    assert_int_equal(q.at[1].attempts, 3); /* what is known of a message stays known */
    queue_release(&q);
    spool_close(s);
    assert_int_equal(test_folder_remove(dir), 0);
}

static void test_one_at_a_time(void **state)
{
    char dir[TEST_FOLDER_MAX];
    struct error e;
    struct spool *s = open_fresh(dir);
    (void)state;
    assert_null(spool_open(dir, &e));
    assert_non_null(strstr(e.text, "another watch"));
    spool_close(s);
    assert_int_equal(test_folder_remove(dir), 0);
}

static void test_grouped_parts_are_gone(void **state)
{
    char dir[TEST_FOLDER_MAX], path[FILE_PATH_MAX + SPOOL_NAME_MAX];
    struct error e;
    struct queue q = { 0 };
    struct queued part;
    struct spool *s = open_fresh(dir);
    (void)state;
    add(s, SPOOL_PART, ID1);
    add(s, SPOOL_PART, ID2);
    assert_true(spool_commit(s, &s->state, &e));
    assert_int_equal(load(s, &q), 2);
    part = q.at[0];
    assert_true(spool_group(s, &q, "host", 2000, &e));
    assert_int_equal(q.len, 1);
    assert_int_equal(q.at[0].form, SPOOL_DIGEST);
    /* Killed after the digest was written and before the parts were removed. */
    assert_true(file_replace(q.dir, part.name, SPAN("{\"id\":\"" ID1 "\"}"), 0600, &e));
    assert_int_equal(load(s, &q), 1);
    assert_int_equal(q.at[0].form, SPOOL_DIGEST);
    snprintf(path, sizeof(path), "%s/%s", q.dir, part.name);
    assert_int_equal(access(path, F_OK), -1);
    assert_true(spool_bury(s, "ops", &q, 0, &e));
    assert_int_equal(load(s, &q), 0);
    queue_release(&q);
    spool_close(s);
    assert_int_equal(test_folder_remove(dir), 0);
}

static void test_strange_names_are_not_read(void **state)
{
    static const char *const NAMES[] = { "", "x", "0000000001-000000-0000000001000-9s-" ID1,
                                         "0000000001-000000-0000000001000-3x-" ID1,
                                         "000000000x-000000-0000000001000-3s-" ID1 };
    struct queued m;
    uint64_t batch;
    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        assert_false(read_name(NAMES[i], &batch, &m));
    assert_true(read_name("0000000001-000000-0000000001000-3s-" ID1, &batch, &m));
}

enum { MANY = SPOOL_PENDING_MAX };

static struct queued numbered(unsigned n, char form)
{
    struct queued m = { .created_ms = 1000 + n, .form = form, .severity = SEVERITY_LOW };
    snprintf(m.id, sizeof(m.id), "%032x", n);
    name_of(m.name, 1, n % 1000000, &m);
    return m;
}

/* A queue that is as long as it may be, in no order, against what was known of it in another: far fewer
 * comparisons than one of each with each. */
static void test_a_long_queue(void **state)
{
    struct queue fresh = { 0 }, known = { 0 };
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        /* 7919 shares no factor with MANY: every number comes once. */
        struct queued m = numbered((unsigned)(i * 7919ull % MANY), SPOOL_SINGLE), k = numbered(MANY - 1 - i, SPOOL_SINGLE);
        k.attempts = MANY - 1 - i + 1;
        assert_non_null(queue_push(&fresh, &m));
        if (i % 2 == 0)
            assert_non_null(queue_push(&known, &k));
    }
    comparisons = 0;
    keep_known(&fresh, &known);
    assert_true(comparisons < 60ull * MANY); /* all with all would be 2,500 million */
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(fresh.at[i].created_ms, 1000 + i);
        assert_int_equal(fresh.at[i].attempts, i % 2 ? i + 1 : 0);
    }
    queue_release(&fresh);
    queue_release(&known);
}

static void test_many_grouped_parts(void **state)
{
    struct queue q = { .dir = "/nonexistent" };
    struct grouped g;
    (void)state;
    arena_init(&g.arena, GROUPED_BYTES_MAX);
    table_init(&g.ids, &g.arena, 1);
    for (unsigned i = 0; i < MANY; i++) {
        struct queued m = numbered(i, i % 100 == 99 ? SPOOL_SINGLE : SPOOL_PART);
        assert_non_null(queue_push(&q, &m));
        if (i % 2)
            assert_true(table_put(&g.ids, arena_copy(&g.arena, span_str(m.id)), (void *)(uintptr_t)&PRESENT));
    }
    comparisons = 0;
    drop_grouped(&g, &q);
    assert_int_equal(comparisons, 0);
    assert_int_equal(q.len, MANY / 2 + MANY / 100); /* the even ones, and singles, which no digest makes void */
    for (size_t i = 1; i < q.len; i++)
        assert_true(q.at[i - 1].created_ms < q.at[i].created_ms);
    arena_release(&g.arena);
    queue_release(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_queue),
        cmocka_unit_test(test_many_grouped_parts),
        cmocka_unit_test(test_a_round_is_whole_or_not_there),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_grouped_parts_are_gone),
        cmocka_unit_test(test_strange_names_are_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
