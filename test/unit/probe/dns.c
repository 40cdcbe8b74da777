/* DNS: names that are passed over, answers that are ours. */
#include "unit/check.h"

#include "probe/dns.c"

static void version(void **state)
{
    (void)state;
    struct dns_answer a;
    struct span whole = SPAN("jr\x84\0\0\x01\0\x01\0\0\0\0" DNS_VERSION_NAME "\xc0\x0c\0\x10\0\x03\0\0\0\0\0\x05\x04" "9.18");
    assert_true(dns_parse(whole, SPAN(DNS_VERSION_NAME), &a));
    assert_true(span_is(a.txt, "9.18"));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(dns_is_version(span_first(whole, n)));
}

static void others(void **state)
{
    (void)state;
    assert_false(dns_is_version(SPAN("jr\0\0\0\x01\0\0\0\0\0\0" DNS_VERSION_NAME))); /* the question */
    assert_false(dns_is_version(SPAN("js\x84\0\0\x01\0\0\0\0\0\0" DNS_VERSION_NAME)));
    assert_false(dns_is_version(SPAN("jr\x84\0\0\x01\0\0\0\0\0\0" DNS_ROOT_NAME)));
    assert_false(dns_is_version(SPAN("jr\x84\0\0\x01\xff\xff\0\0\0\0" DNS_VERSION_NAME)));
    assert_true(dns_is_version(SPAN("jr\x84\x05\0\x01\0\0\0\0\0\0" DNS_VERSION_NAME)));
    assert_true(dns_is_version(SPAN("jr\x80\x05\0\0\0\0\0\0\0\0")));
    assert_false(dns_is_version(SPAN("jr\x80\x05\0\0\0\0\0\0\0\0x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version),
        cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
