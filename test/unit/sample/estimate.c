/* Estimates against what is known: whole populations, simulations, and the limits of arithmetic. */
#include "unit/check.h"

#include <stdlib.h>

#include "base/random.h"
#include "sample/estimate.c"

static void all_drawn_is_exact(void **state)
{
    (void)state;
    struct estimate e = estimate_records(7, 20, 20);
    assert_true(e.low == 7 && e.value == 7 && e.high == 7);
    e = estimate_persons(20, 5, 20, 20);
    assert_true(e.low == 5 && e.value == 5 && e.high == 5);
    e = estimate_persons(20, 5, 20, 10); /* a count older than the sample */
    assert_true(e.low == 5 && e.value == 5 && e.high == 5);
}

static void records_by_hand(void **state)
{
    (void)state;
    struct estimate e = estimate_records(50, 100, 1000000); /* Wilson: 0.4038 to 0.5962 */
    assert_true(e.value == 500000);
    assert_true(e.low > 403000 && e.low < 405000);
    assert_true(e.high > 595000 && e.high < 597000);
    e = estimate_records(0, 500, 1000000); /* about 0.76 % */
    assert_true(e.low == 0 && e.value == 0);
    assert_true(e.high > 7000 && e.high < 8000);
    e = estimate_records(500, 500, 1000000);
    assert_true(e.high == 1000000 && e.low > 992000);
}

static void nothing_and_too_much(void **state)
{
    (void)state;
    struct estimate e = estimate_records(0, 0, 40);
    assert_true(e.low == 0 && e.high == 40);
    e = estimate_records(9, 5, 100); /* values repeat inside a record */
    assert_true(e.value == 100 && e.high == 100);
    e = estimate_persons(0, 0, 10, 100);
    assert_true(e.low == 0 && e.high == 0);
    e = estimate_persons(10, 99, 10, 100); /* more names than hits */
    assert_true(e.value == 100 && e.high == 100);
    e = estimate_persons(UINT64_MAX, 1e300, UINT64_MAX, UINT64_MAX);
    assert_true(e.low <= e.value && e.value <= e.high);
}

static void without_repeats_one_a_record(void **state)
{
    (void)state;
    struct estimate e = estimate_persons(500, 500, 500, 1000000);
    assert_true(e.value == 1000000 && e.high == 1000000);
    assert_true(e.low < 200000); /* 500 of a million say little about repeats */
    e = estimate_persons(4, 4, 6, 19);
    assert_true(e.high >= 13);
}

/* `persons` with `each` records among as many others: how often the interval holds the truth. */
static unsigned held(uint32_t persons, uint32_t each, uint32_t drawn, unsigned rounds)
{
    struct random r = { persons ^ each << 16 };
    uint32_t total = 2 * persons * each, *order = calloc(total, sizeof(*order));
    uint8_t *seen = calloc(persons, 1);
    unsigned good = 0;
    for (unsigned round = 0; round < rounds; round++) {
        uint32_t hits = 0, distinct = 0;
        memset(seen, 0, persons);
        for (uint32_t i = 0; i < total; i++)
            order[i] = i;
        for (uint32_t i = 0; i < drawn; i++) {
            uint32_t k = i + (uint32_t)random_below(&r, total - i), at = order[k];
            order[k] = order[i];
            if (at >= persons * each)
                continue;
            hits++;
            distinct += !seen[at % persons];
            seen[at % persons] = 1;
        }
        struct estimate e = estimate_persons(hits, distinct, drawn, total);
        assert_true(e.low <= e.value && e.value <= e.high);
        good += e.low <= persons && persons <= e.high;
    }
    free(order);
    free(seen);
    return good;
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    assert_true(held(1000, 1, 200, 300) >= 285);
    assert_true(held(1000, 3, 500, 300) >= 285);
    assert_true(held(500, 10, 500, 200) >= 190);
    assert_true(held(50, 40, 300, 200) >= 190);
    assert_true(held(5000, 2, 300, 200) >= 190);
}

static void draws_are_spread(void **state)
{
    (void)state;
    uint64_t sizes[] = { 1000000, 10000, 100, 0, 3 };
    uint32_t n[5];
    estimate_allot(sizes, n, 5, 500);
    assert_int_equal(n[0] + n[1] + n[2] + n[3] + n[4], 500);
    assert_true(n[0] > 5 * n[1] && n[1] > n[2]);
    assert_int_equal(n[3], 0);
    assert_true(n[4] >= 1 && n[4] <= 3);
    estimate_allot(sizes, n, 5, 2);
    assert_int_equal(n[0] + n[1], 2);
    assert_int_equal(n[2] + n[3] + n[4], 0);
}

static void no_more_than_there_is(void **state)
{
    (void)state;
    uint64_t sizes[] = { 5, 7, 2000 };
    uint32_t n[3];
    estimate_allot(sizes, n, 3, 10000);
    assert_int_equal(n[0], 5);
    assert_int_equal(n[1], 7);
    assert_int_equal(n[2], 2000);
    estimate_allot(sizes, n, 3, 500);
    assert_int_equal(n[0] + n[1] + n[2], 500);
    estimate_allot(sizes, n, 0, 500);
    uint64_t huge[] = { UINT64_MAX, UINT64_MAX };
    estimate_allot(huge, n, 2, 10000);
    assert_int_equal(n[0] + n[1], 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_drawn_is_exact),
        cmocka_unit_test(records_by_hand),
        cmocka_unit_test(nothing_and_too_much),
        cmocka_unit_test(without_repeats_one_a_record),
        cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(draws_are_spread),
        cmocka_unit_test(no_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
