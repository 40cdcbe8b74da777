/* JSON and NDJSON, token by token. A value may end at the end of a buffer only when it is whole or
 * nothing follows; a string longer than the buffer is searched piece by piece. Broken syntax costs
 * the rest of its line, not the file. */
#include "pii/reader.h"

#include "base/hex.h"
#include "pii/names.h"

enum { OVERLAP_BYTES = 512, KEY_BYTES_MAX = 256, UNESCAPED_MAX = 2048 };

/* The end of the string whose first character is at `from`: the offset of its closing quote, or
 * t->len where it is not there yet. */
static size_t string_end(const struct text *t, size_t from, bool *ret_escaped)
{
    for (;;) {
        size_t at = TEXT_NEXT(t, from, m_->stop[b_]);
        if (at >= t->len || t->base[at] == '"')
            return at;
        *ret_escaped = true;
        from = at + 2;
        if (from > t->len)
            return t->len;
    }
}

static int hex_four(struct span s, size_t at)
{
    int value = 0;
    if (at + 4 > s.len)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        int digit = hex_value(s.at[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static size_t put_utf8(uint8_t *out, unsigned code)
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xc0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xe0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

/* Unescapes up to UNESCAPED_MAX - 4 bytes into out; *s moves past what was read. */
static size_t unescape(struct span *s, uint8_t out[static UNESCAPED_MAX])
{
    static const char FROM[] = "ntrbf", TO[] = "\n\t\r\b\f";
    size_t n = 0, i = 0;
    while (i < s->len && n + 4 <= UNESCAPED_MAX) {
        uint8_t c = s->at[i++];
        if (c != '\\' || i == s->len) {
            out[n++] = c;
            continue;
        }
        c = s->at[i++];
        if (c != 'u') {
            const char *known = c ? strchr(FROM, c) : NULL;
            out[n++] = known ? (uint8_t)TO[known - FROM] : c;
            continue;
        }
        int code = hex_four(*s, i);
        if (code < 0)
            continue;
        i += 4;
        int low = code >= 0xd800 && code < 0xdc00 && i + 6 <= s->len && s->at[i] == '\\' &&
                          s->at[i + 1] == 'u'
                      ? hex_four(*s, i + 2)
                      : -1;
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            i += 6;
        }
        n += put_utf8(out + n, (unsigned)code);
    }
    *s = span_from(*s, i);
    return n;
}

static void escaped_value(struct profile *p, uint16_t field, struct span raw)
{
    uint8_t plain[UNESCAPED_MAX];
    bool first = true;
    while (raw.len) {
        size_t n = unescape(&raw, plain);
        if (first)
            profile_bytes(p, field, span_of(plain, n));
        else
            profile_more(p, field, span_of(plain, n));
        first = false;
    }
}

static struct json_level *top(struct json_reader *r)
{
    return r->depth ? &r->levels[r->depth - 1] : NULL;
}

static void value_done(struct json_reader *r)
{
    r->expect = r->depth ? EXPECT_COMMA : EXPECT_VALUE;
}

static void open_level(struct json_reader *r, struct profile *p, bool array)
{
    struct json_level *parent = top(r);
    uint16_t field = parent ? r->key : FIELD_ROOT;
    bool element = parent && parent->array;
    if (r->depth == JSON_LEVELS_MAX) {
        r->deeper++;
        r->expect = array ? EXPECT_VALUE : EXPECT_KEY;
        return;
    }
    r->levels[r->depth++] = (struct json_level){ .field = field,
                                                 .last = FIELD_NONE,
                                                 .array = array };
    bool starts = !array && r->record_depth == 0 && (element || (r->depth == 1 && !r->container));
    if (starts) {
        r->record_depth = r->depth;
        profile_record_begin(p);
    }
    if (parent && !element)
        p->fields[field]->opened++;
    if (array)
        r->key = field;
    r->expect = array ? EXPECT_VALUE : EXPECT_KEY;
}

static void close_level(struct json_reader *r, struct profile *p)
{
    if (r->deeper) {
        r->deeper--;
    } else if (r->depth) {
        if (r->record_depth == r->depth) {
            r->record_depth = 0;
            profile_record_end(p);
        }
        r->depth--;
    }
    /* A string between two records belongs to no field. */
    r->key = r->depth ? r->levels[r->depth - 1].field : FIELD_ROOT;
    value_done(r);
}

/* The rest of the line is lost, and with it every open level. `at` itself where the line does not end
 * here and may yet: what follows would be taken for a value. */
static size_t resync(struct json_reader *r, struct profile *p, const struct text *t, size_t at,
                     bool wait)
{
    size_t line = TEXT_NEXT(t, at, m_->line[b_]);
    if (line == t->len && wait)
        return at;
    r->damaged++;
    if (r->record_depth)
        profile_record_end(p);
    r->record_depth = r->depth = r->deeper = 0;
    r->key = FIELD_ROOT;
    r->expect = EXPECT_VALUE;
    profile_text(p, FIELD_ROOT, t, at, line);
    return line < t->len ? line + 1 : line;
}

/* [{"name": "mail", "value": "..."}, ...], as HAR, forms and tags of clouds have it: the first says what the second
 * is, where it is a name that is known; anything else is a value like others. */
static bool is_pair_name(const struct json_reader *r, const struct profile *p, uint16_t field)
{
    const struct json_level *around = r->depth >= 2 ? &r->levels[r->depth - 2] : NULL;
    const struct field *f = p->fields[field];
    struct span name = span_of(f->name, f->name_len);
    return around && around->array && !r->deeper &&
           (span_eq_nocase(name, SPAN("name")) || span_eq_nocase(name, SPAN("key")));
}

static void take_pair_name(struct json_reader *r, struct profile *p, struct span value)
{
    r->pair_len = 0;
    if (value.len == 0 || value.len > PAIR_NAME_MAX || !is_pair_name(r, p, r->key) || name_is_value(value))
        return;
    struct name_hint hint = detectors_name(p->d, value);
    if (!(hint.strong | hint.weak | hint.national))
        return;
    memcpy(r->pair, value.at, value.len);
    r->pair_len = value.len;
    r->pair_depth = r->depth;
}

/* Is a pair's value to come here? */
static bool in_pair(const struct json_reader *r)
{
    return r->pair_len && r->pair_depth == r->depth;
}

static void take_key(struct json_reader *r, struct profile *p, struct span raw, bool escaped)
{
    struct json_level *level = top(r);
    uint8_t plain[UNESCAPED_MAX];
    r->expect = EXPECT_COLON;
    if (!level || r->deeper)
        return;
    if (escaped) {
        raw = span_first(raw, KEY_BYTES_MAX);
        size_t n = unescape(&raw, plain);
        raw = span_of(plain, n);
    }
    bool value = span_eq_nocase(raw, SPAN("value")), paired = in_pair(r) && value;
    if (value && level->last != FIELD_NONE && is_pair_name(r, p, level->last))
        p->fields[level->last]->names = true; /* no short way past it any more */
    struct span name = paired ? span_of(r->pair, r->pair_len) : raw;
    r->key = profile_key(p, level->field, name, paired ? FIELD_NONE : level->last);
    r->pair_len = 0;
    level->last = r->key;
}

/* A string that starts at t->base[at] == '"'. Returns the offset behind it, or `at` where it is
 * not whole yet. */
static size_t take_string(struct json_reader *r, struct profile *p, const struct text *t, size_t at,
                          bool last, bool full)
{
    bool escaped = false;
    size_t end = string_end(t, at + 1, &escaped);
    if (end >= t->len && !last && !full)
        return at;
    if (end >= t->len && full && !last) {
        size_t cut = t->len > OVERLAP_BYTES + at + 1 ? t->len - OVERLAP_BYTES : t->len;
        while (cut > at + 1 && t->base[cut - 1] == '\\')
            cut--;
        profile_value(p, r->key, t, at + 1, cut);
        r->inside = p->cut = true;
        return cut;
    }
    struct span raw = span_of(t->base + at + 1, end - at - 1);
    if (r->expect == EXPECT_KEY) {
        take_key(r, p, raw, escaped);
    } else {
        if (escaped)
            escaped_value(p, r->key, raw);
        else
            profile_value(p, r->key, t, at + 1, end);
        if (!escaped)
            take_pair_name(r, p, raw);
        value_done(r);
    }
    return end < t->len ? end + 1 : t->len;
}

/* More of a string that is longer than the buffer. */
static size_t take_rest(struct json_reader *r, struct profile *p, const struct text *t, bool last)
{
    bool escaped = false;
    size_t end = string_end(t, 0, &escaped);
    size_t cut = end;
    if (end >= t->len && !last) {
        cut = t->len > 2 * OVERLAP_BYTES ? t->len - OVERLAP_BYTES : 0;
        while (cut > 0 && t->base[cut - 1] == '\\')
            cut--;
    }
    profile_text(p, r->key, t, 0, cut);
    if (end < t->len) {
        r->inside = false;
        value_done(r);
        return end + 1;
    }
    return cut;
}

static size_t take_scalar(struct json_reader *r, struct profile *p, const struct text *t, size_t at,
                          bool last, bool full)
{
    size_t end = at;
    while (end < t->len && (is_alnum(t->base[end]) || t->base[end] == '-' || t->base[end] == '+' ||
                            t->base[end] == '.'))
        end++;
    if (end == t->len && !last && !full)
        return at;
    if (end == at)
        return SIZE_MAX;
    p->cut = p->cut || (end == t->len && !last);
    uint8_t c = t->base[at];
    if (ascii_is_digit(c) || c == '-' || c == 'n')
        profile_value(p, r->key, t, at, end);
    value_done(r);
    return end;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* One token at `at`; the offset behind it, `at` itself where more bytes are needed, SIZE_MAX where
 * the syntax is broken. */
static size_t take_token(struct json_reader *r, struct profile *p, const struct text *t, size_t at,
                         bool last, bool full)
{
    uint8_t c = t->base[at];
    struct json_level *level = top(r);
    switch (r->expect) {
    case EXPECT_KEY:
        if (c == '"')
            return take_string(r, p, t, at, last, full);
        if (c == '}') {
            close_level(r, p);
            return at + 1;
        }
        return SIZE_MAX;
    case EXPECT_COLON:
        if (c != ':')
            return SIZE_MAX;
        r->expect = EXPECT_VALUE;
        return at + 1;
    case EXPECT_COMMA:
        if (c == ',') {
            r->expect = level && !level->array && !r->deeper ? EXPECT_KEY : EXPECT_VALUE;
            return at + 1;
        }
        if (c == '}' || c == ']') {
            close_level(r, p);
            return at + 1;
        }
        return SIZE_MAX;
    default:
        break;
    }
    if (c == '"')
        return take_string(r, p, t, at, last, full);
    if (c == '{' || c == '[') {
        open_level(r, p, c == '[');
        return at + 1;
    }
    if (c == ']' && level) {
        close_level(r, p);
        return at + 1;
    }
    if (c == ',' && r->depth == 0)
        return at + 1;
    if (r->depth == 0)
        return SIZE_MAX;
    return take_scalar(r, p, t, at, last, full);
}

/* Eight bytes behind `s` are readable: texts have slack. */
static inline bool starts_with_name(const uint8_t *s, const struct field *f)
{
    uint64_t head;
    memcpy(&head, s, 8);
    return (head & f->head_mask) == f->head &&
           (f->name_len <= 8 || memcmp(s + 8, f->name + 8, f->name_len - 8) == 0);
}

/* How many bytes `":"` or `": "` takes at `s`; 0 where it is neither. */
static inline size_t between(const uint8_t *s)
{
    uint32_t four;
    memcpy(&four, s, 4);
    const uint8_t tight[4] = "\":\"", wide[4] = { '"', ':', ' ', '"' },
                  mask[4] = { 255, 255, 255, 0 };
    uint32_t is_tight, is_wide, only_three;
    memcpy(&is_tight, tight, 4);
    memcpy(&is_wide, wide, 4);
    memcpy(&only_three, mask, 4);
    return (four & only_three) == is_tight ? 3 : four == is_wide ? 4 : 0;
}

/* The usual case made short: in an object whose members come in the order of the object before it,
 * members that are strings are taken in one step each, from the quote of the key to what follows
 * the value. Returns where that ends (at a key's quote, at '}', or at anything else); `at` itself
 * where nothing was taken. */
static size_t take_members(struct json_reader *r, struct profile *p, const struct text *t,
                           size_t at)
{
    struct json_level *level = &r->levels[r->depth - 1];
    const uint8_t *base = t->base;
    for (;;) {
        uint16_t guess = level->last != FIELD_NONE ? p->fields[level->last]->guess
                                                   : p->fields[level->field]->first;
        if (guess == FIELD_NONE || base[at] != '"')
            return at;
        const struct field *f = p->fields[guess];
        if (f->names || in_pair(r))
            return at;
        size_t key_end = at + 1 + f->name_len;
        if (f->parent != level->field || key_end + 4 >= t->len ||
            !starts_with_name(base + at + 1, f))
            return at;
        size_t gap = between(base + key_end);
        if (gap == 0)
            return at;
        size_t value = key_end + gap;
        size_t end = TEXT_NEXT(t, value, m_->stop[b_]);
        if (end + 2 >= t->len || base[end] != '"')
            return at;
        uint8_t after = base[end + 1];
        if (after != ',' && after != '}')
            return at;
        r->key = level->last = guess;
        profile_value(p, guess, t, value, end);
        at = end + 1;
        if (after == '}') {
            r->expect = EXPECT_COMMA;
            return at;
        }
        at += base[at + 1] == ' ' ? 2 : 1;
    }
}

static size_t read_tokens(struct json_reader *r, struct profile *p, const struct text *t, bool last,
                          bool full)
{
    size_t at = 0;
    if (r->inside) {
        at = take_rest(r, p, t, last);
        if (r->inside)
            return at;
    }
    while (at < t->len) {
        size_t next = at;
        if (is_blank(t->base[at])) {
            at++;
            continue;
        }
        if (r->expect == EXPECT_KEY && t->base[at] == '"' && r->depth && !r->deeper)
            next = take_members(r, p, t, at);
        else if (r->depth == 0 && t->base[at] == '{' && !r->container && r->expect == EXPECT_VALUE)
            next = flat_read(r, p, t, at);
        if (next == at)
            next = take_token(r, p, t, at, last, full && at == 0);
        if (next == SIZE_MAX)
            next = resync(r, p, t, at, !last && !(full && at == 0));
        if (next == at)
            return at;
        at = next;
        if (r->inside)
            return at;
    }
    if (last && r->record_depth) {
        profile_record_end(p);
        r->record_depth = 0;
    }
    return at;
}

size_t json_read(struct json_reader *r, struct profile *p, const struct text *t, bool last,
                 bool full)
{
    size_t at = read_tokens(r, p, t, last, full);
    profile_columns(p, t);
    return at;
}
