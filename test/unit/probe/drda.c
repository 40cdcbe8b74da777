/* DRDA: EBCDIC, releases as Db2 and Derby write them, and first bytes. */
#include "unit/check.h"

#include "probe/drda.c"

static void request_states_its_lengths(void **state)
{
    (void)state;
    struct span bytes = DRDA_EXCSAT.parts[0].bytes;
    struct verdict v;
    struct reader r = reader_over(&v, bytes);
    assert_int_equal(reader_be16(&r), bytes.len);
    reader_skip(&r, 4);
    assert_int_equal(reader_be16(&r), bytes.len - 6);
}

static void texts(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    assert_true(span_is(drda_text(&a, SPAN("\xc1\x97\x81\x83\x88\x85\x40\xc4\x85\x99\x82\xa8")), "Apache Derby"));
    assert_true(span_is(drda_text(&a, SPAN("\xd8\xc4\xc2\xf2\x61\xd3\xc9\xd5\xe4\xe7")), "QDB2/LINUX"));
    assert_true(span_is(drda_text(&a, SPAN("QDB2/LINUX")), "QDB2/LINUX"));
    assert_int_equal(drda_text(&a, SPAN_NONE).len, 0);
    arena_release(&a);
}

static void versions(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    assert_true(span_is(drda_version(&a, SPAN("CSS10140/10.14.2.0 - (1828579)")), "10.14.2.0"));
    assert_true(span_is(drda_version(&a, SPAN("SQL11055")), "11.5.5"));
    assert_true(span_is(drda_version(&a, SPAN("DSN12015")), "12.1.5"));
    assert_int_equal(drda_version(&a, SPAN("SQL1105x")).len, 0);
    assert_int_equal(drda_version(&a, SPAN("IFX12100")).len, 0);
    arena_release(&a);
}

/* Derby's refusal of a line, and things that resemble it. */
static void first_bytes(void **state)
{
    (void)state;
    assert_true(drda_recognises(SPAN("\0\x1b\xd0\x02\0\x01\0\x15\x12\x4c\0\x06\x11\x49\0\x08\0\x06\0\x0c\0\0\0\x05\x11\x4a\x03")));
    assert_false(drda_recognises(SPAN("\0\x1b\xd0\x02\0\x01\0\x14\x12\x4c\0\x06\x11\x49\0\x08\0\x06\0\x0c\0\0\0\x05\x11\x4a\x03")));
    assert_false(drda_recognises(SPAN("\0\x0a\xd0\x02\0\x01\0\x04\x14\x43")));
    assert_false(drda_recognises(SPAN("\0\x1b\xd0\x01\0\x01\0\x15\x12\x4c")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(request_states_its_lengths), cmocka_unit_test(texts),
                                        cmocka_unit_test(versions), cmocka_unit_test(first_bytes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
