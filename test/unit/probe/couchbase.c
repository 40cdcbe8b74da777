/* Couchbase: its requests are whole messages of memcached's binary protocol. */
#include "unit/check.h"

#include "probe/couchbase.c"

static void requests_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; PROBE_COUCHBASE.asks[i]; i++) {
        struct span bytes = PROBE_COUCHBASE.asks[i]->parts[0].bytes;
        uint32_t len;
        assert_true(frame_length(&COUCHBASE_FORM, span_first(bytes, 24), &len));
        assert_int_equal(len, bytes.len - 24);
        assert_int_equal(bytes.at[0], 0x80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_are_whole) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
