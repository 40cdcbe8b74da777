/* Multicast DNS: names that are put together, and pointers that lead astray. */
#include "unit/check.h"

#include "probe/mdns.c"

static void names(void **state)
{
    (void)state;
    struct span m = SPAN("\x04" "_tcp" "\x05" "local" "\0" "\x04" "_ssh" "\xc0\0" "\xc0\x13" "\xc0\x15" "\xff");
    struct mdns_name n;
    struct verdict v;
    struct reader r = reader_over(&v, m);
    mdns_name(m, &r, &n);
    assert_true(reader_ok(&r) && span_is(span_of(n.text, n.len), "_tcp.local"));
    mdns_name(m, &r, &n);
    assert_true(reader_ok(&r) && span_is(span_of(n.text, n.len), "_ssh._tcp.local"));
    mdns_name(m, &r, &n); /* to itself */
    assert_false(reader_ok(&r));
    r = reader_over(&v, m);
    reader_skip(&r, 21); /* to what comes later */
    mdns_name(m, &r, &n);
    assert_false(reader_ok(&r));
}

static void answers(void **state)
{
    (void)state;
    unsigned count;
    struct span whole = SPAN("jr\x84\0\0\0\0\x01\0\0\0\0" MDNS_NAME "\0\x0c\0\x01\0\0\0\x0a\0\x07\x04" "_ssh" "\xc0\x1e");
    assert_true(mdns_parse(whole, NULL, &count));
    assert_int_equal(count, 1);
    for (size_t n = 0; n < whole.len; n++)
        assert_false(mdns_is_answer(span_first(whole, n)));
    assert_false(mdns_is_answer(SPAN("jr\0\0\0\x01\0\0\0\0\0\0" MDNS_NAME "\0\x0c\x80\x01")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
