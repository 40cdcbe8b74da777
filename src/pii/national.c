/* The rules, each as its country publishes it; test/pii/truth.py holds most of them against python3-stdnum. */
#include "pii/national.h"

#include "pii/checks.h"
#include "pii/token.h"

enum { DIGITS_MOST = 20 };

static bool all_digits(const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_is_digit(s[i]))
            return false;
    return true;
}

/* The shape is n digits that are not all the same. */
static bool is_shape(const uint8_t *s, size_t n, size_t wanted)
{
    return n == wanted && all_digits(s, n) && !digits_all_equal(s, n);
}

static enum national_fit fit(bool shape, bool pass)
{
    return !shape ? FIT_NOT : pass ? FIT_PASS : FIT_SHAPE;
}

static bool luhn(const uint8_t *s, size_t n, size_t wanted)
{
    return is_shape(s, n, wanted) && check_luhn(s, wanted);
}

static int sum_of(const uint8_t *s, const char *weights)
{
    int sum = 0;
    for (size_t i = 0; weights[i]; i++)
        sum += digit_of(s[i]) * (weights[i] >= 'a' ? weights[i] - 'a' + 10 : weights[i] - '0');
    return sum;
}

static bool date_two(int year, int month, int day)
{
    return date_valid(1900 + year, month, day) || date_valid(2000 + year, month, day);
}

static bool yymmdd(const uint8_t *s)
{
    return date_two(digits_int(s, 2), digits_int(s + 2, 2), digits_int(s + 4, 2));
}

static enum national_fit ae_eid(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 15) && memcmp(s, "784", 3) == 0, luhn(s, n, 15));
}

static enum national_fit ar_cuit(const uint8_t *s, size_t n)
{
    static const char *const KINDS = "20232427303334505155";
    bool kind = false;
    if (!is_shape(s, n, 11))
        return FIT_NOT;
    for (size_t i = 0; KINDS[i]; i += 2)
        kind = kind || memcmp(s, KINDS + i, 2) == 0;
    return fit(true, kind && "012345678990"[11 - sum_of(s, "5432765432") % 11] == s[10]);
}

static enum national_fit at_tin(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 9), luhn(s, n, 9));
}

static enum national_fit at_vnr(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 10) && s[0] != '0', n == 10 && sum_of(s, "3790584216") % 11 == digit_of(s[3]));
}

static enum national_fit bg_egn(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 10))
        return FIT_NOT;
    int year = digits_int(s, 2), month = digits_int(s + 2, 2);
    year += month > 40 ? 2000 : month > 20 ? 1800 : 1900;
    month -= month > 40 ? 40 : month > 20 ? 20 : 0;
    return fit(true, date_valid(year, month, digits_int(s + 4, 2)) &&
                         sum_of(s, "2485a9736") % 11 % 10 == digit_of(s[9]));
}

static enum national_fit bg_pnf(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 10), n == 10 && sum_of(s, "ljhdb9731") % 10 == digit_of(s[9]));
}

/* Weights that count from the right, 2 on; modulo 11. */
static int from_right(const uint8_t *s, size_t n, int most)
{
    int sum = 0, weight = 2;
    for (size_t i = n; i-- > 0; weight = weight == most ? 2 : weight + 1)
        sum += weight * digit_of(s[i]);
    return sum;
}

static enum national_fit cl_rut(const uint8_t *s, size_t n)
{
    if (n < 8 || n > 9 || !all_digits(s, n - 1) || digits_all_equal(s, n - 1))
        return FIT_NOT;
    return fit(ascii_is_digit(s[n - 1]) || s[n - 1] == 'K', "0K987654321"[from_right(s, n - 1, 7) % 11] == s[n - 1]);
}

static enum national_fit co_nit(const uint8_t *s, size_t n)
{
    static const uint8_t WEIGHTS[] = { 3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71 };
    int sum = 0;
    if (n < 8 || n > 16 || !is_shape(s, n, n))
        return FIT_NOT;
    for (size_t i = 0; i + 1 < n; i++)
        sum += WEIGHTS[i] * digit_of(s[n - 2 - i]);
    return fit(true, "01987654321"[sum % 11] == s[n - 1]);
}

static enum national_fit cu_ni(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 11))
        return FIT_NOT;
    int century = s[6] == '9' ? 1800 : s[6] <= '5' ? 1900 : 2000;
    return fit(true, date_valid(century + digits_int(s, 2), digits_int(s + 2, 2), digits_int(s + 4, 2)));
}

static enum national_fit cz_rc(const uint8_t *s, size_t n)
{
    if (n < 9 || n > 10 || !is_shape(s, n, n))
        return FIT_NOT;
    int year = 1900 + digits_int(s, 2), month = digits_int(s + 2, 2) % 50 % 20;
    bool nine = n == 9; /* given out until 1953, without a check digit */
    year += nine ? (year >= 1980 ? -100 : 0) : (year < 1954 ? 100 : 0);
    bool real = date_valid(year, month, digits_int(s + 4, 2)) && !(nine && year > 1953);
    int rest = (int)(digits_value(s, 9) % 11) % 10;
    return fit(true, real && (nine || rest == digit_of(s[9])));
}

static enum national_fit do_cedula(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 11), luhn(s, n, 11));
}

static enum national_fit ec_ci(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 10))
        return FIT_NOT;
    int province = digits_int(s, 2);
    bool place = (province >= 1 && province <= 24) || province == 30 || province == 50;
    return fit(true, place && s[2] <= '6' && check_luhn(s, 10));
}

static enum national_fit ee_ik(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 11) || s[0] < '1' || s[0] > '8')
        return FIT_NOT;
    int year = 1800 + (s[0] - '1') / 2 * 100 + digits_int(s + 1, 2);
    int check = sum_of(s, "1234567891") % 11;
    if (check == 10)
        check = sum_of(s, "3456789123") % 11 % 10;
    return fit(true, date_valid(year, digits_int(s + 3, 2), digits_int(s + 5, 2)) && check == digit_of(s[10]));
}

/* Century, yymmdd, governorate, serial, check digit. */
static enum national_fit eg_nid(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 14) || (s[0] != '2' && s[0] != '3'))
        return FIT_NOT;
    int year = 1700 + digit_of(s[0]) * 100 + digits_int(s + 1, 2), place = digits_int(s + 7, 2);
    bool real = date_valid(year, digits_int(s + 3, 2), digits_int(s + 5, 2));
    return fit(true, real && ((place >= 1 && place <= 35) || place == 88) &&
                         (11 - sum_of(s, "2765432765432") % 11) % 10 == digit_of(s[13]));
}

static enum national_fit gb_utr(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 10), n == 10 && "21987654321"[sum_of(s + 1, "6789a5432") % 11] == s[0]);
}

static enum national_fit gr_amka(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 11))
        return FIT_NOT;
    return fit(true, date_two(digits_int(s + 4, 2), digits_int(s + 2, 2), digits_int(s, 2)) && check_luhn(s, 11));
}

static enum national_fit gt_nit(const uint8_t *s, size_t n)
{
    if (n < 6 || n > 12 || !all_digits(s, n - 1) || digits_all_equal(s, n - 1))
        return FIT_NOT;
    return fit(ascii_is_digit(s[n - 1]) || s[n - 1] == 'K',
               "0123456789K"[(11 - from_right(s, n - 1, 12) % 11) % 11] == s[n - 1]);
}

/* ISO 7064 MOD 11,10. */
static enum national_fit hr_oib(const uint8_t *s, size_t n)
{
    int check = 10;
    if (!is_shape(s, n, 11))
        return FIT_NOT;
    for (size_t i = 0; i < 10; i++) {
        check = (check + digit_of(s[i])) % 10;
        check = (check ? check : 10) * 2 % 11;
    }
    return fit(true, (11 - check) % 10 == digit_of(s[10]));
}

/* 8, the days since 1867, three digits, a check digit. */
static enum national_fit hu_tax(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 10) && s[0] == '8', n == 10 && sum_of(s, "123456789") % 11 == digit_of(s[9]));
}

static enum national_fit hu_taj(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 9), n == 9 && sum_of(s, "37373737") % 10 == digit_of(s[8]));
}

/* Province, town, district; ddmmyy, 40 more for women; serial. There is no check digit. */
static enum national_fit id_nik(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 16))
        return FIT_NOT;
    int province = digits_int(s, 2), day = digits_int(s + 6, 2);
    return fit(true, province >= 11 && province <= 96 && memcmp(s + 12, "0000", 4) != 0 &&
                         date_two(digits_int(s + 10, 2), digits_int(s + 8, 2), day > 40 ? day - 40 : day));
}

static enum national_fit id_npwp(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 15), is_shape(s, n, 15) && check_luhn(s, 9));
}

static enum national_fit ie_pps(const uint8_t *s, size_t n)
{
    if (n < 8 || n > 9 || !all_digits(s, 7) || s[7] < 'A' || s[7] > 'W')
        return FIT_NOT;
    int second = 0;
    if (n == 9 && !((s[8] >= 'A' && s[8] <= 'I') || strchr("WTX", s[8])))
        return FIT_NOT;
    if (n == 9 && s[8] <= 'I')
        second = s[8] - 'A' + 1;
    return fit(true, "WABCDEFGHIJKLMNOPQRSTUV"[(sum_of(s, "8765432") + 9 * second) % 23] == s[7]);
}

static enum national_fit il_id(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 9), luhn(s, n, 9));
}

static enum national_fit ir_melli(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 10))
        return FIT_NOT;
    int rest = sum_of(s, "a98765432") % 11;
    return fit(true, (rest < 2 ? rest : 11 - rest) == digit_of(s[9]));
}

static enum national_fit is_kt(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 10) || (s[9] != '9' && s[9] != '0'))
        return FIT_NOT;
    int day = digits_int(s, 2), year = (s[9] == '9' ? 1900 : 2000) + digits_int(s + 4, 2);
    day -= day >= 40 ? 40 : 0;
    return fit(true, date_valid(year, digits_int(s + 2, 2), day) && sum_of(s, "327654321") % 11 == 0);
}

static enum national_fit kw_civil(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 12) || s[0] < '2' || s[0] > '3')
        return FIT_NOT;
    int year = 1700 + digit_of(s[0]) * 100 + digits_int(s + 1, 2);
    return fit(true, date_valid(year, digits_int(s + 3, 2), digits_int(s + 5, 2)) &&
                         11 - sum_of(s, "216379a5842") % 11 == digit_of(s[11]));
}

static enum national_fit kz_iin(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 12) || s[6] < '0' || s[6] > '6')
        return FIT_NOT;
    int check = sum_of(s, "123456789ab") % 11;
    if (check == 10)
        check = sum_of(s, "3456789ab12") % 11;
    return fit(true, yymmdd(s) && check == digit_of(s[11]));
}

/* yyyymmdd, serial, Luhn and Verhoeff; the second check digit is not looked at. */
static enum national_fit lu_matricule(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 13))
        return FIT_NOT;
    int year = digits_int(s, 4);
    return fit(true, year >= 1850 && year < 2100 && date_valid(year, digits_int(s + 4, 2), digits_int(s + 6, 2)) &&
                         check_luhn(s, 12));
}

static enum national_fit lv_pk(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 11))
        return FIT_NOT;
    int year = 1800 + digit_of(s[6]) * 100 + digits_int(s + 4, 2);
    return fit(true, s[0] <= '3' && date_valid(year, digits_int(s + 2, 2), digits_int(s, 2)) &&
                         (1 + sum_of(s, "a584216379")) % 11 % 10 == digit_of(s[10]));
}

static enum national_fit md_idnp(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 13), n == 13 && sum_of(s, "731731731731") % 10 == digit_of(s[12]));
}

/* Four letters, a date, the sex, a state, three letters, a letter or digit, a check digit. */
static enum national_fit mx_curp(const uint8_t *s, size_t n)
{
    static const char ALPHABET[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";
    int sum = 0;
    if (n != 18 || !all_digits(s + 4, 6) || !ascii_is_digit(s[17]) || !strchr("HMX", s[10]))
        return FIT_NOT;
    for (size_t i = 0; i < 17; i++) {
        bool letter = i < 4 || (i > 9 && i < 16);
        if (letter && (s[i] < 'A' || s[i] > 'Z'))
            return FIT_NOT;
        sum += (int)(strchr(ALPHABET, s[i]) - ALPHABET) * (18 - (int)i);
    }
    return fit(true, yymmdd(s + 4) && (10 - sum % 10) % 10 == digit_of(s[17]));
}

/* Of people: four letters, a date, three more; the last one checks. */
static enum national_fit mx_rfc(const uint8_t *s, size_t n)
{
    static const char ALPHABET[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ";
    int sum = 0;
    if (n != 13 || !all_digits(s + 4, 6))
        return FIT_NOT;
    for (size_t i = 0; i < 12; i++) {
        if (i < 4 && (s[i] < 'A' || s[i] > 'Z'))
            return FIT_NOT;
        sum += (int)(strchr(ALPHABET, s[i]) - ALPHABET) * (13 - (int)i);
    }
    return fit(true, yymmdd(s + 4) && "0123456789A"[(11 - sum % 11) % 11] == s[12]);
}

static enum national_fit my_nric(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 12))
        return FIT_NOT;
    int place = digits_int(s + 6, 2);
    bool known = place && place != 17 && place != 18 && place != 19 && place != 20 && place != 69 && place != 70 &&
                 place != 73 && place != 80 && place != 81 && place != 94 && place != 95 && place != 96 && place != 97;
    return fit(true, yymmdd(s) && known);
}

static enum national_fit nz_ird(const uint8_t *s, size_t n)
{
    uint8_t nine[9] = "0";
    if (n < 8 || n > 9 || !is_shape(s, n, n))
        return FIT_NOT;
    memcpy(nine + 9 - n, s, n);
    int value = digits_int(nine, 9), check = (11 - sum_of(nine, "32765432") % 11) % 11;
    if (check == 10)
        check = (11 - sum_of(nine, "74325276") % 11) % 11;
    return fit(true, value > 10000000 && value < 150000000 && check == digit_of(nine[8]));
}

static enum national_fit pe_dni(const uint8_t *s, size_t n)
{
    if (n != 9 || !all_digits(s, 8) || digits_all_equal(s, 8))
        return FIT_NOT;
    int rest = sum_of(s, "32765432") % 11;
    return fit(true, s[8] == "65432110987"[rest] || s[8] == "KJIHGFEDCBA"[rest]);
}

static enum national_fit pk_cnic(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 13), n == 13 && s[0] >= '1' && s[0] <= '7' && s[12] != '0');
}

static enum national_fit py_ruc(const uint8_t *s, size_t n)
{
    if (n < 6 || n > 9 || !is_shape(s, n, n))
        return FIT_NOT;
    return fit(true, (11 - from_right(s, n - 1, 12) % 11) % 11 % 10 == digit_of(s[n - 1]));
}

static enum national_fit ro_cnp(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 13) || s[0] == '0')
        return FIT_NOT;
    int county = digits_int(s + 7, 2), check = sum_of(s, "279146358279") % 11;
    int century = s[0] <= '2' || s[0] >= '7' ? 1900 : s[0] <= '4' ? 1800 : 2000;
    bool real = date_valid(century + digits_int(s + 1, 2), digits_int(s + 3, 2), digits_int(s + 5, 2));
    bool place = (county >= 1 && county <= 48) || county == 51 || county == 52 || county == 70 ||
                 (county >= 80 && county <= 83);
    return fit(true, real && place && (check == 10 ? 1 : check) == digit_of(s[12]));
}

static enum national_fit ru_inn(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 12), n == 12 && sum_of(s, "724a359468") % 11 % 10 == digit_of(s[10]) &&
                                       sum_of(s, "3724a359468") % 11 % 10 == digit_of(s[11]));
}

static enum national_fit ru_snils(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 11), n == 11 && sum_of(s, "987654321") % 101 % 100 == digits_int(s + 9, 2));
}

static enum national_fit sa_id(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 10) && (s[0] == '1' || s[0] == '2'), luhn(s, n, 10));
}

static enum national_fit yu_jmbg(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 13))
        return FIT_NOT;
    int year = digits_int(s + 4, 3);
    year += year >= 800 ? 1000 : 2000;
    return fit(true, date_valid(year, digits_int(s + 2, 2), digits_int(s, 2)) &&
                         (11 - sum_of(s, "765432765432") % 11) % 11 % 10 == digit_of(s[12]));
}

static enum national_fit th_pin(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 13) && s[0] != '0' && s[0] != '9',
               n == 13 && (11 - sum_of(s, "dcba98765432") % 11) % 10 == digit_of(s[12]));
}

static enum national_fit tr_tckn(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 11) || s[0] == '0')
        return FIT_NOT;
    int odd = sum_of(s, "101010101"), even = sum_of(s, "01010101");
    int tenth = ((7 * odd - even) % 10 + 10) % 10;
    return fit(true, tenth == digit_of(s[9]) && (odd + even + tenth) % 10 == digit_of(s[10]));
}

static enum national_fit ua_rntrc(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 10))
        return FIT_NOT;
    int sum = sum_of(s, "057946a57") - digit_of(s[0]);
    return fit(true, (sum % 11 + 11) % 11 % 10 == digit_of(s[9]));
}

static enum national_fit uy_ci(const uint8_t *s, size_t n)
{
    uint8_t eight[8] = "0";
    if (n < 7 || n > 8 || !is_shape(s, n, n))
        return FIT_NOT;
    memcpy(eight + 8 - n, s, n);
    return fit(true, (10 - sum_of(eight, "2987634") % 10) % 10 == digit_of(eight[7]));
}

static enum national_fit uz_pinfl(const uint8_t *s, size_t n)
{
    if (!is_shape(s, n, 14) || s[0] < '1' || s[0] > '6')
        return FIT_NOT;
    return fit(true, date_two(digits_int(s + 5, 2), digits_int(s + 3, 2), digits_int(s + 1, 2)) &&
                         sum_of(s, "7317317317317") % 10 == digit_of(s[13]));
}

static enum national_fit ve_rif(const uint8_t *s, size_t n)
{
    static const char KINDS[] = "VEJPG";
    const char *kind = n == 10 ? strchr(KINDS, s[0]) : NULL;
    if (!kind || !all_digits(s + 1, 9))
        return FIT_NOT;
    int sum = 4 * (int)(kind - KINDS + 1) + sum_of(s + 1, "32765432");
    return fit(true, "00987654321"[sum % 11] == s[9]);
}

static enum national_fit za_id(const uint8_t *s, size_t n)
{
    return fit(is_shape(s, n, 13), luhn(s, n, 13) && yymmdd(s) && s[10] <= '2');
}

const struct national_info NATIONAL_INFO[NATIONALS] = {
#define NATIONAL(id, name, label, chance) { name, label, chance, id },
#include "pii/national.def"
#undef NATIONAL
};

enum national national_of(uint64_t set, struct span value, bool *ret_pass)
{
    uint8_t s[DIGITS_MOST];
    size_t n = 0;
    enum national shaped = NATIONALS;
    *ret_pass = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        c = c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
        if (is_alnum(c)) {
            if (n == DIGITS_MOST)
                return NATIONALS;
            s[n++] = c;
        } else if (!c || !strchr(" -./", c)) {
            return NATIONALS;
        }
    }
    for (; n >= 5 && set; set &= set - 1) {
        enum national id = (enum national)__builtin_ctzll(set);
        enum national_fit how = NATIONAL_INFO[id].fit(s, n);
        *ret_pass = how == FIT_PASS;
        if (how == FIT_PASS)
            return id;
        if (how == FIT_SHAPE && shaped == NATIONALS)
            shaped = id;
    }
    return shaped;
}

enum national national_by_name(struct span name)
{
    for (unsigned i = 0; i < NATIONALS; i++)
        if (span_is(name, NATIONAL_INFO[i].name))
            return (enum national)i;
    return NATIONALS;
}
