/* What stands in lines of text behind a word that says what it is, in the languages and ways that people write. */
#include <stdlib.h>

#include "unit/check.h"

#include "base/buf.h"
#include "pii/pii.h"

static struct ajar_pii *Pii;

/* '#' becomes a digit that changes, '@' a person, 'N' a number of that kind. */
static void put_line(struct buf *b, const char *form, uint32_t *seed)
{
    static const char *const GIVEN[] = { "Anna", "Peter", "Maria", "Thomas", "Laura", "Michael", "Julia", "Daniel" };
    static const char *const FAMILY[] = { "Schmidt", "Garcia", "Rossi", "Novak", "Jensen", "Dubois", "Fischer", "Keller" };
    for (; *form; form++) {
        *seed = *seed * 1103515245U + 12345;
        unsigned r = *seed >> 16;
        if (*form == '#')
            buf_byte(b, (uint8_t)('0' + r % 10));
        else if (*form == '%')
            buf_byte(b, (uint8_t)('1' + r % 9));
        else if (*form == '@')
            buf_printf(b, "%s %s", GIVEN[r % 8], FAMILY[r / 8 % 8]);
        else
            buf_byte(b, (uint8_t)*form);
    }
    buf_byte(b, '\n');
}

/* The state of the type in a text of such lines, among others; 0 where it is not found. */
static int state_of(const char *form, const char *type)
{
    char error[AJAR_PII_ERROR_MAX];
    struct buf b;
    uint32_t seed = 7;
    int state = 0;
    size_t count;
    buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < 60; i++) {
        buf_str(&b, "Sehr geehrte Damen und Herren, nothing of this line is of interest\n");
        put_line(&b, form, &seed);
    }
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, NULL);
    ajar_pii_scan_write(scan, b.at, b.len);
    assert_true(ajar_pii_scan_end(scan, error));
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(f[i].type, type) == 0 && (int)f[i].state > state)
            state = (int)f[i].state;
    ajar_pii_scan_free(scan);
    buf_release(&b);
    return state;
}

static void test_found(void **state)
{
    (void)state;
    static const struct {
        const char *line, *type;
    } CASES[] = {
        { "Bitte rufen Sie an: Tel. 030 / %## ## ## bis acht Uhr", "phone" },
        { "Call (415) %##-%### or leave a message, phone (212) %##-####", "phone" },
        { "ligue para o telefone (11) 9%###-#### hoje", "phone" },
        { "mon portable 06 %# ## ## ## merci bien", "phone" },
        { "Reach me by phone: 415.%##.#### any time", "phone" },
        { "Mobil: 0171/%###### nach sechs", "phone" },
        { "телефон 8 (9%#) ###-##-## вечером", "phone" },
        { "geboren am %#.0%.19%# in Berlin", "birth-date" },
        { "Date of birth: 1% March 19%#, Leeds", "birth-date" },
        { "Patient: name: @, Zimmer %#", "person-name" },
        { "Name: @; Ort: hier", "person-name" },
        { "Vorname und Nachname: @ (Kunde)", "person-name" },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (state_of(CASES[i].line, CASES[i].type) != AJAR_PII_CONFIRMED)
            fail_msg("%s: %d", CASES[i].line, state_of(CASES[i].line, CASES[i].type));
}

static void test_not_found(void **state)
{
    (void)state;
    static const struct {
        const char *line, *type;
    } CASES[] = {
        { "order 030 / %## ## ## was sent today by ship", "phone" },
        { "version 415.%##.#### of the program was built", "phone" },
        { "phone_count: %###### of all that are there", "phone" },
        { "published on %#.0%.19%# in Berlin again", "birth-date" },
        { "built 1% March 19%#, by the usual people", "birth-date" },
        { "product name: @ (chair), blue and green", "person-name" },
        { "the file name: @ is of no interest here", "person-name" },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (state_of(CASES[i].line, CASES[i].type) == AJAR_PII_CONFIRMED)
            fail_msg("%s", CASES[i].line);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_found), cmocka_unit_test(test_not_found) };
    char error[AJAR_PII_ERROR_MAX];
    Pii = ajar_pii_new(error);
    int failed = Pii ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    ajar_pii_free(Pii);
    return failed;
}
