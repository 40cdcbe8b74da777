/* Names of fields that may leave, and values that stand where names should. */
#include "unit/check.h"

#include <stdlib.h>

#include "base/random.h"
#include "pii/pii.h"
#include "pii/shown.c"

static struct detectors D;

static void test_proofs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum name_proof proof;
    } CASES[] = {
        { "mobile", NAME_KNOWN },
        { "customerMobile_no", NAME_KNOWN },
        { "date_of_birth", NAME_KNOWN },
        { "phone 2", NAME_KNOWN },
        { "address_line_1", NAME_KNOWN },
        { "Geburtsdatum", NAME_KNOWN },
        { "报警人姓名", NAME_KNOWN },
        { "Дата рождения", NAME_KNOWN },
        { "Ημερομηνία γέννησης", NAME_KNOWN },
        { "What is your e-mail address?", NAME_KNOWN },
        { "(keys)", NAME_KNOWN },
        { "column 17", NAME_KNOWN },
        { "frobnicator", NAME_UNKNOWN },
        { "q1", NAME_UNKNOWN },
        { "q1_2", NAME_UNKNOWN },
        { "Frobnication", NAME_UNKNOWN },
        /* Values of types, with blanks, dots, dashes. */
        { "SSN: 212-22-3004", NAME_IS_DATA },
        { "212 22 3004", NAME_IS_DATA },
        { "4111 1111 1111 1111", NAME_IS_DATA },
        { "123.456.789-09", NAME_IS_DATA },
        { "phone (415) 555-1234", NAME_IS_DATA },
        { "756.1234.5678.97", NAME_IS_DATA },
        { "1 85 05 75 123 456 18", NAME_IS_DATA },
        { "AB 12 34 56 C", NAME_IS_DATA },
        { "M12345678", NAME_IS_DATA },
        { "1985-07-10", NAME_IS_DATA },
        { "born 10.07.1985", NAME_IS_DATA },
        { "10-Jul-1985", NAME_IS_DATA },
        { "a.b@gmx.de", NAME_IS_DATA },
        { "81.2.69.160", NAME_IS_DATA },
        { "沪A12345", NAME_IS_DATA },
        { "AKIAIOSFODNN7EXAMPLE", NAME_IS_DATA },
        /* Names of people. */
        { "Rosita Krein", NAME_IS_DATA },
        { "Zanele Mkhize", NAME_IS_DATA },
        { "zanele mkhize", NAME_IS_DATA },
        { "Krein, Rosita", NAME_IS_DATA },
        { "roberta.krein", NAME_IS_DATA },
        { "mueller_7", NAME_IS_DATA },
        { "Maria", NAME_IS_DATA },
        { "王小明", NAME_IS_DATA },
        { "김철수", NAME_IS_DATA },
        { "Иван Петров", NAME_IS_DATA },
        { "Γιώργος Παπάς", NAME_IS_DATA },
        { "محمد علي", NAME_IS_DATA },
        /* Ids, passwords, addresses. */
        { "-MxYz3kdPq9aBcDeFgHi", NAME_IS_DATA },
        { "kJhGtrEwQaZxSdFrTgBh", NAME_IS_DATA },
        { "xkqzwvbnmtrp", NAME_IS_DATA },
        { "deadbeefcafe", NAME_IS_DATA },
        { "Sommer2024!", NAME_IS_DATA },
        { "Hauptallee 12", NAME_IS_DATA },
        { "12 Frobney Lane", NAME_IS_DATA },
        { "SW1A 1AA", NAME_IS_DATA },
        { "", NAME_IS_DATA },
    };
    struct profile *p = calloc(1, sizeof(*p));
    assert_true(p && profile_init(p, &D, class_engine_best()));
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        enum name_proof got = name_proof(p, span_str(CASES[i].name));
        if (got != CASES[i].proof) {
            print_error("%s: %d, wanted %d\n", CASES[i].name, (int)got, (int)CASES[i].proof);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    profile_release(p);
    free(p);
}

static int set_up(void **state)
{
    struct error e;
    (void)state;
    return detectors_init(&D, 20261122, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    detectors_release(&D);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proofs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
