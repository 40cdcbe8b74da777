/* Arenas and the lists inside them: zeroed, aligned, with a hard ceiling. */
#include "unit/check.h"

#include "base/arena.c"
#include "base/list.h"

static void test_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t size = 0; size < 300; size++) {
        uint8_t *at = arena_alloc(&a, size);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % ALIGN, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xff, size);
    }
    arena_release(&a);
}

static void test_ceiling(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 10000);
    size_t got = 0;
    while (arena_alloc(&a, 100))
        got += 100;
    assert_true(got > 8000 && got <= 10000);
    assert_true(a.held <= 10000);
    assert_true(arena_failed(&a));
    arena_release(&a);
    assert_false(arena_failed(&a));
    assert_null(arena_alloc(&a, 10001));
    assert_non_null(arena_alloc(&a, 9000));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    arena_release(&a);
}

static void test_copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    char source[] = "abc";
    struct span copy = arena_copy(&a, span_str(source));
    char *text = arena_str(&a, span_str(source));
    source[0] = 'X';
    assert_true(span_is(copy, "abc"));
    assert_string_equal(text, "abc");
    assert_int_equal(arena_copy(&a, SPAN_NONE).len, 0);
    assert_string_equal(arena_str(&a, SPAN_NONE), "");
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    assert_false(arena_failed(&a));
    arena_release(&a);
}

static void test_told_to_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    a.fail_at = 2;
    assert_non_null(arena_alloc(&a, 1));
    assert_int_equal(arena_copy(&a, SPAN("x")).len, 0);
    assert_true(arena_failed(&a));
    assert_non_null(arena_alloc(&a, 1));
    arena_release(&a);
}

static void test_list(void **state)
{
    (void)state;
    struct arena a;
    LIST_OF(int) list = { 0 };
    arena_init(&a, 1 << 16);
    for (int i = 0; i < 1000; i++) {
        int *at = list_add(&a, &list);
        assert_non_null(at);
        assert_int_equal(*at, 0);
        *at = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list.at[i], i);
    size_t len = list.len;
    int *more;
    while ((more = list_add(&a, &list)))
        len++;
    assert_int_equal(list.len, len); /* a refused element does not count */
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed_and_aligned),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_told_to_fail),
        cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
