/* Looking things up in document trees. */
#include "unit/check.h"

#include "text/node.c"

static struct arena arena;

static struct node *parsed(const char *json)
{
    struct error e;
    struct node *n = json_parse(&arena, span_str(json), &e);
    if (!n)
        fail_msg("%s: %s", json, e.text);
    return n;
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_get(void **state)
{
    (void)state;
    const struct node *n = parsed("{\"a\": 1, \"b\": {\"c\": \"x\"}, \"\": 2}");
    assert_int_equal(node_get(n, "a")->integer, 1);
    assert_null(node_get(n, "c"));
    assert_null(node_get(NULL, "a"));
    assert_null(node_get(node_get(n, "a"), "a"));
    assert_true(span_is(node_text(node_get(node_get(n, "b"), "c")), "x"));
    assert_int_equal(node_text(n).len, 0);
    assert_int_equal(node_text(NULL).len, 0);
}

static void test_path(void **state)
{
    (void)state;
    const struct node *n =
        parsed("{\"a\": {\"b\": [{\"c\": 7}, 8]}, \"a.b\": {\"x\": 9}, \"v\": {\"1.2\": 3}}");
    int64_t v;
    assert_true(node_i64(node_path(n, SPAN("a.b.x")), &v) && v == 9);
    assert_true(node_i64(node_path(n, SPAN("v.1.2")), &v) && v == 3);
    assert_null(node_path(n, SPAN("a.b.0.c"))); /* the longest key wins */
    const struct node *b = node_path(node_get(n, "a"), SPAN("b"));
    assert_true(node_i64(node_path(b, SPAN("0.c")), &v) && v == 7);
    assert_true(node_i64(node_path(b, SPAN("1")), &v) && v == 8);
    assert_null(node_path(b, SPAN("2")));
    assert_null(node_path(b, SPAN("-1")));
    assert_null(node_path(b, SPAN("1.x")));
    assert_null(node_path(parsed("[]"), SPAN("0")));
    assert_null(node_path(n, SPAN(".")));
    assert_ptr_equal(node_path(n, SPAN("")), n);
    assert_null(node_path(NULL, SPAN("a")));
}

static void expect_i64(const char *json, bool ok, int64_t expect)
{
    int64_t v = 42;
    assert_int_equal(node_i64(parsed(json), &v), ok);
    assert_int_equal(v, ok ? expect : 42);
}

static void test_i64(void **state)
{
    (void)state;
    expect_i64("12", true, 12);
    expect_i64("\"12\"", true, 12);
    expect_i64("\"-12\"", true, -12);
    expect_i64("5.0", true, 5);
    expect_i64("1e3", true, 1000);
    expect_i64("5.5", false, 0);
    expect_i64("1e300", false, 0);
    expect_i64("\"\"", false, 0);
    expect_i64("\"-\"", false, 0);
    expect_i64("\"12mb\"", false, 0);
    expect_i64("\"9223372036854775807\"", true, INT64_MAX);
    expect_i64("\"9223372036854775808\"", false, 0);
    expect_i64("\"-9223372036854775808\"", true, INT64_MIN);
    expect_i64("-9223372036854775808", true, INT64_MIN);
    expect_i64("true", false, 0);
    expect_i64("null", false, 0);
    int64_t v;
    assert_false(node_i64(NULL, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_get, setup, teardown),
        cmocka_unit_test_setup_teardown(test_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_i64, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
