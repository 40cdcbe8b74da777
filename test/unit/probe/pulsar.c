/* Pulsar: lengths of the requests, fields, versions, and names of topics. */
#include "unit/check.h"

#include "probe/pulsar.c"

static void requests_state_their_lengths(void **state)
{
    (void)state;
    const struct ask *const asks[] = { &PULSAR_CONNECT, &PULSAR_TOPICS };
    for (size_t i = 0; i < 2; i++) {
        struct span bytes = asks[i]->parts[0].bytes;
        struct verdict v;
        struct message m;
        struct reader r = reader_over(&v, bytes);
        assert_int_equal(reader_be32(&r), bytes.len - 4);
        assert_int_equal(reader_be32(&r), bytes.len - 8);
        assert_true(pulsar_command(reader_rest(&r), &m));
        assert_true(m.body.len > 0);
    }
}

static void topics_by_their_last_part(void **state)
{
    (void)state;
    assert_true(span_is(pulsar_topic(SPAN("persistent://public/default/orders")), "orders"));
    assert_true(span_is(pulsar_topic(SPAN("persistent://public/default/people-partition-12")), "people"));
    assert_true(span_is(pulsar_topic(SPAN("orders")), "orders"));
    assert_int_equal(pulsar_topic(SPAN("a/")).len, 0);
}

static void broken_fields(void **state)
{
    (void)state;
    struct message m;
    assert_false(pulsar_command(SPAN_NONE, &m));
    assert_false(pulsar_command(SPAN("\x08\x03\x1a\x7f" "x"), &m));
    assert_false(pulsar_command(SPAN("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), &m));
    assert_false(pulsar_command(SPAN("\x08\x03\x0b"), &m));
    assert_false(pulsar_command(SPAN("\x12\x01" "x"), &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_state_their_lengths),
                                        cmocka_unit_test(topics_by_their_last_part), cmocka_unit_test(broken_fields) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
