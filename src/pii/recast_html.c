/* HTML: rows of tables become records, the rest text. Cells of a row that has none but headings, or of the
 * first row where nothing in it could be a value, are the names of the columns; a heading in front of a
 * single cell names that one. */
#include <stdio.h>

#include "pii/recast_inside.h"

static bool tag_is(struct span name, const char *wanted)
{
    return span_eq_nocase(name, span_str(wanted));
}

/* Written within a line: it ends no block of text. */
static bool is_inline(struct span name)
{
    static const char *const NAMES[] = { "a",    "b",    "i",   "em",  "strong", "span", "font", "u",   "small",
                                         "sup",  "sub",  "code", "abbr", "mark", "tt",   "img",  "bdi", "time",
                                         "wbr", "label" };
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (tag_is(name, NAMES[i]))
            return true;
    return false;
}

/* The text of r->line in characters. */
static struct span text_of(struct recast *r)
{
    buf_reset(&r->value);
    put_entities(&r->value, buf_span(&r->line));
    buf_reset(&r->line);
    for (size_t i = 0; i < r->value.len; i++)
        if (r->value.at[i] < ' ')
            r->value.at[i] = ' ';
    return span_trim(buf_span(&r->value));
}

/* The i-th of texts that each end in a zero. */
static struct span nth(const struct buf *b, size_t i)
{
    struct span rest = buf_span(b);
    for (; i; i--)
        (void)span_cut(&rest, 0);
    return span_cut(&rest, 0);
}

/* Could this be the name of a column? */
static bool is_heading(struct span s)
{
    enum { HEADING_MAX = 48 };
    for (size_t i = 0; i < s.len; i++)
        if (ascii_is_digit(s.at[i]) || s.at[i] == '@')
            return false;
    return s.len > 0 && s.len <= HEADING_MAX;
}

/* Headings and cells lie in r->heads, the r->head_count headings in front. */
static void cell_done(struct recast *r)
{
    struct html *h = &r->html;
    if (!h->in_cell)
        return;
    h->in_cell = false;
    struct span text = text_of(r);
    if (r->cell_count == HTML_CELLS_MAX || r->heads.len + text.len + 1 > RECAST_PIECE_MAX) {
        tree_text(&r->tree, text);
        return;
    }
    h->row_heads[r->cell_count++] = h->head_cell;
    buf_put(&r->heads, text);
    buf_byte(&r->heads, 0);
}

static struct span head_at(const struct recast *r, size_t i)
{
    return i < r->head_count ? nth(&r->heads, i) : SPAN_NONE;
}

static void put_row(struct recast *r)
{
    char column[24];
    tree_open(&r->tree, SPAN_NONE);
    for (size_t i = 0; i < r->cell_count; i++) {
        struct span head = head_at(r, i);
        int n = snprintf(column, sizeof(column), "column %zu", i + 1);
        tree_value(&r->tree, head.len ? head : span_of(column, (size_t)n), nth(&r->heads, r->head_count + i));
    }
    tree_close(&r->tree);
}

/* Forgets the cells of the row; the headings stay. */
static void forget_row(struct recast *r)
{
    size_t keep = 0;
    for (size_t i = 0; i < r->head_count; i++)
        keep += nth(&r->heads, i).len + 1;
    r->heads.len = keep < r->heads.len ? keep : r->heads.len;
    r->cell_count = 0;
}

static void row_done(struct recast *r)
{
    struct html *h = &r->html;
    size_t heads = 0, names = 0;
    cell_done(r);
    h->in_row = false;
    for (size_t i = 0; i < r->cell_count; i++) {
        heads += h->row_heads[i];
        names += is_heading(nth(&r->heads, r->head_count + i));
    }
    if (r->cell_count == 0)
        return;
    bool first = !h->heads_known && (names == r->cell_count || heads == r->cell_count) && r->cell_count > 1;
    bool pair = r->cell_count == 2 && ((h->row_heads[0] && !h->row_heads[1]) ||
                                       span_ends(nth(&r->heads, r->head_count), SPAN(":")));
    first = first && !pair;
    if (pair || (r->cell_count == 2 && r->head_count == 0 && is_heading(nth(&r->heads, 0)) && !first)) {
        tree_value_of_list(&r->tree, nth(&r->heads, r->head_count), nth(&r->heads, r->head_count + 1));
        h->heads_known = true;
        forget_row(r);
        return;
    }
    h->heads_known = true;
    if (first) {
        r->head_count = r->cell_count;
        r->cell_count = 0;
        return;
    }
    put_row(r);
    forget_row(r);
}

static void table_done(struct recast *r)
{
    row_done(r);
    tree_end_record(&r->tree);
    buf_reset(&r->heads);
    r->head_count = r->cell_count = 0;
    r->html.heads_known = false;
}

static void block_done(struct recast *r)
{
    if (r->html.in_cell) {
        buf_byte(&r->line, ' ');
        return;
    }
    struct span text = text_of(r);
    if (text.len) {
        tree_text(&r->tree, text);
        tree_end_record(&r->tree);
    }
}

/* Values stand in attributes, too: href="mailto:...", value="...", content="...". */
static void attributes(struct recast *r, struct span tag)
{
    static const char *const STARTS[] = { "href=", "value=", "content=", "title=", "data-" };
    for (size_t i = 0; i + 8 < tag.len; i++) {
        if (!ascii_is_space(tag.at[i]))
            continue;
        for (size_t k = 0; k < sizeof(STARTS) / sizeof(STARTS[0]); k++)
            if (span_starts(span_from(tag, i + 1), span_str(STARTS[k]))) {
                buf_reset(&r->value);
                put_entities(&r->value, span_from(tag, i + 1));
                tree_text(&r->tree, buf_span(&r->value));
                return;
            }
    }
}

void recast_html_tag(struct recast *r, struct span tag)
{
    struct html *h = &r->html;
    size_t n = 0;
    bool end = tag.at[0] == '/';
    tag = span_from(tag, end);
    while (n < tag.len && !ascii_is_space(tag.at[n]) && tag.at[n] != '/')
        n++;
    struct span name = span_first(tag, n);
    if (h->silent && !(end && (tag_is(name, "script") || tag_is(name, "style"))))
        return;
    bool code = tag_is(name, "script") || tag_is(name, "style");
    if (code)
        h->silent = !end && !(tag.len && tag.at[tag.len - 1] == '/');
    if (tag_is(name, "td") || tag_is(name, "th")) {
        cell_done(r);
        h->in_cell = !end;
        h->head_cell = tag_is(name, "th");
        if (!end)
            buf_reset(&r->line);
    } else if (tag_is(name, "tr")) {
        row_done(r);
        h->in_row = !end;
    } else if (tag_is(name, "table")) {
        block_done(r);
        table_done(r);
    } else if (!is_inline(name)) {
        block_done(r);
    }
    if (!end && !code)
        attributes(r, tag);
}

void recast_html_text(struct recast *r, struct span text)
{
    if (r->line.len + text.len > RECAST_PIECE_MAX)
        block_done(r);
    if (r->line.len + text.len > RECAST_PIECE_MAX)
        buf_reset(&r->line);
    buf_put(&r->line, span_first(text, RECAST_PIECE_MAX));
}

void recast_html_end(struct recast *r)
{
    block_done(r);
    table_done(r);
}
