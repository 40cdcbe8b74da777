/* Telnet: the first option that a server offers. */
#include "unit/said.h"

#include "probe/telnet.c"

static void options(void **state)
{
    (void)state;
    assert_true(telnet_recognises(SPAN("\xff\xfd\x18\xff\xfd\x20")));
    assert_true(telnet_recognises(SPAN("\xff\xfb\x01")));
    assert_true(telnet_recognises(SPAN("\xff\xfe\x32")));
    /* A subnegotiation, a command without an option, an option that nobody knows, one byte too few. */
    assert_false(telnet_recognises(SPAN("\xff\xfa\x18")));
    assert_false(telnet_recognises(SPAN("\xff\xff\x18")));
    assert_false(telnet_recognises(SPAN("\xff\xfd\x33")));
    assert_false(telnet_recognises(SPAN("\xff\xfd")));
    assert_false(telnet_recognises(SPAN("login: ")));
    assert_false(telnet_recognises(SPAN_NONE));
}

static void named_and_not_judged(void **state)
{
    (void)state;
    assert_int_equal(said_once(&PROBE_TELNET, SPAN("\xff\xfd\x18login: ")), OUTCOME_IDENTIFIED);
    assert_int_equal(said_once(&PROBE_TELNET, SPAN("Password: ")), OUTCOME_NOT_MINE);
    said_cut_is_nobodys(&PROBE_TELNET, SPAN("\xff\xfd\x18"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(options), cmocka_unit_test(named_and_not_judged) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
