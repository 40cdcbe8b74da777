/* Rendering and recognising requests. The two are inverse: what ask_render() writes,
 * ask_match() accepts, and nothing else; the guard test rests on that. */
#include "wire/ask.h"

#include "base/hex.h"

enum { BER_LENGTH_MAX = 5 };

static size_t part_count(const struct ask *a)
{
    size_t n = 0;
    while (n < ASK_PARTS_MAX && a->parts[n].kind != PART_END)
        n++;
    return n;
}

static bool is_alnum(uint8_t c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

static bool one_of(uint8_t c, const char *set)
{
    return c && strchr(set, c);
}

/* Inside a JSON string a backslash may only start an escape that JSON knows. */
static bool json_text_ok(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < 0x20 || s.at[i] == '"')
            return false;
        if (s.at[i] == '\\' && (++i == s.len || !one_of(s.at[i], "\"\\/bfnrtu")))
            return false;
    }
    return true;
}

static bool url_text_ok(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '%') {
            if (s.len - i < 3 || !hex_is_digit(s.at[i + 1]) || !hex_is_digit(s.at[i + 2]))
                return false;
            i += 2;
        } else if (!is_alnum(s.at[i]) && !one_of(s.at[i], "-._~")) {
            return false;
        }
    }
    return true;
}

static bool segment_ok(struct span s)
{
    if (s.len == 0 || s.len > ASK_SEGMENT_MAX || span_is(s, ".") || span_is(s, ".."))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.at[i]) && !one_of(s.at[i], "-._~"))
            return false;
    return s.at[0] != '_' || span_is(s, "_plugin") || span_is(s, "_dashboards");
}

bool ask_base_ok(struct span path)
{
    for (int segments = 0; path.len; segments++) {
        if (path.at[0] != '/' || segments == ASK_SEGMENTS_MAX)
            return false;
        path = span_from(path, 1);
        size_t end = span_index(path, '/');
        if (!segment_ok(span_first(path, end)))
            return false;
        path = span_from(path, end);
    }
    return true;
}

static bool quoted_text_ok(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < 0x20 || s.at[i] == 0x7f || one_of(s.at[i], "\"'`\\"))
            return false;
    return true;
}

static bool hole_allows(enum ask_hole rule, struct span s)
{
    const char *also = rule == HOLE_HOST ? ".-:[]_" : ".-_";
    switch (rule) {
    case HOLE_ANY:
        return true;
    case HOLE_URL:
        return url_text_ok(s);
    case HOLE_BASE:
        return ask_base_ok(s);
    case HOLE_JSON:
        return json_text_ok(s);
    case HOLE_QUOTED:
        return quoted_text_ok(s);
    case HOLE_HOST:
    case HOLE_NAME:
        break;
    }
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.at[i]) && !one_of(s.at[i], also))
            return false;
    return true;
}

static size_t ber_size(size_t value)
{
    size_t n = 1;
    if (value >= 0x80)
        for (size_t left = value; left; left >>= 8)
            n++;
    return n;
}

static size_t decimal_size(size_t value)
{
    size_t n = 1;
    while (value /= 10)
        n++;
    return n;
}

struct sizes {
    size_t len[ASK_PARTS_MAX];
};

static size_t covered(const struct ask_part *p, const struct sizes *sizes)
{
    size_t total = 0;
    for (size_t i = p->from; i < p->to && i < ASK_PARTS_MAX; i++)
        total += sizes->len[i];
    return total + (size_t)p->bias;
}

/* Lengths of BER and decimal fields depend on what they cover, and outer fields cover inner ones:
 * computed from the last part to the first, because a field always stands before what it covers. */
static void measure(const struct ask *a, size_t parts, const struct span *args, struct sizes *out)
{
    size_t hole = 0;
    for (size_t i = 0; i < parts; i++)
        hole += a->parts[i].kind == PART_HOLE;
    for (size_t i = parts; i > 0; i--) {
        const struct ask_part *p = &a->parts[i - 1];
        switch (p->kind) {
        case PART_BYTES:
            out->len[i - 1] = p->bytes.len;
            break;
        case PART_HOLE:
            out->len[i - 1] = args[--hole].len;
            break;
        case PART_LE:
        case PART_BE:
            out->len[i - 1] = p->width;
            break;
        case PART_BER:
            out->len[i - 1] = ber_size(covered(p, out));
            break;
        case PART_DEC:
            out->len[i - 1] = decimal_size(covered(p, out));
            break;
        case PART_END:
            break;
        }
    }
}

static void write_length(const struct ask_part *p, size_t value, struct writer *out)
{
    switch (p->kind) {
    case PART_LE:
        writer_le(out, value, p->width);
        break;
    case PART_BE:
        writer_be(out, value, p->width);
        break;
    case PART_BER:
        if (value >= 0x80)
            writer_u8(out, (uint8_t)(0x80 | (ber_size(value) - 1)));
        writer_be(out, value, value < 0x80 ? 1 : ber_size(value) - 1);
        break;
    default:
        writer_dec(out, value);
        break;
    }
}

bool ask_render(const struct ask *a, const struct span *args, size_t arg_count, struct writer *out)
{
    size_t parts = part_count(a), hole = 0;
    struct sizes sizes = { { 0 } };
    for (size_t i = 0; i < parts; i++) {
        const struct ask_part *p = &a->parts[i];
        if (p->kind != PART_HOLE)
            continue;
        if (hole == arg_count || args[hole].len > p->max || !hole_allows(p->allows, args[hole]))
            return false;
        hole++;
    }
    if (hole != arg_count)
        return false;
    measure(a, parts, args, &sizes);
    hole = 0;
    for (size_t i = 0; i < parts; i++) {
        const struct ask_part *p = &a->parts[i];
        if (p->kind == PART_BYTES)
            writer_put(out, p->bytes);
        else if (p->kind == PART_HOLE)
            writer_put(out, args[hole++]);
        else
            write_length(p, covered(p, &sizes), out);
    }
    return writer_ok(out);
}

/* Backtracks over the possible lengths of the holes; `at` is how much of `sent` the parts before
 * `part` took. Depth is bounded by ASK_PARTS_MAX, work by the holes' limits. */
struct matching {
    const struct ask *ask;
    size_t parts;
    struct span sent;
    struct span args[ASK_PARTS_MAX];
    size_t arg_count;
    size_t beyond; /* a match is longer than this */
};

static size_t try_from(struct matching *m, size_t part, size_t at);

static size_t try_hole(struct matching *m, size_t part, size_t at)
{
    const struct ask_part *p = &m->ask->parts[part];
    size_t most = m->sent.len - at < p->max ? m->sent.len - at : p->max;
    for (size_t n = 0; n <= most; n++) {
        m->args[m->arg_count++] = span_sub(m->sent, at, n);
        size_t whole = try_from(m, part + 1, at + n);
        m->arg_count--;
        if (whole)
            return whole;
    }
    return 0;
}

/* A length field may be any width up to its largest; the final rendering decides whether its
 * value was right. */
static size_t try_length(struct matching *m, size_t part, size_t at)
{
    const struct ask_part *p = &m->ask->parts[part];
    bool fixed = p->kind == PART_LE || p->kind == PART_BE;
    size_t least = fixed ? p->width : 1;
    size_t most = fixed ? p->width : p->kind == PART_BER ? BER_LENGTH_MAX : 20;
    for (size_t n = least; n <= most && n <= m->sent.len - at; n++) {
        size_t whole = try_from(m, part + 1, at + n);
        if (whole)
            return whole;
    }
    return 0;
}

static size_t try_from(struct matching *m, size_t part, size_t at)
{
    if (part == m->parts) {
        uint8_t bytes[ASK_SENT_MAX];
        struct writer w = writer_over(bytes, sizeof(bytes));
        bool same = at > m->beyond && ask_render(m->ask, m->args, m->arg_count, &w) &&
                    span_eq(writer_span(&w), span_first(m->sent, at));
        return same ? at : 0;
    }
    const struct ask_part *p = &m->ask->parts[part];
    if (p->kind == PART_HOLE)
        return try_hole(m, part, at);
    if (p->kind != PART_BYTES)
        return try_length(m, part, at);
    return span_starts(span_from(m->sent, at), p->bytes) ? try_from(m, part + 1, at + p->bytes.len) : 0;
}

size_t ask_match(const struct ask *a, struct span sent)
{
    return ask_match_beyond(a, sent, 0);
}

size_t ask_match_beyond(const struct ask *a, struct span sent, size_t beyond)
{
    struct matching m = { .ask = a, .parts = part_count(a), .sent = sent, .beyond = beyond };
    return m.parts ? try_from(&m, 0, 0) : 0;
}
