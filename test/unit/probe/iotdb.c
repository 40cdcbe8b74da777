/* IoTDB: the reply to getProperties. */
#include "unit/said.h"

#include "probe/iotdb.c"

#define REPLY(kind, number) "\x80\x01\0" kind "\0\0\0\x0d" IOTDB_CALL "\0\0\0" number
#define VERSION(len, text) "\x0c\0\0" "\x0b\0\x01\0\0\0" len text

static void versions(void **state)
{
    (void)state;
    struct span version, whole = SPAN(REPLY("\x02", "\x01") VERSION("\x06", "0.13.4") "\x0b\0\x03\0\0\0\x02" "ms" "\0\0");
    assert_true(iotdb_version(whole, &version));
    assert_true(span_is(version, "0.13.4"));
    assert_true(iotdb_version(SPAN(REPLY("\x02", "\x01") VERSION("\x05", "1.3.3") "\0\0"), &version));
}

static void others(void **state)
{
    (void)state;
    struct span version;
    /* An exception, another call's, a text that is longer than the message, no version, no end. */
    assert_false(iotdb_version(SPAN(REPLY("\x03", "\x01") VERSION("\x06", "0.13.4") "\0\0"), &version));
    assert_false(iotdb_version(SPAN(REPLY("\x02", "\x02") VERSION("\x06", "0.13.4") "\0\0"), &version));
    assert_false(iotdb_version(SPAN(REPLY("\x02", "\x01") VERSION("\x3f", "0.13.4") "\0\0"), &version));
    assert_false(iotdb_version(SPAN(REPLY("\x02", "\x01") VERSION("\x06", "v0.13\n") "\0\0"), &version));
    assert_false(iotdb_version(SPAN(REPLY("\x02", "\x01") VERSION("\x06", "0.13.4") "\x0b\0\x03"), &version));
    assert_false(iotdb_version(SPAN_NONE, &version));
    assert_int_equal(said_once(&PROBE_IOTDB, IOTDB_PROPERTIES.parts[0].bytes), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(versions), cmocka_unit_test(others) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
