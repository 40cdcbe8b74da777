/* Published test vectors, and bounds. */
#include "unit/check.h"

#include "base/random.c"

/* vectors_sip64 of the reference implementation: key 00..0f, messages of 0, 1, 2... bytes
 * 00 01 02..., output bytes least significant first. */
static void test_siphash_vectors(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint64_t hash;
    } VECTORS[] = {
        { 0, 0x726fdb47dd0e0e31u },  { 1, 0x74f839c593dc67fdu }, { 2, 0x0d6c8009d9a94f5au },
        { 3, 0x85676696d7fb7e2du },  { 4, 0xcf2794e0277187b7u }, { 5, 0x18765564cd99a68du },
        { 6, 0xcbc9466e58fee3ceu },  { 7, 0xab0200f58b01d137u }, { 8, 0x93f5f5799a932462u },
        { 15, 0xa129ca6149be45e5u },
    };
    uint8_t message[16];
    for (uint8_t i = 0; i < sizeof(message); i++)
        message[i] = i;
    for (size_t i = 0; i < sizeof(VECTORS) / sizeof(VECTORS[0]); i++)
        assert_true(siphash(0x0706050403020100u, 0x0f0e0d0c0b0a0908u,
                            span_of(message, VECTORS[i].len)) == VECTORS[i].hash);
    assert_true(siphash(0x0706050403020100u, 0x0f0e0d0c0b0a0908u, SPAN_NONE) == VECTORS[0].hash);
}

/* The sequence that other implementations give for the seed 1234567. */
static void test_splitmix_vectors(void **state)
{
    (void)state;
    struct random r = { 1234567 };
    assert_true(random_next(&r) == 6457827717110365317u);
    assert_true(random_next(&r) == 3203168211198807973u);
    assert_true(random_next(&r) == 9817491932198370423u);
    assert_true(random_next(&r) == 4593380528125082431u);
    assert_true(random_next(&r) == 16408922859458223821u);
}

static void test_below(void **state)
{
    (void)state;
    struct random r = { 9 };
    unsigned hits[10] = { 0 };
    for (int i = 0; i < 10000; i++)
        hits[random_below(&r, 10)]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(hits[i], 850, 1150);
    assert_int_equal(random_below(&r, 1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(random_below(&r, 1ull << 63) < 1ull << 63);
}

static void test_seeds_differ(void **state)
{
    (void)state;
    assert_true(random_seed() != random_seed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash_vectors),
        cmocka_unit_test(test_splitmix_vectors),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_seeds_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
