/* The names of the fields that a store's schema lists (record/field_names.h): keys of its maps, or a row each. */
#include "http/engine.h"
#include "http/pattern.h"
#include "record/field_names.h"

struct fields {
    const struct entry *entry;
    struct field_names names;
};

/* Walks one collection's schema: each map under the key of the entry lists fields. The parser has
 * bounded the depth. */
static void walk(struct fields *f, const struct node *schema)
{
    const struct node *stack[JSON_DEPTH_MAX];
    bool lists[JSON_DEPTH_MAX];
    size_t depth = 0;
    stack[0] = schema->first;
    lists[0] = false;
    for (;;) {
        const struct node *n = stack[depth];
        if (!n) {
            if (depth == 0)
                return;
            depth--;
            continue;
        }
        stack[depth] = n->next;
        if (n->kind != NODE_MAP)
            continue;
        if (lists[depth])
            field_names_note(&f->names, n->key);
        if (depth + 1 == JSON_DEPTH_MAX)
            continue;
        depth++;
        stack[depth] = n->first;
        lists[depth] = span_eq(n->key, f->entry->fields_under);
    }
}

static bool is_own(const struct entry *e, struct span collection)
{
    for (size_t i = 0; i < e->counts.len; i++)
        for (size_t k = 0; k < e->counts.at[i].systems.len; k++)
            if (pattern_match(e->counts.at[i].systems.at[k], collection, NULL))
                return true;
    return false;
}

static void list(struct fields *f, const struct node *rows)
{
    if (!rows || rows->kind != NODE_LIST)
        return;
    for (const struct node *row = rows->first; row; row = row->next) {
        const struct node *n = node_at(row, f->entry->fields_name);
        if (n && n->kind == NODE_TEXT)
            field_names_note(&f->names, node_text(n));
    }
}

void engine_fields(struct asker *a, const struct entry *e, struct observation *o)
{
    struct fields f = { .entry = e };
    struct response *r = e->fields ? a->get(a, e->fields, SPAN_NONE) : NULL;
    const struct node *all = r && r->status == 200 ? response_json(r) : NULL;
    if (!all || all->kind != NODE_MAP)
        return;
    field_names_init(&f.names, a->arena, (uint64_t)a->now_ms ^ (uint64_t)(uintptr_t)a);
    if (e->fields_each.len)
        list(&f, node_at(all, e->fields_each));
    for (const struct node *c = e->fields_each.len ? NULL : all->first; c; c = c->next)
        if (c->kind == NODE_MAP && !is_own(e, c->key))
            walk(&f, c);
    field_names_state(&f.names, o, r->ask, r->body);
}
