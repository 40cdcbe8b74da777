/* Packed values: what goes in comes out; bytes that are none are refused wherever they are cut. */
#include "unit/check.h"

#include "base/random.h"
#include "store/pack.c"

enum { PACKED_MAX = 1 << 16 };

static void test_numbers(void **state)
{
    static const int64_t NUMBERS[] = { 0, -1, 1, -2, 63, -64, 64, 1 << 20, INT64_MAX, INT64_MIN };
    struct buf b;
    struct verdict bad;
    (void)state;
    buf_init(&b, PACKED_MAX);
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        pack_int(&b, NUMBERS[i]);
    pack_uint(&b, UINT64_MAX);
    struct reader r = reader_over(&bad, buf_span(&b));
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        assert_true(unpack_int(&r) == NUMBERS[i]);
    assert_true(unpack_uint(&r) == UINT64_MAX);
    reader_end(&r);
    assert_true(reader_ok(&r));
    r = reader_over(&bad, SPAN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    unpack_uint(&r);
    assert_false(reader_ok(&r));
    buf_release(&b);
}

static void pack_examples(struct buf *b)
{
    pack_fact(b, &(struct packed_fact){ .key = 3, .ask = 4, .type = FACT_TEXT, .text = SPAN("7.0"),
                                        .proof = SPAN("v:7.0") });
    pack_fact(b, &(struct packed_fact){ .key = 300, .type = FACT_TIME, .number = -1 });
    pack_fact(b, &(struct packed_fact){ .key = 1 << 20, .type = FACT_BOOL, .number = 1 });
}

static void test_facts(void **state)
{
    struct buf b;
    struct verdict bad;
    struct packed_fact f;
    (void)state;
    buf_init(&b, PACKED_MAX);
    pack_examples(&b);
    struct reader r = reader_over(&bad, buf_span(&b));
    unpack_fact(&r, &f);
    assert_int_equal(f.key, 3);
    assert_int_equal(f.ask, 4);
    assert_true(span_is(f.text, "7.0"));
    assert_true(span_is(f.proof, "v:7.0"));
    unpack_fact(&r, &f);
    assert_int_equal(f.key, 300);
    assert_int_equal(f.type, FACT_TIME);
    assert_int_equal(f.number, -1);
    unpack_fact(&r, &f);
    reader_end(&r);
    assert_true(reader_ok(&r));
    assert_int_equal(f.number, 1);
    buf_release(&b);
}

/* A whole number of facts, or a verdict. */
static void test_cut_and_damaged(void **state)
{
    struct buf b;
    struct verdict bad;
    struct packed_fact f;
    struct collection c;
    struct random random = { 7 };
    uint8_t damaged[64];
    (void)state;
    buf_init(&b, PACKED_MAX);
    pack_examples(&b);
    size_t whole = 0;
    for (size_t cut = 1; cut < b.len; cut++) {
        struct reader r = reader_over(&bad, span_first(buf_span(&b), cut));
        while (reader_more(&r))
            unpack_fact(&r, &f);
        whole += reader_ok(&r);
    }
    assert_int_equal(whole, 2);
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof(damaged); k++)
            damaged[k] = (uint8_t)random_next(&random);
        struct reader r = reader_over(&bad, span_of(damaged, sizeof(damaged)));
        while (reader_more(&r)) {
            unpack_fact(&r, &f);
            assert_true(f.text.len <= sizeof(damaged) && f.proof.len <= sizeof(damaged));
        }
        r = reader_over(&bad, span_of(damaged, sizeof(damaged)));
        while (reader_more(&r))
            unpack_collection(&r, &c);
    }
    buf_release(&b);
}

static void test_collections(void **state)
{
    struct buf b;
    struct verdict bad;
    struct collection c;
    (void)state;
    buf_init(&b, PACKED_MAX);
    pack_collection(&b, &(struct collection){ SPAN("db0"), 5, COUNT_UNKNOWN, 1 });
    struct reader r = reader_over(&bad, buf_span(&b));
    unpack_collection(&r, &c);
    reader_end(&r);
    assert_true(reader_ok(&r) && span_is(c.name, "db0"));
    assert_int_equal(c.records, 5);
    assert_int_equal(c.bytes, COUNT_UNKNOWN);
    assert_int_equal(c.created_ms, 1);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_cut_and_damaged),
        cmocka_unit_test(test_collections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
