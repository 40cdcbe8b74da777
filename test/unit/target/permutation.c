/* Every number once, for every total. */
#include "unit/check.h"

#include "target/permutation.c"

#include <stdlib.h>
#include <time.h>

static void expect_bijection(uint64_t total, uint64_t seed)
{
    struct permutation p;
    permutation_init(&p, total, seed);
    assert_true((unsigned __int128)p.left * p.right >= total);
    uint8_t *seen = calloc(total, 1);
    for (uint64_t i = 0; i < total; i++) {
        uint64_t at = permutation_at(&p, i);
        assert_true(at < total);
        if (seen[at]++)
            fail_msg("total %llu: %llu comes twice", (unsigned long long)total,
                     (unsigned long long)at);
    }
    free(seen);
}

static void test_small_totals(void **state)
{
    (void)state;
    for (uint64_t total = 1; total <= 300; total++)
        for (uint64_t seed = 0; seed < 3; seed++)
            expect_bijection(total, seed);
    expect_bijection(65536, 1);
    expect_bijection(65537, 1);
    expect_bijection(99991, 9);
}

static int by_value(const void *one, const void *two)
{
    const uint64_t *a = one, *b = two;
    return (*a > *b) - (*a < *b);
}

/* Of a big total, all that can be seen is that many places give as many different numbers. */
static void test_big_totals(void **state)
{
    (void)state;
    enum { SAMPLES = 20000 };
    static const uint64_t TOTALS[] = { 1ull << 32,       (1ull << 32) - 1,     (1ull << 32) + 1,
                                       16777216ull * 30, (1ull << 62) + 12345, 1ull << 63,
                                       999999999989ull };
    static uint64_t got[SAMPLES];
    for (size_t t = 0; t < sizeof(TOTALS) / sizeof(TOTALS[0]); t++) {
        struct permutation p;
        permutation_init(&p, TOTALS[t], 42);
        assert_true((unsigned __int128)p.left * p.right >= TOTALS[t]);
        for (uint64_t i = 0; i < SAMPLES; i++) {
            got[i] = permutation_at(&p, i < SAMPLES / 2 ? i : TOTALS[t] - 1 - i);
            assert_true(got[i] < TOTALS[t]);
        }
        qsort(got, SAMPLES, sizeof(got[0]), by_value);
        for (size_t i = 1; i < SAMPLES; i++)
            assert_true(got[i - 1] != got[i]);
    }
}

static void test_order_depends_on_the_seed(void **state)
{
    (void)state;
    struct permutation one, same, other;
    permutation_init(&one, 1000, 1);
    permutation_init(&same, 1000, 1);
    permutation_init(&other, 1000, 2);
    size_t equal = 0, near = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(permutation_at(&one, i), permutation_at(&same, i));
        equal += permutation_at(&one, i) == permutation_at(&other, i);
        uint64_t a = permutation_at(&one, i), b = permutation_at(&one, (i + 1) % 1000);
        near += a < b ? b - a < 10 : a - b < 10;
    }
    assert_true(equal < 20);
    assert_true(near < 60); /* neighbours are not asked in a row */
}

/* Each place reaches each eighth of the space about equally often. */
static void test_even(void **state)
{
    (void)state;
    unsigned hits[8] = { 0 };
    for (uint64_t seed = 0; seed < 8000; seed++) {
        struct permutation p;
        permutation_init(&p, 800, seed);
        hits[permutation_at(&p, 3) / 100]++;
    }
    for (int i = 0; i < 8; i++)
        assert_in_range(hits[i], 850, 1150);
}

static void test_word_is_siphash(void **state)
{
    (void)state;
    struct random r = { 8 };
    for (int i = 0; i < 100; i++) {
        uint64_t key0 = random_next(&r), key1 = random_next(&r), word = random_next(&r);
        uint8_t bytes[8];
        for (int k = 0; k < 8; k++)
            bytes[k] = (uint8_t)(word >> (8 * k));
        assert_true(sip_word(key0, key1, word) == siphash(key0, key1, span_of(bytes, 8)));
    }
}

static void test_fast(void **state)
{
    (void)state;
    enum { PLACES = 100000 };
    struct permutation p;
    struct timespec from, to;
    uint64_t sum = 0;
    permutation_init(&p, 16777216ull * 30, 7);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (uint64_t i = 0; i < PLACES; i++)
        sum += permutation_at(&p, i);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double ns =
        ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / PLACES;
    print_message("permutation_at: %.0f ns (%llu)\n", ns, (unsigned long long)(sum & 1));
    assert_true(ns < 5000); /* sanitizers and a busy machine included */
}

static void test_shards(void **state)
{
    (void)state;
    struct error e;
    struct shard s;
    assert_true(shard_parse(SPAN("1/1"), &s, &e));
    assert_int_equal(shard_total(&s, 10), 10);
    uint8_t seen[11] = { 0 };
    for (int part = 1; part <= 4; part++) {
        char text[8] = { (char)('0' + part), '/', '4', '\0' };
        assert_true(shard_parse(span_str(text), &s, &e));
        for (uint64_t k = 0; k < shard_total(&s, 11); k++)
            seen[shard_place(&s, k)]++;
    }
    for (int i = 0; i < 11; i++)
        assert_int_equal(seen[i], 1);
    assert_true(shard_parse(SPAN("5/5"), &s, &e));
    assert_int_equal(shard_total(&s, 4), 0);
    assert_int_equal(shard_total(&s, 5), 1);
    assert_int_equal(shard_total(&s, 0), 0);
    static const char *const BAD[] = { "",  "1",   "0/4",   "5/4",  "1/0",
                                       "/", "a/b", "1/4/2", "-1/4", "1/9999999" };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_false(shard_parse(span_str(BAD[i]), &s, &e));
    assert_string_equal(e.text,
                        "shard \"1/9999999\": write which part of how many, as in 1/4 to 4/4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_totals),
        cmocka_unit_test(test_big_totals),
        cmocka_unit_test(test_order_depends_on_the_seed),
        cmocka_unit_test(test_even),
        cmocka_unit_test(test_word_is_siphash),
        cmocka_unit_test(test_fast),
        cmocka_unit_test(test_shards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
