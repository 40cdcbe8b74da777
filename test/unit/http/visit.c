/* What tells HTTP from other protocols, and TLS from HTTP; and what Host says. */
#include "unit/check.h"

#include "http/visit.c"

static void test_recognises(void **state)
{
    (void)state;
    assert_true(http_recognises(SPAN("HTTP/1.1 400 Bad Request\r\n")));
    assert_true(http_recognises(SPAN("HTTP/1.0 200 OK\r\n")));
    assert_true(http_recognises(SPAN("<!DOCTYPE HTML>\n<html lang=\"en\">\n")));
    assert_true(http_recognises(SPAN("\n        <html><head><title>400")));
    assert_false(http_recognises(SPAN("<stream:stream")));
    assert_false(http_recognises(SPAN("<?xml version='1.0'?>")));
    assert_false(http_recognises(SPAN("SSH-2.0-x\r\n")));
    assert_false(http_recognises(SPAN("HTTP")));
    assert_false(http_recognises(SPAN_NONE));
}

static void test_wants_tls(void **state)
{
    (void)state;
    assert_true(http_wants_tls(SPAN("\x15\x03\x01\x00\x02\x02\x46")));
    assert_true(http_wants_tls(
        SPAN("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")));
    assert_true(
        http_wants_tls(SPAN("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"
                            "<center>The plain HTTP request was sent to HTTPS port</center>")));
    assert_false(http_wants_tls(SPAN("HTTP/1.1 400 Bad Request\r\n\r\nno")));
    assert_false(http_wants_tls(SPAN("Client sent an HTTP request to an HTTPS server.")));
    assert_false(http_wants_tls(SPAN("\x15\x03")));
    assert_false(http_wants_tls(SPAN_NONE));
}

static struct span bytes(const char *text, size_t len)
{
    return span_of(text, len);
}

static void test_h2(void **state)
{
    (void)state;
    assert_true(is_h2(bytes("\0\0\x12\4\0\0\0\0\0", 9)));          /* SETTINGS of three */
    assert_true(is_h2(bytes("\0\0\0\4\0\0\0\0\0\0\0\4\x08", 13))); /* none, and more frames */
    assert_true(is_h2(bytes("\0\0\x08\7\0\0\0\0\0", 9)));          /* GOAWAY */
    assert_true(is_h2(bytes("\0\0\x2b\7\0\0\0\0\0", 9)));
    assert_true(http_recognises(bytes("\0\0\x12\4\0\0\0\0\0", 9)));
    assert_false(is_h2(bytes("\0\0\x11\4\0\0\0\0\0", 9)));         /* no whole settings */
    assert_false(is_h2(bytes("\0\0\x12\4\0\0\0\0\1", 9)));         /* of a stream */
    assert_false(is_h2(bytes("\0\0\x12\4\2\0\0\0\0", 9)));
    assert_false(is_h2(bytes("\0\0\7\7\0\0\0\0\0", 9)));
    assert_false(is_h2(bytes("\x40\0\x12\4\0\0\0\0\0", 9)));       /* larger than any server may send */
    assert_false(is_h2(bytes("\0\0\x12\4\0\0\0\0", 8)));
    assert_false(is_h2(SPAN("HTTP/1.1 200 OK")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognises),
        cmocka_unit_test(test_wants_tls),
        cmocka_unit_test(test_h2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
