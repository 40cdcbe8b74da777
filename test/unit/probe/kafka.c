/* Kafka: each request states its own length in front: a wrong one would hang the conversation. */
#include "unit/check.h"

#include "probe/kafka.c"

static void requests_state_their_length(void **state)
{
    (void)state;
    for (size_t i = 0; PROBE_KAFKA.asks[i]; i++) {
        struct span bytes = PROBE_KAFKA.asks[i]->parts[0].bytes;
        struct verdict v;
        struct reader r = reader_over(&v, bytes);
        assert_int_equal(reader_be32(&r), bytes.len - 4);
    }
}

/* Null is none, and more than may be is a failure. */
static void counts(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("\xff\xff\xff\xff\0\0\0\x02\0\0\0\x09"));
    assert_int_equal(kafka_count(&r, 5), 0);
    assert_int_equal(kafka_count(&r, 5), 2);
    assert_int_equal(kafka_count(&r, 5), 0);
    assert_false(reader_ok(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_state_their_length), cmocka_unit_test(counts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
