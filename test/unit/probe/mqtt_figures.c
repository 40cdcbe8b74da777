/* MQTT brokers' own figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/mqtt_figures.c"

static void test_node_of(void **state)
{
    (void)state;
    assert_true(span_is(node_of(SPAN("$SYS/brokers/emqx@1/version"), SPAN("/version")), "emqx@1"));
    assert_int_equal(node_of(SPAN("$SYS/brokers/version"), SPAN("/version")).len, 0);
    assert_int_equal(node_of(SPAN("$SYS/brokers//version"), SPAN("/version")).len, 0);
    assert_int_equal(node_of(SPAN("home/emqx/version"), SPAN("/version")).len, 0);
}

static void test_foreign_topics_are_not_kept(void **state)
{
    (void)state;
    struct figures f = { 0 };
    figure_take(&f, SPAN("home/door"), SPAN("open"));
    figure_take(&f, SPAN("$SYS/broker/versions"), SPAN("1"));
    assert_false(f.told);
    figure_take(&f, SPAN("$SYS/broker/version"), SPAN("mosquitto version 2.0.11"));
    assert_true(f.told);
    assert_true(span_is(f.of[TOPIC_VERSION], "mosquitto version 2.0.11"));
    assert_true(f.mosquitto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_of),
        cmocka_unit_test(test_foreign_topics_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
