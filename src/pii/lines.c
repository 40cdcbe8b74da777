#include "pii/lines.h"

#include "pii/checks.h"
#include "pii/charsets.h"
#include "pii/named.h"
#include "pii/names.h"
#include "pii/national.h"

enum { PHONE_DIGITS_MIN = 7, PHONE_DIGITS_MAX = 15, VALUE_WORDS_MAX = 5, NAME_LEAST = 4, LOOKS_MAX = 48 };

static const pii_set PHONES = (pii_set)1 << PII_PHONE | (pii_set)1 << PII_CN_LANDLINE | (pii_set)1 << PII_CN_MOBILE;
static const pii_set BIRTHS = (pii_set)1 << PII_BIRTH_DATE;
static const pii_set PEOPLE = (pii_set)1 << PII_PERSON_NAME | (pii_set)1 << PII_CN_NAME;

/* Marks between a word and what it says of a value. */
static bool is_mark_between(uint8_t c)
{
    switch (c) {
    case ' ': case '\t': case ':': case '=': case '"': case '\'': case '(': case '+': case '[': case '<': case '{':
        return true;
    default:
        return false;
    }
}

/* The same before a word of a line, which may end in a dot. */
static bool is_mark_behind_word(uint8_t c)
{
    return is_mark_between(c) || c == '.' || c == '#' || c == '/';
}

struct span context_before(const struct text *t, size_t at)
{
    size_t end = at, steps = 0;
    while (end > 0 && steps++ < 8 && is_mark_between(t->base[end - 1]))
        end--;
    while (end >= 3 &&
           (memcmp(t->base + end - 3, "：", 3) == 0 || memcmp(t->base + end - 3, "（", 3) == 0 ||
            memcmp(t->base + end - 3, "是", 3) == 0 || memcmp(t->base + end - 3, "为", 3) == 0))
        end -= 3;
    size_t start = end, spaces = 0;
    while (start > 0 && end - start < 36) {
        uint8_t c = t->base[start - 1];
        if (c >= 0x80) {
            bool stop = start >= 3 && (memcmp(t->base + start - 3, "，", 3) == 0 ||
                                       memcmp(t->base + start - 3, "。", 3) == 0 ||
                                       memcmp(t->base + start - 3, "、", 3) == 0);
            if (stop)
                break;
        } else if (!is_alnum(c) && c != '_' && c != '-' && !(c == ' ' && spaces++ < 2)) {
            break;
        }
        start--;
    }
    while (start < end && (t->base[start] & 0xc0) == 0x80)
        start++;
    return span_of(t->base + start, end - start);
}

/* Words between what a value is called and the value: "born on", "Tel. unter", "né le". */
static bool is_between(struct span word)
{
#define W(text) { (const uint8_t *)text, sizeof(text) - 1 }
    static const struct span WORDS[] = {
        W("is"), W("on"), W("at"), W("am"), W("unter"), W("le"), W("el"), W("em"), W("il"), W("op"), W("den"),
        W("under"), W("no"), W("nr"), W("num"), W("ist"), W("est"), W("es"), W("e"), W("pod"), W("was"),
        W("number"), W("numero"), W("nummer"), W("numer"), W("of"), W("in"), W("the"), W("o"),
    };
#undef W
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (span_eq_nocase(word, WORDS[i]))
            return true;
    return false;
}

/* Does a word stand in front of `at` that may say what follows? Most do not, and no more is asked then. */
static bool may_be_called(const struct detectors *d, const struct text *t, size_t from, size_t at)
{
    while (at > from && is_mark_behind_word(t->base[at - 1]))
        at--;
    if (at >= from + 3 && memcmp(t->base + at - 3, "：", 3) == 0)
        at -= 3;
    if (at < from + 2)
        return false;
    uint8_t before = t->base[at - 2], last = t->base[at - 1];
    if (last >= 0x80)
        return detectors_tail(d, before, last);
    if (!is_alnum(last) || ascii_is_digit(last))
        return false;
    size_t word = at;
    while (word > from && is_alnum(t->base[word - 1]))
        word--;
    return detectors_tail(d, before, last) || is_between(span_of(t->base + word, at - word));
}

struct name_hint hint_before(const struct detectors *d, const struct text *t, size_t from, size_t at)
{
    struct name_hint hint = { 0 };
    for (unsigned tries = 0; tries < 3; tries++) {
        while (at > from && is_mark_behind_word(t->base[at - 1]))
            at--;
        if (at == from)
            return hint;
        while (at >= from + 3 && memcmp(t->base + at - 3, "：", 3) == 0)
            at -= 3;
        struct span words = context_before(t, at);
        struct name_hint here = detectors_name(d, words);
        if (tries == 0 || here.strong)
            hint = here;
        size_t cut = words.len;
        while (cut > 0 && words.at[cut - 1] != ' ')
            cut--;
        if (here.strong || cut == 0 || !is_between(span_from(words, cut)))
            return hint;
        at -= words.len - cut;
    }
    return hint;
}

/* The end of what could be a telephone number from `at` on: digits with marks of one or two between. */
static size_t phone_end(const struct text *t, size_t at, size_t to, unsigned *ret_digits)
{
    size_t end = at;
    unsigned digits = 0, marks = 0;
    for (size_t i = at; i < to && marks <= 3; i++) {
        uint8_t c = t->base[i];
        if (ascii_is_digit(c)) {
            digits++;
            marks = 0;
            end = i + 1;
        } else if (c && strchr(" -./()+", c)) {
            marks++;
        } else {
            break;
        }
    }
    *ret_digits = digits;
    return end;
}

static struct piece piece_over(const struct text *t, size_t from, size_t to)
{
    struct piece p = piece_of(t, from, to);
    piece_trim(&p);
    return p;
}

/* Is this the end of the line, or of what a mark closes? */
static bool ends_here(const struct text *t, size_t end, size_t to)
{
    return end == to || t->base[end] < ' ' || strchr(",;|\"()<>", t->base[end]);
}

/* The longest beginning of [at, to) of a few words that is judged to be what `wanted` says; where a word before it
 * says so for `sure`, names that no list has, too: all words up to the end of the line or a mark. */
static size_t words_that_are(const struct detectors *d, const struct text *t, size_t at, size_t to, pii_set wanted,
                             bool sure, struct value *ret)
{
    size_t best = 0, end = at;
    bool pair = at > 0 && t->base[at - 1] == '='; /* name=Meyer town=Ulm: a word each */
    for (unsigned words = 0; words < VALUE_WORDS_MAX && end < to; words++) {
        while (end < to && t->base[end] == ' ')
            end++;
        while (end < to && t->base[end] > ' ' && !strchr(",;|\"()<>", t->base[end]))
            end++;
        if (end - at > PIECE_MAX)
            break;
        struct piece piece = piece_over(t, at, end);
        struct value v;
        if (piece.len && piece.at[piece.len - 1] == '.')
            piece = piece_over(t, at, end - 1);
        value_judge(d, &piece, &v);
        bool ends = pair ? words == 0 : words > 0 && ends_here(t, end, to);
        bool words_of_name = sure && ends && pii_has(v.marks.shape, PII_PERSON_NAME);
        if (!(v.marks.pass & wanted) && sure && is_name_in_letters(span_of(piece.at, piece.len)))
            words_of_name = true;
        if (words_of_name)
            pii_mark(&v.marks, PII_PERSON_NAME, true);
        if ((v.date && wanted & BIRTHS) || v.marks.pass & wanted) {
            best = (size_t)(piece.at + piece.len - t->base);
            *ret = v;
        }
        if (end < to && t->base[end] != ' ')
            break;
    }
    return best;
}

struct look {
    const struct detectors *d;
    const struct name_hint *field;
    const struct text *t;
    size_t from, to;
    line_found_fn *found;
    void *self;
};

static void tell(const struct look *l, size_t at, size_t end, unsigned type, struct pii_marks m)
{
    m.shape &= pii_bit(type);
    m.pass &= pii_bit(type);
    pii_mark(&m, type, true);
    l->found(l->self, span_of(l->t->base + at, end - at), &m, true);
}

/* 123.456.789-09, 756.1234.5678.97, 85.07.30-033.28: the end of a number in dots and what it is; 0 where it is none. */
static size_t dotted_number(const struct look *l, size_t at, pii_set called)
{
    static const pii_set LOOSE = (pii_set)1 << PII_PHONE | (pii_set)1 << PII_GEO | (pii_set)1 << PII_CASE_NUMBER |
                                 (pii_set)1 << PII_IPV4 | (pii_set)1 << PII_UK_NHS | (pii_set)1 << PII_US_SSN |
                                 (pii_set)1 << PII_US_ITIN; /* nobody writes these so */
    const struct text *t = l->t;
    size_t end = at, dots = 0;
    if (at + 10 > l->to || (t->base[at + 2] != '.' && t->base[at + 3] != '.'))
        return 0;
    for (size_t i = at; i < l->to && i - at < PIECE_MAX; i++) {
        uint8_t c = t->base[i];
        dots += c == '.' && end == i;
        if (ascii_is_digit(c))
            end = i + 1;
        else if (!c || !strchr(".-/", c) || end != i)
            break;
    }
    bool whole = end == l->to || !(is_alnum(t->base[end]) || t->base[end] == '_' || t->base[end] == '@');
    if (dots < 2 || !whole)
        return 0;
    struct piece piece = piece_over(t, at, end);
    struct value v;
    value_judge(l->d, &piece, &v);
    v.marks.shape &= ~LOOSE;
    v.marks.pass &= ~LOOSE;
    if (!v.marks.shape)
        return 0;
    l->found(l->self, span_of(t->base + at, end - at), &v.marks, (called & v.marks.pass) != 0);
    return end;
}

/* The longest national number of the set at `at`; returns its end, or 0. */
static size_t national_number(const struct look *l, size_t at, uint64_t set)
{
    enum { LEAST = 6, MOST = 24 };
    const struct text *t = l->t;
    size_t end = at;
    while (end < l->to && end - at < MOST && t->base[end] && (is_alnum(t->base[end]) || strchr(" -./", t->base[end])))
        end++;
    for (; end > at + LEAST; end--) {
        bool pass, whole = is_alnum(t->base[end - 1]) && (end == l->to || !is_alnum(t->base[end]));
        enum national id = whole ? national_of(set, span_of(t->base + at, end - at), &pass) : NATIONALS;
        if (id == NATIONALS)
            continue;
        struct pii_marks m = { .national = (uint8_t)(id + 1) };
        pii_mark(&m, PII_NATIONAL, pass);
        l->found(l->self, span_of(t->base + at, end - at), &m, true);
        return end;
    }
    return 0;
}

/* Has the number enough digits, or is it the day of a month that is written out? What is found without a word, as
 * those of China are, is left alone. */
static bool is_worth(const struct look *l, size_t at, size_t end, unsigned digits)
{
    enum { DIGITS_LEAST = 6 };
    const uint8_t *s = l->t->base;
    if (end - at == 11 && digits == 11 && s[at] == '1' && cn_mobile(s + at))
        return false;
    if (digits >= DIGITS_LEAST)
        return digits <= PHONE_DIGITS_MAX + 1;
    size_t next = end;
    while (next < l->to && next - end < 2 && (s[next] == ' ' || s[next] == '.'))
        next++;
    return digits <= 2 && next < l->to && (s[next] >= 0x80 || (s[next] | 32) >= 'a');
}

/* A number, or a date, begins at `at`. Returns where the look goes on. */
static size_t look_at_number(const struct look *l, size_t at)
{
    const struct text *t = l->t;
    unsigned digits;
    size_t end = phone_end(t, at, l->to, &digits), word;
    struct name_hint hint = { 0 };
    if (!is_worth(l, at, end, digits))
        return end > at ? end : at + 1;
    if (at == l->from)
        hint = *l->field;
    else if (may_be_called(l->d, t, l->from, at))
        hint = hint_before(l->d, t, l->from, at);
    pii_set called = hint.strong | hint.weak;
    struct value v;
    size_t dotted = dotted_number(l, at, called);
    if (dotted)
        return dotted;
    if (hint.strong & BIRTHS && (word = words_that_are(l->d, t, at, l->to, BIRTHS, false, &v))) {
        tell(l, at, word, PII_BIRTH_DATE, v.marks);
        return word;
    }
    if (hint.national && (word = national_number(l, at, hint.national)))
        return word;
    bool whole = end == l->to || !(is_alnum(t->base[end]) || t->base[end] == '_' || t->base[end] >= 0x80);
    if (called & PHONES && !hint.negative && whole && digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX) {
        struct piece piece = piece_over(t, at, end);
        value_judge(l->d, &piece, &v);
        bool landline = pii_has(v.marks.pass, PII_CN_LANDLINE) && t->base[at] != '(';
        bool mobile = pii_has(v.marks.pass, PII_CN_MOBILE) || landline;
        if (!v.date && !mobile) /* those of China are found without a word */
            tell(l, at, end, PII_PHONE, v.marks);
        return end;
    }
    return end > at ? end : at + 1;
}

/* "Name: Anna Meyer" */
static size_t look_at_words(const struct look *l, size_t at)
{
    struct name_hint hint = { 0 };
    struct value v;
    if (may_be_called(l->d, l->t, l->from, at))
        hint = hint_before(l->d, l->t, l->from, at);
    pii_set wanted = hint.strong & PEOPLE;
    if (hint.strong & BIRTHS)
        wanted |= BIRTHS;
    size_t end = wanted ? words_that_are(l->d, l->t, at, l->to, wanted, (hint.sure & PEOPLE) != 0, &v) : 0;
    if (!end)
        return at + 1;
    unsigned type = v.date && wanted & BIRTHS ? PII_BIRTH_DATE
                    : pii_has(v.marks.pass, PII_CN_NAME) ? PII_CN_NAME
                                                         : PII_PERSON_NAME;
    bool pair = l->t->base[at - 1] == '=' && hint.sure & PEOPLE;
    if (end - at >= NAME_LEAST && !(type == PII_PERSON_NAME && v.marks.single && !pair))
        tell(l, at, end, type, v.marks);
    return end;
}

/* "Adresse: ...", up to the end of the line or a semicolon; the numbers in it are looked at all the same. */
static void look_at_address(const struct look *l, size_t at)
{
    enum { ADDRESS_MOST = 160 };
    static const pii_set PLACES = (pii_set)1 << PII_ADDRESS | (pii_set)1 << PII_CN_ADDRESS;
    if (!may_be_called(l->d, l->t, l->from, at))
        return;
    struct name_hint hint = hint_before(l->d, l->t, l->from, at);
    size_t end = at;
    while (end < l->to && end - at < ADDRESS_MOST && l->t->base[end] >= ' ' && l->t->base[end] != ';')
        end++;
    struct pii_marks m = { 0 };
    if (hint.strong & PLACES && !hint.negative && is_written_address(span_of(l->t->base + at, end - at))) {
        hint.national = 0;
        mark_named(&(struct name_hint){ .strong = pii_bit(PII_ADDRESS) }, span_of(l->t->base + at, end - at), &m);
    }
    if (pii_has(m.pass, PII_ADDRESS))
        tell(l, at, end, PII_ADDRESS, m);
}

/* Does a word of a name begin here: a capital, or a letter of a script without them? */
static bool begins_name(const struct text *t, size_t at, size_t to, bool *ret_caseless)
{
    size_t len;
    uint8_t c = t->base[at], base = latin_base(span_of(t->base + at, to - at), &len);
    unsigned code = c >= 0xc6 && c < 0xe0 && at + 1 < to ? (c & 31U) << 6 | (t->base[at + 1] & 63U) : 0;
    bool greek = code >= 0x386 && code <= 0x3ab, cyrillic = code >= 0x400 && code <= 0x42f;
    *ret_caseless = (code >= 0x5d0 && code <= 0x6ff) || (c >= 0xe0 && c <= 0xea && !base);
    return (base >= 'A' && base <= 'Z') || greek || cyrillic || (code >= 0x531 && code <= 0x556) || *ret_caseless;
}

/* "Herrn Peter Meyer": words with capitals behind a form of address, or two of a script that has none. */
static size_t look_behind_title(const struct look *l, size_t at)
{
    enum { WORDS_MOST = 4, CASELESS_MOST = 2 };
    const struct text *t = l->t;
    size_t title = title_len(span_of(t->base + at, l->to - at)), start = at + title, end = start, words = 0;
    bool caseless = false, stop = false;
    for (size_t i = start; title && i < l->to && words < (caseless ? CASELESS_MOST : WORDS_MOST) && !stop; i++) {
        if (!begins_name(t, i, l->to, &caseless))
            break;
        while (i < l->to && t->base[i] > ' ' && !strchr(",;:|()<>\"", t->base[i]))
            i++;
        stop = i < l->to && t->base[i] != ' ';
        end = i;
        words++;
    }
    while (end > start && t->base[end - 1] == '.')
        end--;
    if (end - start < NAME_LEAST || end - start > PIECE_MAX)
        return at;
    struct piece piece = piece_over(t, start, end);
    struct value v;
    value_judge(l->d, &piece, &v);
    bool letters = pii_has(v.marks.shape, PII_PERSON_NAME) || is_name_in_letters(span_of(piece.at, piece.len));
    if (!pii_has(v.marks.pass, PII_PERSON_NAME) && !(letters && words > 1))
        return at;
    v.marks.titled = true;
    v.marks.shape = v.marks.pass = pii_bit(PII_PERSON_NAME);
    l->found(l->self, span_of(t->base + start, end - start), &v.marks, false);
    return end;
}

/* Inside a word of ASCII, or among letters beyond it, nothing begins that a word in front would name. */
static bool is_inside_word(uint8_t before, uint8_t c)
{
    bool wide_colon = before == 0x9a;
    return is_alnum(before) || (before >= 0x80 && !wide_colon && c != '(' && !ascii_is_digit(c));
}

/* Behind a colon, of China or not, with a blank or without, or behind the sign of a pair. */
static bool is_behind_colon(const struct text *t, size_t from, size_t at)
{
    if (at <= from + 1)
        return false;
    uint8_t last = t->base[at - 1], before = t->base[at - 2];
    return last == ':' || last == '=' || (last == '"' && before == '=') || (last == ' ' && before == ':') ||
           (at > from + 2 && last == 0x9a && before == 0xbc);
}

/* "CURP GOPE850712HDFMRD09": a national number that begins with letters. */
static size_t look_at_mixed(const struct look *l, size_t at)
{
    enum { LEAST = 6, DIGITS_LEAST = 4 };
    const struct text *t = l->t;
    size_t end = at, digits = 0;
    for (; end < l->to && (is_alnum(t->base[end]) || t->base[end] == '-'); end++)
        digits += ascii_is_digit(t->base[end]);
    if (end - at < LEAST || digits < DIGITS_LEAST || !may_be_called(l->d, t, l->from, at))
        return at;
    struct name_hint hint = hint_before(l->d, t, l->from, at);
    size_t number = hint.national ? national_number(l, at, hint.national) : 0;
    return number ? number : at;
}

/* The first place from `at` on that is not behind a letter or a digit of ASCII; `to` where there is none. */
static size_t next_place(const struct look *l, size_t at)
{
    const struct masks *m = l->t->masks;
    for (; at > l->from && at < l->to; at += CLASS_BLOCK) {
        uint64_t before = mask_window(m->lower, at - 1) | mask_window(m->upper, at - 1) | mask_window(m->digit, at - 1);
        if (~before) {
            at += (size_t)__builtin_ctzll(~before);
            break;
        }
    }
    return at < l->to ? at : l->to;
}

/* What begins at `at`, if it is anything; returns where the look goes on. */
static size_t look_at(const struct look *l, size_t at, uint8_t before, bool *ret_looked)
{
    const struct text *t = l->t;
    uint8_t c = t->base[at];
    bool fresh = before != '_' && before != '-' && before != '.' && before != '/';
    bool digit = ascii_is_digit(c) || (c == '(' && at + 1 < l->to && ascii_is_digit(t->base[at + 1]));
    bool behind_colon = is_behind_colon(t, l->from, at);
    bool word = (before <= ' ' || before == '(') && (c >= 0x80 || (c | 32) >= 'a');
    size_t next = word ? look_behind_title(l, at) : at;
    *ret_looked = true;
    if (next > at)
        return next;
    if (behind_colon)
        look_at_address(l, at);
    if (word && c >= 'A' && c <= 'Z' && (next = look_at_mixed(l, at)) > at)
        return next;
    if (digit && (fresh || before >= 0x80))
        return look_at_number(l, at);
    if (behind_colon && (c >= 0x80 || (c >= 'A' && c <= 'Z')))
        return look_at_words(l, at);
    *ret_looked = false;
    return at + 1;
}

void lines_look(const struct detectors *d, const struct name_hint *field, const struct text *t, size_t from,
                size_t to, line_found_fn *found, void *self)
{
    const struct look l = { d, field, t, from, to, found, self };
    unsigned looks = 0;
    for (size_t i = from; i < to && looks < LOOKS_MAX; i = next_place(&l, i)) {
        uint8_t c = t->base[i], before = i > from ? t->base[i - 1] : ' ';
        bool looked = false;
        i = c > ' ' && !is_inside_word(before, c) ? look_at(&l, i, before, &looked) : i + 1;
        looks += looked;
    }
}
