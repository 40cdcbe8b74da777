/* SSDP: a response to a search, in whatever case its fields are. */
#include "unit/check.h"

#include "probe/ssdp.c"

static void whole_and_cut(void **state)
{
    (void)state;
    struct span whole = SPAN("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nusn: uuid:1::upnp:rootdevice\r\nServer: x\r\n\r\n");
    assert_true(ssdp_is_answer(whole));
    for (size_t n = 0; n < whole.len - 14; n++) /* up to its name in the world; what follows may lack */
        assert_false(ssdp_is_answer(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(ssdp_is_answer(SPAN("HTTP/1.1 404 Not Found\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n")));
    assert_false(ssdp_is_answer(SPAN("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n")));
    assert_false(ssdp_is_answer(SPAN("M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\nUSN: x\r\n\r\n")));
    assert_false(ssdp_is_answer(SPAN("NOTIFY * HTTP/1.1\r\nNT: x\r\nUSN: x\r\n\r\n")));
}

static void fields(void **state)
{
    (void)state;
    struct ssdp_answer a;
    assert_true(ssdp_parse(SPAN("HTTP/1.1 200 OK\r\nserver:  Linux UPnP/1.0 \r\nLocation: http://10.0.0.1/d.xml\r\nST: x\r\nUSN: y\r\n\r\n"), &a));
    assert_true(span_is(a.server, "Linux UPnP/1.0") && span_is(a.location, "http://10.0.0.1/d.xml") && span_is(a.type, "x"));
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
