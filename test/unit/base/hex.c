#include "unit/check.h"

#include "base/hex.h"

static void test_digits(void **state)
{
    (void)state;
    static const char ALL[] = "0123456789abcdefABCDEF";
    unsigned digits = 0;
    for (unsigned c = 0; c < 256; c++) {
        const char *hit = c ? strchr(ALL, (int)c) : NULL;
        long at = hit ? hit - ALL : -1;
        assert_int_equal(hex_value((uint8_t)c), at > 15 ? at - 6 : at);
        digits += hex_is_digit((uint8_t)c);
    }
    assert_int_equal(digits, 22);
    assert_true(span_is_hex(SPAN("00fFaA")));
    assert_false(span_is_hex(SPAN("00fg")));
    assert_false(span_is_hex(SPAN("")));
}

static void test_there_and_back(void **state)
{
    (void)state;
    static const uint8_t BYTES[4] = { 0x00, 0x9a, 0xff, 0x10 };
    char text[9];
    uint8_t back[4];
    hex_encode(BYTES, 4, text);
    assert_string_equal(text, "009aff10");
    assert_true(hex_decode("009AfF10", 4, back));
    assert_memory_equal(back, BYTES, 4);
}

/* The end of a text that is too short is not passed. */
static void test_no_digits(void **state)
{
    (void)state;
    uint8_t back[4];
    const char *volatile empty = "", *volatile odd = "00f"; /* or the compiler would look, too */
    assert_false(hex_decode("00x0", 2, back));
    assert_false(hex_decode(empty, 4, back));
    assert_false(hex_decode(odd, 4, back));
    assert_true(hex_decode(empty, 0, back));
}

static void test_a_number(void **state)
{
    (void)state;
    char text[17];
    hex_encode_u64(0x0123456789abcdef, text);
    assert_string_equal(text, "0123456789abcdef");
    hex_encode_u64(10, text);
    assert_string_equal(text, "000000000000000a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_no_digits),
        cmocka_unit_test(test_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
