/* Values in Chinese: names, addresses, ethnic groups, sexes, dates and plates. A name cannot be
 * told from a word by itself; the share of values that begin with a surname tells for the field. */
#include "pii/charsets.h"
#include "pii/checks.h"
#include "pii/value.h"

enum { NAME_CLOSED_BYTES = 9 };

static bool is_han(unsigned code)
{
    return code >= 0x4e00 && code <= 0x9fff;
}

/* Endings that names do not have: places, offices, shops, words. */
static bool ends_like_no_name(unsigned code)
{
    switch (code) {
    case 0x7701:
    case 0x5e02:
    case 0x53bf:
    case 0x533a:
    case 0x9547:
    case 0x4e61:
    case 0x6751: /* 省市县区镇乡村 */
    case 0x8def:
    case 0x8857:
    case 0x5c40:
    case 0x6240:
    case 0x9662:
    case 0x6821:
    case 0x5382: /* 路街局所院校厂 */
    case 0x5e97:
    case 0x7ad9:
    case 0x90e8:
    case 0x5ba4:
    case 0x5904:
    case 0x79d1:
    case 0x961f: /* 店站部室处科队 */
    case 0x4f1a:
    case 0x65cf:
    case 0x5e73:
    case 0x53f8:
    case 0x6848:
    case 0x8bc1:
    case 0x7c7b: /* 会族平司案证类 */
        return code != 0x5e73;
    default:
        return false;
    }
}

static bool name_like(const struct detectors *d, const unsigned *code, size_t n, const uint8_t *s)
{
    if (n < 2 || n > 4 || ends_like_no_name(code[n - 1]))
        return false;
    for (size_t i = 0; n >= 3 && i < d->compounds; i++)
        if (memcmp(d->compound[i], s, 6) == 0)
            return true;
    return n <= 3 && detectors_surname(d, code[0]);
}

/* Marks of an address in falling order; a number or letter must stand before 号, 栋, 室 and the
 * like: 鼓楼区 is a district. */
static void address_like(const struct detectors *d, struct span s, struct value *v)
{
    unsigned level = 0, marks = 0, low = 0, breaks = 0;
    bool digit_before = false;
    for (size_t i = 0; i < s.len;) {
        if (s.at[i] < 0x80) {
            digit_before = is_alnum(s.at[i]); /* 5栋, B座 */
            i++;
            continue;
        }
        unsigned code = i + 3 <= s.len ? utf8_three(s.at + i) : 0;
        if (code == 0) {
            i++;
            continue;
        }
        unsigned from_first = code - 0x4e00;
        unsigned here = from_first < sizeof(d->address_levels) ? d->address_levels[from_first] : 0;
        if (here && (here < 6 || digit_before)) {
            if (here > level) {
                marks++;
                low += here >= 5;
                level = here;
            } else if (here < level) {
                breaks++;
            }
        }
        if (code == 0x3002 || code == 0xff0c) /* a full stop or comma of prose */
            breaks++;
        digit_before = false;
        i += 3;
    }
    pii_mark(&v->marks, PII_CN_ADDRESS, marks >= 3 && low >= 1 && breaks <= 1);
}

static bool han_sex(struct span s, struct value *v)
{
    if (span_is(s, "男") || span_is(s, "男性"))
        v->sex = SEX_MALE;
    else if (span_is(s, "女") || span_is(s, "女性"))
        v->sex = SEX_FEMALE;
    else if (!span_is(s, "未知") && !span_is(s, "不详"))
        return false;
    pii_mark(&v->marks, PII_SEX, true);
    return true;
}

/* 1990年3月7日 */
static bool han_date(struct span s, struct value *v)
{
    int part[3] = { 0 };
    static const char *const MARKS[] = { "年", "月", "日" };
    if (s.len < 14 || s.len > 17 || !ascii_is_digit(s.at[0]))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        size_t n = 0;
        while (n < s.len && n < 4 && ascii_is_digit(s.at[n]))
            part[i] = part[i] * 10 + digit_of(s.at[n++]);
        s = span_from(s, n);
        if (n == 0 || !span_starts(s, span_str(MARKS[i])))
            return false;
        s = span_from(s, 3);
    }
    if (s.len || !date_valid(part[0], part[1], part[2]))
        return false;
    v->date = part[0] * 10000 + part[1] * 100 + part[2];
    v->form = FORM_DATE;
    pii_mark(&v->marks, PII_BIRTH_DATE, part[0] >= 1900 && part[0] <= 2200);
    return true;
}

/* 京A12345, 京A·12345, 京AD12345: the rest of the plate after the province. */
static void plate_like(struct span s, struct value *v)
{
    uint8_t rest[8];
    size_t n = 0, digits = 0, least = 6;
    for (size_t i = 3; i < s.len; i++) {
        if (s.at[i] == 0xc2 && i + 1 < s.len && s.at[i + 1] == 0xb7) {
            i++;
            continue;
        }
        bool good = ascii_is_digit(s.at[i]) || (s.at[i] >= 'A' && s.at[i] <= 'Z');
        if (!good && s.at[i] >= 0x80 && n >= 5 && s.len - i == 3) {
            least = 5; /* 警 学 挂 港 澳 stand for the last one */
            break;
        }
        if (!good || n == sizeof(rest))
            return;
        digits += ascii_is_digit(s.at[i]);
        rest[n++] = s.at[i];
    }
    if (n < least || n > 7 || rest[0] < 'A')
        return;
    pii_mark(&v->marks, PII_CN_PLATE,
             digits >= 2 && !memchr(rest + 1, 'I', n - 1) && !memchr(rest + 1, 'O', n - 1));
}

static bool is_known(const struct detectors *d, const struct table *t, struct span s)
{
    unsigned slot = detectors_value_slot(s);
    return (d->known_values[slot / 64] >> (slot % 64) & 1) && table_get(t, s);
}

static void ethnic_like(const struct detectors *d, struct span s, struct value *v)
{
    struct span stem = span_ends(s, SPAN("族")) && s.len > 3 ? span_first(s, s.len - 3) : s;
    bool plausible = stem.len < s.len || s.len <= 12;
    if (plausible)
        pii_mark(&v->marks, PII_CN_ETHNIC, is_known(d, &d->ethnic, stem));
}

/* 阿卜杜拉·吐尔逊: names of Uyghurs and others, two parts and a middle dot (U+00B7, U+2022, U+30FB). */
static bool name_with_dot(struct span s, struct value *v)
{
    size_t han[3] = { 0 }, part = 0;
    for (size_t i = 0; i < s.len;) {
        unsigned code = i + 3 <= s.len ? utf8_three(s.at + i) : 0;
        bool dot = s.at[i] == 0xc2 && i + 1 < s.len && s.at[i + 1] == 0xb7;
        if (dot || code == 0x2022 || code == 0x30fb) {
            if (++part > 2)
                return false;
            i += dot ? 2 : 3;
        } else if (is_han(code)) {
            han[part]++;
            i += 3;
        } else {
            return false;
        }
    }
    if (part == 0 || han[0] < 2 || han[part] < 2 || han[0] > 7 || han[1] > 7 || han[2] > 7)
        return false;
    pii_mark(&v->marks, PII_CN_NAME, true);
    return true;
}

/* A name that was spread out, "张 三" or with U+3000: without the gap into out. */
static struct span close_gap(struct span s, uint8_t out[static NAME_CLOSED_BYTES])
{
    size_t gaps = 0, n = 0;
    if (s.len < 7 || s.len > 15 || s.at[0] < 0xe4)
        return s;
    for (size_t i = 0; i < s.len;) {
        bool wide = i + 3 <= s.len && utf8_three(s.at + i) == 0x3000;
        if (s.at[i] == ' ' || wide) {
            gaps++;
            i += wide ? 3 : 1;
        } else if (n < NAME_CLOSED_BYTES) {
            out[n++] = s.at[i++];
        } else {
            return s;
        }
    }
    return gaps && n >= 6 && n % 3 == 0 ? span_of(out, n) : s;
}

void value_han(const struct detectors *d, struct span s, struct value *v)
{
    uint8_t closed[NAME_CLOSED_BYTES];
    unsigned code[5] = { 0 };
    s = close_gap(s, closed);
    size_t han = 0;
    bool all = s.len % 3 == 0 && s.len <= 15;
    for (size_t i = 0; all && i < s.len; i += 3) {
        code[han] = utf8_three(s.at + i);
        all = is_han(code[han]);
        han++;
    }
    v->form = FORM_HAN;
    uint8_t first = s.at[0];
    bool latin = first < 0x80 ? (first | 32) >= 'a' : first >= 0xc3 && first <= 0xc5;
    if (latin && s.len <= 64 && value_latin(d, s, v)) {
        v->form = FORM_OTHER;
        return;
    }
    if (all) {
        if (han <= 2 && han_sex(s, v))
            return;
        pii_mark(&v->marks, PII_CN_NAME, name_like(d, code, han, s.at));
        v->marks.test = han >= 2 && han <= 4 && is_known(d, &d->test_names, s);
        ethnic_like(d, s, v);
        return;
    }
    if (han_date(s, v) || (s.len <= 50 && s.len >= 14 && name_with_dot(s, v)))
        return;
    if (s.len >= 8 && s.len <= 16 && utf8_three(s.at) && s.at[3] >= 'A' && s.at[3] <= 'Z')
        plate_like(s, v);
    if (s.len >= 12)
        address_like(d, s, v);
}

size_t value_narrow(struct span s, uint8_t out[static PIECE_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i + 3 <= s.len && n < PIECE_MAX; i += 3) {
        unsigned code = utf8_three(s.at + i);
        if (code < 0xff01 || code > 0xff5e)
            return 0;
        out[n++] = (uint8_t)(code - 0xff01 + '!');
    }
    return n * 3 == s.len ? n : 0;
}
