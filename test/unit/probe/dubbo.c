/* Dubbo: first bytes of its command line. */
#include "unit/check.h"

#include "probe/dubbo.c"

static void first_bytes(void **state)
{
    (void)state;
    assert_true(dubbo_recognises(SPAN("Unsupported command: PING\r\ndubbo>")));
    assert_true(dubbo_recognises(SPAN("Command: GET disabled for security reasons\r\ndubbo>")));
    assert_false(dubbo_recognises(SPAN("Unsupported command: PING\r\n")));
    assert_false(dubbo_recognises(SPAN("PING\r\ndubbo>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(first_bytes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
