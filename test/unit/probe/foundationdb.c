/* FoundationDB: the packet that each connection begins with. */
#include "unit/said.h"

#include "probe/foundationdb.c"

#define PACKET_7_1 "\x28\0\0\0" "\0\0\x02\x71\xb0\0\xdb\x1f" "\0\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0" \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static void versions(void **state)
{
    (void)state;
    struct said s;
    struct span answer = SPAN(PACKET_7_1);
    assert_int_equal(said_meet(&s, &PROBE_FOUNDATIONDB, &answer, 1), OUTCOME_IDENTIFIED);
    assert_true(span_is(fact_get(s.seen, "version")->text, "7.1"));
    said_end(&s);
    said_cut_is_nobodys(&PROBE_FOUNDATIONDB, answer);
    /* 5.1, of which no number is told; without the flag. */
    struct span old = SPAN("\x0a\0\0\0" "\x01\0\0\x51\xa5\0\xdb\x0f" "\0\0");
    assert_int_equal(said_meet(&s, &PROBE_FOUNDATIONDB, &old, 1), OUTCOME_IDENTIFIED);
    assert_null(fact_get(s.seen, "version"));
    said_end(&s);
}

static void others(void **state)
{
    (void)state;
    /* The question again, another number, a length that lies, the number in the other order. */
    assert_int_equal(said_once(&PROBE_FOUNDATIONDB, FDB_CONNECT.parts[0].bytes), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FOUNDATIONDB, SPAN("\x0a\0\0\0" "\x01\0\0\x51\xa5\0\xdc\x0f" "\0\0")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FOUNDATIONDB, SPAN("\xff\xff\0\0" "\x01\0\0\x51\xa5\0\xdb\x0f" "\0\0")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FOUNDATIONDB, SPAN("\x0a\0\0\0" "\x0f\xdb\0\xa5\x51\0\0\x01" "\0\0")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FOUNDATIONDB, SPAN("HTTP/1.1 400 Bad Request\r\n\r\n")), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(versions), cmocka_unit_test(others) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
