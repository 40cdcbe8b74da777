#include "unit/check.h"

#include "watch/webhook.c"

static void test_only_a_status_line_counts(void **state)
{
    static const char *const BAD[] = { "", "HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/2 200 OK", "http/1.1 200 OK",
                                       "HTTP/1.1 +20 OK", "HTTP/1.x 200 OK", "HTTP/1.1  200", "HTTP/1.1 999 x" };
    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_int_equal(status_of(span_str(BAD[i])), 0);
    assert_int_equal(status_of(SPAN("HTTP/1.1 204 No Content\r")), 204);
    assert_int_equal(status_of(SPAN("HTTP/1.0 500\r")), 500);
}

/* Reckoned with: printf '1000.i.{}' | openssl dgst -sha256 -hmac key */
static void test_signature(void **state)
{
    struct buf b;
    struct message m = { .id = "i", .text = SPAN("{}") };
    (void)state;
    buf_init(&b, 4096);
    assert_true(put_signature(&b, &m, "1000", SPAN("key")));
    assert_true(span_is(buf_span(&b), "X-Ajar-Signature: sha256=cccc6cd7054f530977bdc2fe117994a1cc418741e0718e1a2923faf8e17e3b13\r\n"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_status_line_counts),
        cmocka_unit_test(test_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
