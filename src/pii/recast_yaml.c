/* YAML as people and programs write it: keys and values by indentation, lists, blocks of text, flow maps of one
 * line. Anchors, tags and aliases are passed over; whatever else is not understood is text. "Name: Anna" on lines
 * of their own is YAML, too: a key that comes again begins the next record. */
#include "pii/recast_inside.h"

enum { KEY_LONGEST = 256, LISTS_IN_LISTS_MAX = 8 };

/* The offset of the colon that ends a key; s.len where the line is none. */
static size_t key_end(struct span s)
{
    uint8_t quote = s.len ? s.at[0] : 0;
    size_t i = 0, most = s.len < KEY_LONGEST ? s.len : KEY_LONGEST;
    if (quote == '"' || quote == '\'')
        for (i = 1; i < most && s.at[i] != quote;)
            i++;
    for (; i < most; i++)
        if (s.at[i] == ':' && (i + 1 == s.len || ascii_is_space(s.at[i + 1])))
            return i;
    return s.len;
}

static struct span unquoted(struct span s)
{
    s = span_trim(s);
    if (s.len > 1 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0])
        return span_sub(s, 1, s.len - 2);
    return s;
}

/* Leaves out "!!str ", "&anchor " and a comment behind the value. */
static struct span plain_value(struct span s)
{
    s = span_trim(s);
    while (s.len && (s.at[0] == '!' || s.at[0] == '&')) {
        size_t n = span_index(s, ' ');
        if (s.at[0] == '&' && n < 2)
            break;
        s = span_trim(span_from(s, n));
    }
    if (s.len && s.at[0] != '"' && s.at[0] != '\'') {
        size_t comment = span_find(s, SPAN(" #"));
        if (comment != SIZE_MAX && comment > 0)
            s = span_first(s, comment);
    }
    return unquoted(s);
}

static void close_to(struct recast *r, size_t depth)
{
    for (; r->yaml.depth > depth; r->yaml.depth--)
        tree_close(&r->tree);
}

static void open_level(struct recast *r, struct span name, size_t indent, bool item)
{
    struct yaml *y = &r->yaml;
    if (y->depth == YAML_LEVELS_MAX)
        return;
    tree_open(&r->tree, name);
    y->at[y->depth++] = (struct yaml_level){ .indent = indent, .item = item };
}

/* {name: Anna, mail: a@b}: one level of it; what is deeper is text. */
static void flow_map(struct recast *r, struct span s)
{
    s = span_sub(s, 1, s.len - 2);
    while (s.len) {
        bool quoted = false;
        size_t n = 0, deep = 0;
        for (; n < s.len && (quoted || deep || s.at[n] != ','); n++) {
            quoted = quoted != (s.at[n] == '"');
            deep += s.at[n] == '{' || s.at[n] == '[';
            deep -= deep && (s.at[n] == '}' || s.at[n] == ']');
        }
        struct span one = span_trim(span_first(s, n));
        size_t colon = key_end(one);
        if (colon < one.len)
            tree_value(&r->tree, unquoted(span_first(one, colon)), plain_value(span_from(one, colon + 1)));
        else
            tree_value(&r->tree, SPAN("value"), plain_value(one));
        s = span_from(s, n + 1);
    }
}

/* The branch that a key without a value has begun: the name that stands in r->cells. */
static void open_kept(struct recast *r, size_t indent, bool item)
{
    if (!r->yaml.open_key)
        return;
    r->yaml.open_key = item; /* each item of the list begins one of that name */
    open_level(r, buf_span(&r->cells), indent, item);
}

static bool is_flow(struct span s, uint8_t open, uint8_t close)
{
    return s.len >= 2 && s.at[0] == open && s.at[s.len - 1] == close;
}

static void key_and_value(struct recast *r, struct span key, struct span value, size_t indent)
{
    struct yaml *y = &r->yaml;
    struct span trimmed = span_trim(value);
    bool block = trimmed.len && (trimmed.at[0] == '|' || trimmed.at[0] == '>') && trimmed.len <= 4;
    key = unquoted(key);
    if (block)
        y->block = indent + 1;
    if (trimmed.len == 0 || trimmed.at[0] == '#' || block) {
        buf_reset(&r->cells);
        buf_put(&r->cells, key);
        y->open_key = !block;
        return;
    }
    if (is_flow(trimmed, '{', '}')) {
        tree_open(&r->tree, key);
        flow_map(r, trimmed);
        tree_close(&r->tree);
    } else if (is_flow(trimmed, '[', ']') && trimmed.len > 2) {
        struct span list = span_sub(trimmed, 1, trimmed.len - 2);
        while (list.len)
            tree_value(&r->tree, key, plain_value(span_cut(&list, ',')));
    } else {
        tree_value_of_list(&r->tree, key, plain_value(trimmed));
    }
}

/* Levels that the indentation has left. A list may stand as far left as its key. */
static void leave(struct recast *r, size_t indent, bool item)
{
    struct yaml *y = &r->yaml;
    size_t depth = y->depth;
    while (depth && (y->at[depth - 1].indent > indent || (y->at[depth - 1].indent == indent && y->at[depth - 1].item)))
        depth--;
    if (depth == y->depth)
        return;
    /* The next item of the same list: its branch is called alike. */
    const struct yaml_level *left = &y->at[depth];
    bool again = item && left->item && left->indent == indent;
    if (again) {
        buf_reset(&r->cells);
        buf_put(&r->cells, span_of(r->tree.at[depth + 1].name, r->tree.at[depth + 1].name_len));
        y->open_key = true;
    }
    close_to(r, depth);
}

void yaml_line(struct recast *r, struct span line)
{
    struct yaml *y = &r->yaml;
    size_t indent = 0;
    while (indent < line.len && line.at[indent] == ' ')
        indent++;
    struct span s = span_trim(span_from(line, indent));
    if (y->block && (s.len == 0 || indent >= y->block)) {
        tree_lines(&r->tree, buf_span(&r->cells), s);
        return;
    }
    y->block = 0;
    if (s.len == 0)
        return;
    if (s.at[0] == '#' || s.at[0] == '%') {
        tree_text(&r->tree, s);
        return;
    }
    if (indent == 0 && (span_starts(s, SPAN("---")) || span_is(s, "..."))) {
        yaml_end(r);
        return;
    }
    tree_begin_root(&r->tree);
    bool item = s.at[0] == '-' && (s.len == 1 || s.at[1] == ' ');
    if (!item)
        leave(r, indent, false);
    for (size_t lists = 0; item && lists < LISTS_IN_LISTS_MAX; lists++) {
        leave(r, indent, true);
        s = span_from(s, 1);
        size_t more = 1;
        while (s.len && s.at[0] == ' ')
            s = span_from(s, 1), more++;
        if (key_end(s) == s.len && !(s.len && s.at[0] == '-' && s.len > 1 && s.at[1] == ' ')) {
            if (is_flow(s, '{', '}')) {
                tree_open(&r->tree, buf_span(&r->cells));
                flow_map(r, s);
                tree_close(&r->tree);
            } else {
                tree_value(&r->tree, r->cells.len ? buf_span(&r->cells) : SPAN("value"), plain_value(s));
            }
            return;
        }
        if (!y->open_key) {
            buf_reset(&r->cells);
            y->open_key = true;
        }
        open_kept(r, indent, true);
        y->open_key = false;
        indent += more;
        item = s.len > 1 && s.at[0] == '-' && s.at[1] == ' ';
    }
    size_t colon = key_end(s);
    if (colon == s.len) {
        tree_text(&r->tree, s);
        return;
    }
    if (y->open_key && (y->depth == 0 || indent > y->at[y->depth - 1].indent))
        open_kept(r, indent, false);
    y->open_key = false;
    key_and_value(r, span_first(s, colon), span_from(s, colon + 1), indent);
}

void yaml_end(struct recast *r)
{
    close_to(r, 0);
    tree_end_record(&r->tree);
    while (r->tree.depth)
        tree_close(&r->tree);
    r->yaml = (struct yaml){ .depth = 0 };
    buf_reset(&r->cells);
}
