/* Tarantool: MessagePack, and the lengths of the requests. */
#include "unit/check.h"

#include "probe/tarantool.c"

static void requests_state_their_length(void **state)
{
    (void)state;
    const struct ask *fixed[] = { &TARANTOOL_SPACES, &TARANTOOL_ALL };
    for (size_t i = 0; i < 2; i++) {
        struct span bytes = fixed[i]->parts[0].bytes;
        struct verdict v;
        struct reader r = reader_over(&v, bytes);
        assert_int_equal(pack_next(&r).number, bytes.len - 5);
        pack_skip(&r, 2);
        reader_end(&r);
        assert_true(reader_ok(&r));
    }
}

static void values(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("\x07\xcd\x02\x00\xa3" "abc" "\x92\x01\xc0\x81\xa1k\xca\0\0\0\0\xd8" "t0123456789abcdef"));
    assert_int_equal(pack_next(&r).number, 7);
    assert_int_equal(pack_next(&r).number, 512);
    assert_true(span_is(pack_next(&r).text, "abc"));
    pack_skip(&r, 3);
    assert_true(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
}

/* A list within a list, and so on, ends at a ceiling; 0xc1 begins nothing. */
static void hostile(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, SPAN("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"));
    pack_skip(&r, 1);
    assert_false(reader_ok(&r));
    r = reader_over(&v, SPAN("\xdd\xff\xff\xff\xff\x01"));
    pack_skip(&r, 1);
    assert_false(reader_ok(&r));
    r = reader_over(&v, SPAN("\xc1"));
    pack_next(&r);
    assert_false(reader_ok(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_state_their_length), cmocka_unit_test(values),
                                        cmocka_unit_test(hostile) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
