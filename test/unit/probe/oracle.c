/* Oracle: the number of a version, of both forms. */
#include "unit/check.h"

#include "probe/oracle.c"

static void numbers(void **state)
{
    (void)state;
    char text[60];
    assert_true(oracle_number(SPAN("(TMP=)(VSNNUM=186647552)(ERR=1189)"), text, sizeof(text)));
    assert_string_equal(text, "11.2.0.4.0");
    assert_true(oracle_number(SPAN("(VSNNUM=318767104)"), text, sizeof(text)));
    assert_string_equal(text, "19.0.0.0.0");
    assert_false(oracle_number(SPAN("(VSNNUM=99999999999)"), text, sizeof(text)));
    assert_false(oracle_number(SPAN("(VSNNUM=1)"), text, sizeof(text)));
    assert_false(oracle_number(SPAN("(VSNNUM="), text, sizeof(text)));
    assert_false(oracle_number(SPAN("(ERR=1189)"), text, sizeof(text)));
}

static void words(void **state)
{
    (void)state;
    assert_true(span_is(oracle_words(SPAN("TNSLSNR for Linux: Version 10.2.0.1.0 - Production")), "10.2.0.1.0"));
    assert_int_equal(oracle_words(SPAN("Version 10.2.0.1.0")).len, 0);
    assert_int_equal(oracle_words(SPAN("TNSLSNR Version x")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numbers), cmocka_unit_test(words) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
