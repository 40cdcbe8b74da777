/* Views of bytes: nothing reads past the end, empty and NULL are the same. */
#include "unit/check.h"

#include "base/span.h"

static void test_equality(void **state)
{
    (void)state;
    assert_true(span_eq(SPAN("abc"), SPAN("abc")));
    assert_false(span_eq(SPAN("abc"), SPAN("abd")));
    assert_false(span_eq(SPAN("abc"), SPAN("ab")));
    assert_true(span_eq(SPAN_NONE, SPAN("")));
    assert_true(span_eq(span_str(NULL), SPAN_NONE));
    assert_true(span_is(SPAN("x"), "x"));
    assert_false(span_is(SPAN("x\0"), "x"));
    assert_true(span_eq_nocase(SPAN("Content-Length"), SPAN("cONTENT-lENGTH")));
    assert_false(span_eq_nocase(SPAN("a\xc3\x84"), SPAN("a\xc3\xa4")));
    assert_true(span_starts(SPAN("abc"), SPAN("ab")));
    assert_true(span_starts(SPAN("abc"), SPAN_NONE));
    assert_false(span_starts(SPAN("a"), SPAN("ab")));
    assert_true(span_ends(SPAN("abc"), SPAN("bc")));
    assert_true(span_ends(SPAN_NONE, SPAN_NONE));
    assert_false(span_ends(SPAN("c"), SPAN("bc")));
}

static void test_parts_are_clamped(void **state)
{
    (void)state;
    struct span s = SPAN("hello");
    assert_true(span_is(span_sub(s, 1, 3), "ell"));
    assert_true(span_is(span_sub(s, 3, SIZE_MAX), "lo"));
    assert_int_equal(span_sub(s, 9, 3).len, 0);
    assert_int_equal(span_from(s, SIZE_MAX).len, 0);
    assert_int_equal(span_first(s, 2).len, 2);
    assert_null(span_sub(SPAN_NONE, 5, 5).at);
}

static void test_search(void **state)
{
    (void)state;
    assert_int_equal(span_index(SPAN("a:b"), ':'), 1);
    assert_int_equal(span_index(SPAN("ab"), ':'), 2);
    assert_int_equal(span_index(SPAN_NONE, ':'), 0);
    assert_int_equal(span_find(SPAN("a\r\nb"), SPAN("\r\n")), 1);
    assert_int_equal(span_find(SPAN("ab"), SPAN("abc")), SIZE_MAX);
    assert_int_equal(span_find(SPAN("ab"), SPAN_NONE), 0);
    assert_int_equal(span_find(SPAN_NONE, SPAN("a")), SIZE_MAX);
    assert_true(span_has(SPAN("a\0bc"), "bc"));
}

static void test_trim_and_cut(void **state)
{
    (void)state;
    assert_true(span_is(span_trim(SPAN(" \t\r\n a b \v\f")), "a b"));
    assert_int_equal(span_trim(SPAN("   ")).len, 0);
    struct span s = SPAN("a,,b");
    assert_true(span_is(span_cut(&s, ','), "a"));
    assert_int_equal(span_cut(&s, ',').len, 0);
    assert_true(span_is(span_cut(&s, ','), "b"));
    assert_int_equal(s.len, 0);
    assert_int_equal(span_cut(&s, ',').len, 0);
}

static void test_u64(void **state)
{
    (void)state;
    uint64_t v = 7;
    assert_false(span_u64(SPAN(""), 9, &v));
    assert_false(span_u64(SPAN("+1"), 9, &v));
    assert_false(span_u64(SPAN("-1"), 9, &v));
    assert_false(span_u64(SPAN("1 "), 9, &v));
    assert_false(span_u64(SPAN("10"), 9, &v));
    assert_false(span_u64(SPAN("18446744073709551616"), UINT64_MAX, &v));
    assert_false(span_u64(SPAN("99999999999999999999"), UINT64_MAX, &v));
    assert_int_equal(v, 7);
    assert_true(span_u64(SPAN("18446744073709551615"), UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_true(span_u64(SPAN("0009"), 9, &v));
    assert_int_equal(v, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equality), cmocka_unit_test(test_parts_are_clamped),
        cmocka_unit_test(test_search),   cmocka_unit_test(test_trim_and_cut),
        cmocka_unit_test(test_u64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
