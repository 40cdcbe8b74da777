/* Building requests in fixed buffers. */
#include "unit/check.h"

#include "base/writer.h"

static void test_everything_fits(void **state)
{
    (void)state;
    uint8_t buffer[32];
    struct writer w = writer_over(buffer, sizeof(buffer));
    writer_be(&w, 0, 2);
    writer_u8(&w, 0xaa);
    writer_le(&w, 0x010203, 3);
    writer_str(&w, "hi");
    writer_put(&w, SPAN_NONE);
    writer_dec(&w, 0);
    writer_dec(&w, UINT64_MAX);
    writer_patch_be(&w, 0, 0x1234, 2);
    assert_true(writer_ok(&w));
    assert_int_equal(w.len, 29);
    assert_memory_equal(buffer, "\x12\x34\xaa\x03\x02\x01hi018446744073709551615", 29);
    writer_patch_le(&w, 0, 0x1234, 2);
    assert_memory_equal(buffer, "\x34\x12", 2);
}

static void test_overflow_is_sticky(void **state)
{
    (void)state;
    uint8_t buffer[4] = { 0, 0, 0, 9 };
    struct writer w = writer_over(buffer, 3);
    writer_str(&w, "ab");
    writer_str(&w, "cd");
    assert_false(writer_ok(&w));
    writer_u8(&w, 'x'); /* would fit, but the request is lost already */
    assert_int_equal(w.len, 2);
    assert_int_equal(writer_span(&w).len, 0);
    assert_int_equal(buffer[2], 0);
    assert_int_equal(buffer[3], 9);
}

static void test_patch_stays_inside(void **state)
{
    (void)state;
    uint8_t buffer[4] = { 0 };
    struct writer w = writer_over(buffer, sizeof(buffer));
    writer_be(&w, 0x0102, 2);
    writer_patch_be(&w, 1, 0xffff, 2);
    writer_patch_le(&w, 3, 0xff, 1);
    writer_patch_be(&w, SIZE_MAX, 0xff, 1);
    assert_memory_equal(buffer, "\1\2\0\0", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_fits),
        cmocka_unit_test(test_overflow_is_sticky),
        cmocka_unit_test(test_patch_stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
