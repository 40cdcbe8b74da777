/* The JSON reader; walking what it read; and the escapers, whose output must be harmless. */
#include "peer.h"
#include "text/escape.h"
#include "text/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct node *n, int depth)
{
    int64_t value;
    size_t children = 0, all = 1;
    MUST(depth <= JSON_DEPTH_MAX);
    node_i64(n, &value);
    node_text(n);
    for (const struct node *c = n->first; c; c = c->next) {
        all += walk(c, depth + 1);
        children++;
        if (n->kind == NODE_MAP)
            MUST(node_get_span(n, c->key) == c);
    }
    MUST(children == n->count);
    return all;
}

/* The front of a text, whole or cut: of the same grammar, and never more than was allowed. */
static void check_front(struct span text, bool whole)
{
    size_t values = SIZE_MAX, few = 50;
    struct arena arena;
    struct span rest;
    enum json_end end;
    arena_init(&arena, 32 << 20);
    const struct node *n = json_front(&arena, text, &values, &end, &rest);
    MUST((n != NULL) == (end != JSON_NONE));
    MUST((end == JSON_WHOLE && rest.len == 0) == whole);
    if (n)
        walk(n, 0);
    n = json_front(&arena, text, &few, &end, &rest);
    MUST(!n || walk(n, 0) <= 50);
    arena_release(&arena);
}

/* A string of foreign bytes, escaped, must be a JSON string again. */
static void check_escaped(struct span s)
{
    struct buf json, other;
    struct arena arena;
    struct error e;
    buf_init(&json, 8 << 20);
    buf_init(&other, 8 << 20);
    arena_init(&arena, 32 << 20);
    buf_byte(&json, '"');
    escape_json(&json, s);
    buf_byte(&json, '"');
    const struct node *n = json_parse(&arena, buf_span(&json), &e);
    MUST(n && n->kind == NODE_TEXT);
    escape_tty(&other, s);
    escape_bytes(&other, s);
    struct span shown = buf_span(&other);
    text_columns(shown);
    for (size_t i = 0; i < shown.len; i++)
        MUST(shown.at[i] >= ' ' && shown.at[i] != 0x7f);
    buf_reset(&other);
    escape_html(&other, s);
    shown = buf_span(&other);
    for (size_t i = 0; i < shown.len; i++)
        MUST(shown.at[i] != '<' && shown.at[i] != '>' && shown.at[i] != '"' && shown.at[i] != '\'');
    escape_csv(&other, s);
    arena_release(&arena);
    buf_release(&json);
    buf_release(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error e;
    arena_init(&arena, 32 << 20);
    struct span text = span_of(data, size), path = span_cut(&text, '\n');
    const struct node *n = json_parse(&arena, text, &e);
    if (n) {
        walk(n, 0);
        node_path(n, path);
    }
    check_front(text, n != NULL);
    check_escaped(span_of(data, size < 4096 ? size : 4096));
    arena_release(&arena);
    return 0;
}
