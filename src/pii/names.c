/* What the name of a field suggests.
 *
 * A name is cut into words at separators and humps ("customerMobile_no" -> customer mobile no),
 * and every sequence of up to four words that is joined to a dictionary entry counts, the last
 * words being worth most: "mobile_count" ends in a word that counts things and suggests nothing.
 * Never by substring: "shipping" is no "pin". */
#include "pii/names.h"

#include "base/hex.h"
#include "pii/charsets.h"

static bool is_separator(uint8_t c)
{
    return c < 0x80 && !is_alnum(c);
}

/* The letter of two bytes at `s` as headings are compared: small, without its accent or its form at the
 * end of a word. Returns its code point; 0 where it is dropped (marks that stand on letters). */
static unsigned fold_two(unsigned c)
{
    static const uint8_t GREEK[] = { [0x00] = 0xb1, [0x02] = 0xb5, [0x03] = 0xb7, [0x04] = 0xb9,
                                     [0x06] = 0xbf, [0x08] = 0xc5, [0x09] = 0xc9, [0x26] = 0xb1,
                                     [0x27] = 0xb5, [0x28] = 0xb7, [0x29] = 0xb9, [0x3c] = 0xc3,
                                     [0x44] = 0xb9, [0x45] = 0xc5, [0x46] = 0xbf, [0x47] = 0xc5,
                                     [0x48] = 0xc9 };
    if (c >= 0x300 && c <= 0x36f)
        return 0;
    if (c >= 0x391 && c <= 0x3a9)
        return c + 0x20;
    if (c >= 0x386 && c < 0x386 + sizeof(GREEK) && GREEK[c - 0x386])
        return 0x300U + GREEK[c - 0x386];
    if (c >= 0x410 && c <= 0x42f)
        return c + 0x20;
    if (c >= 0x531 && c <= 0x556)
        return c + 0x30;
    if (c == 0x401 || c == 0x451)
        return 0x435;
    if (c >= 0x400 && c <= 0x40f)
        return c + 0x50;
    if ((c >= 0x64b && c <= 0x652) || c == 0x640 || c == 0x5f4 || (c >= 0x591 && c <= 0x5c7))
        return 0;
    if (c == 0x622 || c == 0x623 || c == 0x625)
        return 0x627;
    return c == 0x629 ? 0x647 : c == 0x649 || c == 0x6cc ? 0x64a : c == 0x6a9 ? 0x643 : c;
}

/* Vietnamese and Romanian letters without their marks; 0 for others. */
static uint8_t fold_marked(unsigned c)
{
    if (c >= 0x1ea0 && c <= 0x1ef9)
        return c < 0x1eb8   ? 'a'
               : c < 0x1ec8 ? 'e'
               : c < 0x1ecc ? 'i'
               : c < 0x1ee4 ? 'o'
               : c < 0x1ef2 ? 'u'
                            : 'y';
    return c == 0x1a0 || c == 0x1a1   ? 'o'
           : c == 0x1af || c == 0x1b0 ? 'u'
           : c == 0x218 || c == 0x219 ? 's'
           : c == 0x21a || c == 0x21b ? 't'
                                      : 0;
}

/* Puts the byte at *i, or the letter that it begins, small and without an accent ("Téléphone", "né",
 * "Дата", "Ngày"), into out: at most as many bytes as it takes. Leaves *i at its last byte. */
static size_t fold_char(struct span name, size_t *i, uint8_t *out)
{
    size_t len, at = *i;
    const uint8_t *s = name.at + at;
    if (s[0] < 0x80) {
        out[0] = ascii_lower(s[0]);
        return 1;
    }
    uint8_t base = latin_base(span_from(name, at), &len);
    bool two = s[0] >= 0xc6 && s[0] < 0xe0 && at + 1 < name.len && (s[1] & 0xc0) == 0x80;
    bool three = s[0] == 0xe1 && at + 2 < name.len;
    unsigned code = two ? (s[0] & 31U) << 6 | (s[1] & 63U) : three ? utf8_three(s) : 0;
    if (!base && code && (base = fold_marked(code)))
        len = two ? 2 : 3;
    if (base || !two) {
        *i += base ? len - 1 : 0;
        out[0] = ascii_lower(base ? base : s[0]);
        return 1;
    }
    *i += 1;
    code = fold_two(code);
    out[0] = (uint8_t)(0xc0 | code >> 6);
    out[1] = (uint8_t)(0x80 | (code & 63));
    return code ? 2 : 0;
}

void name_words_cut(struct name_words *w, struct span name)
{
    bool inside = false;
    size_t n = 0;
    w->count = 0;
    if (name.len > NAME_BYTES_MAX)
        name.len = 0;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.at[i];
        if (is_separator(c)) {
            inside = false;
            continue;
        }
        bool hump = i > 0 && c >= 'A' && c <= 'Z' &&
                    ((name.at[i - 1] >= 'a' && name.at[i - 1] <= 'z') ||
                     (i + 1 < name.len && name.at[i + 1] >= 'a' && name.at[i + 1] <= 'z' &&
                      name.at[i - 1] >= 'A' && name.at[i - 1] <= 'Z'));
        if ((!inside || hump) && w->count < NAME_WORDS_MAX)
            w->start[w->count++] = n;
        inside = true;
        n += fold_char(name, &i, w->folded + n);
    }
    w->start[w->count] = n;
}

struct span name_fold(struct span name, uint8_t out[static NAME_BYTES_MAX])
{
    size_t n = 0;
    if (name.len > NAME_BYTES_MAX)
        return SPAN_NONE;
    for (size_t i = 0; i < name.len; i++)
        if (!is_separator(name.at[i]))
            n += fold_char(name, &i, out + n);
    return span_of(out, n);
}

/* May a name of a field end as this word of two bytes and more does? Most words end as none of them does. */
static bool ends_as_field(const struct detectors *d, struct span folded)
{
    unsigned slot = folded.at[folded.len - 2] * 37U + folded.at[folded.len - 1];
    return d->name_tails[slot / 64 % NAME_TAIL_WORDS] >> (slot % 64) & 1;
}

/* table_get() of the names of fields. */
static const struct name_hint *hint_of(const struct detectors *d, struct span folded)
{
    return folded.len > 1 && !ends_as_field(d, folded) ? NULL : table_get(&d->fields, folded);
}

/* Words behind the thing that say which one: "Telefon privat", "phone_2", "email alt". */
static void drop_qualifiers(struct name_words *w, const struct detectors *d)
{
    while (w->count > 1) {
        struct span last = span_of(w->folded + w->start[w->count - 1],
                                   w->start[w->count] - w->start[w->count - 1]);
        const struct name_hint *hint = hint_of(d, last);
        bool number = last.len <= 2;
        for (size_t i = 0; i < last.len; i++)
            number = number && ascii_is_digit(last.at[i]);
        if (!number && !(hint && hint->qualifier))
            return;
        w->count--;
    }
}

static bool without_vowels(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] >= 0x80 || strchr("aeiou", s.at[i]))
            return false;
    return true;
}

/* The longest entry that a Chinese heading, or a run of pinyin initials, ends in. */
static const struct name_hint *by_ending(const struct detectors *d, struct span folded)
{
    if (folded.len < 2 || !ends_as_field(d, folded)) /* as all its endings do */
        return NULL;
    bool pinyin = without_vowels(folded);
    for (size_t cut = 1; cut < folded.len; cut++) {
        struct span ending = span_from(folded, cut);
        bool starts_char = ending.at[0] >= 0xe0; /* scripts that put no blank between words */
        if (pinyin ? ending.len < 4 : !starts_char || ending.len < 6)
            continue;
        const struct name_hint *hint = table_get(&d->fields, ending);
        if (hint)
            return hint;
    }
    return NULL;
}

static const pii_set NAMES = (pii_set)1 << PII_PERSON_NAME | (pii_set)1 << PII_CN_NAME;

/* "product_name", "station name": called after a person or not, it is no person's. */
static bool is_of_thing(const struct name_words *w, const struct detectors *d, struct span all)
{
    for (size_t i = 0; i + 1 < w->count; i++) {
        struct span word = span_sub(all, w->start[i], w->start[i + 1] - w->start[i]);
        const struct name_hint *hint = hint_of(d, word);
        if (hint && hint->thing)
            return true;
    }
    return false;
}

struct name_hint detectors_name(const struct detectors *d, struct span name)
{
    struct name_words w;
    struct name_hint sum = { 0 };
    name_words_cut(&w, name);
    drop_qualifiers(&w, d);
    if (w.count == 0)
        return sum;
    struct span all = span_of(w.folded, w.start[w.count]);
    const struct name_hint *whole = hint_of(d, all);
    if (whole)
        return *whole;
    struct span last = span_from(all, w.start[w.count - 1]);
    const struct name_hint *ending = hint_of(d, last);
    if (!ending)
        ending = by_ending(d, last);
    if (ending && ending->negative)
        return *ending;
    if (ending)
        sum = *ending;
    for (size_t from = 0; from < w.count; from++) {
        for (size_t to = from + 1; to <= w.count && to <= from + 4; to++) {
            struct span part = span_sub(all, w.start[from], w.start[to] - w.start[from]);
            const struct name_hint *hint = part.len > 2 ? hint_of(d, part) : NULL;
            if (!hint || hint->negative)
                continue;
            /* A word in the middle is a weaker sign than the end: "phone_model". */
            if (to == w.count)
                sum.strong |= hint->strong, sum.sure |= hint->sure;
            else
                sum.weak |= hint->strong;
            sum.weak |= hint->weak;
            sum.national |= hint->national;
        }
    }
    if ((sum.strong | sum.weak | sum.sure) & NAMES && is_of_thing(&w, d, all)) {
        sum.strong &= ~NAMES;
        sum.weak &= ~NAMES;
        sum.sure &= ~NAMES;
    }
    sum.weak &= ~sum.strong;
    return sum;
}

bool name_is_value(struct span name)
{
    size_t digits = 0;
    if (name.len == 0 || name.len > FIELD_NAME_LONGEST)
        return true;
    for (size_t i = 0; i < name.len; i++) {
        digits = ascii_is_digit(name.at[i]) ? digits + 1 : 0;
        if (digits >= 5 || name.at[i] == '@' || name.at[i] < ' ' || name.at[i] == 0x7f)
            return true;
    }
    return false;
}

/* How long the word at the front is; *ret_id: of hex digits only, one of them a digit or the word
 * being behind another such one, as in a UUID. */
static size_t hex_word(struct span s, bool behind, bool *ret_id)
{
    size_t n = 0;
    bool hex = true, digit = behind;
    for (; n < s.len && is_alnum(s.at[n]); n++) {
        hex = hex && hex_value(s.at[n]) >= 0;
        digit = digit || ascii_is_digit(s.at[n]);
    }
    *ret_id = n >= 4 && hex && digit;
    return n;
}

struct span name_form(struct span name, uint8_t out[static NAME_FORM_MAX])
{
    size_t n = 0;
    bool numbered = false;
    if (name.len > NAME_FORM_MAX)
        return SPAN_NONE;
    while (name.len) {
        bool id, behind = n >= 2 && out[n - 1] == '-' && out[n - 2] == '#';
        size_t word = hex_word(name, behind, &id);
        numbered = numbered || id;
        if (id)
            out[n++] = '#';
        for (size_t i = 0; i < (word ? word : 1) && !id; i++) {
            bool digit = ascii_is_digit(name.at[i]);
            if (!digit || i == 0 || !ascii_is_digit(name.at[i - 1]))
                out[n++] = digit ? '#' : name.at[i];
            numbered = numbered || digit;
        }
        name = span_from(name, word ? word : 1);
    }
    return numbered ? span_of(out, n) : SPAN_NONE;
}
