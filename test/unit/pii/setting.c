#include "unit/check.h"

#include "pii/setting.c"

/* How much of the text a name at `at` of `n` bytes takes as a setting, and whether the value looks secret. */
static size_t take(struct span text, size_t at, size_t n)
{
    struct pii_marks m = { 0 };
    return setting_value(text, at, n, PII_PASSWORD, &m);
}

static void test_pairs(void **state)
{
    (void)state;
    assert_true(take(SPAN("web1 ansible_host=10.0.0.9 ansible_password=Tr0ub4dor3x\n"), 35, 8) > 0);
    assert_int_equal(take(SPAN("we said that the password=Tr0ub4dor3x\n"), 17, 8), 0);
}

/* Bytes that are neither words nor blanks stand before the name: each is passed, and none is stood still at. */
static void test_controls_before_a_pair(void **state)
{
    (void)state;
    for (unsigned c = 0; c < ' '; c++) {
        char text[] = "web1 a=b\x01\x01 password=Tr0ub4dor3x\n";
        text[8] = text[9] = (char)c;
        struct span s = span_of(text, sizeof(text) - 1);
        (void)take(s, 11, 8);
        s.at += 9;
        (void)take(span_of(s.at, s.len - 9), 2, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_controls_before_a_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
