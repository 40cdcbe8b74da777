/* Tags and text. Declarations of entities are passed over, so none is ever expanded; comments are text. */
#include "pii/recast_inside.h"

static bool is_blank(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_space(s.at[i]))
            return false;
    return true;
}

/* The name behind a prefix: "text:p" is "p". */
static struct span local_name(struct span name)
{
    size_t colon = span_index(name, ':');
    return colon + 1 < name.len ? span_from(name, colon + 1) : name;
}

static bool is_name_end(uint8_t c)
{
    return ascii_is_space(c) || c == '/' || c == '>' || c == '=';
}

static struct span cut_name(struct span *s)
{
    size_t n = 0;
    while (n < s->len && !is_name_end(s->at[n]))
        n++;
    struct span name = span_first(*s, n);
    *s = span_from(*s, n);
    return name;
}

/* The next attribute of a tag; false where there is none. Its value is as it is written. */
static bool next_attribute(struct span *s, struct span *ret_name, struct span *ret_value)
{
    while (s->len && (ascii_is_space(s->at[0]) || s->at[0] == '/' || s->at[0] == '='))
        *s = span_from(*s, 1);
    if (s->len == 0)
        return false;
    *ret_name = cut_name(s);
    *ret_value = SPAN_NONE;
    struct span rest = *s;
    while (rest.len && ascii_is_space(rest.at[0]))
        rest = span_from(rest, 1);
    if (rest.len == 0 || rest.at[0] != '=')
        return ret_name->len > 0;
    rest = span_from(rest, 1);
    while (rest.len && ascii_is_space(rest.at[0]))
        rest = span_from(rest, 1);
    uint8_t quote = rest.len ? rest.at[0] : 0;
    if (quote == '"' || quote == '\'') {
        rest = span_from(rest, 1);
        size_t end = span_index(rest, quote);
        *ret_value = span_first(rest, end);
        *s = span_from(rest, end + 1);
    } else {
        size_t end = 0;
        while (end < rest.len && !ascii_is_space(rest.at[end]))
            end++;
        *ret_value = span_first(rest, end);
        *s = span_from(rest, end);
    }
    return true;
}

static struct span decoded(struct recast *r, struct span s)
{
    buf_reset(&r->value);
    put_entities(&r->value, s);
    return buf_span(&r->value);
}

static void keep(uint8_t to[static TREE_NAME_MAX], uint8_t *ret_len, struct span name)
{
    name = span_first(name, TREE_NAME_MAX);
    if (name.len)
        memcpy(to, name.at, name.len);
    *ret_len = (uint8_t)name.len;
}

/* The element that was begun last is none with a value alone. */
static void open_pending(struct recast *r)
{
    struct markup *m = &r->markup;
    if (m->pending && !m->opened)
        tree_open(&r->tree, span_of(m->name, m->name_len));
    m->pending = false;
}

/* Text in front of a tag of an element that holds others, or behind one. */
static void flush_mixed(struct recast *r)
{
    struct span text = buf_span(&r->line);
    if (is_blank(text))
        return;
    open_pending(r);
    tree_value(&r->tree, SPAN("#text"), decoded(r, text));
}

/* <field name="mail">, <add key="host" value="db"/>: the element is called field, what it holds is called
 * mail. */
static bool is_general(struct span name)
{
    static const char *const NAMES[] = { "field", "column", "entry", "property", "attribute", "attr", "data", "param",
                                         "item", "str", "add", "setting", "value", "var", "variable", "parameter",
                                         "pair", "col", "cell", "int", "date", "string", "prop" };
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (span_eq_nocase(name, span_str(NAMES[i])))
            return true;
    return false;
}

static bool is_naming(struct span name)
{
    return span_eq_nocase(name, SPAN("name")) || span_eq_nocase(name, SPAN("key")) || span_eq_nocase(name, SPAN("id"));
}

/* The attributes of a general element: what it is called, and its value where it has one. */
static bool take_alias(struct recast *r, struct span attributes)
{
    struct span name, value, called = SPAN_NONE, holds = SPAN_NONE;
    for (struct span s = attributes; next_attribute(&s, &name, &value);) {
        if (called.len == 0 && is_naming(local_name(name)))
            called = value;
        if (span_eq_nocase(local_name(name), SPAN("value")))
            holds = value;
    }
    if (called.len == 0)
        return false;
    if (holds.len)
        tree_value(&r->tree, called, decoded(r, holds));
    keep(r->markup.name, &r->markup.name_len, called);
    return true;
}

static void start_tag(struct recast *r, struct span tag)
{
    struct markup *m = &r->markup;
    struct span full = cut_name(&tag), name = local_name(full), key, value;
    flush_mixed(r);
    open_pending(r);
    bool closed = tag.len && tag.at[tag.len - 1] == '/';
    tag.len -= closed;
    keep(m->name, &m->name_len, name);
    m->pending = true;
    m->opened = false;
    if (m->alias_len) { /* <key>mail</key><string>...</string> */
        keep(m->name, &m->name_len, span_of(m->alias, m->alias_len));
        m->alias_len = 0;
    }
    if (!is_general(name) || !take_alias(r, tag)) {
        for (struct span s = tag; next_attribute(&s, &key, &value);) {
            if (value.len == 0 || span_starts(key, SPAN("xmlns")) || span_starts(key, SPAN("xsi:")))
                continue;
            if (!m->opened)
                tree_open(&r->tree, span_of(m->name, m->name_len));
            m->opened = true;
            tree_value(&r->tree, local_name(key), decoded(r, value));
        }
    }
    if (closed && m->opened)
        tree_close(&r->tree);
    m->pending = m->pending && !closed;
}

static void end_tag(struct recast *r, struct span name)
{
    struct markup *m = &r->markup;
    struct span text = buf_span(&r->line);
    if (!m->pending || m->opened) {
        flush_mixed(r);
        m->pending = false;
        tree_close(&r->tree);
        return;
    }
    m->pending = false;
    if (span_is(name, "key") && text.len <= TREE_NAME_MAX) {
        keep(m->alias, &m->alias_len, decoded(r, text));
        return;
    }
    tree_value(&r->tree, span_of(m->name, m->name_len), decoded(r, text));
}

static void take_tag(struct recast *r, struct span tag)
{
    if (tag.len == 0 || tag.at[0] == '?' || tag.at[0] == '!')
        return;
    if (r->kind == RECAST_HTML) {
        recast_html_tag(r, tag);
        return;
    }
    if (tag.at[0] == '/')
        end_tag(r, local_name(span_trim(span_from(tag, 1))));
    else
        start_tag(r, tag);
    buf_reset(&r->line);
}

/* Is the tag at hand, whose '>' was just read, at its end? Comments and CDATA have longer ones. */
static bool is_ended(struct markup *m, struct span tag)
{
    if (span_starts(tag, SPAN("!--")))
        return tag.len >= 5 && span_ends(tag, SPAN("--"));
    if (span_starts(tag, SPAN("![CDATA[")))
        return span_ends(tag, SPAN("]]"));
    if (tag.len && tag.at[0] == '?')
        return span_ends(tag, SPAN("?"));
    return !(m->brackets && !span_ends(span_trim(tag), SPAN("]")));
}

/* Text gathers in r->line; a tag behind it, in r->heads, which XML has no other use for. */
static struct buf *tag_of(struct recast *r)
{
    return &r->cells;
}

static void tag_done(struct recast *r)
{
    struct markup *m = &r->markup;
    struct buf *b = tag_of(r);
    struct span tag = buf_span(b);
    m->state = MARKUP_TEXT;
    m->brackets = false;
    if (span_starts(tag, SPAN("![CDATA["))) {
        tag = span_sub(tag, 8, tag.len - 10);
        for (; tag.len; tag = span_from(tag, 1)) /* entities are none there */
            if (tag.at[0] == '&')
                buf_str(&r->line, "&amp;");
            else
                buf_byte(&r->line, tag.at[0]);
    } else if (span_starts(tag, SPAN("!--"))) {
        struct span inner = span_sub(tag, 3, tag.len > 5 ? tag.len - 5 : 0);
        tree_text(&r->tree, inner);
    } else {
        take_tag(r, tag);
    }
    buf_reset(b);
}

static void text_piece(struct recast *r, struct span s)
{
    if (r->kind == RECAST_HTML) {
        recast_html_text(r, s);
        return;
    }
    if (r->line.len + s.len > RECAST_PIECE_MAX) {
        flush_mixed(r);
        buf_reset(&r->line);
    }
    buf_put(&r->line, span_first(s, RECAST_PIECE_MAX));
}

/* Bytes of a tag, up to its '>'. Returns how many were taken. */
static size_t tag_bytes(struct recast *r, struct span s)
{
    struct markup *m = &r->markup;
    struct buf *b = tag_of(r);
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        struct span tag = buf_span(b);
        bool special = tag.len && (tag.at[0] == '!' || tag.at[0] == '?');
        if (b->len == 0 && !(c == '/' || c == '!' || c == '?' || (c | 32) > '_' )) {
            text_piece(r, SPAN("<")); /* "a < b" */
            m->state = MARKUP_TEXT;
            return i;
        }
        if (b->len >= RECAST_PIECE_MAX) { /* no tag of anybody's: what it holds is searched */
            tree_text(&r->tree, tag);
            buf_reset(b);
            m->state = MARKUP_TEXT;
            m->quote = 0;
            return i;
        }
        if (c == '>' && !m->quote && is_ended(m, tag)) {
            tag_done(r);
            return i + 1;
        }
        if (!special && (c == '"' || c == '\'') && (m->quote == 0 || m->quote == c))
            m->quote = m->quote ? 0 : c;
        m->brackets = m->brackets || (special && c == '[' && !span_starts(tag, SPAN("![")) &&
                                      !span_starts(tag, SPAN("!--")) && tag.len > 2);
        buf_byte(b, c);
    }
    return s.len;
}

void markup_write(struct recast *r, struct span s)
{
    struct markup *m = &r->markup;
    while (s.len) {
        size_t n;
        if (m->state == MARKUP_TAG) {
            n = tag_bytes(r, s);
        } else {
            n = span_index(s, '<');
            if (n)
                text_piece(r, span_first(s, n));
            m->state = n < s.len ? MARKUP_TAG : MARKUP_TEXT;
            n += n < s.len;
        }
        s = span_from(s, n);
    }
}

void markup_end(struct recast *r)
{
    struct buf *b = tag_of(r);
    if (r->markup.state == MARKUP_TAG && b->len)
        tree_text(&r->tree, buf_span(b));
    buf_reset(b);
    if (r->kind == RECAST_HTML) {
        recast_html_end(r);
        return;
    }
    flush_mixed(r);
}
