/* The names of the fields that a store's schema lists: which kinds of data it holds can be told from
 * them without a record. Names only, of a bounded number, each once; a name that looks like a value
 * (a schema grown out of data may hold "13800138000") is counted and never kept. */
#include "base/buf.h"
#include "base/table.h"
#include "http/engine.h"
#include "http/pattern.h"

enum { FIELDS_SEEN_MAX = 20000, FIELD_NAME_MAX = 64, FIELD_DIGITS_MAX = 4 };

struct fields {
    const struct entry *entry;
    struct table seen;
    struct buf text; /* "a, b, c": whole names, as many as a fact holds */
    size_t count;
};

/* Whether it may be kept and shown. */
static bool is_name(struct span s)
{
    size_t digits = 0;
    if (s.len == 0 || s.len > FIELD_NAME_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        digits = ascii_is_digit(s.at[i]) ? digits + 1 : 0;
        if (digits > FIELD_DIGITS_MAX || s.at[i] == '@' || s.at[i] == ',' || s.at[i] < ' ' ||
            s.at[i] == 0x7f)
            return false;
    }
    return true;
}

static void note_field(struct fields *f, struct span name)
{
    if (f->count == FIELDS_SEEN_MAX || table_get(&f->seen, name) ||
        !table_put(&f->seen, name, f))
        return;
    f->count++;
    if (!is_name(name) || f->text.len + name.len + 2 > FACT_TEXT_MAX)
        return;
    buf_str(&f->text, f->text.len ? ", " : "");
    buf_put(&f->text, name);
}

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
            note_field(f, n->key);
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

void engine_fields(struct asker *a, const struct entry *e, struct observation *o)
{
    struct fields f = { .entry = e };
    struct response *r = e->fields ? a->get(a, e->fields, SPAN_NONE) : NULL;
    const struct node *all = r && r->status == 200 ? response_json(r) : NULL;
    if (!all || all->kind != NODE_MAP)
        return;
    table_init(&f.seen, a->arena, (uint64_t)a->now_ms ^ (uint64_t)(uintptr_t)a);
    buf_init(&f.text, FACT_TEXT_MAX);
    for (const struct node *c = all->first; c; c = c->next)
        if (c->kind == NODE_MAP && !is_own(e, c->key))
            walk(&f, c);
    if (f.count)
        fact_number(o, "fields.count", (int64_t)f.count, r->ask, SPAN_NONE);
    if (f.text.len && buf_ok(&f.text))
        fact_text(o, "fields", buf_span(&f.text), r->ask, r->body);
    buf_release(&f.text);
}
