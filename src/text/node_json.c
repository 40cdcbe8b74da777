/* JSON into nodes (RFC 8259), strictly, in one pass over the bytes and without recursion.
 *
 * Whether the document ends early or breaks the grammar is told apart, because the front of an answer
 * that was cut is worth reading: a list of a thousand names of which nine hundred came is a list of at
 * least nine hundred. What may have lost its end itself (a number at the very end, a text without its
 * quote) is not taken. */
#include "text/node.h"

#include <math.h>
#include <stdlib.h>

enum { NUMBER_BYTES_MAX = 1000 };

/* Beyond 2^53 a double no longer holds every whole number. */
static const double EXACT_MAX = 9007199254740992.0;

enum trouble {
    FINE,
    BROKEN, /* no JSON */
    EARLY,  /* the text ended first */
    MANY,   /* more values than allowed */
    DEEP,
    MEMORY,
};

struct level {
    struct node *node, *last;
};

struct parser {
    struct arena *arena;
    const uint8_t *at, *end;
    size_t values_left;
    bool copies; /* texts are copied, so that the document need not outlive its nodes */
    enum trouble trouble;
    bool huge; /* an integer was beyond int64 */
    bool any;  /* a scalar was read */
    struct node *root;
    struct level levels[JSON_DEPTH_MAX];
    size_t depth;
};

static bool stop(struct parser *p, enum trouble why)
{
    if (p->trouble == FINE)
        p->trouble = why;
    return false;
}

static bool more(const struct parser *p)
{
    return p->at < p->end;
}

static void skip_space(struct parser *p)
{
    while (more(p) && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

/* The next byte that is no white space, not consumed; 0 (which no grammar takes) where there is none. */
static uint8_t peek(struct parser *p)
{
    skip_space(p);
    if (!more(p))
        (void)stop(p, EARLY);
    return more(p) ? *p->at : 0;
}

/* ---- texts ------------------------------------------------------------------------------- */

/* How many bytes the UTF-8 sequence at `s` has (RFC 3629); 0: none, -1: the text ends inside. */
static int utf8_length(const uint8_t *s, const uint8_t *end)
{
    uint8_t c = s[0], low = 0x80, high = 0xbf;
    int n = c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (c == 0xe0)
        low = 0xa0;
    else if (c == 0xed)
        high = 0x9f;
    else if (c == 0xf0)
        low = 0x90;
    else if (c == 0xf4)
        high = 0x8f;
    for (int i = 1; i < n; i++) {
        if (s + i == end)
            return -1;
        if (s[i] < low || s[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return n;
}

/* Four hexadecimal digits. */
static bool unit16(struct parser *p, uint32_t *ret)
{
    *ret = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        if (!more(p))
            return stop(p, EARLY);
        uint8_t c = ascii_lower(*p->at);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return stop(p, BROKEN);
        *ret = *ret << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* Behind "\u": one character, of two units where the first is a surrogate. */
static bool escaped_point(struct parser *p, uint32_t *ret)
{
    uint32_t low;
    if (!unit16(p, ret))
        return false;
    if (*ret < 0xd800 || *ret > 0xdfff)
        return true;
    if (*ret > 0xdbff)
        return stop(p, BROKEN);
    for (const char *want = "\\u"; *want; want++, p->at++)
        if (!more(p) || *p->at != (uint8_t)*want)
            return stop(p, more(p) ? BROKEN : EARLY);
    if (!unit16(p, &low))
        return false;
    if (low < 0xdc00 || low > 0xdfff)
        return stop(p, BROKEN);
    *ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static size_t put_utf8(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t heads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(heads[n] | c);
    return n;
}

/* One escape, behind its backslash: into at most 4 bytes; no escape is shorter than what it means. */
static size_t undo_escape(struct parser *p, uint8_t *out)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    uint32_t point;
    if (!more(p))
        return stop(p, EARLY);
    uint8_t c = *p->at++;
    if (c == 'u')
        return escaped_point(p, &point) ? put_utf8(out, point) : 0;
    const char *name = c ? strchr(names, c) : NULL;
    if (!name)
        return stop(p, BROKEN);
    out[0] = (uint8_t)bytes[name - names];
    return 1;
}

/* Runs over what stands for itself. The byte that ended it (a quote or a backslash), or 0. */
static uint8_t plain_run(struct parser *p)
{
    while (more(p)) {
        uint8_t c = *p->at;
        if (c == '"' || c == '\\')
            return c;
        if (c < 0x20)
            return stop(p, BROKEN);
        int n = c < 0x80 ? 1 : utf8_length(p->at, p->end);
        if (n <= 0)
            return stop(p, n == 0 ? BROKEN : EARLY);
        p->at += n;
    }
    return stop(p, EARLY);
}

/* The closing quote of a text that begins here, escapes passed over; where there is none, the end. */
static const uint8_t *text_end(const struct parser *p)
{
    const uint8_t *at = p->at;
    while (at < p->end && *at != '"')
        at += *at == '\\' && p->end - at > 1 ? 2 : 1;
    return at;
}

/* A text, behind its opening quote. */
static bool read_text(struct parser *p, struct span *ret)
{
    const uint8_t *start = p->at;
    uint8_t c = plain_run(p);
    if (c == '"') {
        *ret = span_of(start, (size_t)(p->at++ - start));
        if (p->copies && ret->len)
            *ret = arena_copy(p->arena, *ret);
        return ret->at || stop(p, MEMORY);
    }
    if (c != '\\')
        return false;
    /* What escapes stand for is never longer than they are. */
    p->at = start;
    uint8_t *out = arena_alloc(p->arena, (size_t)(text_end(p) - start) + 4);
    size_t n = 0;
    if (!out)
        return stop(p, MEMORY);
    for (;;) {
        const uint8_t *from = p->at;
        c = plain_run(p);
        memcpy(out + n, from, (size_t)(p->at - from));
        n += (size_t)(p->at - from);
        if (c == 0)
            return false;
        p->at++;
        if (c == '"')
            break;
        size_t put = undo_escape(p, out + n);
        if (put == 0)
            return false;
        n += put;
    }
    *ret = span_of(out, n);
    return true;
}

/* ---- scalars ----------------------------------------------------------------------------- */

static void set_real(struct node *n, double value)
{
    n->real = value;
    if (value >= -EXACT_MAX && value <= EXACT_MAX && (double)(int64_t)value == value) {
        n->is_integer = true;
        n->integer = (int64_t)value;
    }
}

static bool read_word(struct parser *p, const char *word)
{
    for (; *word; word++, p->at++)
        if (!more(p) || *p->at != (uint8_t)*word)
            return stop(p, more(p) ? BROKEN : EARLY);
    return true;
}

static bool digits(struct parser *p)
{
    const uint8_t *start = p->at;
    while (more(p) && ascii_is_digit(*p->at))
        p->at++;
    return p->at > start || stop(p, more(p) ? BROKEN : EARLY);
}

/* The number's text; whether it has neither fraction nor exponent. */
static bool number_text(struct parser *p, struct span *ret, bool *ret_whole)
{
    const uint8_t *start = p->at;
    *ret_whole = true;
    if (*p->at == '-')
        p->at++;
    if (more(p) && *p->at == '0')
        p->at++;
    else if (!digits(p))
        return false;
    if (more(p) && *p->at == '.') {
        *ret_whole = false;
        p->at++;
        if (!digits(p))
            return false;
    }
    if (more(p) && (*p->at == 'e' || *p->at == 'E')) {
        *ret_whole = false;
        p->at++;
        if (more(p) && (*p->at == '+' || *p->at == '-'))
            p->at++;
        if (!digits(p))
            return false;
    }
    *ret = span_of(start, (size_t)(p->at - start));
    /* Inside a list or map something must follow; without it the number may have lost digits. */
    if (p->depth && !more(p))
        return stop(p, EARLY);
    return ret->len <= NUMBER_BYTES_MAX || stop(p, BROKEN);
}

static bool read_number(struct parser *p, struct node *n)
{
    struct span text;
    bool whole;
    char copy[NUMBER_BYTES_MAX + 1];
    uint64_t value;
    n->kind = NODE_NUMBER;
    if (!number_text(p, &text, &whole))
        return false;
    bool negative = text.at[0] == '-';
    if (whole && span_u64(span_from(text, negative), (uint64_t)INT64_MAX + negative, &value)) {
        n->is_integer = true;
        n->integer = negative ? (int64_t)(0 - value) : (int64_t)value;
        n->real = (double)n->integer;
        return true;
    }
    p->huge |= whole;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    double real = strtod(copy, NULL);
    if (!isfinite(real))
        return stop(p, BROKEN);
    set_real(n, real);
    return true;
}

/* ---- the tree ---------------------------------------------------------------------------- */

static bool attach(struct parser *p, struct node *n)
{
    if (p->depth == 0) {
        p->root = n;
        return true;
    }
    struct level *top = &p->levels[p->depth - 1];
    if (top->last)
        top->last->next = n;
    else
        top->node->first = n;
    top->last = n;
    top->node->count++;
    return true;
}

static bool open_level(struct parser *p, struct node *n, enum node_kind kind)
{
    n->kind = kind;
    if (p->depth == JSON_DEPTH_MAX)
        return stop(p, DEEP);
    (void)attach(p, n);
    p->levels[p->depth++] = (struct level){ .node = n };
    p->at++;
    return true;
}

static bool close_level(struct parser *p)
{
    struct node *n = p->levels[--p->depth].node;
    p->at++;
    return n->kind == NODE_LIST || node_index_map(p->arena, n) || stop(p, MEMORY);
}

/* A scalar, or the opening of a list or map. */
static bool read_value(struct parser *p, struct span key)
{
    uint8_t c = peek(p);
    if (p->trouble != FINE)
        return false;
    if (p->values_left == 0)
        return stop(p, MANY);
    p->values_left--;
    struct node *n = ARENA_NEW(p->arena, struct node);
    bool ok = false;
    if (!n)
        return stop(p, MEMORY);
    n->key = key;
    switch (c) {
    case '{':
        return open_level(p, n, NODE_MAP);
    case '[':
        return open_level(p, n, NODE_LIST);
    case '"':
        p->at++;
        n->kind = NODE_TEXT;
        ok = read_text(p, &n->text);
        break;
    case 't':
    case 'f':
        n->kind = NODE_BOOL;
        n->integer = c == 't';
        ok = read_word(p, c == 't' ? "true" : "false");
        break;
    case 'n':
        ok = read_word(p, "null");
        break;
    default:
        ok = c == '-' || ascii_is_digit(c) ? read_number(p, n) : stop(p, BROKEN);
    }
    p->any |= ok;
    return ok && attach(p, n);
}

/* The key before a value, with its colon. */
static bool read_key(struct parser *p, struct span *ret)
{
    if (peek(p) != '"')
        return stop(p, BROKEN);
    p->at++;
    if (!read_text(p, ret))
        return false;
    if (span_index(*ret, 0) != ret->len)
        return stop(p, BROKEN);
    if (peek(p) != ':')
        return stop(p, BROKEN);
    p->at++;
    return true;
}

/* Inside a list or map: its end, or one more child. */
static bool read_inside(struct parser *p)
{
    const struct level *top = &p->levels[p->depth - 1];
    bool map = top->node->kind == NODE_MAP;
    struct span key = SPAN_NONE;
    uint8_t c = peek(p);
    if (c == (map ? '}' : ']'))
        return close_level(p);
    if (top->last) {
        if (c != ',')
            return stop(p, BROKEN);
        p->at++;
    }
    return (!map || read_key(p, &key)) && read_value(p, key);
}

static void all_real(struct node *n)
{
    if (n->kind == NODE_NUMBER && n->is_integer) {
        double real = n->real;
        n->is_integer = false;
        n->integer = 0;
        set_real(n, real);
    }
    for (struct node *child = n->first; child; child = child->next)
        all_real(child);
}

/* Recursion in all_real() is as deep as the tree, which read_inside() has bounded. */
static void run(struct parser *p)
{
    if (read_value(p, SPAN_NONE))
        while (p->depth && read_inside(p))
            ;
    if (p->root && p->huge)
        all_real(p->root);
}

static struct parser parser_over(struct arena *a, struct span text, size_t values_max)
{
    const uint8_t *at = text.at ? text.at : (const uint8_t *)"";
    return (struct parser){ .arena = a, .at = at, .end = at + text.len, .values_left = values_max };
}

struct node *json_front(struct arena *a, struct span text, size_t *values_left,
                        enum json_end *ret_end, struct span *ret_rest)
{
    *ret_end = JSON_NONE;
    *ret_rest = SPAN_NONE;
    struct parser p = parser_over(a, text, *values_left);
    run(&p);
    *values_left = p.values_left;
    if (p.trouble == FINE) {
        skip_space(&p);
        *ret_end = JSON_WHOLE;
        *ret_rest = span_of(p.at, (size_t)(p.end - p.at));
        return p.root;
    }
    if ((p.trouble != EARLY && p.trouble != MANY && p.trouble != DEEP) || !p.any || !p.root->first)
        return NULL;
    while (p.depth) {
        struct node *n = p.levels[--p.depth].node;
        n->cut = true;
        if (n->kind == NODE_MAP && !node_index_map(a, n))
            return NULL;
    }
    *ret_end = JSON_CUT;
    return p.root;
}

static bool say(struct error *e, const struct parser *p, struct span text)
{
    unsigned line = 1, column = 1;
    switch (p->trouble) {
    case DEEP:
        return error_set(e, "JSON nested deeper than %d levels", JSON_DEPTH_MAX);
    case MEMORY:
        return error_set(e, "not enough memory for a JSON document of %zu bytes", text.len);
    default:
        break;
    }
    for (const uint8_t *at = text.at; text.len && at < p->at; at++) {
        line += *at == '\n';
        column = *at == '\n' ? 1 : column + 1;
    }
    return error_set(e, "not JSON: line %u, column %u", line, column);
}

struct node *json_parse(struct arena *a, struct span text, struct error *e)
{
    if (text.len > JSON_BYTES_MAX) {
        error_set(e, "JSON of more than %d bytes", JSON_BYTES_MAX);
        return NULL;
    }
    struct parser p = parser_over(a, text, SIZE_MAX);
    p.copies = true;
    run(&p);
    skip_space(&p);
    if (p.trouble == FINE && more(&p))
        (void)stop(&p, BROKEN);
    if (p.trouble == FINE)
        return p.root;
    (void)say(e, &p, text);
    return NULL;
}
