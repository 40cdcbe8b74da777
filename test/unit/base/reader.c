/* The cursor over hostile bytes: one sticky verdict, nothing consumed after it. */
#include "unit/check.h"

#include "base/random.h"
#include "base/reader.h"

static void test_numbers(void **state)
{
    (void)state;
    static const uint8_t BYTES[] = { 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                     13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
                                     25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35 };
    struct verdict v;
    struct reader r = reader_over(&v, span_of(BYTES, sizeof(BYTES)));
    assert_int_equal(reader_u8(&r), 1);
    assert_int_equal(reader_be16(&r), 0x0203);
    assert_int_equal(reader_le16(&r), 0x0504);
    assert_int_equal(reader_be24(&r), 0x060708);
    assert_int_equal(reader_le24(&r), 0x0b0a09);
    assert_int_equal(reader_be32(&r), 0x0c0d0e0f);
    assert_int_equal(reader_le32(&r), 0x13121110);
    assert_true(reader_be64(&r) == 0x1415161718191a1bu);
    assert_true(reader_le64(&r) == 0x232221201f1e1d1cu);
    assert_true(reader_ok(&r));
    assert_false(reader_more(&r));
    reader_end(&r);
    assert_true(reader_ok(&r));
}

static void test_verdict_is_sticky(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("abcd"));
    reader_skip(&r, 2);
    assert_int_equal(reader_be32(&r), 0);
    assert_false(reader_ok(&r));
    assert_string_equal(v.why, "the message ends too early");
    assert_int_equal(v.offset, 2);
    assert_int_equal(reader_left(&r), 0);
    assert_int_equal(reader_u8(&r), 0);
    assert_int_equal(reader_take(&r, 0).len, 0);
    assert_int_equal(reader_rest(&r).len, 0);
    assert_false(reader_sees(&r, SPAN("c")));
    reader_fail(&r, "second");
    reader_end(&r);
    assert_string_equal(v.why, "the message ends too early");
    assert_ptr_equal(r.at, r.base + 2);
}

static void test_children_share_the_verdict(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("abcdef"));
    struct reader child = reader_sub(&r, 3);
    assert_int_equal(reader_left(&r), 3);
    assert_true(span_is(reader_rest(&child), "abc"));
    assert_int_equal(reader_u8(&child), 0);
    assert_false(reader_ok(&r));
    assert_int_equal(v.offset, 3);
    struct reader none = reader_sub(&r, 1);
    assert_int_equal(reader_left(&none), 0);
}

static void test_child_longer_than_parent(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("ab"));
    struct reader child = reader_sub(&r, SIZE_MAX);
    assert_false(reader_ok(&child));
    assert_false(reader_more(&child));
}

static void test_text(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("one\r\ntwo\nname\0+OK"));
    assert_true(span_is(reader_line(&r, 10), "one"));
    assert_true(span_is(reader_line(&r, 3), "two"));
    assert_true(span_is(reader_cstr(&r, 4), "name"));
    assert_true(reader_sees(&r, SPAN("+O")));
    assert_true(reader_literal(&r, SPAN("+OK")));
    assert_true(reader_ok(&r));
    assert_false(reader_literal(&r, SPAN("x")));
    assert_false(reader_ok(&r));
}

static void test_missing_delimiters(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("toolong\n"));
    assert_int_equal(reader_line(&r, 6).len, 0);
    assert_string_equal(v.why, "a delimiter is missing");
    r = reader_over(&v, SPAN("no end"));
    assert_int_equal(reader_line(&r, 60).len, 0);
    assert_false(reader_ok(&r));
    r = reader_over(&v, SPAN("rest"));
    reader_end(&r);
    assert_string_equal(v.why, "unexpected bytes after the message");
}

static void test_empty_messages(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN_NONE);
    assert_true(reader_ok(&r));
    assert_false(reader_more(&r));
    assert_int_equal(reader_take(&r, 0).len, 0);
    assert_true(reader_ok(&r));
    assert_int_equal(reader_u8(&r), 0);
    assert_false(reader_ok(&r));
    r = reader_over(&v, span_of("x", SIZE_MAX));
    assert_false(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
}

/* Random calls on random messages: the cursor stays inside, and never moves after a failure. */
static void test_random_calls(void **state)
{
    (void)state;
    struct random rnd = { 4 };
    for (int i = 0; i < 3000; i++) {
        uint8_t bytes[16];
        size_t len = random_below(&rnd, sizeof(bytes) + 1);
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)random_below(&rnd, 4);
        struct verdict v;
        struct reader r = reader_over(&v, span_of(bytes, len));
        for (int k = 0; k < 12; k++) {
            const uint8_t *before = r.at;
            bool was_ok = reader_ok(&r);
            size_t n = random_below(&rnd, 6);
            switch (random_below(&rnd, 5)) {
            case 0: (void)reader_take(&r, n); break;
            case 1: (void)reader_until(&r, (uint8_t)n, n); break;
            case 2: (void)reader_le(&r, n); break;
            case 3: (void)reader_sub(&r, n); break;
            default: (void)reader_literal(&r, span_of("\0\1\2", n > 3 ? 3 : n)); break;
            }
            assert_true(r.at >= r.base && r.at <= r.end);
            assert_true(was_ok || r.at == before);
        }
        assert_true(v.offset <= len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_verdict_is_sticky),
        cmocka_unit_test(test_children_share_the_verdict),
        cmocka_unit_test(test_child_longer_than_parent),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_missing_delimiters),
        cmocka_unit_test(test_empty_messages),
        cmocka_unit_test(test_random_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
