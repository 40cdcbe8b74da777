/* Settings (INI, TOML): [section], [[list of records]], key = value. Forms: a=b&c=d, each line a record. */
#include "pii/recast_inside.h"

static struct span unquoted(struct span s)
{
    s = span_trim(s);
    if (s.len > 1 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0])
        return span_sub(s, 1, s.len - 2);
    return s;
}

static void section(struct recast *r, struct span name)
{
    while (r->tree.depth)
        tree_close(&r->tree);
    while (name.len && name.at[0] == '[')
        name = span_from(name, 1);
    name = span_first(name, span_index(name, ']'));
    tree_begin_root(&r->tree);
    while (name.len) {
        bool quoted = name.at[0] == '"' || name.at[0] == '\'';
        size_t n = quoted ? span_index(span_from(name, 1), name.at[0]) + 2 : span_index(name, '.');
        tree_open(&r->tree, unquoted(span_first(name, n)));
        name = span_from(name, n);
        name = span_from(name, name.len && name.at[0] == '.');
    }
}

void ini_line(struct recast *r, struct span line)
{
    struct span s = span_trim(line);
    if (s.len == 0)
        return;
    size_t sign = span_index(s, '=');
    if (sign == s.len && s.at[0] != '[')
        sign = span_index(s, ':');
    if (s.at[0] == '#' || s.at[0] == ';') {
        tree_text(&r->tree, s);
    } else if (s.at[0] == '[') {
        section(r, s);
    } else if (sign == s.len || sign == 0) {
        tree_text(&r->tree, s);
    } else {
        struct span value = span_trim(span_from(s, sign + 1));
        if (value.len > 2 && value.at[0] == '[' && value.at[value.len - 1] == ']') {
            value = span_sub(value, 1, value.len - 2);
            while (value.len)
                tree_value(&r->tree, unquoted(span_first(s, sign)), unquoted(span_cut(&value, ',')));
            return;
        }
        tree_value(&r->tree, unquoted(span_first(s, sign)), unquoted(value));
    }
}

void form_line(struct recast *r, struct span line)
{
    struct buf name;
    buf_init(&name, RECAST_PIECE_MAX);
    tree_open(&r->tree, SPAN_NONE);
    while (line.len) {
        struct span one = span_cut(&line, '&'), key = span_cut(&one, '=');
        buf_reset(&name);
        buf_reset(&r->value);
        put_percent(&name, key);
        put_percent(&r->value, one);
        tree_value(&r->tree, buf_span(&name), buf_span(&r->value));
    }
    tree_close(&r->tree);
    buf_release(&name);
}
