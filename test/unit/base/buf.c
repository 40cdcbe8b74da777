/* Growing buffers: sticky failure, no half-written line taken for a whole. */
#include "unit/check.h"

#include "base/buf.c"

static void test_puts(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_str(&b, "a");
    buf_byte(&b, 'b');
    buf_put(&b, SPAN("c\0d"));
    buf_put(&b, SPAN_NONE);
    buf_u64(&b, 0);
    buf_u64(&b, UINT64_MAX);
    buf_i64(&b, INT64_MIN);
    buf_i64(&b, -7);
    buf_printf(&b, "[%d]", 5);
    assert_true(buf_ok(&b));
    assert_true(span_eq(buf_span(&b), SPAN("abc\0d0184467440737095516"
                                           "15-9223372036854775808-7[5]")));
    buf_release(&b);
}

static void test_grows_to_its_ceiling(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (int i = 0; i < 1000; i++)
        buf_byte(&b, (uint8_t)i);
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(b.at[i], (uint8_t)i);
    buf_byte(&b, 'x');
    assert_false(buf_ok(&b));
    buf_reset(&b);
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

static void test_failure_is_sticky(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_str(&b, "12345");
    buf_str(&b, "678901");
    buf_str(&b, "x");
    buf_printf(&b, "%s", "y");
    assert_false(buf_ok(&b));
    assert_int_equal(b.len, 5);
    assert_null(buf_room(&b, 1));
    assert_null(buf_room(&b, SIZE_MAX));
    buf_release(&b);
}

static void test_consume(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_consume(&b, 5);
    buf_str(&b, "abcdef");
    buf_consume(&b, 2);
    assert_true(span_is(buf_span(&b), "cdef"));
    buf_consume(&b, 0);
    buf_consume(&b, 99);
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_puts),
        cmocka_unit_test(test_grows_to_its_ceiling),
        cmocka_unit_test(test_failure_is_sticky),
        cmocka_unit_test(test_consume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
