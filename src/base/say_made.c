/* The way back: from a sentence that was made to the one that it was made from, and what stood in its holes. */
#include <stdlib.h>

#include "base/say_inside.h"

enum {
    HOLES_MAX = 24,
    STEPS_MAX = 20000, /* of one attempt to fit a text to a pattern */
    DEPTH_MAX = 3,     /* sentences in the holes of sentences */
    PARTS_MAX = 5,     /* of one text; to the power of DEPTH_MAX: some milliseconds at worst */
    LETTERS_MIN = 4,   /* of a pattern; with less it would fit anything */
    COUNTED_WORDS_MAX = 64,
    NAME_PARTS_MAX = 3,
    HEAD_BYTES_MAX = 128
};

struct hole {
    const char *name; /* in braces: up to ':' or '}' */
    size_t name_len;
    struct span text;
};

struct match {
    struct hole holes[HOLES_MAX];
    unsigned count, steps;
    bool braces;
};

/* ---- patterns ---- */

bool say_is_template(const struct saying *s)
{
    return strncmp(s->english, "rule\4", 5) == 0;
}

/* The length of the hole that begins here, or 0. */
static size_t hole_at(const char *at, bool braces)
{
    uint32_t kind;
    unsigned number;
    if (!braces)
        return say_conversion(at, &kind, &number);
    const char *end = at[0] == '{' && at[1] != '{' ? strchr(at, '}') : NULL;
    return end ? (size_t)(end - at) + 1 : 0;
}

static void add_pattern(struct sayings *s, const struct saying *of, const char *text)
{
    struct pattern p = { .of = of, .text = text, .braces = say_is_template(of) };
    bool any = false;
    for (const char *at = text; *at;) {
        size_t n = hole_at(at, p.braces);
        any |= n > 0;
        p.letters += !n && ascii_lower((uint8_t)*at) >= 'a' && ascii_lower((uint8_t)*at) <= 'z';
        at += n ? n : 1;
    }
    if (any && p.letters >= LETTERS_MIN)
        s->patterns[s->pattern_count++] = p;
}

static int by_letters(const void *left, const void *right)
{
    const struct pattern *a = left, *b = right;
    return a->letters != b->letters ? a->letters > b->letters ? -1 : 1 : strcmp(a->text, b->text);
}

bool sayings_index(struct sayings *s)
{
    s->patterns = arena_array(&s->arena, 2 * s->count, sizeof(*s->patterns));
    if (!s->patterns)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (!s->at[i].usable || !*s->at[i].text)
            continue;
        add_pattern(s, &s->at[i], s->at[i].text);
        if (s->at[i].many)
            add_pattern(s, &s->at[i], s->at[i].many);
    }
    if (s->pattern_count)
        qsort(s->patterns, s->pattern_count, sizeof(*s->patterns), by_letters);
    return true;
}

/* ---- matching ---- */

static bool is_number(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]) && !strchr("-.,+x", s.at[i]) &&
            (ascii_lower(s.at[i]) < 'a' || ascii_lower(s.at[i]) > 'f'))
            return false;
    return s.len > 0;
}

static bool matches(struct match *m, const char *pattern, struct span text);

/* The shortest text in the hole with which the rest fits. */
static bool fill_hole(struct match *m, const char *pattern, size_t n, struct span text)
{
    char last = pattern[n - 1];
    unsigned mine = m->count;
    if (mine == HOLES_MAX)
        return false;
    bool digits = !m->braces && !strchr("sc", last);
    size_t name = m->braces ? strcspn(pattern + 1, ":}") : 0;
    for (size_t len = m->braces || digits ? 1 : 0; len <= text.len; len++) {
        struct span in = span_first(text, len);
        if (digits && !is_number(in))
            return false;
        m->count = mine;
        m->holes[m->count++] = (struct hole){ pattern + 1, name, in };
        if (matches(m, pattern + n, span_from(text, len)))
            return true;
        if (!pattern[n]) /* nothing follows: all the rest is in the hole, or it does not fit */
            len = text.len - 1 > len ? text.len - 1 : len;
    }
    m->count = mine;
    return false;
}

static const char *section_end(const char *at)
{
    while (*at && *at != ']')
        at++;
    return *at ? at + 1 : at;
}

static bool matches(struct match *m, const char *pattern, struct span text)
{
    while (*pattern) {
        if (++m->steps > STEPS_MAX)
            return false;
        size_t n = hole_at(pattern, m->braces);
        if (n)
            return fill_hole(m, pattern, n, text);
        bool twice = pattern[0] == pattern[1] && (m->braces ? strchr("{}[]", *pattern) != NULL : *pattern == '%');
        if (m->braces && !twice && *pattern == '[') {
            unsigned before = m->count;
            if (matches(m, pattern + 1, text))
                return true;
            m->count = before;
            pattern = section_end(pattern);
            continue;
        }
        if (m->braces && !twice && *pattern == ']') {
            pattern++;
            continue;
        }
        if (!text.len || text.at[0] != (uint8_t)*pattern)
            return false;
        text = span_from(text, 1);
        pattern += twice ? 2 : 1;
    }
    return text.len == 0;
}

/* ---- telling ---- */

static bool tell(struct buf *out, const char *about, struct span text, int depth);

static const struct hole *hole_named(const struct match *m, const char *name, size_t len)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->holes[i].name_len == len && strncmp(m->holes[i].name, name, len) == 0)
            return &m->holes[i];
    return NULL;
}

/* "e-mail address, mobile number (China)": each that is known. A name may hold a comma itself. */
static void put_names(struct buf *out, struct span names)
{
    bool first = true;
    while (names.len) {
        size_t before = out->len, len = 0, told = 0;
        buf_str(out, first ? "" : say(", "));
        size_t from = out->len;
        for (int parts = 0; parts < NAME_PARTS_MAX && len < names.len && !told; parts++) {
            len += span_index(span_from(names, len), ',');
            told = tell(out, NULL, span_trim(span_first(names, len)), DEPTH_MAX) ? len : 0;
            len += len < names.len;
        }
        if (!told) {
            out->len = from;
            told = span_index(names, ',');
            buf_put(out, span_trim(span_first(names, told)));
        }
        first = first && out->len == before;
        names = span_from(names, told + 1);
    }
}

static bool is_list_of_kinds(const struct hole *h)
{
    return (h->name_len > 9 && strncmp(h->name, "personal.", 9) == 0) ||
           (h->name_len == 15 && strncmp(h->name, "sample.personal", 15) == 0);
}

/* "{records:count record records}" put "3 records" into the hole: the translation has its own word. */
static void put_hole(struct buf *out, const struct hole *h, bool braces, int depth)
{
    if (braces && is_list_of_kinds(h)) {
        put_names(out, h->text);
        return;
    }
    if (braces && strncmp(h->name + h->name_len, ":count ", 7) == 0) {
        buf_put(out, span_first(h->text, span_index(h->text, ' ')));
        return;
    }
    /* Foreign names are words; what has several words may be a sentence of ours. */
    bool ours = span_index(h->text, ' ') < h->text.len ||
                (braces && (span_is(h->text, "yes") || span_is(h->text, "no") || span_is(h->text, "unknown")));
    struct span text = h->text;
    if (span_starts(text, SPAN(": ")) || span_starts(text, SPAN("; "))) { /* a hole for what may follow */
        buf_str(out, say(text.at[0] == ':' ? ": " : "; "));
        text = span_from(text, 2);
    }
    if (!ours || depth == DEPTH_MAX || !tell(out, NULL, text, depth + 1))
        buf_put(out, text);
}

static bool has_all(const struct match *m, const char *section)
{
    for (const char *at = section; *at && *at != ']';) {
        size_t n = hole_at(at, true);
        if (n && !hole_named(m, at + 1, strcspn(at + 1, ":}")))
            return false;
        at += n ? n : 1;
    }
    return true;
}

static void put_braces(struct buf *out, const struct match *m, const char *other, int depth)
{
    for (const char *at = other; *at;) {
        size_t n = hole_at(at, true);
        if (n) {
            const struct hole *h = hole_named(m, at + 1, strcspn(at + 1, ":}"));
            if (h)
                put_hole(out, h, true, depth);
            at += n;
        } else if (strchr("[]{}", *at) && at[0] == at[1]) {
            buf_byte(out, (uint8_t)*at);
            at += 2;
        } else if (*at == '[' && !has_all(m, at + 1)) {
            at = section_end(at);
        } else {
            if (*at != '[' && *at != ']')
                buf_byte(out, (uint8_t)*at);
            at++;
        }
    }
}

static void put_conversions(struct buf *out, const struct match *m, const char *other, int depth)
{
    unsigned next = 0, number;
    uint32_t kind;
    for (const char *at = other; *at;) {
        size_t n = say_conversion(at, &kind, &number);
        unsigned mine = number ? number - 1 : next;
        if (n) {
            next++;
            if (mine < m->count)
                put_hole(out, &m->holes[mine], false, depth);
            at += n;
            continue;
        }
        buf_byte(out, (uint8_t)*at);
        at += at[0] == '%' && at[1] == '%' ? 2 : 1;
    }
}

static bool is_about(const struct saying *s, const char *about)
{
    size_t n = about ? strlen(about) : 0;
    return about ? strncmp(s->english, about, n) == 0 && s->english[n] == '\4' : s->text == s->english;
}

static bool tell_pattern(struct buf *out, const char *about, struct span text, int depth)
{
    const struct sayings *s = sayings_held();
    for (size_t i = 0; i < s->pattern_count; i++) {
        const struct pattern *p = &s->patterns[i];
        struct match m = { .braces = p->braces };
        if (p->letters > text.len && !p->braces)
            continue; /* sections may be left out */
        if (!is_about(p->of, about) || !matches(&m, p->text, text))
            continue;
        if (p->braces)
            put_braces(out, &m, p->of->other, depth);
        else
            put_conversions(out, &m, p->of->other, depth);
        return true;
    }
    return false;
}

static const struct saying *find_span(struct span text)
{
    char whole[HEAD_BYTES_MAX];
    if (text.len >= sizeof(whole))
        return NULL;
    memcpy(whole, text.at, text.len);
    whole[text.len] = '\0';
    const struct saying *s = say_find(NULL, whole);
    return s && !s->many ? s : NULL;
}

/* "FILE: sentence" and "sentence; sentence": whatever part is known. */
static bool tell_parts(struct buf *out, const char *about, struct span text, int depth)
{
    int tried = 0;
    for (size_t i = 1; i + 2 < text.len && depth < DEPTH_MAX && tried < PARTS_MAX; i++) {
        if ((text.at[i] != ':' && text.at[i] != ';') || text.at[i + 1] != ' ')
            continue;
        tried++;
        size_t before = out->len;
        struct span head = span_first(text, i), rest = span_from(text, i + 2);
        const struct saying *whole = find_span(span_first(text, i + 2)); /* "not all was looked at: " */
        bool known = whole || tell(out, about, head, DEPTH_MAX);
        if (whole) {
            buf_str(out, whole->other);
        } else {
            if (!known)
                buf_put(out, head);
            buf_put(out, span_sub(text, i, 2));
        }
        if (tell(out, about, rest, depth + 1))
            return true;
        if (known) {
            buf_put(out, rest);
            return true;
        }
        out->len = before;
    }
    return false;
}

/* "3 endpoints": a number, and words that are said of numbers. */
static bool tell_count(struct buf *out, struct span text)
{
    char words[COUNTED_WORDS_MAX];
    size_t digits = span_index(text, ' ');
    struct span rest = span_from(text, digits + 1);
    if (digits == text.len || !ascii_is_digit(text.at[0]) || !is_number(span_first(text, digits)) ||
        rest.len >= sizeof(words))
        return false;
    memcpy(words, rest.at, rest.len);
    words[rest.len] = '\0';
    const struct saying *s = say_find(NULL, words);
    for (size_t i = 0; !s && i < sayings_held()->count; i++) {
        const struct saying *x = &sayings_held()->at[i];
        s = x->many && x->usable && x->text == x->english && strcmp(x->many, words) == 0 ? x : NULL;
    }
    if (!s)
        return false;
    buf_put(out, span_first(text, digits + 1));
    buf_str(out, s->other);
    return true;
}

static bool tell(struct buf *out, const char *about, struct span text, int depth)
{
    char whole[SAY_MADE_MAX + 1];
    if (!text.len || text.len > SAY_MADE_MAX)
        return false;
    memcpy(whole, text.at, text.len);
    whole[text.len] = '\0';
    const struct saying *s = say_find(about, whole);
    if (s && !s->many) { /* words with a plural stand behind a number, and are a name else */
        buf_str(out, s->other);
        return true;
    }
    if (tell_count(out, text))
        return true;
    return tell_pattern(out, about, text, depth) || (depth < DEPTH_MAX && tell_parts(out, about, text, depth));
}

void say_made(struct buf *out, const char *about, struct span english)
{
    if (!say_is_foreign() || !tell(out, about, english, 0))
        buf_put(out, english);
}
