/* The queue over crashes: what a round left half-made is gone, what was grouped is not told twice. */
#include "unit/check.h"
#include "unit/folder.h"

#include "watch/spool.c"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_round_is_whole_or_not_there),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_grouped_parts_are_gone),
        cmocka_unit_test(test_strange_names_are_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
