/* WS-Discovery: elements by their names, whatever stands before the colon. */
#include "unit/check.h"

#include "probe/ws_discovery.c"

static void elements(void **state)
{
    (void)state;
    assert_true(span_is(wsd_element(SPAN("<a:B x=\"1\"> text </a:B>"), SPAN("B")), "text"));
    assert_true(span_is(wsd_element(SPAN("<Bx>no</Bx><B>yes</B>"), SPAN("B")), "yes"));
    assert_int_equal(wsd_element(SPAN("<a:B>never closed"), SPAN("B")).len, 0);
    assert_int_equal(wsd_element(SPAN("<a:B"), SPAN("B")).len, 0);
    assert_int_equal(wsd_element(SPAN("<"), SPAN("B")).len, 0);
    assert_int_equal(wsd_element(SPAN_NONE, SPAN("B")).len, 0);
}

static void answers(void **state)
{
    (void)state;
#define MATCHES(id) "<s:Envelope><a:Action>http://x/discovery/ProbeMatches</a:Action><a:RelatesTo>" id "</a:RelatesTo></s:Envelope>"
    assert_true(wsd_is_answer(SPAN(MATCHES(WSD_ID))));
    assert_false(wsd_is_answer(SPAN(MATCHES("urn:uuid:another"))));
    assert_false(wsd_is_answer(WSD_PROBE.parts[0].bytes));
    struct span whole = SPAN(MATCHES(WSD_ID));
    assert_false(wsd_is_answer(span_first(whole, whole.len - 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
