/* Payment cards, telephones and vehicles.
 *
 * Cards: issuer ranges and the lengths that they allow and use: Visa and JCB give out none of 17 and 18 digits. Old
 * domestic Chinese numbers that begin with 9 are not in an international range and are left to the field name. */
#include "pii/checks.h"

#include <string.h>

struct range {
    int low, high;    /* of the first four digits */
    uint32_t lengths; /* one bit a length */
};

#define LENGTH(n) (1U << (n))

static const struct range RANGES[] = {
    { 1800, 1800, LENGTH(15) | LENGTH(16) },
    { 2131, 2131, LENGTH(15) | LENGTH(16) },
    { 2221, 2720, LENGTH(16) },
    { 3000, 3059, LENGTH(14) | LENGTH(16) | LENGTH(19) },
    { 3095, 3095, LENGTH(14) | LENGTH(16) | LENGTH(19) },
    { 3400, 3499, LENGTH(15) },
    { 3528, 3589, LENGTH(16) | LENGTH(19) },
    { 3600, 3699, LENGTH(14) | LENGTH(16) | LENGTH(19) },
    { 3700, 3799, LENGTH(15) },
    { 3800, 3999, LENGTH(14) | LENGTH(16) | LENGTH(19) },
    { 4000, 4999, LENGTH(13) | LENGTH(16) | LENGTH(19) },
    { 5100, 5599, LENGTH(16) },
    { 6011, 6011, LENGTH(16) | LENGTH(19) },
    { 6200, 6299, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19) },
    { 6440, 6599, LENGTH(16) | LENGTH(19) },
    { 8100, 8171, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19) },
};

bool card_range(const uint8_t *s, size_t n)
{
    int head = digits_int(s, 4);
    for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++)
        if (head <= RANGES[i].high)
            return head >= RANGES[i].low && RANGES[i].lengths >> n & 1;
    return false;
}

bool card_test_number(const uint8_t *s, size_t n)
{
    static const char *const KNOWN[] = {
        "4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556",
        "5555555555554444", "5105105105105100", "378282246310005",  "371449635398431",
        "6011111111111117", "6011000990139424", "30569309025904",   "38520000023237",
        "3530111333300000", "3566002020360505", "2223003122003222", "5200828282828210",
    };
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (strlen(KNOWN[i]) == n && memcmp(KNOWN[i], s, n) == 0)
            return true;
    /* Fifteen equal digits after the issuer are nobody's account. */
    return digits_all_equal(s + 6, n - 7);
}

bool imei_body(const uint8_t *s)
{
    /* GSMA TS.06: 01 TIA, 35 BABT, 86 and 99 TAF and CDMA/GSM, and those that give out no more. */
    static const uint8_t BODIES[] = { 1,  10, 30, 33, 35, 44, 45, 49, 50,
                                      51, 52, 53, 54, 86, 91, 98, 99 };
    int body = digits_int(s, 2);
    for (size_t i = 0; i < sizeof(BODIES); i++)
        if (BODIES[i] == body)
            return true;
    return false;
}

bool vin_shape(const uint8_t *s)
{
    for (unsigned i = 0; i < 17; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';
        bool letter = s[i] >= 'A' && s[i] <= 'Z' && s[i] != 'I' && s[i] != 'O' && s[i] != 'Q';
        if (i >= 13 ? !digit : !digit && !letter)
            return false;
    }
    return true;
}

bool vin_check(const uint8_t *s)
{
    static const uint8_t LETTER[26] = { 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                        5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9 };
    static const uint8_t WEIGHTS[17] = { 8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2 };
    unsigned sum = 0;
    for (unsigned i = 0; i < 17; i++)
        sum += WEIGHTS[i] * (s[i] >= 'A' ? LETTER[s[i] - 'A'] : (unsigned)digit_of(s[i]));
    return s[8] == (uint8_t) "0123456789X"[sum % 11] || s[8] == 'Z';
}
