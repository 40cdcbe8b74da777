/* CQL: each fixed request states its own length; numbers and names of foreign rows. */
#include "unit/check.h"

#include "probe/cql.c"

/* Those of versions 3 and 4 compute it; OPTIONS and STARTUP have it written down. */
static void requests_state_their_length(void **state)
{
    (void)state;
    const struct ask *const fixed[] = { &CQL_OPTIONS, &CQL_STARTUP_3, &CQL_STARTUP_4, &CQL_STARTUP_5 };
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        uint32_t len;
        struct span bytes = fixed[i]->parts[0].bytes;
        assert_true(frame_length(&CQL_FORM, span_first(bytes, 9), &len));
        assert_int_equal(len, bytes.len - 9);
    }
}

/* In a frame: 6 bytes of head, the message, 4 of a checksum. */
static void frames_state_their_length(void **state)
{
    (void)state;
    const struct ask *const framed[] = { &CQL_LOCAL_5, &CQL_TABLES_5, &CQL_SIZES_5, &CQL_NONE_5 };
    for (size_t i = 0; i < sizeof(framed) / sizeof(framed[0]); i++) {
        struct verdict v;
        uint32_t len;
        struct span bytes = framed[i]->parts[0].bytes;
        struct reader r = reader_over(&v, bytes);
        uint32_t head = reader_le24(&r);
        assert_int_equal(head & (FRAME_WHOLE - 1), bytes.len - 10);
        assert_true(head & FRAME_WHOLE);
        assert_true(frame_length(&CQL_FORM, span_sub(bytes, 6, 9), &len));
        assert_int_equal(len, bytes.len - 10 - 9);
    }
}

static void keyspaces_of_its_own(void **state)
{
    (void)state;
    assert_true(cql_is_own(SPAN("system")));
    assert_true(cql_is_own(SPAN("system_auth")));
    assert_true(cql_is_own(SPAN("dse_security")));
    assert_false(cql_is_own(SPAN("systems")));
    assert_false(cql_is_own(SPAN("shop")));
}

/* A number of another width than bigint, or below zero, counts nothing. */
static void numbers(void **state)
{
    (void)state;
    assert_int_equal(cql_number(SPAN("\0\0\0\0\0\0\x01\x02")), 258);
    assert_int_equal(cql_number(SPAN("\xff\xff\xff\xff\xff\xff\xff\xff")), 0);
    assert_int_equal(cql_number(SPAN("\0\x01")), 0);
    assert_int_equal(cql_number(SPAN_NONE), 0);
}

static void first_bytes(void **state)
{
    (void)state;
    assert_true(cql_recognises(SPAN("\x84\0\0\0\0\0\0\0\x22" "\0\0\0\x0a" "\0\x1c" "Invalid protocol version: 80")));
    assert_false(cql_recognises(SPAN("\x84\0\0\0\0\0\0\0\x22" "\0\0\0\x0b" "\0\x1c" "Invalid protocol version: 80")));
    assert_false(cql_recognises(SPAN("\x04\0\0\0\0\0\0\0\x22" "\0\0\0\x0a" "\0\x1c" "Invalid protocol version: 80")));
    assert_false(cql_recognises(SPAN("\x84\0\0\0\0\0\0\0\x06" "\0\0\0\x0a" "\0\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_state_their_length), cmocka_unit_test(frames_state_their_length),
        cmocka_unit_test(keyspaces_of_its_own), cmocka_unit_test(numbers), cmocka_unit_test(first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
