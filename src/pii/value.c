/* Judging one short ASCII value. The masks say in a few operations which of the forms below are
 * possible at all; most values (words, small numbers, enumerations) leave within a dozen of them. */
#include "pii/checks.h"
#include "pii/value.h"

static void piece_drop_front(struct piece *p)
{
    p->at++;
    p->len--;
    p->digit >>= 1, p->upper >>= 1, p->lower >>= 1, p->high >>= 1;
    p->mailbox >>= 1, p->dot >>= 1, p->colon >>= 1, p->literal >>= 1;
}

static void piece_drop_back(struct piece *p, size_t n)
{
    p->len -= n;
    uint64_t all = piece_ones(p->len);
    p->digit &= all, p->upper &= all, p->lower &= all, p->high &= all;
    p->mailbox &= all, p->dot &= all, p->colon &= all, p->literal &= all;
}

void piece_trim_slowly(struct piece *p)
{
    while (p->len && (ascii_is_space(p->at[0]) || p->at[0] == '\'' || p->at[0] == '"'))
        piece_drop_front(p);
    while (p->len && (ascii_is_space(p->at[p->len - 1]) || p->at[p->len - 1] == '\'' ||
                      p->at[p->len - 1] == '"'))
        piece_drop_back(p, 1);
    size_t n = p->len;
    if (n > 9 && p->at[n - 1] == '0' && p->dot == 1ULL << (n - 2) &&
        p->digit == (piece_ones(n) & ~p->dot))
        piece_drop_back(p, 2);
}

static bool take_date(struct value *v, int year, int month, int day)
{
    if (year < 1800 || year > 2200 || !date_valid(year, month, day))
        return false;
    v->date = year * 10000 + month * 100 + day;
    v->form = FORM_DATE;
    pii_mark(&v->marks, PII_BIRTH_DATE, year >= 1900);
    return true;
}

/* 1 to 12 by the first three letters of an English month, or 0. */
static int month_of(const uint8_t *s)
{
    static const char MONTHS[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int month = 0; month < 12; month++) {
        const char *name = MONTHS + (size_t)month * 3;
        if (ascii_lower(s[0]) == (uint8_t)name[0] && ascii_lower(s[1]) == (uint8_t)name[1] &&
            ascii_lower(s[2]) == (uint8_t)name[2])
            return month + 1;
    }
    return 0;
}

/* 12JAN80, 12JAN1980: as airlines write. Two digits of a year are of this century up to the present. */
static bool joined_month(const struct detectors *d, const struct piece *p, struct value *v)
{
    uint64_t digits = 3 | (piece_ones(p->len) & ~31ULL);
    int month;
    if ((p->len != 7 && p->len != 9) || p->digit != digits || !(month = month_of(p->at + 2)))
        return false;
    int year = digits_int(p->at + 5, p->len - 5);
    if (p->len == 7)
        year += year > d->rules.today / 10000 % 100 ? 1900 : 2000;
    return take_date(v, year, month, digits_int(p->at, 2));
}

/* 10-Jul-1985, 3 March 1990: the month by its English name or the beginning of it. */
static bool named_month(const struct piece *p, struct value *v)
{
    const uint8_t *s = p->at;
    size_t day = p->len > 9 && p->len <= 17 && ascii_is_digit(s[0]) ? 1 + ascii_is_digit(s[1]) : 0;
    size_t year = p->len - 4, letters = (size_t)__builtin_popcountll(p->upper | p->lower);
    if (!day || letters < 3 || day + letters + 6 != p->len || s[day] != s[year - 1] ||
        !strchr("- /.", s[day]) || __builtin_popcountll(p->digit) != (int)day + 4)
        return false;
    int month = ascii_is_digit(s[year]) ? month_of(s + day + 1) : 0;
    return month && take_date(v, digits_int(s + year, 4), month, digits_int(s, day));
}

/* A calendar day with separators, a time of day behind it or not. */
static bool date_like(const struct piece *whole, struct value *v)
{
    struct piece cut = *whole, *p = &cut;
    const uint8_t *s = p->at;
    if (p->len > 8 && s[p->len - 1] == '.') /* 1980.05.03. */
        piece_drop_back(p, 1);
    bool iso = p->len >= 8 && (p->digit & 15) == 15 && (s[4] == '-' || s[4] == '/' || s[4] == '.');
    if (iso) {
        size_t at = 5;
        int month = 0, day = 0;
        while (at < p->len && at < 7 && ascii_is_digit(s[at]))
            month = month * 10 + digit_of(s[at++]);
        if (at >= p->len || s[at] != s[4])
            return false;
        size_t start = ++at;
        while (at < p->len && at < start + 2 && ascii_is_digit(s[at]))
            day = day * 10 + digit_of(s[at++]);
        bool ends = at == p->len || s[at] == ' ' || s[at] == 'T';
        return ends && take_date(v, digits_int(s, 4), month, day);
    }
    /* 12.03.1980, 5/3/1980: the marks lie behind one digit or two, and four digits follow the second. */
    uint64_t marks = piece_ones(p->len) & ~p->digit;
    if (p->len < 8 || p->len > 10 || __builtin_popcountll(marks) != 2)
        return false;
    size_t one = (size_t)__builtin_ctzll(marks), two = 63 - (size_t)__builtin_clzll(marks);
    bool day_first = (s[one] == '/' || s[one] == '.' || s[one] == '-') && s[two] == s[one] && one >= 1 && one <= 2 &&
                     two - one >= 2 && two - one <= 3 && two + 5 == p->len;
    if (!day_first)
        return false;
    int a = digits_int(s, one), b = digits_int(s + one + 1, two - one - 1), year = digits_int(s + two + 1, 4);
    return take_date(v, year, b, a) || take_date(v, year, a, b);
}

static void keep_birth(struct value *v, const uint8_t *s)
{
    if (pii_has(v->marks.shape, PII_CN_ID)) {
        v->birth = digits_int(s + 6, 8);
        if (pii_has(v->marks.pass, PII_CN_ID)) /* a damaged number has lost the digit */
            v->birth_sex = digit_of(s[16]) % 2 ? SEX_MALE : SEX_FEMALE;
        v->province = (uint8_t)digits_int(s, 2);
        v->county = cn_county(s);
    } else if (pii_has(v->marks.pass, PII_CN_ID15)) {
        v->birth = 19000000 + digits_int(s + 6, 6);
        v->birth_sex = digit_of(s[14]) % 2 ? SEX_MALE : SEX_FEMALE;
        v->province = (uint8_t)digits_int(s, 2);
        v->county = cn_county(s);
    }
}

static void digits_only(const struct detectors *d, const struct piece *p, struct value *v)
{
    struct compact c = { .n = 0 };
    v->form = FORM_NUMBER;
    if (p->len <= NUMBER_DIGITS_MAX)
        v->number = digits_value(p->at, p->len);
    if (p->len == 1) {
        /* GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated. */
        pii_mark(&v->marks, PII_SEX, p->at[0] <= '2' || p->at[0] == '9');
        v->sex = p->at[0] == '1' ? SEX_MALE : p->at[0] == '2' ? SEX_FEMALE : SEX_UNKNOWN;
    }
    if (p->len < 8 || p->len > NUMBER_DIGITS_MAX) {
        if (p->len >= 20 && p->len <= 24)
            pii_mark(&v->marks, PII_CASE_NUMBER, true);
        return;
    }
    if (p->len == 8)
        (void)take_date(v, digits_int(p->at, 4), digits_int(p->at + 4, 2),
                        digits_int(p->at + 6, 2));
    memcpy(c.c, p->at, p->len);
    c.n = (uint8_t)p->len;
    token_number(&d->rules, &c, &v->marks);
    keep_birth(v, p->at);
    if (p->len >= 10)
        pii_mark(&v->marks, PII_CASE_NUMBER, p->len >= 15);
    /* As telephone numbers of many countries are; only the form, for a field that is called so. */
    if (p->len >= 9 && (p->len <= 11 || (p->at[0] == '0' && p->len <= 15)))
        pii_mark(&v->marks, PII_PHONE, pii_has(v->marks.pass, PII_PHONE));
}

static void short_word(const struct piece *p, struct value *v)
{
    static const struct {
        const char *text;
        enum sex sex;
    } WORDS[] = { { "m", SEX_MALE },        { "f", SEX_FEMALE }, { "male", SEX_MALE },
                  { "female", SEX_FEMALE }, { "w", SEX_FEMALE }, { "u", SEX_UNKNOWN } };
    struct span s = span_of(p->at, p->len);
    bool known = false;
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (span_eq_nocase(s, span_str(WORDS[i].text))) {
            v->sex = WORDS[i].sex;
            known = true;
        }
    }
    pii_mark(&v->marks, PII_SEX, known);
}

/* Letter, digit, digit or A or B; then nothing, or a dot and one to four more. */
static void icd_like(const struct piece *p, struct value *v)
{
    const uint8_t *s = p->at;
    if (p->len < 3 || p->len > 8 || !(p->upper & 1) || !(p->digit & 2))
        return;
    bool third = (p->digit & 4) || s[2] == 'A' || s[2] == 'B';
    bool tail = p->len == 3 || (p->len >= 5 && s[3] == '.' && p->dot == 8);
    pii_mark(&v->marks, PII_ICD10, third && tail);
}

/* ICD-11 (WHO, 2022): the second character is a letter other than I and O, the third a digit. */
static void icd11_like(const struct piece *p, struct value *v)
{
    const uint8_t *s = p->at;
    bool four = p->len == 4, dotted = p->dot == 16 && p->len >= 6 && p->len <= 7;
    if (!(four || dotted) || !(p->upper & 2) || !(p->digit & 4) || !((p->upper | p->digit) & 8))
        return;
    bool fine = s[1] != 'I' && s[1] != 'O' && s[0] != 'I' && s[0] != 'O' && is_alnum(s[0]);
    pii_mark(&v->marks, PII_ICD11, fine && p->lower == 0);
}

static bool hex_from(const struct piece *p, size_t from)
{
    for (size_t i = from; i < p->len; i++)
        if (!ascii_is_digit(p->at[i]) && ((p->at[i] | 32) < 'a' || (p->at[i] | 32) > 'f'))
            return false;
    return true;
}

static bool looks_hex(const struct piece *p)
{
    return p->len >= 16 && p->digit && hex_from(p, 0);
}

/* Letters and digits, nothing else. */
static void letters_and_digits(const struct detectors *d, const struct piece *p, struct value *v)
{
    v->form = FORM_OTHER;
    if (p->len <= 6)
        short_word(p, v);
    if (p->digit == 0) {
        bool capitalised = p->upper == 1 || p->upper == piece_ones(p->len);
        v->marks.single = capitalised;
        if (capitalised && p->len >= 3)
            pii_mark(&v->marks, PII_PERSON_NAME, detectors_known_name(d, p->at, p->len));
        return;
    }
    if (joined_month(d, p, v))
        return;
    bool small_x = p->len == 18 && p->lower == 1ULL << 17 && p->at[17] == 'x' &&
                   p->digit == piece_ones(17);
    if (p->lower && !small_x) {
        if (p->len == 35 && memcmp(p->at, "md5", 3) == 0) /* PostgreSQL's md5 and 32 digits */
            pii_mark(&v->marks, PII_PASSWORD_HASH, hex_from(p, 3));
        if (looks_hex(p))
            v->form = FORM_HEX;
        return;
    }
    if (looks_hex(p))
        v->form = FORM_HEX;
    icd_like(p, v);
    icd11_like(p, v);
    if (p->len < 7 || p->len > COMPACT_MAX)
        return;
    uint8_t copy[COMPACT_MAX];
    memcpy(copy, p->at, p->len);
    if (small_x)
        copy[17] = 'X';
    token_mixed(&d->rules, copy, p->len, &v->marks);
    keep_birth(v, p->at);
    uint64_t head = p->upper & 3;
    if (p->len >= 12 && p->len <= 30 && p->upper == head && head & 1)
        pii_mark(&v->marks, PII_CASE_NUMBER, true);
}

/* "31.2304, 121.4737": two decimals with four places and more, a latitude first or second. */
static void geo_pair(const struct piece *p, struct value *v)
{
    const uint8_t *comma = memchr(p->at, ',', p->len);
    if (!comma || p->len > 44 || __builtin_popcountll(p->dot) != 2)
        return;
    struct span part[2] = { span_of(p->at, (size_t)(comma - p->at)),
                            span_of(comma + 1, (size_t)(p->at + p->len - comma - 1)) };
    int degrees[2];
    for (unsigned i = 0; i < 2; i++) {
        struct span s = part[i];
        while (s.len && s.at[0] == ' ')
            s = span_from(s, 1);
        s = span_from(s, s.len && s.at[0] == '-');
        size_t dot = span_index(s, '.');
        if (dot < 1 || dot > 3 || s.len < dot + 5)
            return;
        for (size_t k = 0; k < s.len; k++)
            if (k != dot && !ascii_is_digit(s.at[k]))
                return;
        degrees[i] = digits_int(s.at, dot);
    }
    bool fits = (degrees[0] <= 90 && degrees[1] <= 180) || (degrees[0] <= 180 && degrees[1] <= 90);
    pii_mark(&v->marks, PII_GEO, fits);
}

/* A decimal with four places and more, within the degrees of the globe; or two of them. */
static void geo_like(const struct piece *p, struct value *v)
{
    size_t dot = p->dot ? (size_t)__builtin_ctzll(p->dot) : p->len, start = p->at[0] == '-';
    if (p->len < 6 || dot <= start || dot - start > 3 || p->dot & (p->dot - 1))
        return;
    if ((p->digit | p->dot | start) != piece_ones(p->len))
        return;
    int degrees = digits_int(p->at + start, dot - start);
    pii_mark(&v->marks, PII_GEO, p->len - dot > 4 && degrees <= 180);
}

/* Seven to fifteen digits in groups, or behind a zero, as the countries write telephone numbers. Only the
 * form: without a name that says so it is nothing. */
static void phone_like(const struct piece *p, struct value *v)
{
    size_t digits = (size_t)__builtin_popcountll(p->digit), marks = p->len - digits;
    bool decimal = marks == 1 && p->dot; /* 2.9142857 */
    if (digits < 7 || digits > 15 || marks > 6 || decimal)
        return;
    for (size_t i = 0; i < p->len; i++)
        if (!ascii_is_digit(p->at[i]) && !strchr("+ -.()/", p->at[i]))
            return;
    pii_mark(&v->marks, PII_PHONE, pii_has(v->marks.pass, PII_PHONE));
}

static void separated_number(const struct detectors *d, const struct piece *p, struct value *v)
{
    struct compact c = { .plus = p->at[0] == '+' };
    unsigned group = 0, groups = 0;
    uint32_t lengths = 0;
    for (size_t i = 0; i < p->len; i++) {
        uint8_t ch = p->at[i];
        bool x = (ch | 32) == 'x' && i + 1 == p->len && c.n == 17;
        if (ascii_is_digit(ch) || x) {
            if (c.n == NUMBER_DIGITS_MAX)
                return;
            c.c[c.n++] = x ? 'X' : ch;
            group++;
        } else if (group) {
            if (group > 15 || ++groups > 6)
                return;
            lengths = lengths << 4 | group;
            group = 0;
        }
    }
    if (group)
        c.groups = groups ? lengths << 4 | (group & 15) : 0;
    else
        c.groups = groups > 1 ? lengths : 0;
    if (c.n < 8)
        return;
    token_number(&d->rules, &c, &v->marks);
    if (c.n == 18 || c.n == 15)
        keep_birth(v, c.c);
}

static void masked(const struct piece *p, struct value *v)
{
    size_t stars = 0, digits = (size_t)__builtin_popcountll(p->digit);
    for (size_t i = 0; i < p->len; i++)
        stars += p->at[i] == '*' || p->at[i] == 'x' || p->at[i] == 'X';
    if (stars < 4 || digits == 0 || stars + digits != p->len)
        return;
    if (p->len == 11 && (p->digit & 7) == 7 && stars == 4) {
        uint8_t whole[11];
        for (unsigned i = 0; i < 11; i++)
            whole[i] = ascii_is_digit(p->at[i]) ? p->at[i] : '9';
        pii_mark(&v->marks, PII_CN_MOBILE_MASKED, cn_mobile(whole));
        return;
    }
    bool six = (p->digit & 63) == 63 ? cn_province(p->at) : p->at[0] >= '1' && p->at[0] <= '9';
    pii_mark(&v->marks, PII_CN_ID_MASKED, (p->len == 18 || p->len == 15) && six && stars >= 4);
}

/* MySQL's PASSWORD(): a star and 40 hexadecimal capitals. */
static bool mysql_hash(const struct piece *p, struct value *v)
{
    bool fits = p->len == 41 && p->at[0] == '*' && p->digit && p->upper;
    for (size_t i = 1; i < p->len && fits; i++)
        fits = ascii_is_digit(p->at[i]) || (p->at[i] >= 'A' && p->at[i] <= 'F');
    if (fits)
        pii_mark(&v->marks, PII_PASSWORD_HASH, true);
    return fits;
}

static void numbers_and_marks(const struct detectors *d, const struct piece *p, struct value *v)
{
    size_t digits = (size_t)__builtin_popcountll(p->digit);
    if (p->at[p->len - 1] == '7' && p->len >= 7 && memcmp(p->at + p->len - 4, "E+17", 4) == 0 &&
        p->dot == 2) {
        pii_mark(&v->marks, PII_CN_ID_DAMAGED, true);
        return;
    }
    if (date_like(p, v))
        return;
    if (p->dot) {
        struct span s = span_of(p->at, p->len);
        struct pii_marks m = { 0 };
        if (token_ipv4(s, &m) == p->len) {
            v->marks = m;
            return;
        }
        geo_like(p, v);
        geo_pair(p, v);
    }
    if (memchr(p->at, '*', p->len))
        masked(p, v);
    else if (digits >= 8)
        separated_number(d, p, v);
    phone_like(p, v);
}

/* Something besides letters and digits is in it. */
static void with_marks(const struct detectors *d, const struct piece *p, struct value *v)
{
    struct span s = span_of(p->at, p->len);
    v->form = FORM_OTHER;
    if (p->mailbox) {
        (void)token_email(s, (size_t)__builtin_ctzll(p->mailbox), &v->marks);
        return;
    }
    if ((p->colon && (token_mac(s, &v->marks) || token_ipv6(s, &v->marks))) ||
        (p->len == 17 && p->at[2] == '-' && token_mac(s, &v->marks)))
        return;
    if (p->len == 11 && (p->digit & 0x3ff) == 0x3bf && fi_hetu_shape(p->at))
        pii_mark(&v->marks, PII_FI_HETU, fi_hetu_check(p->at));
    if (p->at[0] == '*' && mysql_hash(p, v))
        return;
    uint64_t letters = p->upper | p->lower;
    bool last_x = letters == 1ULL << (p->len - 1) && (p->at[p->len - 1] | 32) == 'x';
    if (letters == 0 || last_x ||
        (p->dot && p->len >= 7 && memcmp(p->at + p->len - 4, "E+17", 4) == 0)) {
        numbers_and_marks(d, p, v);
        return;
    }
    if (p->digit && (((p->digit & 15) == 15 && date_like(p, v)) || named_month(p, v)))
        return;
    if (p->digit == 0) {
        if (p->upper)
            (void)value_latin(d, s, v);
        return;
    }
    icd_like(p, v);
    icd11_like(p, v);
    if (p->lower)
        return;
    /* Capitals and digits with separators: "AB 12 34 56 C", "A123456(7)". */
    uint8_t joined[COMPACT_MAX];
    size_t n = 0, marks = 0;
    for (size_t i = 0; i < p->len; i++) {
        if (is_alnum(p->at[i])) {
            if (n == COMPACT_MAX)
                return;
            joined[n++] = p->at[i];
        } else if (!strchr(" -().", p->at[i]) || ++marks > 9) {
            if (memchr(p->at, '*', p->len))
                masked(p, v);
            return;
        }
    }
    if (n >= 7)
        token_mixed(&d->rules, joined, n, &v->marks);
}

void value_judge(const struct detectors *d, const struct piece *p, struct value *v)
{
    uint64_t all = piece_ones(p->len), plain = p->digit | p->upper | p->lower;
    *v = (struct value){ .form = FORM_OTHER };
    if (p->len == 0) {
        v->form = FORM_EMPTY;
        return;
    }
    if (p->high) {
        uint8_t narrow[PIECE_MAX];
        struct span s = span_of(p->at, p->len);
        size_t n = p->at[0] == 0xef ? value_narrow(s, narrow) : 0;
        if (n == 0) {
            value_han(d, s, v);
        } else {
            struct piece q = { .at = narrow, .len = n };
            for (size_t i = 0; i < n; i++) {
                q.digit |= (uint64_t)ascii_is_digit(narrow[i]) << i;
                q.upper |= (uint64_t)(narrow[i] >= 'A' && narrow[i] <= 'Z') << i;
                q.lower |= (uint64_t)(narrow[i] >= 'a' && narrow[i] <= 'z') << i;
            }
            if (q.digit == piece_ones(n))
                digits_only(d, &q, v);
            else
                letters_and_digits(d, &q, v);
        }
    } else if (p->digit == all) {
        digits_only(d, p, v);
    } else if (plain == all) {
        letters_and_digits(d, p, v);
    } else {
        with_marks(d, p, v);
    }
    if (p->literal) {
        struct pii_marks m = { 0 };
        size_t at = (size_t)__builtin_ctzll(p->literal);
        if (detectors_secret(d, span_of(p->at, p->len), at, &m) && at == 0) {
            v->marks.shape |= m.shape;
            v->marks.pass |= m.pass;
        }
    }
    if (d->houses.len)
        detectors_house(d, span_of(p->at, p->len), &v->marks);
}
