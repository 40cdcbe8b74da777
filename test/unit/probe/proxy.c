/* HTTP proxies: fields, names, and what says that it tried. */
#include "unit/check.h"

#include "probe/proxy.c"

static void fields(void **state)
{
    (void)state;
    struct span value = SPAN_NONE;
    assert_true(proxy_field(SPAN("proxy-AGENT:  tinyproxy/1.11.1 "), "Proxy-Agent", &value));
    assert_true(span_is(value, "tinyproxy/1.11.1"));
    assert_false(proxy_field(SPAN("Proxy-Agents: x"), "Proxy-Agent", &value));
    assert_false(proxy_field(SPAN(""), "Proxy-Agent", &value));
}

static void tried(void **state)
{
    (void)state;
    assert_true(proxy_tried(&(struct proxy_head){ .status = 503, .squid_error = SPAN("ERR_CONNECT_FAIL 111") }));
    assert_true(proxy_tried(&(struct proxy_head){ .status = 500, .first = SPAN("HTTP/1.0 500 Unable to connect"),
                                                  .software = SPAN("tinyproxy/1.11.1") }));
    /* Refused by a rule; another one's error. */
    assert_false(proxy_tried(&(struct proxy_head){ .status = 403, .squid_error = SPAN("ERR_ACCESS_DENIED 0") }));
    assert_false(proxy_tried(&(struct proxy_head){ .status = 503, .squid_error = SPAN("ERR_DNS_FAIL 0") }));
    assert_false(proxy_tried(&(struct proxy_head){ .status = 500, .first = SPAN("HTTP/1.0 500 Unable to connect") }));
    assert_false(proxy_tried(&(struct proxy_head){ .status = 503 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(fields), cmocka_unit_test(tried) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
