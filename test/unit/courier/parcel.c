/* A parcel holds any bytes, and nothing that is cut is taken for one. */
#include "unit/check.h"

#include "courier/parcel.c"

static void test_round_trip(void **state)
{
    struct buf b;
    struct verdict bad;
    uint8_t tag;
    struct span value;
    (void)state;
    buf_init(&b, 4096);
    parcel_put(&b, PARCEL_BODY, SPAN("a\0b\n"));
    parcel_put(&b, PARCEL_DONE, SPAN_NONE);
    parcel_put_number(&b, PARCEL_STATUS, 451);
    struct reader r = reader_over(&bad, buf_span(&b));
    assert_true(parcel_next(&r, &tag, &value));
    assert_int_equal(tag, PARCEL_BODY);
    assert_true(span_eq(value, SPAN("a\0b\n")));
    assert_true(parcel_next(&r, &tag, &value));
    assert_int_equal(tag, PARCEL_DONE);
    assert_int_equal(value.len, 0);
    assert_true(parcel_next(&r, &tag, &value));
    assert_true(span_is(value, "451"));
    assert_false(parcel_next(&r, &tag, &value));
    assert_true(reader_ok(&r));
    buf_release(&b);
}

static void test_cut_is_bad(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    parcel_put(&b, PARCEL_WHY, SPAN("why"));
    for (size_t n = 1; n < b.len; n++) {
        struct verdict bad;
        uint8_t tag;
        struct span value;
        struct reader r = reader_over(&bad, span_first(buf_span(&b), n));
        assert_false(parcel_next(&r, &tag, &value));
        assert_false(reader_ok(&r));
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cut_is_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
