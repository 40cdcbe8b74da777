/* MQTT: lengths, topics and the bytes of the requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/mqtt.c"

static size_t varint_of(struct span bytes, bool *ret_ok)
{
    struct verdict v;
    struct reader r = reader_over(&v, bytes);
    size_t value = varint_read(&r);
    *ret_ok = reader_ok(&r);
    return value;
}

static void test_varint(void **state)
{
    (void)state;
    bool ok;
    assert_int_equal(varint_of(SPAN("\x00"), &ok), 0);
    assert_true(ok);
    assert_int_equal(varint_of(SPAN("\x7f"), &ok), 127);
    assert_int_equal(varint_of(SPAN("\x80\x01"), &ok), 128);
    assert_int_equal(varint_of(SPAN("\xff\xff\xff\x7f"), &ok), 268435455);
    assert_true(ok);
    varint_of(SPAN("\xff\xff\xff\xff\x01"), &ok);
    assert_false(ok);
    varint_of(SPAN("\x80"), &ok);
    assert_false(ok);
    varint_of(SPAN_NONE, &ok);
    assert_false(ok);
}

/* The remaining length of every request covers exactly what follows it, and each topic of the
 * SUBSCRIBE states its own. */
static void test_requests_state_their_length(void **state)
{
    (void)state;
    const struct ask *all[] = { &MQTT_CONNECT, &MQTT_CONNECT_5, &MQTT_SUBSCRIBE, &MQTT_SUBSCRIBE_5,
                                &MQTT_DISCONNECT };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        uint8_t room[512];
        struct verdict v;
        struct writer w = writer_over(room, sizeof(room));
        writer_put(&w, all[i]->parts[0].bytes);
        if (all[i]->parts[1].kind == PART_BYTES)
            writer_put(&w, all[i]->parts[1].bytes);
        struct reader r = reader_over(&v, writer_span(&w));
        reader_skip(&r, 1);
        size_t len = varint_read(&r);
        assert_true(reader_ok(&r));
        assert_int_equal(len, reader_left(&r));
    }
}

static void test_subscribe_names_no_wildcard_for_all(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, MQTT_SUBSCRIBE.parts[1].bytes);
    size_t topics = 0;
    while (reader_more(&r)) {
        struct span topic = reader_take(&r, reader_be16(&r));
        assert_int_equal(reader_u8(&r), 0);
        assert_int_equal(span_index(topic, '#'), topic.len);
        assert_true(span_starts(topic, SPAN("$SYS/")) || span_is(topic, "ajar/probe"));
        topics++;
    }
    assert_true(reader_ok(&r));
    assert_int_equal(topics, TOPIC_COUNT);
}

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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_varint),
        cmocka_unit_test(test_requests_state_their_length),
        cmocka_unit_test(test_subscribe_names_no_wildcard_for_all),
        cmocka_unit_test(test_node_of),
        cmocka_unit_test(test_foreign_topics_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
