/* Firebird: which answers to op_connect are its own. */
#include "unit/said.h"

#include "probe/firebird.c"

#define ACCEPT(version, machine, type) "\0\0\0\x03" version "\0\0\0" machine "\0\0\0" type

static void takes_a_version(void **state)
{
    (void)state;
    struct said s;
    struct span answer = SPAN(ACCEPT("\xff\xff\x80\x0c", "\x01", "\x05"));
    assert_int_equal(said_meet(&s, &PROBE_FIREBIRD, &answer, 1), OUTCOME_IDENTIFIED);
    assert_int_equal(fact_get(s.seen, "protocol.version")->number, 12);
    said_end(&s);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN(ACCEPT("\0\0\0\x0a", "\x01", "\x03"))), OUTCOME_IDENTIFIED);
    said_cut_is_nobodys(&PROBE_FIREBIRD, answer);
}

static void goes_on_with_a_login(void **state)
{
    (void)state;
    struct span answer = SPAN("\0\0\0\x5c" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_int_equal(said_once(&PROBE_FIREBIRD, answer), OUTCOME_IDENTIFIED);
    said_cut_is_nobodys(&PROBE_FIREBIRD, answer);
}

static void is_another(void **state)
{
    (void)state;
    /* A version that nobody has, a machine and a type that are none, another operation, something behind it. */
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN(ACCEPT("\0\0\0\x0b", "\x01", "\x05"))), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN(ACCEPT("\xff\xff\x80\x40", "\x01", "\x05"))), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN(ACCEPT("\xff\xff\x80\x0c", "\x7f", "\x05"))), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN(ACCEPT("\xff\xff\x80\x0c", "\x01", "\x09"))), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN("\0\0\0\x04" "\xff\xff\x80\x0c\0\0\0\x01\0\0\0\x05")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN(ACCEPT("\xff\xff\x80\x0c", "\x01", "\x05") "x")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_FIREBIRD, SPAN("HTTP/1.1 400 Bad Request\r\n\r\n")), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(takes_a_version), cmocka_unit_test(goes_on_with_a_login),
                                        cmocka_unit_test(is_another) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
