/* The one door through which peer text leaves. Each escaper walks the text scalar by scalar and
 * lets through only what its reader shows as a plain visible character.
 *
 * Invariant: whatever the input, the output is valid UTF-8 and holds no control byte, no
 * bidirectional mark and no invisible character in raw form. */
#include "text/escape.h"

#include "base/hex.h"

/* Inclusive ranges of code points, in order. */
struct range {
    uint32_t first, last;
};

/* Unicode 15: controls, format characters (bidirectional marks, joiners, fillers), separators of
 * lines and paragraphs, variation selectors, tags, private use, non-characters' blocks. */
static const struct range INVISIBLE[] = {
    { 0x0000, 0x001f },   { 0x007f, 0x009f },    { 0x00ad, 0x00ad },   { 0x034f, 0x034f },
    { 0x061c, 0x061c },   { 0x115f, 0x1160 },    { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
    { 0x200b, 0x200f },   { 0x2028, 0x202e },    { 0x2060, 0x206f },   { 0x2800, 0x2800 },
    { 0x3164, 0x3164 },   { 0xe000, 0xf8ff },    { 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },
    { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },    { 0xfff0, 0xfffc },   { 0xfffe, 0xffff },
    { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },  { 0x1fffe, 0x1ffff }, { 0x2fffe, 0x2ffff },
    { 0x3fffe, 0x3ffff }, { 0x40000, 0x10ffff },
};

/* Unicode 15, East Asian Width W and F, and the emoji that terminals show in two columns. */
static const struct range WIDE[] = {
    { 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },   { 0x23e9, 0x23ec },
    { 0x23f0, 0x23f0 },   { 0x23f3, 0x23f3 },   { 0x25fd, 0x25fe },   { 0x2614, 0x2615 },
    { 0x2648, 0x2653 },   { 0x267f, 0x267f },   { 0x2693, 0x2693 },   { 0x26a1, 0x26a1 },
    { 0x26aa, 0x26ab },   { 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },   { 0x26ce, 0x26ce },
    { 0x26d4, 0x26d4 },   { 0x26ea, 0x26ea },   { 0x26f2, 0x26f3 },   { 0x26f5, 0x26f5 },
    { 0x26fa, 0x26fa },   { 0x26fd, 0x26fd },   { 0x2705, 0x2705 },   { 0x270a, 0x270b },
    { 0x2728, 0x2728 },   { 0x274c, 0x274c },   { 0x274e, 0x274e },   { 0x2753, 0x2755 },
    { 0x2757, 0x2757 },   { 0x2795, 0x2797 },   { 0x27b0, 0x27b0 },   { 0x27bf, 0x27bf },
    { 0x2b1b, 0x2b1c },   { 0x2b50, 0x2b50 },   { 0x2b55, 0x2b55 },   { 0x2e80, 0x303e },
    { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },   { 0x4e00, 0xa4cf },   { 0xa960, 0xa97c },
    { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe10, 0xfe19 },   { 0xfe30, 0xfe6f },
    { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x16fe0, 0x18cff }, { 0x1aff0, 0x1b2ff },
    { 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf }, { 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a },
    { 0x1f200, 0x1f320 }, { 0x1f32d, 0x1f335 }, { 0x1f337, 0x1f37c }, { 0x1f37e, 0x1f393 },
    { 0x1f3a0, 0x1f3ca }, { 0x1f3cf, 0x1f3d3 }, { 0x1f3e0, 0x1f3f0 }, { 0x1f3f4, 0x1f3f4 },
    { 0x1f3f8, 0x1f43e }, { 0x1f440, 0x1f440 }, { 0x1f442, 0x1f4fc }, { 0x1f4ff, 0x1f53d },
    { 0x1f54b, 0x1f54e }, { 0x1f550, 0x1f567 }, { 0x1f57a, 0x1f57a }, { 0x1f595, 0x1f596 },
    { 0x1f5a4, 0x1f5a4 }, { 0x1f5fb, 0x1f64f }, { 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc },
    { 0x1f6d0, 0x1f6d2 }, { 0x1f6d5, 0x1f6d7 }, { 0x1f6dc, 0x1f6df }, { 0x1f6eb, 0x1f6ec },
    { 0x1f6f4, 0x1f6fc }, { 0x1f7e0, 0x1f7eb }, { 0x1f7f0, 0x1f7f0 }, { 0x1f90c, 0x1f93a },
    { 0x1f93c, 0x1f945 }, { 0x1f947, 0x1f9ff }, { 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd },
};

/* Combining marks of the scripts that peers are likely to send; they take no column. */
static const struct range COMBINING[] = {
    { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x05bf, 0x05bf },
    { 0x05c1, 0x05c2 }, { 0x05c4, 0x05c5 }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
    { 0x0670, 0x0670 }, { 0x06d6, 0x06dc }, { 0x06df, 0x06e4 }, { 0x06e7, 0x06e8 },
    { 0x06ea, 0x06ed }, { 0x0900, 0x0902 }, { 0x093a, 0x093a }, { 0x093c, 0x093c },
    { 0x0941, 0x0948 }, { 0x094d, 0x094d }, { 0x0951, 0x0957 }, { 0x0e31, 0x0e31 },
    { 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
    { 0x20d0, 0x20f0 }, { 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe20, 0xfe2f },
};

static bool within(const struct range *table, size_t count, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c > table[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && c >= table[low].first;
}

#define WITHIN(table, c) within(table, sizeof(table) / sizeof((table)[0]), c)

static uint8_t byte_at(struct span s, size_t i)
{
    return i < s.len ? s.at[i] : 0;
}

/* How long the sequence that `lead` starts is; 0 where it can start none. */
static size_t utf8_len(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Decodes the scalar at the front (RFC 3629: no overlong forms, no surrogates, nothing above
 * U+10FFFF). Returns its length in bytes, or 0 where the first byte starts none. */
static size_t utf8_next(struct span s, uint32_t *ret)
{
    uint8_t lead = s.at[0];
    size_t len = utf8_len(lead);
    if (len == 0)
        return 0;
    uint32_t c = len == 1 ? lead : lead & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((byte_at(s, i) & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s.at[i] & 0x3fu);
    }
    if ((len == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
        (len == 4 && (c < 0x10000 || c > 0x10ffff)))
        return 0;
    *ret = c;
    return len;
}

static void put_hex(struct buf *out, uint32_t value, int digits)
{
    while (digits-- > 0)
        buf_byte(out, (uint8_t)HEX_DIGITS[value >> (4 * digits) & 15]);
}

static void put_hex_byte(struct buf *out, uint8_t byte)
{
    buf_str(out, "\\x");
    put_hex(out, byte, 2);
}

/* \xNN for bytes and C0 controls, \u{NNNN} for the rest. */
static void put_visible(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        put_hex_byte(out, (uint8_t)c);
        return;
    }
    buf_str(out, "\\u{");
    put_hex(out, c, c > 0xffff ? 6 : 4);
    buf_byte(out, '}');
}

static void put_json_unit(struct buf *out, uint32_t unit)
{
    buf_str(out, "\\u");
    put_hex(out, unit, 4);
}

/* How many bytes at the front are printable ASCII that no escaper needs to look at. */
static size_t plain_run(struct span s)
{
    size_t n = 0;
    while (n < s.len && s.at[n] >= ' ' && s.at[n] < 0x7f && s.at[n] != '"' && s.at[n] != '\\' &&
           s.at[n] != '&' && s.at[n] != '<' && s.at[n] != '>' && s.at[n] != '\'')
        n++;
    return n;
}

/* Called for each scalar that is not in a plain run; `raw` are its bytes. `c` is UINT32_MAX where
 * raw is one byte that is not UTF-8. */
typedef void scalar_fn(struct buf *out, uint32_t c, struct span raw);

static void each_scalar(struct buf *out, struct span s, scalar_fn *put)
{
    while (s.len) {
        size_t n = plain_run(s);
        buf_put(out, span_first(s, n));
        s = span_from(s, n);
        if (s.len == 0)
            break;
        uint32_t c = UINT32_MAX;
        n = utf8_next(s, &c);
        if (n == 0)
            n = 1;
        put(out, c, span_first(s, n));
        s = span_from(s, n);
    }
}

static void put_tty(struct buf *out, uint32_t c, struct span raw)
{
    if (c == UINT32_MAX)
        put_hex_byte(out, raw.at[0]);
    else if (WITHIN(INVISIBLE, c))
        put_visible(out, c);
    else
        buf_put(out, raw);
}

void escape_tty(struct buf *out, struct span s)
{
    each_scalar(out, s, put_tty);
}

static void put_json(struct buf *out, uint32_t c, struct span raw)
{
    if (c == UINT32_MAX)
        buf_str(out, "\xef\xbf\xbd");
    else if (c == '"' || c == '\\')
        buf_put(out, c == '"' ? SPAN("\\\"") : SPAN("\\\\"));
    else if (c == '\n' || c == '\r' || c == '\t')
        buf_str(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    else if (!WITHIN(INVISIBLE, c))
        buf_put(out, raw);
    else if (c <= 0xffff)
        put_json_unit(out, c);
    else {
        put_json_unit(out, 0xd800 + ((c - 0x10000) >> 10));
        put_json_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
}

void escape_json(struct buf *out, struct span s)
{
    each_scalar(out, s, put_json);
}

static void put_html(struct buf *out, uint32_t c, struct span raw)
{
    switch (c) {
    case '&': buf_str(out, "&amp;"); break;
    case '<': buf_str(out, "&lt;"); break;
    case '>': buf_str(out, "&gt;"); break;
    case '"': buf_str(out, "&quot;"); break;
    case '\'': buf_str(out, "&#39;"); break;
    default: put_tty(out, c, raw);
    }
}

void escape_html(struct buf *out, struct span s)
{
    each_scalar(out, s, put_html);
}

static void put_csv(struct buf *out, uint32_t c, struct span raw)
{
    if (c == '"')
        buf_str(out, "\"\"");
    else
        put_tty(out, c, raw);
}

void escape_csv(struct buf *out, struct span s)
{
    bool formula = s.len && memchr("=+-@\t\r", s.at[0], 6);
    bool quote = formula || (s.len && (s.at[0] == ' ' || s.at[s.len - 1] == ' ')) ||
                 span_index(s, ',') < s.len || span_index(s, '"') < s.len ||
                 span_index(s, ';') < s.len;
    if (quote)
        buf_byte(out, '"');
    if (formula)
        buf_byte(out, '\'');
    each_scalar(out, s, put_csv);
    if (quote)
        buf_byte(out, '"');
}

void escape_bytes(struct buf *out, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (c == '\r' || c == '\n' || c == '\t')
            buf_str(out, c == '\r' ? "\\r" : c == '\n' ? "\\n" : "\\t");
        else if (c >= ' ' && c < 0x7f)
            buf_byte(out, c);
        else
            put_hex_byte(out, c);
    }
}

size_t text_columns(struct span utf8)
{
    size_t columns = 0;
    while (utf8.len) {
        uint32_t c = 0;
        size_t n = utf8_next(utf8, &c);
        if (n == 0)
            n = 1;
        columns += n == 1 ? 1 : WITHIN(COMBINING, c) ? 0 : WITHIN(WIDE, c) ? 2 : 1;
        utf8 = span_from(utf8, n);
    }
    return columns;
}
