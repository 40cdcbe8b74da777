/* Prometheus text: samples among comments, labels with quotes and braces, numbers that are none. */
#include "unit/check.h"

#include "http/metrics.c"

#define BODY \
    "# HELP up Whether it is up.\n" \
    "# TYPE up gauge\n" \
    "up 1\n" \
    "up_total 99\n" \
    "rows{db=\"a\"} 10\n" \
    "rows{db=\"b}\\\"\",x=\"y\"} 2.5e+01 1795319667327\n" \
    "rows{db=\"c\"} NaN\n" \
    "broken{db=\"c 5\n" \
    "info{version=\"1.2.3\",branch=\"x\"} 1\n" \
    "big 1e300\n" \
    "minus -3\n"

static void test_sum(void **state)
{
    int64_t n = 7;
    (void)state;
    assert_true(metrics_sum(SPAN(BODY), SPAN("up"), &n));
    assert_int_equal(n, 1);
    assert_true(metrics_sum(SPAN(BODY), SPAN("rows"), &n));
    assert_int_equal(n, 35);
}

static void test_no_sum(void **state)
{
    int64_t n = 7;
    (void)state;
    assert_false(metrics_sum(SPAN(BODY), SPAN("absent"), &n));
    assert_false(metrics_sum(SPAN(BODY), SPAN("broken"), &n));
    assert_false(metrics_sum(SPAN(BODY), SPAN("big"), &n));
    assert_false(metrics_sum(SPAN(BODY), SPAN("minus"), &n));
    assert_false(metrics_sum(SPAN_NONE, SPAN("up"), &n));
    assert_int_equal(n, 7);
}

static void test_has_whole_name_only(void **state)
{
    (void)state;
    assert_true(metrics_has(SPAN(BODY), SPAN("up")));
    assert_false(metrics_has(SPAN(BODY), SPAN("u")));
    assert_false(metrics_has(SPAN(BODY), SPAN("# HELP up")));
}

static void test_label(void **state)
{
    (void)state;
    assert_true(span_is(metrics_label(SPAN(BODY), SPAN("info"), SPAN("version")), "1.2.3"));
    assert_true(span_is(metrics_label(SPAN(BODY), SPAN("info"), SPAN("branch")), "x"));
    assert_int_equal(metrics_label(SPAN(BODY), SPAN("info"), SPAN("nope")).len, 0);
    assert_int_equal(metrics_label(SPAN(BODY), SPAN("up"), SPAN("version")).len, 0);
}

static void test_label_broken(void **state)
{
    (void)state;
    assert_int_equal(metrics_label(SPAN("m{a=\"x} 1\n"), SPAN("m"), SPAN("a")).len, 0);
    assert_int_equal(metrics_label(SPAN("m{a=x} 1\n"), SPAN("m"), SPAN("a")).len, 0);
    assert_int_equal(metrics_label(SPAN("m{a=\"x\\"), SPAN("m"), SPAN("a")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_no_sum),
        cmocka_unit_test(test_has_whole_name_only),
        cmocka_unit_test(test_label),
        cmocka_unit_test(test_label_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
