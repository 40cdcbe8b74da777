/* Sets of numbers as runs, against a plain array of bits; and bytes that are no set. */
#include "unit/check.h"

#include "base/random.h"
#include "store/runs.c"

enum { NUMBERS = 3000 };

static void compare(const struct runs *r, const bool *model)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < NUMBERS; i++) {
        uint64_t gap = i;
        count += model[i];
        assert_int_equal(runs_has(r, i), model[i]);
        while (gap < NUMBERS && model[gap])
            gap++;
        assert_int_equal(runs_gap(r, i), gap);
    }
    assert_int_equal(runs_count(r), count);
    for (size_t i = 0; i < r->len; i++) {
        assert_true(r->at[i].first < r->at[i].end);
        assert_true(i == 0 || r->at[i - 1].end < r->at[i].first);
    }
}

static void test_counted_below(void **state)
{
    (void)state;
    struct runs r = { 0 };
    for (uint64_t n = 0; n < 10; n++)
        assert_true(runs_add(&r, n));
    assert_true(runs_add(&r, UINT64_C(1) << 62));
    assert_int_equal(runs_count(&r), 11);
    assert_int_equal(runs_count_below(&r, UINT64_C(1) << 62), 10);
    assert_int_equal(runs_count_below(&r, 4), 4);
    assert_int_equal(runs_count_below(&r, 0), 0);
    runs_release(&r);
}

static void test_against_a_model(void **state)
{
    (void)state;
    struct runs r = { 0 }, back;
    struct random random = { 5 };
    struct verdict bad;
    struct buf bytes;
    static bool model[NUMBERS];
    memset(model, 0, sizeof(model));
    buf_init(&bytes, 1 << 20);
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 90; i++) {
            uint64_t n = random_below(&random, NUMBERS);
            assert_true(runs_add(&r, n));
            model[n] = true;
        }
        compare(&r, model);
        buf_reset(&bytes);
        runs_encode(&r, &bytes);
        struct reader in = reader_over(&bad, buf_span(&bytes));
        assert_true(runs_decode(&in, &back));
        compare(&back, model);
        runs_release(&back);
    }
    for (uint64_t n = 0; n < NUMBERS; n++)
        assert_true(runs_add(&r, n));
    assert_int_equal(r.len, 1);
    runs_release(&r);
    buf_release(&bytes);
}

/* A scan that is nearly done in order takes a few bytes, however long it is. */
static void test_is_small(void **state)
{
    (void)state;
    struct runs r = { 0 };
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    for (uint64_t n = 0; n < 1000000; n++)
        assert_true(runs_add(&r, n ^ 1));
    runs_encode(&r, &bytes);
    assert_int_equal(bytes.len, 4);
    assert_true(runs_add(&r, 1ull << 62));
    assert_int_equal(runs_count(&r), 1000001);
    runs_release(&r);
    buf_release(&bytes);
}

static void expect_bad(struct span bytes)
{
    struct verdict bad;
    struct runs r;
    struct reader in = reader_over(&bad, bytes);
    assert_false(runs_decode(&in, &r));
    assert_non_null(bad.why);
    assert_int_equal(r.len, 0);
    assert_null(r.at);
}

static void test_lies(void **state)
{
    (void)state;
    expect_bad(SPAN("\x05"));                                         /* a gap without a run */
    expect_bad(SPAN("\x05\x00"));                                     /* an empty run */
    expect_bad(SPAN("\x00\x01\x00\x01"));                             /* two runs that are one */
    expect_bad(SPAN("\x80"));                                         /* a number that goes on */
    expect_bad(SPAN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01")); /* the end wraps */
    expect_bad(SPAN("\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01"));
    expect_bad(SPAN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01")); /* more than 64 bits */
}

static void test_random_bytes(void **state)
{
    (void)state;
    struct random random = { 9 };
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[24];
        size_t len = random_below(&random, sizeof(bytes));
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)(random_below(&random, 3) ? random_below(&random, 4)
                                                          : random_next(&random));
        struct verdict bad;
        struct runs r;
        struct reader in = reader_over(&bad, span_of(bytes, len));
        if (runs_decode(&in, &r))
            for (size_t k = 0; k < r.len; k++)
                assert_true(r.at[k].first < r.at[k].end &&
                            (k == 0 || r.at[k - 1].end < r.at[k].first));
        runs_release(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counted_below),
        cmocka_unit_test(test_against_a_model),
        cmocka_unit_test(test_is_small),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
