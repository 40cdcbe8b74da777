/* MQTT: the bytes of the requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/mqtt.c"

static size_t take_varint(struct reader *r)
{
    size_t low = reader_u8(r);
    return low < 128 ? low : (low & 127) + ((size_t)reader_u8(r) << 7);
}

/* The remaining length of every request covers exactly what follows it. */
static void test_requests_state_their_length(void **state)
{
    (void)state;
    static const struct {
        const struct ask *ask;
        size_t names;
    } ALL[] = { { &MQTT_CONNECT_3_1_1, 1 }, { &MQTT_CONNECT_3_1, 1 }, { &MQTT_CONNECT_5, 0 }, { &MQTT_CONNECT_5_NAMED, 1 },
                { &MQTT_SUBSCRIBE, 0 },     { &MQTT_SUBSCRIBE_5, 0 }, { &MQTT_DISCONNECT, 0 } };
    struct span id = SPAN("0123456789abcdef");
    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
        uint8_t room[512];
        struct verdict v;
        struct writer w = writer_over(room, sizeof(room));
        assert_true(ask_render(ALL[i].ask, &id, ALL[i].names, &w));
        struct reader r = reader_over(&v, writer_span(&w));
        reader_skip(&r, 1);
        size_t len = take_varint(&r);
        assert_true(reader_ok(&r));
        assert_int_equal(len, reader_left(&r));
    }
}

/* MQTT 3.1 allows 23 bytes, and 3.1.1 letters and digits everywhere. */
static void test_client_ids_fit_every_broker(void **state)
{
    (void)state;
    uint8_t room[64];
    struct writer w = writer_over(room, sizeof(room));
    struct span id = SPAN("0123456789abcdef");
    assert_true(ask_render(&MQTT_CONNECT_3_1, &id, 1, &w));
    struct span sent = writer_span(&w);
    assert_true(span_ends(sent, SPAN("\0\x14" "ajar0123456789abcdef")));
    assert_in_range(strlen("ajar") + ID_DIGITS, 1, 23);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_state_their_length),
        cmocka_unit_test(test_client_ids_fit_every_broker),
        cmocka_unit_test(test_subscribe_names_no_wildcard_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
