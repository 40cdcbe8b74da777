/* Reads XML (1.0, fifth edition) as far as stores speak it: elements, attributes, text, references, CDATA. No
 * document type: it could define what a reference stands for, and no store sends one. See node.h. */
#include "text/node.h"

enum { NAME_MAX_BYTES = 128 };

enum xml_trouble { FINE, EARLY, BROKEN, MANY, MEMORY };

struct parser {
    struct arena *arena;
    const uint8_t *at, *end;
    enum xml_trouble trouble;
    size_t values_left, depth;
    struct {
        struct node *node, *last;
        struct span name; /* as written, with its prefix: the end must say the same */
        struct span text; /* between its tags, where no child stands */
    } levels[XML_DEPTH_MAX];
    struct node *root;
};

static bool stop(struct parser *p, enum xml_trouble why)
{
    if (p->trouble == FINE)
        p->trouble = why;
    return false;
}

static struct span rest(const struct parser *p)
{
    return span_of(p->at, (size_t)(p->end - p->at));
}

static bool starts(const struct parser *p, const char *text)
{
    return span_starts(rest(p), span_str(text));
}

/* What stands before a mark; behind it afterwards. */
static bool until(struct parser *p, const char *mark, struct span *ret)
{
    struct span left = rest(p);
    size_t found = span_find(left, span_str(mark));
    if (found == SIZE_MAX)
        return stop(p, EARLY);
    *ret = span_first(left, found);
    p->at += found + strlen(mark);
    return true;
}

static bool is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c) || c == '_' || c == '-' ||
           c == '.' || c == ':' || c >= 0x80;
}

static bool read_name(struct parser *p, struct span *ret)
{
    const uint8_t *from = p->at;
    while (p->at < p->end && is_name_byte(*p->at))
        p->at++;
    *ret = span_of(from, (size_t)(p->at - from));
    if (p->at == p->end)
        return stop(p, EARLY);
    return (ret->len && ret->len <= NAME_MAX_BYTES) || stop(p, BROKEN);
}

static void skip_space(struct parser *p)
{
    while (p->at < p->end && ascii_is_space(*p->at))
        p->at++;
}

/* The name without the prefix of its namespace, which each server may choose for itself. */
static struct span local(struct span name)
{
    size_t colon = span_index(name, ':');
    return colon < name.len ? span_from(name, colon + 1) : name;
}

static size_t put_utf8(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t first[] = { 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = more; i > 0; i--, c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(first[more] | c);
    return more + 1;
}

/* What a reference stands for, or 0. Its bytes are never fewer than those that it stands for. */
static uint32_t reference(struct span name)
{
    static const struct {
        const char *name;
        uint8_t byte;
    } named[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (span_is(name, named[i].name))
            return named[i].byte;
    if (name.len < 2 || name.len > 8 || name.at[0] != '#')
        return 0;
    bool hex = name.at[1] == 'x';
    uint32_t c = 0;
    for (size_t i = hex ? 2 : 1; i < name.len; i++) {
        uint8_t d = ascii_lower(name.at[i]);
        if (!ascii_is_digit(d) && !(hex && d >= 'a' && d <= 'f'))
            return 0;
        c = c * (hex ? 16 : 10) + (uint32_t)(d <= '9' ? d - '0' : d - 'a' + 10);
    }
    return c < 0xd800 || (c > 0xdfff && c < 0x110000) ? c : 0;
}

/* The text with its references undone; itself where it has none. */
static bool undo_references(struct parser *p, struct span *text)
{
    if (span_index(*text, '&') == text->len)
        return true;
    uint8_t *out = arena_alloc(p->arena, text->len);
    size_t len = 0;
    if (!out)
        return stop(p, MEMORY);
    for (size_t i = 0; i < text->len;) {
        struct span name = span_from(*text, i + 1);
        size_t semicolon = span_index(span_first(name, 10), ';');
        uint32_t c = 0;
        if (text->at[i] == '&' && semicolon < name.len)
            c = reference(span_first(name, semicolon));
        if (c) {
            len += put_utf8(out + len, c);
            i += semicolon + 2;
        } else {
            out[len++] = text->at[i++];
        }
    }
    *text = span_of(out, len);
    return true;
}

static struct node *add(struct parser *p, enum node_kind kind, struct span key)
{
    if (p->values_left == 0) {
        stop(p, MANY);
        return NULL;
    }
    struct node *n = ARENA_NEW(p->arena, struct node);
    if (!n) {
        stop(p, MEMORY);
        return NULL;
    }
    p->values_left--;
    n->kind = kind;
    n->key = key;
    struct node *parent = p->depth ? p->levels[p->depth - 1].node : p->root;
    struct node **last = p->depth ? &p->levels[p->depth - 1].last : &p->root->first;
    if (p->depth && *last)
        (*last)->next = n;
    else
        parent->first = n;
    *last = n;
    parent->count++;
    return n;
}

static bool read_attribute(struct parser *p)
{
    struct span name, value;
    if (!read_name(p, &name))
        return false;
    skip_space(p);
    if (!starts(p, "="))
        return stop(p, p->at == p->end ? EARLY : BROKEN);
    p->at++;
    skip_space(p);
    if (p->at == p->end)
        return stop(p, EARLY);
    char quote[2] = { (char)*p->at, '\0' };
    if (quote[0] != '"' && quote[0] != '\'')
        return stop(p, BROKEN);
    p->at++;
    if (!until(p, quote, &value))
        return false;
    if (span_is(name, "xmlns") || span_starts(name, SPAN("xmlns:")))
        return true;
    if (!undo_references(p, &value))
        return false;
    struct node *n = add(p, NODE_TEXT, local(name));
    if (n)
        n->text = value;
    return n != NULL;
}

/* An element's end. Without a child it is its text; without either an empty map. */
static void close_element(struct parser *p)
{
    p->depth--;
    struct node *n = p->levels[p->depth].node;
    struct span text = p->levels[p->depth].text;
    if (n->first || text.len == 0)
        return;
    n->kind = NODE_TEXT;
    n->text = text;
}

static bool read_start(struct parser *p)
{
    struct span name;
    p->at++;
    if (!read_name(p, &name))
        return false;
    if (p->depth == XML_DEPTH_MAX)
        return stop(p, MANY);
    struct node *n = add(p, NODE_MAP, local(name));
    if (!n)
        return false;
    p->levels[p->depth].node = n;
    p->levels[p->depth].last = NULL;
    p->levels[p->depth].name = name;
    p->levels[p->depth].text = SPAN_NONE;
    p->depth++;
    for (;;) {
        skip_space(p);
        if (p->at == p->end)
            return stop(p, EARLY);
        bool empty = starts(p, "/>");
        if (empty || *p->at == '>') {
            p->at += empty ? 2 : 1;
            if (empty)
                close_element(p);
            return true;
        }
        if (!read_attribute(p))
            return false;
    }
}

static bool read_end(struct parser *p)
{
    struct span name;
    p->at += 2;
    if (!read_name(p, &name))
        return false;
    skip_space(p);
    if (!starts(p, ">"))
        return stop(p, p->at == p->end ? EARLY : BROKEN);
    p->at++;
    if (p->depth == 0 || !span_eq(p->levels[p->depth - 1].name, name))
        return stop(p, BROKEN);
    close_element(p);
    return true;
}

static bool read_text(struct parser *p)
{
    struct span left = rest(p), text = span_first(left, span_index(left, '<'));
    if (text.len == left.len)
        return stop(p, EARLY);
    p->at += text.len;
    text = span_trim(text);
    if (text.len == 0)
        return true;
    if (!undo_references(p, &text))
        return false;
    p->levels[p->depth - 1].text = text;
    return true;
}

static bool read_inside(struct parser *p)
{
    struct span skipped;
    if (p->at == p->end)
        return stop(p, EARLY);
    if (*p->at != '<')
        return read_text(p);
    if (starts(p, "<!--"))
        return until(p, "-->", &skipped);
    if (starts(p, "<?"))
        return until(p, "?>", &skipped);
    if (starts(p, "<![CDATA["))  {
        p->at += 9;
        return until(p, "]]>", &p->levels[p->depth - 1].text);
    }
    if (starts(p, "<!"))
        return stop(p, span_starts(SPAN("<!--"), rest(p)) || span_starts(SPAN("<![CDATA["), rest(p)) ? EARLY : BROKEN);
    return starts(p, "</") ? read_end(p) : read_start(p);
}

/* What may stand before the first element: a mark of its encoding, the declaration, comments. */
static bool read_front(struct parser *p)
{
    struct span skipped;
    if (starts(p, "\xef\xbb\xbf"))
        p->at += 3;
    for (;;) {
        skip_space(p);
        if (starts(p, "<?") ? !until(p, "?>", &skipped) : !starts(p, "<!--"))
            return p->trouble == FINE && p->at < p->end && *p->at == '<';
        if (starts(p, "<!--") && !until(p, "-->", &skipped))
            return false;
    }
}

struct node *xml_front(struct arena *a, struct span text, size_t *values_left, enum json_end *ret_end,
                       struct span *ret_rest)
{
    *ret_end = JSON_NONE;
    *ret_rest = SPAN_NONE;
    if (text.len == 0)
        return NULL;
    struct parser p = { .arena = a, .at = text.at, .end = text.at + text.len, .values_left = *values_left };
    if (!(p.root = ARENA_NEW(a, struct node)))
        return NULL;
    p.root->kind = NODE_MAP;
    if (read_front(&p) && !starts(&p, "<!") && read_start(&p))
        while (p.depth && read_inside(&p))
            ;
    *values_left = p.values_left;
    if (!p.root->first)
        return NULL;
    if (p.trouble == FINE) {
        skip_space(&p);
        *ret_end = JSON_WHOLE;
        *ret_rest = rest(&p);
        return p.root;
    }
    if (p.trouble != EARLY && p.trouble != MANY)
        return NULL;
    p.root->cut = true;
    while (p.depth)
        p.levels[--p.depth].node->cut = true;
    *ret_end = JSON_CUT;
    return p.root;
}
