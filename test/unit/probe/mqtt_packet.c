/* MQTT packets: lengths, and what a CONNACK tells of the broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/mqtt_packet.c"

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

static bool like_mosquitto(struct span properties, bool named)
{
    struct verdict v;
    struct reader r = reader_over(&v, properties);
    return properties_read(&r, named);
}

static bool are_properties(struct span properties)
{
    struct verdict v;
    struct reader r = reader_over(&v, properties);
    (void)properties_read(&r, false);
    return reader_ok(&r);
}

/* All that MQTT 5.0 knows for a CONNACK, what it knows for other packets, and what it does not know. */
static void test_properties_of_a_connack(void **state)
{
    (void)state;
    assert_true(are_properties(SPAN_NONE));
    assert_true(are_properties(SPAN("\x11\0\0\0\x01" "\x15\0\x01" "a" "\x16\0\x01" "b" "\x1a\0\x01" "c" "\x1c\0\x01" "d"
                                    "\x1f\0\x01" "e" "\x26\0\x01" "k" "\0\x01" "v" "\x28\x01" "\x29\x01" "\x2a\x01")));
    assert_false(are_properties(SPAN("\x01\0")));      /* of a PUBLISH */
    assert_false(are_properties(SPAN("\x23\0\x0a")));
    assert_false(are_properties(SPAN("\x62\0\x0a")));
    assert_false(are_properties(SPAN("\x26\0\x01" "k"))); /* cut */
}

#define UUID "427C32CC-0037-3290-4946-2599697FAD7F"

static void test_mosquitto_by_its_properties(void **state)
{
    (void)state;
    assert_true(like_mosquitto(SPAN("\x22\0\x0a" "\x12\0\x29" "auto-" UUID "\x21\0\x14"), false));
    assert_true(like_mosquitto(SPAN("\x22\0\x0a" "\x12\0\x24" UUID "\x21\0\x14" "\x24\x01" "\x27\0\0\x10\0"), false));
    assert_true(like_mosquitto(SPAN("\x22\0\x0a" "\x21\0\x14"), true));
    assert_false(like_mosquitto(SPAN("\x22\0\x0a" "\x21\0\x14"), false));            /* it picked no id */
    assert_false(like_mosquitto(SPAN("\x12\0\x29" "auto-" UUID "\x28\x01"), false)); /* wildcards are available */
    assert_false(like_mosquitto(SPAN("\x12\0\x03" "abc" "\x21\0\x14"), false));
    assert_false(like_mosquitto(SPAN("\x12\0\x29" "auto-427C32CC-0037-3290-4946-2599697FAD7"), false)); /* cut */
    /* By one of two things: the prefix, or the UUID. */
    assert_true(like_mosquitto(SPAN("\x12\0\x29" "auto-427C32CC-0037+3290-4946-2599697FAD7F"), false));
    assert_true(like_mosquitto(SPAN("\x12\0\x29" "aut_-" UUID), false));
    assert_false(like_mosquitto(SPAN_NONE, false));
    assert_false(like_mosquitto(SPAN_NONE, true));
}

static void test_codes(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        bool locked = code == 4 || code == 5 || code == 0x86 || code == 0x87 || code == 0x8c;
        assert_int_equal(connack_is_locked((uint8_t)code), locked);
        assert_int_equal(connack_wants_version((uint8_t)code), code == 1 || code == 0x84);
        assert_int_equal(connack_wants_name((uint8_t)code), code == 2 || code == 0x80 || code == 0x85);
    }
}

static void test_suback_has_a_code_for_each_topic(void **state)
{
    (void)state;
    uint8_t codes[2];
    struct packet p = { MQTT_SUBACK, 0, SPAN("\0\x01" "\0\x80") };
    assert_true(suback_read(&p, MQTT_3_1_1, codes, 2));
    assert_int_equal(codes[1], 0x80);
    assert_false(suback_read(&p, MQTT_3_1_1, codes, 1));
    p.body = SPAN("\0\x02" "\0\x80");
    assert_false(suback_read(&p, MQTT_3_1_1, codes, 2)); /* another packet's */
    p.body = SPAN("\0\x01" "\0" "\0\x87");
    assert_true(suback_read(&p, MQTT_5, codes, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_varint),
        cmocka_unit_test(test_properties_of_a_connack),
        cmocka_unit_test(test_mosquitto_by_its_properties),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_suback_has_a_code_for_each_topic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
