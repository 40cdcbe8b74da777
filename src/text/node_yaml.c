/* YAML into nodes, by way of libyaml's event interface: this is the only file that knows it.
 *
 * A strict subset: one document of scalars, lists and maps. Anchors, aliases, tags, merge keys, a
 * second document and a key that stands twice are errors with a line number, since each is a way
 * for a catalog or scope file to mean something else than it shows. The tree is built with an
 * explicit stack of YAML_DEPTH_MAX levels, never by recursion. */
#include "text/node.h"

#include "base/table.h"

#include <yaml.h>

/* One open list or map. */
struct level {
    struct node *node, *last;
    struct span key; /* maps: the key that waits for its value */
    bool has_key;
    struct table keys;
};

struct builder {
    struct arena *arena;
    struct error *error;
    unsigned wrong_line; /* 0: none */
    struct node *root;
    struct level levels[YAML_DEPTH_MAX];
    size_t depth;
    bool ended;
};

static bool wrong(struct builder *b, unsigned line, const char *what)
{
    b->wrong_line = line;
    return error_set(b->error, "%s", what);
}

static bool no_memory(struct builder *b)
{
    return error_set(b->error, "not enough memory for this YAML document");
}

/* Hangs a finished or just opened node into the innermost open one. */
static bool attach(struct builder *b, struct node *n)
{
    if (b->depth == 0) {
        b->root = n;
        return true;
    }
    struct level *top = &b->levels[b->depth - 1];
    if (top->node->kind == NODE_MAP) {
        if (!top->has_key)
            return wrong(b, n->line, "a key must be a plain word, not a list or map");
        n->key = top->key;
        top->has_key = false;
    }
    if (top->last)
        top->last->next = n;
    else
        top->node->first = n;
    top->last = n;
    top->node->count++;
    return true;
}

static bool open_level(struct builder *b, enum node_kind kind, unsigned line)
{
    struct node *n = ARENA_NEW(b->arena, struct node);
    if (!n)
        return no_memory(b);
    n->kind = kind;
    n->line = line;
    if (!attach(b, n))
        return false;
    if (b->depth == YAML_DEPTH_MAX) {
        b->wrong_line = line;
        return error_set(b->error, "nested deeper than %d levels", YAML_DEPTH_MAX);
    }
    struct level *top = &b->levels[b->depth++];
    *top = (struct level){ .node = n };
    table_init(&top->keys, b->arena, (uintptr_t)b ^ line);
    return true;
}

/* Takes a scalar as a key where one is due. */
static bool take_key(struct builder *b, struct level *top, struct span key, unsigned line)
{
    if (key.len == 0 || span_is(key, "<<"))
        return wrong(b, line, key.len ? "merge keys (<<) are not allowed" : "an empty key");
    if (table_get(&top->keys, key)) {
        b->wrong_line = line;
        return error_set(b->error, "the key \"%.*s\" stands twice in this map", SPAN_FMT(span_first(key, 60)));
    }
    top->key = key;
    top->has_key = true;
    return table_put(&top->keys, key, top->node) || no_memory(b);
}

/* Scales by powers of ten without the C locale. */
static double scale(double value, int64_t exponent)
{
    int64_t steps = exponent < 0 ? -exponent : exponent;
    for (int64_t i = 0; i < steps && i < 700; i++)
        value = exponent < 0 ? value / 10 : value * 10;
    return value;
}

static size_t digits_at(struct span s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && ascii_is_digit(s.at[at + n]))
        n++;
    return n;
}

/* The exponent of a real ("e-5"), from *at on. */
static bool read_exponent(struct span s, size_t *at, int64_t *ret)
{
    bool negative = *at + 1 < s.len && s.at[*at + 1] == '-';
    *at += negative || (*at + 1 < s.len && s.at[*at + 1] == '+') ? 2 : 1;
    size_t n = digits_at(s, *at);
    uint64_t value;
    if (!span_u64(span_sub(s, *at, n), 1000, &value))
        return false;
    *at += n;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* -12, 3.5, 1e6. No octal, no hex, no leading zeros, no infinities: those stay text. */
static bool read_number(struct span s, struct node *n)
{
    bool negative = s.len && s.at[0] == '-';
    size_t at = negative, whole = digits_at(s, at);
    if (whole == 0 || (whole > 1 && s.at[at] == '0'))
        return false;
    uint64_t value;
    if (at + whole == s.len && span_u64(span_from(s, at), INT64_MAX, &value)) {
        n->integer = negative ? -(int64_t)value : (int64_t)value;
        n->real = (double)n->integer;
        n->is_integer = true;
        return true;
    }
    double real = 0;
    int64_t exponent = 0, shift = 0;
    for (size_t i = 0; i < whole; i++)
        real = real * 10 + (s.at[at + i] - '0');
    at += whole;
    if (at < s.len && s.at[at] == '.') {
        size_t fraction = digits_at(s, at + 1);
        if (fraction == 0 || fraction > 300)
            return false;
        for (size_t i = 0; i < fraction; i++)
            real = real * 10 + (s.at[at + 1 + i] - '0');
        shift = -(int64_t)fraction;
        at += 1 + fraction;
    }
    if (at < s.len && (s.at[at] == 'e' || s.at[at] == 'E') && !read_exponent(s, &at, &exponent))
        return false;
    if (at != s.len)
        return false;
    n->real = scale(negative ? -real : real, exponent + shift);
    return true;
}

static void type_plain(struct node *n)
{
    struct span s = n->text;
    if (s.len == 0 || span_is(s, "~") || span_is(s, "null")) {
        n->kind = NODE_NULL;
    } else if (span_is(s, "true") || span_is(s, "false")) {
        n->kind = NODE_BOOL;
        n->integer = span_is(s, "true");
    } else if (read_number(s, n)) {
        n->kind = NODE_NUMBER;
    }
}

static bool on_scalar(struct builder *b, const yaml_event_t *ev, unsigned line)
{
    if (ev->data.scalar.tag)
        return wrong(b, line, "tags (!) are not allowed");
    struct span written = span_of(ev->data.scalar.value, ev->data.scalar.length);
    struct span text = arena_copy(b->arena, written);
    if (text.len != written.len)
        return no_memory(b);
    struct level *top = b->depth ? &b->levels[b->depth - 1] : NULL;
    if (top && top->node->kind == NODE_MAP && !top->has_key)
        return take_key(b, top, text, line);
    struct node *n = ARENA_NEW(b->arena, struct node);
    if (!n)
        return no_memory(b);
    *n = (struct node){ .kind = NODE_TEXT, .text = text, .line = line };
    if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        type_plain(n);
    return attach(b, n);
}

static bool has_anchor(const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_ALIAS_EVENT: return true;
    case YAML_SCALAR_EVENT: return ev->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT: return ev->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT: return ev->data.mapping_start.anchor != NULL;
    default: return false;
    }
}

static bool has_tag(const yaml_event_t *ev)
{
    return (ev->type == YAML_SEQUENCE_START_EVENT && ev->data.sequence_start.tag) ||
           (ev->type == YAML_MAPPING_START_EVENT && ev->data.mapping_start.tag);
}

static bool on_event(struct builder *b, const yaml_event_t *ev)
{
    unsigned line = (unsigned)ev->start_mark.line + 1;
    if (has_anchor(ev))
        return wrong(
            b, line,
            "anchors (&) and aliases (*) are not allowed; quote the text if meant literally");
    if (has_tag(ev))
        return wrong(b, line, "tags (!) are not allowed");
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->root)
            return wrong(b, line, "a second document; one is allowed");
        return true;
    case YAML_SCALAR_EVENT: return on_scalar(b, ev, line);
    case YAML_SEQUENCE_START_EVENT: return open_level(b, NODE_LIST, line);
    case YAML_MAPPING_START_EVENT: return open_level(b, NODE_MAP, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: b->depth--; return true;
    case YAML_STREAM_END_EVENT:
        b->ended = true;
        return b->root || wrong(b, line, "the document is empty");
    default: return true;
    }
}

static bool syntax_error(struct builder *b, const yaml_parser_t *p)
{
    if (p->error == YAML_MEMORY_ERROR)
        return no_memory(b);
    const char *problem = p->problem ? p->problem : "not YAML";
    if (p->error == YAML_READER_ERROR)
        return error_set(b->error, "byte %zu: %s", p->problem_offset, problem);
    b->wrong_line = (unsigned)p->problem_mark.line + 1;
    return error_set(b->error, "%s%s%s", problem, p->context ? " " : "", p->context ? p->context : "");
}

static bool build(struct builder *b, yaml_parser_t *p)
{
    while (!b->ended) {
        yaml_event_t ev;
        if (!yaml_parser_parse(p, &ev))
            return syntax_error(b, p);
        bool ok = on_event(b, &ev);
        yaml_event_delete(&ev);
        if (!ok)
            return false;
    }
    return true;
}

struct node *yaml_parse_lines(struct arena *a, struct span text, unsigned *ret_line, struct error *e)
{
    *ret_line = 0;
    if (text.len > YAML_BYTES_MAX) {
        error_set(e, "YAML of more than %d bytes", YAML_BYTES_MAX);
        return NULL;
    }
    yaml_parser_t parser;
    struct builder b = { .arena = a, .error = e };
    if (!yaml_parser_initialize(&parser)) {
        no_memory(&b);
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, text.len ? text.at : (const uint8_t *)"", text.len);
    bool ok = build(&b, &parser);
    yaml_parser_delete(&parser);
    *ret_line = b.wrong_line;
    return ok ? b.root : NULL;
}

struct node *yaml_parse(struct arena *a, struct span text, struct error *e)
{
    unsigned line;
    struct node *root = yaml_parse_lines(a, text, &line, e);
    if (!root && line)
        error_in(e, "line %u", line);
    return root;
}
