/* Loads what is counted, and the examples. */
#include "http/load.h"

static bool take_systems(struct mapper *m, const struct node *n, void *to)
{
    struct count_rule *r = to;
    for (const struct node *k = map_first(n); k; k = map_next(n, k)) {
        struct span *pattern = list_add(m->arena, &r->systems);
        if (!pattern)
            return map_no_memory(m);
        if (!load_pattern(m, k, pattern))
            return false;
    }
    return true;
}

static bool take_only(struct mapper *m, const struct node *n, void *to)
{
    struct count_rule *r = to;
    if (n->kind != NODE_MAP || n->count != 1)
        return map_wrong(m, n, "\"only\" is one pair: path and pattern");
    r->only_at = n->first->key;
    return load_pattern(m, n->first, &r->only);
}

static bool take_per(struct mapper *m, const struct node *n, void *to)
{
    const struct request **ret = to;
    return load_request_named(m, n, ret) &&
           ((*ret)->named || map_wrong(m, n, "the request of \"per\" needs {name} in its path"));
}

/* Rows with "each". */
static const struct map_key EACH[] = {
    { "request", load_request_named, offsetof(struct count_rule, request), "" },
    { "when", load_condition, offsetof(struct count_rule, when), NULL },
    { "each", map_text, offsetof(struct count_rule, each), "" },
    { "only", take_only, 0, NULL },
    { "name", map_text, offsetof(struct count_rule, name), "" },
    { "records", map_text, offsetof(struct count_rule, records), NULL },
    { "bytes", map_text, offsetof(struct count_rule, bytes), NULL },
    { "created", map_text, offsetof(struct count_rule, created), NULL },
    { "system", take_systems, 0, NULL },
    { "per", take_per, offsetof(struct count_rule, per), NULL },
    { NULL, NULL, 0, NULL },
};

static const struct map_key TOTALS[] = {
    { "when", load_condition, offsetof(struct count_rule, when), NULL },
    { "collections", load_sources, offsetof(struct count_rule, total_collections), NULL },
    { "records", load_sources, offsetof(struct count_rule, total_records), NULL },
    { "bytes", load_sources, offsetof(struct count_rule, total_bytes), NULL },
    { NULL, NULL, 0, NULL },
};

/* Which collections a request with {name} is about: those whose row asks it, else those of the
 * first row that lists any. */
static const struct count_rule *listed_for(const struct entry *e, const struct request *r)
{
    const struct count_rule *first = NULL;
    for (size_t i = 0; i < e->counts.len; i++) {
        const struct count_rule *c = &e->counts.at[i];
        if (c->is_each && c->per == r)
            return c;
        if (c->is_each && !first)
            first = c;
    }
    return first;
}

bool load_counts(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    if (n->kind != NODE_LIST)
        return map_wrong(m, n, "\"counts\" must be a list, tried from the top");
    for (const struct node *k = n->first; k; k = k->next) {
        struct count_rule *r = list_add(m->arena, &e->counts);
        if (!r)
            return map_no_memory(m);
        r->is_each = node_get(k, "each") != NULL;
        if (!map_keys(m, k, r->is_each ? EACH : TOTALS, r))
            return false;
    }
    return true;
}

bool load_over(struct mapper *m, const struct node *entry)
{
    const struct entry *e = loader_of(m)->entry;
    for (size_t i = 0; i < e->requests.len; i++) {
        struct request *r = e->requests.at[i];
        r->over = r->named ? listed_for(e, r) : NULL;
        if (r->named && !r->over)
            return map_wrong(m, entry, "the request \"%s\" names a collection, and no row of \"counts\" lists any",
                             r->name);
    }
    return true;
}

bool load_fields(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "request", load_request_named, offsetof(struct entry, fields), "" },
        { "under", map_text, offsetof(struct entry, fields_under), NULL },
        { "each", map_text, offsetof(struct entry, fields_each), NULL },
        { "name", map_text, offsetof(struct entry, fields_name), NULL },
        { NULL, NULL, 0, NULL },
    };
    const struct entry *e = to;
    if (!map_keys(m, n, KEYS, to))
        return false;
    bool rows = e->fields_each.len && e->fields_name.len;
    if (rows == (e->fields_under.len > 0) || !rows != !(e->fields_each.len || e->fields_name.len))
        return map_wrong(m, n, "\"fields\" says either \"under\", or \"each\" and \"name\"");
    return true;
}

static bool take_answers(struct mapper *m, const struct node *n, void *to)
{
    struct example *x = to;
    if (n->kind != NODE_MAP || !n->first)
        return map_wrong(m, n, "expected a raw response for each request");
    for (const struct node *k = n->first; k; k = k->next) {
        const struct node **slot = list_add(m->arena, &x->answers);
        if (!slot)
            return map_no_memory(m);
        if (k->kind != NODE_TEXT)
            return map_wrong(m, k, "an answer is text: a raw HTTP response");
        *slot = k;
    }
    return true;
}

static bool take_source(struct mapper *m, const struct node *n, void *to)
{
    struct span *ret = to;
    return map_text(m, n, ret) &&
           (span_starts(*ret, SPAN("recorded ")) || span_starts(*ret, SPAN("made ")) ||
            map_wrong(m, n, "\"source\" begins with \"recorded\" or \"made\""));
}

/* What is expected is compared as it is written, by example.c. */
static const struct map_key EXAMPLE[] = {
    { "name", map_prose, offsetof(struct example, name), "" },
    { "source", take_source, offsetof(struct example, source), "" },
    { "port", map_port, offsetof(struct example, port), NULL },
    { "answers", take_answers, 0, ": a raw response for each request" },
    { "outcome", NULL, 0, "" },
    { "version", NULL, 0, NULL },
    { "facts", NULL, 0, NULL },
    { "collections", NULL, 0, NULL },
    { "records", NULL, 0, NULL },
    { "bytes", NULL, 0, NULL },
    { "listed", NULL, 0, NULL },
    { "behind", NULL, 0, NULL },
    { NULL, NULL, 0, NULL },
};

bool load_examples(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    if (!map_list(m, n))
        return false;
    for (const struct node *k = n->first; k; k = k->next) {
        struct example *x = list_add(m->arena, &e->examples);
        if (!x)
            return map_no_memory(m);
        x->expect = k;
        x->line = k->line;
        if (!map_keys(m, k, EXAMPLE, x))
            return false;
    }
    return true;
}
