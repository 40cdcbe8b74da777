/* Bolt: requests state their length; values of PackStream; versions that were offered. */
#include "unit/check.h"

#include "probe/bolt.c"

/* Of those that are one message: a chunk's length, the chunk, two zeros. */
static void requests_state_their_length(void **state)
{
    (void)state;
    const struct ask *const fixed[] = { &BOLT_HELLO, &BOLT_LOGON, &BOLT_HELLO_4, &BOLT_INIT, &BOLT_GOODBYE };
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        struct span bytes = fixed[i]->parts[0].bytes;
        struct verdict v;
        struct reader r = reader_over(&v, bytes);
        assert_int_equal(reader_be16(&r), bytes.len - 4);
        struct pack head = pack_next(&r);
        assert_int_equal(head.kind, PACK_STRUCT);
        pack_skip(&r, &head);
        assert_int_equal(reader_be16(&r), 0);
        reader_end(&r);
        assert_true(reader_ok(&r));
    }
}

static void numbers(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("\x2a\xff\xc8\x80\xc9\x03\xe8\xca\xff\xff\xff\xfe\xcb\0\0\0\1\0\0\0\0"));
    const int64_t want[] = { 42, -1, -128, 1000, -2, 4294967296 };
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        struct pack p = pack_next(&r);
        assert_int_equal(p.kind, PACK_NUMBER);
        assert_true(p.number == want[i]);
    }
    assert_true(reader_ok(&r) && !reader_more(&r));
}

/* {"a": [1, {"code": "x"}], "code": "y"}: the outer one. */
static void finds_a_text(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("\xa2\x81" "a\x92\x01\xa1\x84" "code\x81" "x\x84" "code\x81" "y"));
    assert_true(span_is(pack_find(&r, "code", "neo4j_code"), "y"));
    r = reader_over(&v, SPAN("\xa1\x84" "code"));
    assert_int_equal(pack_find(&r, "code", "code").len, 0);
    assert_false(reader_ok(&r));
}

static void depth_has_an_end(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"));
    struct pack head = pack_next(&r);
    pack_skip(&r, &head);
    assert_false(reader_ok(&r));
}

static void versions(void **state)
{
    (void)state;
    assert_ptr_equal(bolt_version(SPAN("\0\0\x08\x05")), &BOLT_5);
    assert_ptr_equal(bolt_version(SPAN("\0\0\x04\x04")), &BOLT_4);
    assert_ptr_equal(bolt_version(SPAN("\0\0\0\x03")), &BOLT_3);
    assert_ptr_equal(bolt_version(SPAN("\0\0\0\x01")), &BOLT_1);
    assert_null(bolt_version(SPAN("\0\0\0\0")));
    assert_null(bolt_version(SPAN("\0\0\0\x05")));
    assert_null(bolt_version(SPAN("\0\x01\x04\x04")));
    assert_null(bolt_version(SPAN("HTTP")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_state_their_length), cmocka_unit_test(numbers), cmocka_unit_test(finds_a_text),
        cmocka_unit_test(depth_has_an_end), cmocka_unit_test(versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
