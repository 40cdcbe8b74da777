/* NSQ: the request states its length, and first bytes. */
#include "unit/check.h"

#include "probe/nsq.c"

static void request_states_its_length(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, NSQ_IDENTIFY.parts[0].bytes);
    assert_true(reader_literal(&r, SPAN("  V2IDENTIFY\n")));
    uint32_t len = reader_be32(&r);
    assert_int_equal(len, reader_left(&r));
}

static void first_bytes(void **state)
{
    (void)state;
    assert_true(nsq_recognises(SPAN("E_BAD_PROTOCOL")));
    assert_true(nsq_recognises(SPAN("\0\0\0\x12\0\0\0\x01" "E_BAD_PROTOCOL")));
    assert_false(nsq_recognises(SPAN("E_BAD_PROTOCOLS")));
    assert_false(nsq_recognises(SPAN("550 E_BAD_PROTOCOL")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(request_states_its_length), cmocka_unit_test(first_bytes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
