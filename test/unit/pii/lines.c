/* What stands in lines of text behind a word that says what it is, in the languages and ways that people write. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* The state of the type in this text alone. */
static int state_in(const char *text, const char *type)
{
    char error[AJAR_PII_ERROR_MAX];
    int state = 0;
    size_t count;
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, NULL);
    ajar_pii_scan_write(scan, text, strlen(text));
    assert_true(ajar_pii_scan_end(scan, error));
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(f[i].type, type) == 0 && (int)f[i].state > state)
            state = (int)f[i].state;
    ajar_pii_scan_free(scan);
    return state;
}

/* One person is one too many: suspected behind a word that says so, in the languages of the world. */
static void test_one_person(void **state)
{
    (void)state;
    static const struct {
        const char *text, *type;
    } CASES[] = {
        { "Dear all,\nplease write to Mr Peter Okafor about it.\n", "person-name" },
        { "Wir haben Frau Dr. Annegret Müller geschrieben, danke.\n", "person-name" },
        { "По делу опрошен гражданин Уваров Ефим, показал.\n", "person-name" },
        { "Μιλήσαμε με τον κ. Νίκος Παππάς για το θέμα.\n", "person-name" },
        { "تحدثنا مع السيد مشفق الشايع بشأن الموضوع.\n", "person-name" },
        { "Imię i nazwisko: Żaneta Wąsala\nlat 40\n", "person-name" },
        { "level=info surname=Lenc town=Reda\n", "person-name" },
        { "Adresse: 83, avenue de Vidal, 61402 Aubry\nmerci\n", "postal-address" },
        { "our home address: 12 Park Street, Leeds\n", "postal-address" },
        { "Indirizzo: Via dell'Orso n.7/b, 20121 Milano\n", "postal-address" },
        { "Anschrift: Goetheweg 12a, 04109 Leipzig\n", "postal-address" },
        { "住所：東京都千代田区丸の内1-2-3\n", "postal-address" },
        { "He was born on 27 April 1951 in the north.\n", "birth-date" },
        { "sie ist geboren am 5.3.1980 in Ulm\n", "birth-date" },
        { "kötött név, született: 1944.09.24. Győr\n", "birth-date" },
        { "Reach us, phone (021) 23758243, any time\n", "phone" },
        { "Հեռ. (010) 372761, Երևան\n", "phone" },
        { "Sími: 421 1234 eftir hádegi\n", "phone" },
        { "電話：02 2122 0535 謝謝\n", "phone" },
        { "Barua pepe: juma@posta.co.tz asante\n", "email" },
        { "Aadhaar No. 4415 3971 5203\n", "in-aadhaar" },
        { "Su CURP ZUAS910630HDFSBV03 gracias\n", "mx-curp" },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (state_in(CASES[i].text, CASES[i].type) == 0)
            fail_msg("%s", CASES[i].text);
}

static void test_nobody(void **state)
{
    (void)state;
    static const struct {
        const char *text, *type;
    } CASES[] = {
        { "M Street and P Street meet here, g Water\n", "person-name" },
        { "the Sr Management and the Frau\nMeyer\n", "person-name" },
        { "Surname: the one of the father\n", "person-name" },
        { "IP address: see the manual of 12 pages\n", "postal-address" },
        { "@param address: An IPv4 Address in string form, 32bit\n", "postal-address" },
        { "etcd put '{\"Addr\": 1.2.3.4, Metadata}' and more\n", "postal-address" },
        { "uint32_t r_address : 24, r_type : 4, R_length : 2\n", "postal-address" },
        { "local_address=Source[0] or Remote 12\n", "postal-address" },
        { "it was built on 27 April 1951 by many\n", "birth-date" },
        { "one two 23758243 three four\n", "phone" },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (state_in(CASES[i].text, CASES[i].type) != 0)
            fail_msg("%s", CASES[i].text);
}

/* A setting behind whatever byte on its line: a pair behind blanks only, and an end is come to with each. */
static void test_bytes_before_a_setting(void **state)
{
    (void)state;
    enum { SECONDS = 30 };
    alarm(SECONDS);
    for (unsigned c = 1; c < 256; c++) {
        char line[96];
        snprintf(line, sizeof(line), "web1%chost=10.0.0.9%cuser=root%cansible_password=qW3rtyZu9kL\n", (int)c, (int)c, (int)c);
        bool blank = c == ' ' || c == '\t', ends = c == '\n', found = state_in(line, "password") != 0;
        if ((blank || ends) && !found)
            fail_msg("not found behind %u", c);
        if (c < ' ' && !blank && !ends && c != '\r' && found)
            fail_msg("found behind %u", c);
    }
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_found), cmocka_unit_test(test_not_found),
                                        cmocka_unit_test(test_one_person), cmocka_unit_test(test_nobody),
                                        cmocka_unit_test(test_bytes_before_a_setting) };
    char error[AJAR_PII_ERROR_MAX];
    Pii = ajar_pii_new(error);
    int failed = Pii ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    ajar_pii_free(Pii);
    return failed;
}
