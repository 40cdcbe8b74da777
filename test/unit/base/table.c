/* The table against what was put in. */
#include "unit/check.h"

#include "base/table.c"

static void test_put_and_get(void **state)
{
    (void)state;
    enum { KEYS = 5000 };
    struct arena a;
    struct table t;
    static int values[KEYS];
    arena_init(&a, 4 << 20);
    table_init(&t, &a, 1);
    assert_null(table_get(&t, SPAN("x")));
    for (int i = 0; i < KEYS; i++) {
        char *key = arena_printf(&a, "key %d", i);
        assert_true(table_put(&t, span_str(key), &values[i]));
    }
    assert_int_equal(t.used, KEYS);
    for (int i = 0; i < KEYS; i++)
        assert_ptr_equal(table_get(&t, span_str(arena_printf(&a, "key %d", i))), &values[i]);
    assert_null(table_get(&t, SPAN("key 5000")));
    assert_true(t.used <= t.cap / 4 * 3);
    arena_release(&a);
}

static void test_replace_and_odd_keys(void **state)
{
    (void)state;
    struct arena a;
    struct table t;
    int one, two;
    arena_init(&a, 1 << 16);
    table_init(&t, &a, 1);
    assert_true(table_put(&t, SPAN("k"), &one));
    assert_true(table_put(&t, SPAN("k"), &two));
    assert_int_equal(t.used, 1);
    assert_ptr_equal(table_get(&t, SPAN("k")), &two);
    assert_false(table_put(&t, SPAN("k"), NULL));
    assert_ptr_equal(table_get(&t, SPAN("k")), &two);
    assert_true(table_put(&t, SPAN_NONE, &one));
    assert_ptr_equal(table_get(&t, SPAN("")), &one);
    assert_true(table_put(&t, SPAN("k\0"), &one));
    assert_int_equal(t.used, 3);
    arena_release(&a);
}

static void test_full_arena(void **state)
{
    (void)state;
    struct arena a;
    struct table t;
    int value;
    arena_init(&a, 1 << 16);
    table_init(&t, &a, 1);
    a.fail_at = 1;
    assert_false(table_put(&t, SPAN("k"), &value));
    assert_null(table_get(&t, SPAN("k")));
    char keys[64];
    size_t put = 0;
    for (size_t i = 0; i < sizeof(keys); i++)
        keys[i] = (char)i;
    assert_true(table_put(&t, span_of(keys, 1), &value));
    a.fail_at = 1;
    for (put = 1; put < sizeof(keys) && table_put(&t, span_of(keys + put, 1), &value); put++)
        continue;
    assert_int_equal(put, t.used);
    for (size_t i = 0; i < put; i++)
        assert_ptr_equal(table_get(&t, span_of(keys + i, 1)), &value);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_and_get),
        cmocka_unit_test(test_replace_and_odd_keys),
        cmocka_unit_test(test_full_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
