/* A remark crosses the pipe whole, and nothing else is taken for one. */
#include "unit/check.h"

#include "record/remark.c"

#include "base/random.h"

static const struct remark REMARK = { .kind = REMARK_CUT, .about = { (const uint8_t *)"big.corp", 8 },
                                      .text = { (const uint8_t *)"has 300 addresses; 64 are asked", 31 },
                                      .count = 236, .incomplete = true };

static bool decode(struct span s, struct remark *ret)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, s);
    return remark_decode(&r, ret);
}

static void test_round_trip(void **state)
{
    struct buf b;
    struct remark back;
    (void)state;
    buf_init(&b, REMARK_ENCODED_MAX);
    remark_encode(&b, &REMARK);
    assert_true(decode(buf_span(&b), &back));
    assert_int_equal(back.kind, REMARK.kind);
    assert_true(span_eq(back.about, REMARK.about));
    assert_true(span_eq(back.text, REMARK.text));
    assert_int_equal(back.count, 236);
    assert_true(back.incomplete);
    for (size_t n = 0; n < b.len; n++)
        assert_false(decode(span_first(buf_span(&b), n), &back));
    buf_byte(&b, 0);
    assert_false(decode(buf_span(&b), &back));
    buf_release(&b);
}

static void test_long_text_is_cut(void **state)
{
    static uint8_t text[70000];
    struct buf b;
    struct remark back, long_one = { .about = span_of(text, sizeof(text)), .text = span_of(text, sizeof(text)) };
    (void)state;
    memset(text, 'x', sizeof(text));
    buf_init(&b, REMARK_ENCODED_MAX);
    remark_encode(&b, &long_one);
    assert_true(buf_ok(&b));
    assert_true(decode(buf_span(&b), &back));
    assert_int_equal(back.about.len, REMARK_ABOUT_MAX);
    assert_int_equal(back.text.len, REMARK_TEXT_MAX);
    buf_release(&b);
}

/* Whatever decodes says the same when it is encoded again. */
static void test_random_bytes(void **state)
{
    struct random r = { 5 };
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[40] = { 0 };
        size_t len = random_below(&r, sizeof(bytes));
        struct remark got;
        struct buf again;
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)(random_below(&r, 3) ? random_below(&r, 6) : random_next(&r));
        if (!decode(span_of(bytes, len), &got))
            continue;
        buf_init(&again, REMARK_ENCODED_MAX);
        remark_encode(&again, &got);
        assert_true(span_eq(buf_span(&again), span_of(bytes, len)));
        buf_release(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
