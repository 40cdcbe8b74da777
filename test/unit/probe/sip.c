/* SIP: a response to our question, and what it says of the server. */
#include "unit/check.h"

#include "probe/sip.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("SIP/2.0 200 OK\r\nCall-ID: " SIP_CALL "\r\nServer: x\r\n\r\n");
    assert_true(sip_is_answer(whole));
    for (size_t n = 0; n < whole.len - 13; n++) /* up to the end of the Call-ID; what follows may lack */
        assert_false(sip_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(sip_is_answer(SPAN("SIP/2.0 200 OK\r\nCall-ID: another\r\n\r\n")));
    assert_false(sip_is_answer(SPAN("OPTIONS sip:ajar.invalid SIP/2.0\r\nCall-ID: " SIP_CALL "\r\n\r\n")));
    assert_false(sip_is_answer(SPAN("SIP/2.0 2x0 OK\r\nCall-ID: " SIP_CALL "\r\n\r\n")));
    assert_false(sip_is_answer(SPAN("HTTP/1.1 200 OK\r\nCall-ID: " SIP_CALL "\r\n\r\n")));
}

static void fields(void **state)
{
    (void)state;
    struct sip_answer a;
    assert_true(sip_parse(SPAN("SIP/2.0 401 Unauthorized\r\ni : " SIP_CALL "\r\nuser-agent: FPBX\r\n\r\n"), &a));
    assert_true(span_is(a.server, "FPBX"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_cut),
        cmocka_unit_test(others),
        cmocka_unit_test(fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
