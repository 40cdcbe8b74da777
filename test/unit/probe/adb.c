/* ADB: heads with their inverted word, and what the banner says of the device. */
#include "unit/said.h"

#include "probe/adb.c"

#define HEAD(word, first, length, inverse) word first "\0\0\x10\0" length "\0\0\0\0" inverse
#define CNXN(length) HEAD("CNXN", "\x01\0\0\x01", length, "\xbc\xb1\xa7\xb1")

static void model(void **state)
{
    (void)state;
    assert_true(span_is(adb_model(SPAN("device::ro.product.name=x;ro.product.model=Box;")), "Box"));
    assert_true(span_is(adb_model(SPAN("device::ro.product.model=Box")), "Box"));
    assert_int_equal(adb_model(SPAN("device::")).len, 0);
    assert_int_equal(adb_model(SPAN_NONE).len, 0);
}

static void takes_a_host_without_a_key(void **state)
{
    (void)state;
    struct span answer = SPAN(CNXN("\x08\0\0\0") "device::");
    assert_int_equal(said_once(&PROBE_ADB, answer), OUTCOME_OPEN);
    said_cut_is_nobodys(&PROBE_ADB, answer);
    /* A host, not a device; the last word not the first one inverted; a length that lies. */
    assert_int_equal(said_once(&PROBE_ADB, SPAN(CNXN("\x06\0\0\0") "host::")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_ADB, SPAN(HEAD("CNXN", "\x01\0\0\x01", "\x08\0\0\0", "\xbc\xb1\xa7\xb0") "device::")),
                     OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_ADB, SPAN(CNXN("\xff\xff\xff\x7f") "device::")), OUTCOME_NOT_MINE);
}

static void wants_a_key(void **state)
{
    (void)state;
    struct span token = SPAN(HEAD("AUTH", "\x01\0\0\0", "\x14\0\0\0", "\xbe\xaa\xab\xb7") "01234567890123456789");
    assert_int_equal(said_once(&PROBE_ADB, token), OUTCOME_LOCKED);
    said_cut_is_nobodys(&PROBE_ADB, token);
    assert_int_equal(said_once(&PROBE_ADB, SPAN(HEAD("STLS", "\0\0\0\x01", "\0\0\0\0", "\xac\xab\xb3\xac"))), OUTCOME_LOCKED);
    assert_int_equal(said_once(&PROBE_ADB, SPAN(HEAD("AUTH", "\x03\0\0\0", "\x01\0\0\0", "\xbe\xaa\xab\xb7") "0")), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(model), cmocka_unit_test(takes_a_host_without_a_key),
                                        cmocka_unit_test(wants_a_key) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
