/* The XML reader, and walking what it read. */
#include "peer.h"
#include "text/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct node *n, int depth)
{
    int64_t value;
    size_t children = 0, all = 1;
    MUST(depth <= XML_DEPTH_MAX + 1);
    MUST(n->kind == NODE_MAP || (n->kind == NODE_TEXT && !n->first));
    node_i64(n, &value);
    for (const struct node *c = n->first; c; c = c->next) {
        MUST(c->key.len > 0 || c->kind == NODE_TEXT || n->count > 0);
        all += walk(c, depth + 1);
        children++;
    }
    MUST(children == n->count);
    return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size), rest;
    size_t ceilings[] = { SIZE_MAX, 50 };
    for (size_t i = 0; i < 2; i++) {
        struct arena arena;
        size_t values = ceilings[i];
        enum json_end end;
        arena_init(&arena, 32 << 20);
        const struct node *n = xml_front(&arena, text, &values, &end, &rest);
        MUST((n != NULL) == (end != JSON_NONE));
        MUST(!n || walk(n, 0) <= ceilings[i] + (i ? 1 : 0));
        MUST(end != JSON_WHOLE || rest.len < size);
        arena_release(&arena);
    }
    return 0;
}
