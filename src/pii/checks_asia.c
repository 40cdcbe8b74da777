/* Hong Kong, Taiwan, Korea, Japan, Singapore and India. */
#include "pii/checks.h"

bool hk_id(const uint8_t *s, size_t n)
{
    int sum = n == 8 ? 36 * 9 : (s[0] - 'A' + 10) * 9; /* a missing first letter counts as 36 */
    const uint8_t *rest = s + (n == 9);
    sum += (rest[0] - 'A' + 10) * 8;
    for (int i = 1; i <= 6; i++)
        sum += digit_of(rest[i]) * (8 - i);
    sum += rest[7] == 'A' ? 10 : digit_of(rest[7]);
    return sum % 11 == 0;
}

bool tw_id(const uint8_t *s)
{
    static const uint8_t CODE[26] = { 10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                      22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33 };
    static const int8_t WEIGHTS[8] = { 7, 6, 5, 4, 3, 2, 1, 1 };
    int code = CODE[s[0] - 'A'];
    int second = s[1] >= 'A' ? CODE[s[1] - 'A'] % 10 : digit_of(s[1]);
    int sum = code / 10 + code % 10 * 9 + second * 8 + weighted(s + 2, WEIGHTS, 8);
    return sum % 10 == 0;
}

bool kr_rrn_date(const uint8_t *s)
{
    static const int16_t CENTURY[10] = {
        1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800
    };
    int year = CENTURY[digit_of(s[6])] + digits_int(s, 2);
    return date_valid(year, digits_int(s + 2, 2), digits_int(s + 4, 2)) &&
           digits_int(s + 7, 2) <= 96;
}

bool kr_rrn_check(const uint8_t *s)
{
    static const int8_t WEIGHTS[12] = { 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5 };
    return (11 - weighted(s, WEIGHTS, 12) % 11) % 10 == digit_of(s[12]);
}

bool jp_my_number(const uint8_t *s)
{
    static const int8_t WEIGHTS[11] = { 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
    int check = 11 - weighted(s, WEIGHTS, 11) % 11;
    return (check >= 10 ? 0 : check) == digit_of(s[11]);
}

bool sg_nric(const uint8_t *s)
{
    static const int8_t WEIGHTS[7] = { 2, 7, 6, 5, 4, 3, 2 };
    int sum = weighted(s + 1, WEIGHTS, 7);
    switch (s[0]) {
    case 'S':
        return s[8] == (uint8_t) "JZIHGFEDCBA"[sum % 11];
    case 'T':
        return s[8] == (uint8_t) "JZIHGFEDCBA"[(sum + 4) % 11];
    case 'F':
        return s[8] == (uint8_t) "XWUTRQPNMLK"[sum % 11];
    case 'G':
        return s[8] == (uint8_t) "XWUTRQPNMLK"[(sum + 4) % 11];
    case 'M': /* since 2022 */
        return s[8] == (uint8_t) "XWUTRQPNJLK"[(sum + 3) % 11];
    default:
        return false;
    }
}

/* Verhoeff 1969: the dihedral group of order ten. */
static bool verhoeff(const uint8_t *s, size_t n)
{
    static const uint8_t MULTIPLY[10][10] = {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 },
        { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
        { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
        { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
        { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 }, { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
    };
    static const uint8_t PERMUTE[8][10] = {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 },
        { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 }, { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
        { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
        { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
    };
    uint8_t check = 0;
    for (size_t i = 0; i < n; i++)
        check = MULTIPLY[check][PERMUTE[i % 8][digit_of(s[n - 1 - i])]];
    return check == 0;
}

bool in_aadhaar(const uint8_t *s)
{
    bool palindrome = true;
    for (unsigned i = 0; i < 6; i++)
        palindrome = palindrome && s[i] == s[11 - i];
    return s[0] >= '2' && !palindrome && verhoeff(s, 12);
}

bool in_vid(const uint8_t *s)
{
    return s[0] >= '2' && verhoeff(s, 16);
}

bool in_pan(const uint8_t *s)
{
    static const char HOLDERS[] = "ABCFGHJKLPT";
    for (const char *h = HOLDERS; *h; h++)
        if (s[3] == (uint8_t)*h)
            return digits_int(s + 5, 4) != 0;
    return false;
}
