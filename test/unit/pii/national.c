/* National numbers: examples that are published where python3-stdnum has no such module, and the choice among
 * several that a name may mean. test/pii/nationals.py compares the others. */
#include <stdlib.h>

#include "unit/check.h"

#include "pii/national.c"

static void test_examples(void **state)
{
    (void)state;
    static const struct {
        enum national id;
        const char *value;
        bool pass;
    } CASES[] = {
        { NATIONAL_uy_ci, "1.234.567-2", true },      { NATIONAL_uy_ci, "1.234.567-3", false },
        { NATIONAL_ru_snils, "112-233-445 95", true }, { NATIONAL_ru_snils, "112-233-446 95", false },
        { NATIONAL_ir_melli, "0084575948", true },    { NATIONAL_ir_melli, "0084575949", false },
        { NATIONAL_hu_tax, "8071592153", true },      { NATIONAL_hu_tax, "8071592154", false },
        { NATIONAL_lu_matricule, "1893120105732", true }, { NATIONAL_lu_matricule, "1893120105742", false },
        { NATIONAL_hr_oib, "33392005961", true },     { NATIONAL_tr_tckn, "10000000146", true },
        { NATIONAL_za_id, "8001015009087", true },    { NATIONAL_th_pin, "1-2345-45678-78-1", true },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        bool pass;
        enum national id = national_of(1ULL << CASES[i].id, span_str(CASES[i].value), &pass);
        if (id != CASES[i].id || pass != CASES[i].pass)
            fail_msg("%s", CASES[i].value);
    }
}

static void test_choice(void **state)
{
    (void)state;
    bool pass;
    /* "cedula": eleven digits in one country, ten or eight in others. */
    uint64_t set = 1ULL << NATIONAL_do_cedula | 1ULL << NATIONAL_ec_ci | 1ULL << NATIONAL_uy_ci;
    assert_int_equal(national_of(set, SPAN("12345672"), &pass), NATIONAL_uy_ci);
    assert_true(pass);
    assert_int_equal(national_of(set, SPAN("1713175071"), &pass), NATIONAL_ec_ci);
    assert_true(pass);
    assert_int_equal(national_of(set, SPAN("nothing"), &pass), NATIONALS);
    assert_int_equal(national_of(set, SPAN(""), &pass), NATIONALS);
    assert_int_equal(national_of(set, SPAN("123456789012345678901234567890"), &pass), NATIONALS);
}

/* No value of any length makes a rule look beyond it. */
static void test_any_value(void **state)
{
    (void)state;
    static const char CHARS[] = "0123456789AKZXV&";
    uint32_t seed = 7;
    for (size_t i = 0; i < 200000; i++) {
        char text[24];
        size_t n = i % 22;
        for (size_t k = 0; k < n; k++) {
            seed = seed * 1103515245U + 12345;
            text[k] = CHARS[seed >> 16 & (i % 3 ? 7 : 15)];
        }
        bool pass;
        char *copy = malloc(n + 1);
        memcpy(copy, text, n);
        (void)national_of(~0ULL >> (64 - NATIONALS), span_of(copy, n), &pass);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_examples), cmocka_unit_test(test_choice),
                                        cmocka_unit_test(test_any_value) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
