/* Redis: which first bytes are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/redis.c"

static void test_recognises(void **state)
{
    (void)state;
    assert_true(redis_recognises(SPAN("+PONG\r\n")));
    assert_true(redis_recognises(SPAN("-NOAUTH Authentication required.\r\n")));
    assert_true(redis_recognises(SPAN("-DENIED Redis is running in protected mode.\r\n")));
    assert_true(redis_recognises(SPAN("-ERR unknown command 'PING', with args\r\n")));
    assert_true(redis_recognises(SPAN("-ERR max number of clients reached\r\n")));
    assert_true(redis_recognises(SPAN("-ERR operation not permitted\r\n")));
    assert_true(redis_recognises(SPAN("-NOPERM this user has no permissions to run 'ping'\r\n")));
}

static void test_recognises_no_other(void **state)
{
    (void)state;
    assert_false(redis_recognises(SPAN_NONE));
    assert_false(redis_recognises(SPAN("+PONG")));
    assert_false(redis_recognises(SPAN("PONG\r\n")));
    assert_false(redis_recognises(SPAN("+PONGO\r\n")));
    assert_false(redis_recognises(SPAN("+OK\r\n")));
    assert_false(redis_recognises(SPAN("\r\n")));
    assert_false(redis_recognises(SPAN("-ERR 'Unknown Protocol Operation'\r\n")));
    assert_false(redis_recognises(SPAN("-ERR unknown command\r\n")));
    assert_false(redis_recognises(SPAN("-NOAUTHENTIC\r\n")));
    assert_false(redis_recognises(SPAN("HTTP/1.1 400 Bad Request\r\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognises),
        cmocka_unit_test(test_recognises_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
