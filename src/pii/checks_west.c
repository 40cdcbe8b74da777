/* Europe, the Americas and Australia. Where a number holds a date, the date is a check of its own,
 * so that a verdict can weigh the check digit among values that are plausible already. */
#include "pii/checks.h"

struct iban_length {
    char country[2];
    uint8_t length;
};

/* SWIFT IBAN registry, release 101, sorted. */
static const struct iban_length IBANS[] = {
    { "AD", 24 }, { "AE", 23 }, { "AL", 28 }, { "AT", 20 }, { "AZ", 28 }, { "BA", 20 },
    { "BE", 16 }, { "BG", 22 }, { "BH", 22 }, { "BI", 27 }, { "BR", 29 }, { "BY", 28 },
    { "CH", 21 }, { "CR", 22 }, { "CY", 28 }, { "CZ", 24 }, { "DE", 22 }, { "DJ", 27 },
    { "DK", 18 }, { "DO", 28 }, { "EE", 20 }, { "EG", 29 }, { "ES", 24 }, { "FI", 18 },
    { "FK", 18 }, { "FO", 18 }, { "FR", 27 }, { "GB", 22 }, { "GE", 22 }, { "GI", 23 },
    { "GL", 18 }, { "GR", 27 }, { "GT", 28 }, { "HN", 28 }, { "HR", 21 }, { "HU", 28 },
    { "IE", 22 }, { "IL", 23 }, { "IQ", 23 }, { "IS", 26 }, { "IT", 27 }, { "JO", 30 },
    { "KW", 30 }, { "KZ", 20 }, { "LB", 28 }, { "LC", 32 }, { "LI", 21 }, { "LT", 20 },
    { "LU", 20 }, { "LV", 21 }, { "LY", 25 }, { "MC", 27 }, { "MD", 24 }, { "ME", 22 },
    { "MK", 19 }, { "MN", 20 }, { "MR", 27 }, { "MT", 31 }, { "MU", 30 }, { "NI", 28 },
    { "NL", 18 }, { "NO", 15 }, { "OM", 23 }, { "PK", 24 }, { "PL", 28 }, { "PS", 29 },
    { "PT", 25 }, { "QA", 29 }, { "RO", 24 }, { "RS", 22 }, { "RU", 33 }, { "SA", 24 },
    { "SC", 31 }, { "SD", 18 }, { "SE", 24 }, { "SI", 19 }, { "SK", 24 }, { "SM", 27 },
    { "SO", 23 }, { "ST", 25 }, { "SV", 28 }, { "TL", 23 }, { "TN", 24 }, { "TR", 26 },
    { "UA", 29 }, { "VA", 22 }, { "VG", 24 }, { "XK", 20 }, { "YE", 30 },
};

bool iban_country(const uint8_t *s, size_t n)
{
    size_t low = 0, high = sizeof(IBANS) / sizeof(IBANS[0]);
    int wanted = s[0] << 8 | s[1];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int code = IBANS[middle].country[0] << 8 | IBANS[middle].country[1];
        if (code == wanted)
            return IBANS[middle].length == n;
        if (code < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool iban_check(const uint8_t *s, size_t n)
{
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = s[(i + 4) % n];
        if (c >= 'A')
            rest = (rest * 100 + (unsigned)(c - 'A' + 10)) % 97;
        else
            rest = (rest * 10 + (unsigned)digit_of(c)) % 97;
    }
    return rest == 1;
}

bool us_ssn(const uint8_t *s)
{
    int area = digits_int(s, 3);
    return area != 0 && area != 666 && area < 900 && digits_int(s + 3, 2) != 0 &&
           digits_int(s + 5, 4) != 0;
}

bool us_itin(const uint8_t *s)
{
    int group = digits_int(s + 3, 2);
    return s[0] == '9' && ((group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
                           (group >= 90 && group <= 92) || (group >= 94 && group <= 99));
}

static bool one_of(uint8_t c, const char *set)
{
    for (; *set; set++)
        if (c == (uint8_t)*set)
            return true;
    return false;
}

/* HMRC NIM39110; the administrative prefixes OO CR FY MW NC PP are never issued to people. */
bool uk_nino(const uint8_t *s)
{
    static const char NEVER[] = "BGGBKNNKNTTNZZOOCRFYMWNCPP";
    if (one_of(s[0], "DFIQUV") || one_of(s[1], "DFIOQUV") || s[8] > 'D')
        return false;
    for (size_t i = 0; i + 1 < sizeof(NEVER); i += 2)
        if (s[0] == (uint8_t)NEVER[i] && s[1] == (uint8_t)NEVER[i + 1])
            return false;
    return true;
}

bool uk_nhs(const uint8_t *s)
{
    static const int8_t WEIGHTS[10] = { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 };
    return weighted(s, WEIGHTS, 10) % 11 == 0;
}

bool es_dni(const uint8_t *s)
{
    int number = s[0] >= 'X' ? (s[0] - 'X') * 10000000 + digits_int(s + 1, 7) : digits_int(s, 8);
    return s[8] == (uint8_t) "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
}

bool fr_nir(const uint8_t *s)
{
    int month = digits_int(s + 3, 2);
    if (!one_of(s[0], "123478") || month == 0 || (month > 12 && month < 20) ||
        (month > 42 && month < 50))
        return false;
    uint8_t plain[13];
    for (unsigned i = 0; i < 13; i++)
        plain[i] = s[i];
    if (s[6] == 'A' || s[6] == 'B') { /* Corsica: 2A counts as 19, 2B as 18 */
        if (s[5] != '2')
            return false;
        plain[5] = '1';
        plain[6] = s[6] == 'A' ? '9' : '8';
    }
    return 97 - (int)(digits_value(plain, 13) % 97) == digits_int(s + 13, 2);
}

bool fr_spi(const uint8_t *s)
{
    return s[0] <= '3' && (int)(digits_value(s, 10) % 511) == digits_int(s + 10, 3);
}

/* Digits may be replaced by letters when two people would get the same code. */
static int cf_digit(uint8_t c)
{
    static const char STAND_INS[] = "LMNPQRSTUV";
    if (c >= '0' && c <= '9')
        return c - '0';
    for (int i = 0; i < 10; i++)
        if (c == (uint8_t)STAND_INS[i])
            return i;
    return -1;
}

bool it_cf_shape(const uint8_t *s)
{
    static const char KIND[] = "aaaaaa99m99a999a";
    for (unsigned i = 0; i < 16; i++) {
        bool letter = s[i] >= 'A' && s[i] <= 'Z';
        if (KIND[i] == '9' ? cf_digit(s[i]) < 0 : !letter)
            return false;
    }
    int day = cf_digit(s[9]) * 10 + cf_digit(s[10]);
    return one_of(s[8], "ABCDEHLMPRST") && ((day >= 1 && day <= 31) || (day >= 41 && day <= 71));
}

bool it_cf_check(const uint8_t *s)
{
    static const uint8_t ODD[36] = { 1,  0, 5, 7,  9,  13, 15, 17, 19, 21, 1,  0,
                                     5,  7, 9, 13, 15, 17, 19, 21, 2,  4,  18, 20,
                                     11, 3, 6, 8,  12, 14, 16, 10, 22, 25, 24, 23 };
    int sum = 0;
    for (unsigned i = 0; i < 15; i++) {
        int value = s[i] >= 'A' ? s[i] - 'A' + 10 : digit_of(s[i]);
        sum += i % 2 == 0 ? ODD[value] : value >= 10 ? value - 10 : value;
    }
    return s[15] == 'A' + sum % 26;
}

/* In the first ten digits exactly one digit occurs twice or three times. */
bool de_idnr_shape(const uint8_t *s)
{
    int seen[10] = { 0 }, repeated = 0;
    if (s[0] == '0')
        return false;
    for (unsigned i = 0; i < 10; i++)
        seen[digit_of(s[i])]++;
    for (unsigned i = 0; i < 10; i++) {
        if (seen[i] > 3)
            return false;
        repeated += seen[i] > 1;
    }
    return repeated == 1;
}

/* ISO 7064 MOD 11,10. */
bool de_idnr_check(const uint8_t *s)
{
    int check = 5;
    for (unsigned i = 0; i < 11; i++)
        check = ((check ? check : 10) * 2 % 11 + digit_of(s[i])) % 10;
    return check == 1;
}

bool nl_bsn(const uint8_t *s, size_t n)
{
    static const int8_t WEIGHTS[9] = { 9, 8, 7, 6, 5, 4, 3, 2, -1 };
    return digits_value(s, n) > 0 && weighted(s, WEIGHTS + (9 - n), n) % 11 == 0;
}

bool pl_pesel_date(const uint8_t *s)
{
    static const int16_t CENTURY[5] = { 1900, 2000, 2100, 2200, 1800 };
    int month = digits_int(s + 2, 2);
    return date_valid(CENTURY[month / 20] + digits_int(s, 2), month % 20, digits_int(s + 4, 2));
}

bool pl_pesel_check(const uint8_t *s)
{
    static const int8_t WEIGHTS[11] = { 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1 };
    return weighted(s, WEIGHTS, 11) % 10 == 0;
}

bool se_pn_date(const uint8_t *s)
{
    int day = digits_int(s + 4, 2);
    return date_valid(2000, digits_int(s + 2, 2), day > 60 ? day - 60 : day);
}

/* The year says nothing about the century here: 29 February is taken for any year. */
bool no_fnr_date(const uint8_t *s)
{
    int day = digits_int(s, 2), month = digits_int(s + 2, 2);
    day -= day > 40 ? 40 : 0;
    month -= month > 80 ? 80 : month > 40 ? 40 : 0;
    return date_valid(2000, month, day);
}

bool no_fnr_check(const uint8_t *s)
{
    static const int8_t FIRST[10] = { 3, 7, 6, 1, 8, 9, 4, 5, 2, 1 },
                        SECOND[11] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };
    return weighted(s, FIRST, 10) % 11 == 0 && weighted(s, SECOND, 11) % 11 == 0;
}

bool dk_cpr(const uint8_t *s)
{
    return date_valid(2000, digits_int(s + 2, 2), digits_int(s, 2));
}

bool fi_hetu_shape(const uint8_t *s)
{
    for (unsigned i = 0; i < 10; i++)
        if (i != 6 && (s[i] < '0' || s[i] > '9'))
            return false;
    /* + for 18xx, - and U to Y for 19xx, A to F for 20xx (2023 on). */
    return one_of(s[6], "+-ABCDEFUVWXY") &&
           date_valid(2000, digits_int(s + 2, 2), digits_int(s, 2));
}

bool fi_hetu_check(const uint8_t *s)
{
    int serial = digits_int(s + 7, 3);
    int number = digits_int(s, 6) * 1000 + serial;
    return serial >= 2 && s[10] == (uint8_t) "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31];
}

bool ch_ahv(const uint8_t *s)
{
    static const int8_t WEIGHTS[13] = { 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1 };
    return s[0] == '7' && s[1] == '5' && s[2] == '6' && weighted(s, WEIGHTS, 13) % 10 == 0;
}

/* The date may be partly unknown (00); BIS numbers add 20 or 40 to the month. */
bool be_nn_date(const uint8_t *s)
{
    int month = digits_int(s + 2, 2);
    return month < 60 && month % 20 <= 12 && digits_int(s + 4, 2) <= 31;
}

bool be_nn_check(const uint8_t *s)
{
    uint64_t number = digits_value(s, 9);
    uint64_t check = (uint64_t)digits_int(s + 9, 2);
    return check == 97 - number % 97 || check == 97 - (2000000000 + number) % 97;
}

bool pt_nif(const uint8_t *s)
{
    static const int8_t WEIGHTS[8] = { 9, 8, 7, 6, 5, 4, 3, 2 };
    int check = 11 - weighted(s, WEIGHTS, 8) % 11;
    return s[0] != '0' && (check >= 10 ? 0 : check) == digit_of(s[8]);
}

bool pt_cc(const uint8_t *s)
{
    int sum = 0;
    for (unsigned i = 0; i < 12; i++) {
        int value = s[i] >= 'A' ? s[i] - 'A' + 10 : digit_of(s[i]);
        if (i % 2 == 0)
            value = value * 2 > 9 ? value * 2 - 9 : value * 2;
        sum += value;
    }
    return sum % 10 == 0;
}

bool br_cpf(const uint8_t *s)
{
    int first = 0, second = 0;
    for (int i = 0; i < 9; i++) {
        first += (10 - i) * digit_of(s[i]);
        second += (11 - i) * digit_of(s[i]);
    }
    int check1 = (11 - first % 11) % 11 % 10;
    int check2 = (11 - (second + 2 * check1) % 11) % 11 % 10;
    return check1 == digit_of(s[9]) && check2 == digit_of(s[10]) && !digits_all_equal(s, 11);
}

bool br_cnpj(const uint8_t *s)
{
    static const int8_t WEIGHTS[13] = { 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2 };
    int first = 0, second = 0;
    for (int i = 0; i < 12; i++) {
        first += (s[i] - '0') * WEIGHTS[i + 1];
        second += (s[i] - '0') * WEIGHTS[i];
    }
    int check1 = (11 - first % 11) % 11 % 10;
    int check2 = (11 - (second + 2 * check1) % 11) % 11 % 10;
    return check1 == digit_of(s[12]) && check2 == digit_of(s[13]) && !digits_all_equal(s, 14);
}

bool au_tfn(const uint8_t *s)
{
    static const int8_t WEIGHTS[9] = { 1, 4, 3, 7, 5, 8, 6, 9, 10 };
    return weighted(s, WEIGHTS, 9) % 11 == 0;
}

bool au_medicare(const uint8_t *s)
{
    static const int8_t WEIGHTS[8] = { 1, 3, 7, 9, 1, 3, 7, 9 };
    return s[0] >= '2' && s[0] <= '6' && weighted(s, WEIGHTS, 8) % 10 == digit_of(s[8]);
}

bool ca_sin(const uint8_t *s)
{
    return s[0] != '0' && s[0] != '8' && check_luhn(s, 9);
}
