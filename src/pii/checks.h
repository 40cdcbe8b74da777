/* The validators: pure functions over the characters of one number, separators removed. Digits
 * are ASCII; the caller has made sure of length and character classes as each comment says.
 * None of them allocates, fails or looks beyond what it was given. */
#ifndef AJAR_PII_CHECKS_H
#define AJAR_PII_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline int digit_of(uint8_t c)
{
    return c - '0';
}

/* checks_math.c: what several countries share. */

/* A real day of the Gregorian calendar. */
bool date_valid(int year, int month, int day);
/* The number that n <= 18 digits write. */
uint64_t digits_value(const uint8_t *s, size_t n);
int digits_int(const uint8_t *s, size_t n);
bool digits_all_equal(const uint8_t *s, size_t n);
/* 123456789..., 987654321... or all equal: what people type into test forms. */
bool digits_typed(const uint8_t *s, size_t n);
/* Luhn (ISO/IEC 7812-1 annex B) over n digits. */
bool check_luhn(const uint8_t *s, size_t n);
/* Sum of digit times weight. */
int weighted(const uint8_t *s, const int8_t *weights, size_t n);

/* checks_cn.c */

/* 6 + yyyymmdd + 3, of 17 digits: a province (or a permit's first digit 8 or 9) and a real date
 * not after `today` (yyyymmdd). */
bool cn_id_region_date(const uint8_t *s, int today);
/* GB 11643-1999 MOD 11-2 over 18 characters, the last one a digit, x or X. */
bool cn_id_check(const uint8_t *s);
/* 15 digits, born in 19xx: province and date. */
bool cn_id15(const uint8_t *s);
bool cn_province(const uint8_t *s);
/* Do the first six digits have the form of a county: a prefecture that the province has or had, and
 * a district, county or city in it? Soft: one of the real ones in some hundreds fails, of random
 * ones most do. */
bool cn_county(const uint8_t *s);
/* 18 digits that lost their end to a double: 15 significant digits, or a multiple of 16. */
bool cn_id_rounded(const uint8_t *s);
/* 11 digits: an issued prefix. */
bool cn_mobile(const uint8_t *s);
/* n digits with the trunk 0: an area code and 7 or 8 digits that begin with 2..8. */
bool cn_landline(const uint8_t *s, size_t n);
/* GB 32100-2015 over 18 characters. */
bool cn_uscc(const uint8_t *s);

/* checks_asia.c */

/* n = 8 or 9: one or two letters, six digits, check 0-9 or A. */
bool hk_id(const uint8_t *s, size_t n);
/* A letter, [1289A-D], 8 digits. */
bool tw_id(const uint8_t *s);
/* 13 digits: date and century digit. */
bool kr_rrn_date(const uint8_t *s);
bool kr_rrn_check(const uint8_t *s);
bool jp_my_number(const uint8_t *s);
/* [STFGM], 7 digits, a letter. */
bool sg_nric(const uint8_t *s);
/* 12 digits: Verhoeff, first 2-9, no palindrome. */
bool in_aadhaar(const uint8_t *s);
/* 16 digits: Verhoeff, first 2-9. */
bool in_vid(const uint8_t *s);
/* 5 letters, 4 digits, a letter. */
bool in_pan(const uint8_t *s);

/* checks_west.c */

/* ISO 13616: length of the country; then mod 97. n in 15..34, two letters and two digits first. */
bool iban_country(const uint8_t *s, size_t n);
bool iban_check(const uint8_t *s, size_t n);
bool us_ssn(const uint8_t *s);
bool us_itin(const uint8_t *s);
bool uk_nino(const uint8_t *s);
bool uk_nhs(const uint8_t *s);
/* 9 characters: 8 digits and a letter, or X/Y/Z, 7 digits and a letter. */
bool es_dni(const uint8_t *s);
/* 15 characters; the department may be 2A or 2B. */
bool fr_nir(const uint8_t *s);
bool fr_spi(const uint8_t *s);
/* 16 characters: letters where letters must be, digits or their stand-ins elsewhere. */
bool it_cf_shape(const uint8_t *s);
bool it_cf_check(const uint8_t *s);
bool de_idnr_shape(const uint8_t *s);
bool de_idnr_check(const uint8_t *s);
/* 9 digits, or 8 with the leading zero lost. */
bool nl_bsn(const uint8_t *s, size_t n);
bool pl_pesel_date(const uint8_t *s);
bool pl_pesel_check(const uint8_t *s);
/* 10 digits yymmddnnnn; a coordination number adds 60 to the day. */
bool se_pn_date(const uint8_t *s);
/* 11 digits ddmmyynnncc; D numbers add 40 to the day, numbers for tests 40 or 80 to the month. */
bool no_fnr_date(const uint8_t *s);
bool no_fnr_check(const uint8_t *s);
/* 10 digits ddmmyynnnn: a day of the calendar; the check digit was given up in 2007. */
bool dk_cpr(const uint8_t *s);
/* 11 characters: ddmmyy, the sign of the century, three digits, a check character. */
bool fi_hetu_shape(const uint8_t *s);
bool fi_hetu_check(const uint8_t *s);
/* 13 digits that begin with 756: an EAN-13. */
bool ch_ahv(const uint8_t *s);
bool be_nn_date(const uint8_t *s);
bool be_nn_check(const uint8_t *s);
bool pt_nif(const uint8_t *s);
/* 12 characters: 9 digits, two letters or digits, a digit. */
bool pt_cc(const uint8_t *s);
bool br_cpf(const uint8_t *s);
/* 14 characters; the first 12 may be letters since 2026. */
bool br_cnpj(const uint8_t *s);
bool au_tfn(const uint8_t *s);
bool au_medicare(const uint8_t *s);
bool ca_sin(const uint8_t *s);

/* checks_card.c */

/* n in 12..19: an issuer range that allows this length. */
bool card_range(const uint8_t *s, size_t n);
/* 15 digits: a reporting body that gives out numbers (first two digits), then Luhn. */
bool imei_body(const uint8_t *s);
/* 17 capitals and digits without I, O and Q, the last four digits; then the ninth character: the
 * check of ISO 3779 as North America and China (GB 16735) ask for it, or the filler Z of Europe. */
bool vin_shape(const uint8_t *s);
bool vin_check(const uint8_t *s);
bool card_test_number(const uint8_t *s, size_t n);

#endif
