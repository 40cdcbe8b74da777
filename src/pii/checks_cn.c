/* The People's Republic of China: GB 11643-1999 (resident ID), GB 32100-2015 (organisations), the
 * numbering plan of the MIIT as of 2023. No list of counties is kept: numbers were given out from the
 * 1980s on to people of any age, so lists by year reject real ones; the form of a county is soft. */
#include "pii/checks.h"

/* One bit for each two-digit province code in use, in two words. 71, 81, 82, 83 are Taiwan,
 * Hong Kong, Macau and the residence permits. */
static bool province_code(int code)
{
    static const uint64_t LOW = 1ULL << 11 | 1ULL << 12 | 1ULL << 13 | 1ULL << 14 | 1ULL << 15 |
                                1ULL << 21 | 1ULL << 22 | 1ULL << 23 | 1ULL << 31 | 1ULL << 32 |
                                1ULL << 33 | 1ULL << 34 | 1ULL << 35 | 1ULL << 36 | 1ULL << 37 |
                                1ULL << 41 | 1ULL << 42 | 1ULL << 43 | 1ULL << 44 | 1ULL << 45 |
                                1ULL << 46 | 1ULL << 50 | 1ULL << 51 | 1ULL << 52 | 1ULL << 53 |
                                1ULL << 54 | 1ULL << 61 | 1ULL << 62 | 1ULL << 63;
    static const uint64_t HIGH = 1ULL << 0 | 1ULL << 1 | 1ULL << 7 | 1ULL << 17 | 1ULL << 18 |
                                 1ULL << 19;
    return (code < 64 ? LOW >> code : HIGH >> (code - 64)) & 1;
}

bool cn_province(const uint8_t *s)
{
    return province_code(digits_int(s, 2));
}

/* By province: the highest number of a prefecture-level city, and the range of the prefectures that
 * existed beside them (21 to 54), as GB/T 2260 has numbered them since 1980. */
static const struct {
    uint8_t province, cities, from, to;
} PREFECTURES[] = {
    { 11, 2, 0, 0 },    { 12, 2, 0, 0 },    { 13, 11, 21, 34 }, { 14, 11, 21, 28 },
    { 15, 9, 21, 30 },  { 21, 14, 21, 23 }, { 22, 8, 21, 25 },  { 23, 12, 21, 29 },
    { 31, 2, 0, 0 },    { 32, 13, 19, 31 }, { 33, 11, 21, 29 }, { 34, 18, 21, 30 },
    { 35, 9, 21, 28 },  { 36, 11, 21, 28 }, { 37, 17, 19, 34 }, { 41, 17, 21, 31 },
    { 42, 13, 21, 31 }, { 43, 13, 21, 34 }, { 44, 53, 0, 0 },   { 45, 14, 21, 29 },
    { 46, 4, 21, 29 },  { 50, 3, 21, 30 },  { 51, 20, 21, 37 }, { 52, 6, 21, 30 },
    { 53, 9, 21, 37 },  { 54, 6, 21, 28 },  { 61, 10, 21, 30 }, { 62, 12, 21, 32 },
    { 63, 2, 21, 30 },  { 64, 5, 21, 24 },  { 65, 5, 21, 47 },
};

bool cn_county(const uint8_t *s)
{
    int province = digits_int(s, 2), city = digits_int(s + 2, 2), county = digits_int(s + 4, 2);
    if (province >= 71)
        return city == 0 ||
               s[0] == '9'; /* Taiwan, Hong Kong, Macau; foreign residents: no county */
    for (size_t i = 0; i < sizeof(PREFECTURES) / sizeof(PREFECTURES[0]); i++) {
        if (PREFECTURES[i].province != province)
            continue;
        bool known = (city >= 1 && city <= PREFECTURES[i].cities) || city == 90 ||
                     (city >= PREFECTURES[i].from && city <= PREFECTURES[i].to && city > 0);
        return known && (county <= 59 || county >= 81);
    }
    return false;
}

bool cn_id_region_date(const uint8_t *s, int today)
{
    /* Since 2023-12 the card of a foreign permanent resident begins with 9. */
    if (s[0] != '9' && !cn_province(s))
        return false;
    int date = digits_int(s + 6, 8);
    return date >= 19000101 && date <= today &&
           date_valid(date / 10000, date / 100 % 100, date % 100);
}

bool cn_id_check(const uint8_t *s)
{
    static const int8_t WEIGHTS[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    uint8_t expected = (uint8_t) "10X98765432"[weighted(s, WEIGHTS, 17) % 11];
    return expected == (s[17] == 'x' ? 'X' : s[17]);
}

bool cn_id15(const uint8_t *s)
{
    return cn_province(s) &&
           date_valid(1900 + digits_int(s + 6, 2), digits_int(s + 8, 2), digits_int(s + 10, 2));
}

bool cn_id_rounded(const uint8_t *s)
{
    if (s[15] == '0' && s[16] == '0' && s[17] == '0')
        return true;
    return digits_value(s, 18) % 16 == 0;
}

bool cn_mobile(const uint8_t *s)
{
    /* One bit for the third digit, a word for the second: 13x all; 145-149; 15x but 154;
     * 162 165 166 167; 17x but 179 (174 only 1740, 1741, 1749); 18x all; 19x but 194. */
    static const uint16_t THIRD[10] = {
        [3] = 0x3ff, [4] = 0x3e0, [5] = 0x3ef, [6] = 0x0e4, [7] = 0x1ff, [8] = 0x3ff, [9] = 0x3ef
    };
    if (s[0] != '1')
        return false;
    if (s[1] == '6' && s[2] == '1')
        return s[3] == '9'; /* satellite */
    if (!(THIRD[digit_of(s[1])] >> digit_of(s[2]) & 1))
        return false;
    if (s[1] == '7' && s[2] == '4')
        return s[3] == '9' || s[3] <= '1';
    return true;
}

bool cn_landline(const uint8_t *s, size_t n)
{
    if (s[0] != '0' || n < 10)
        return false;
    bool short_area = s[1] == '1' || s[1] == '2'; /* 010, 02x: eight digits follow */
    if (s[1] == '1' && s[2] != '0')
        return false;
    size_t area = short_area ? 3 : 4, subscriber = n - area;
    if (s[1] < '1' || (!short_area && s[1] < '3'))
        return false;
    if (short_area ? subscriber != 8 : subscriber != 7 && subscriber != 8)
        return false;
    return s[area] >= '2' && s[area] <= '8';
}

/* 0-9 and A-Z without I O S V Z, as the values 0..30; -1 for anything else. */
static int uscc_value(uint8_t c)
{
    static const int8_t LETTER[26] = { 10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, 20, 21,
                                       22, -1, 23, 24, 25, -1, 26, 27, -1, 28, 29, 30, -1 };
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'Z' ? LETTER[c - 'A'] : -1;
}

bool cn_uscc(const uint8_t *s)
{
    static const int8_t WEIGHTS[17] = { 1,  3,  9,  27, 19, 26, 16, 17, 20,
                                        29, 25, 13, 8,  24, 10, 30, 28 };
    int sum = 0;
    for (unsigned i = 0; i < 17; i++) {
        int value = uscc_value(s[i]);
        if (value < 0 || (i >= 2 && i < 8 && value > 9))
            return false;
        sum += value * WEIGHTS[i];
    }
    return (31 - sum % 31) % 31 == uscc_value(s[17]);
}
