/* NTP: what is an answer to each of the three questions, and the version in the variables. */
#include "unit/check.h"

#include "probe/ntp.c"

static void time_with_our_stamp(void **state)
{
    (void)state;
    uint8_t answer[48] = { 0x24, 2 };
    memcpy(answer + 24, NTP_STAMP, 8);
    assert_true(ntp_is_time(span_of(answer, 48)));
    assert_false(ntp_is_time(span_of(answer, 47)));
    answer[0] = 0x23; /* a client's */
    assert_false(ntp_is_time(span_of(answer, 48)));
    answer[0] = 0x24;
    answer[24]++; /* an answer to somebody else */
    assert_false(ntp_is_time(span_of(answer, 48)));
}

static void variables(void **state)
{
    (void)state;
    struct span text;
    assert_true(ntp_control(SPAN("\x16\x82" "jr" "\0\0\0\0\0\0\0\x03" "a=b"), &text));
    assert_true(span_is(text, "a=b"));
    assert_false(ntp_control(SPAN("\x16\xc2" "jr" "\0\0\0\0\0\0\0\x03" "a=b"), &text)); /* an error */
    assert_false(ntp_control(SPAN("\x16\x02" "jr" "\0\0\0\0\0\0\0\x03" "a=b"), &text)); /* a question */
    assert_false(ntp_control(SPAN("\x16\x82" "jr" "\0\0\0\0\0\0\0\x04" "a=b"), &text));
    assert_false(ntp_control(SPAN("\x16\x82" "xx" "\0\0\0\0\0\0\0\x03" "a=b"), &text));
    assert_true(span_is(ntp_value(SPAN("version=\"ntpd 4.2.8p15@1\", x"), SPAN("version=\"")), "ntpd 4.2.8p15@1"));
    assert_int_equal(ntp_value(SPAN("version=\"ntpd"), SPAN("version=\"")).len, 0);
}

static void clients(void **state)
{
    (void)state;
    uint8_t list[8 + 2 * 72] = { 0x97, 0, 3, 42, 0, 2, 0, 72 };
    assert_true(ntp_is_list(span_of(list, sizeof(list))));
    assert_false(ntp_is_list(span_of(list, sizeof(list) - 1)));
    list[4] = 0x40; /* an error */
    assert_false(ntp_is_list(span_of(list, sizeof(list))));
    list[4] = list[5] = 0; /* nobody */
    assert_false(ntp_is_list(span_of(list, sizeof(list))));
    assert_false(ntp_is_list(SPAN("\x17\0\x03\x2a\0\0\0\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_with_our_stamp),
        cmocka_unit_test(variables),
        cmocka_unit_test(clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
