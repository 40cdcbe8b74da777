/* Loads what is counted, and the examples. */
#include "http/load.h"

#include "http/pattern.h"

static bool load_systems(struct loader *l, const struct node *n, struct count_rule *r)
{
    for (const struct node *k = load_first(n); k; k = load_next(n, k)) {
        struct span *pattern = list_add(l->arena, &r->systems);
        if (!pattern)
            return load_no_memory(l);
        if (!load_pattern(l, k, false, pattern))
            return false;
    }
    return true;
}

static bool load_only(struct loader *l, const struct node *n, struct count_rule *r)
{
    if (!n)
        return true;
    if (n->kind != NODE_MAP || n->count != 1)
        return load_fail(l, n, "\"only\" is one pair: path and pattern");
    r->only_at = n->first->key;
    return load_pattern(l, n->first, false, &r->only);
}

static bool load_each(struct loader *l, const struct node *n, struct count_rule *r)
{
    static const char *const keys[] = { "request", "when",    "each",   "only", "name", "records",
                                        "bytes",   "created", "system", "per",  NULL };
    struct span request = SPAN_NONE, per = SPAN_NONE;
    r->is_each = true;
    if (!load_keys(l, n, keys) || !load_text(l, n, "request", true, &request) ||
        !load_text(l, n, "each", true, &r->each) || !load_only(l, node_get(n, "only"), r) ||
        !load_text(l, n, "name", true, &r->name) ||
        !load_text(l, n, "records", false, &r->records) ||
        !load_text(l, n, "bytes", false, &r->bytes) ||
        !load_text(l, n, "created", false, &r->created) || !load_text(l, n, "per", false, &per) ||
        !load_systems(l, node_get(n, "system"), r))
        return false;
    if (!(r->request = load_request_named(l, n, request)))
        return false;
    if (!per.len)
        return true;
    if (!(r->per = load_request_named(l, n, per)))
        return false;
    return r->per->named || load_fail(l, n, "the request of \"per\" needs {name} in its path");
}

static bool load_totals(struct loader *l, const struct node *n, struct count_rule *r)
{
    static const char *const keys[] = { "when", "collections", "records", "bytes", NULL };
    return load_keys(l, n, keys) &&
           load_sources(l, node_get(n, "collections"), &r->total_collections) &&
           load_sources(l, node_get(n, "records"), &r->total_records) &&
           load_sources(l, node_get(n, "bytes"), &r->total_bytes);
}

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

bool load_counts(struct loader *l, const struct node *n)
{
    if (n && n->kind != NODE_LIST)
        return load_fail(l, n, "\"counts\" must be a list, tried from the top");
    for (const struct node *k = n ? n->first : NULL; k; k = k->next) {
        struct count_rule *r = list_add(l->arena, &l->entry->counts);
        if (!r)
            return load_no_memory(l);
        if (!(node_get(k, "each") ? load_each(l, k, r) : load_totals(l, k, r)))
            return false;
        const struct node *when = node_get(k, "when");
        if (when && !(r->when = load_condition(l, when, 0)))
            return false;
    }
    for (size_t i = 0; i < l->entry->requests.len; i++) {
        struct request *r = l->entry->requests.at[i];
        r->over = r->named ? listed_for(l->entry, r) : NULL;
        if (r->named && !r->over)
            return load_fail(l, n, "the request \"%s\" names a collection, and no row lists any", r->name);
    }
    return true;
}

bool load_fields(struct loader *l, const struct node *n)
{
    static const char *const keys[] = { "request", "under", NULL };
    struct span request = SPAN_NONE;
    if (!n)
        return true;
    if (!load_keys(l, n, keys) || !load_text(l, n, "request", true, &request) ||
        !load_text(l, n, "under", true, &l->entry->fields_under))
        return false;
    l->entry->fields = load_request_named(l, n, request);
    return l->entry->fields != NULL;
}

static bool load_answers(struct loader *l, const struct node *n, struct example *x)
{
    if (!n || n->kind != NODE_MAP || !n->first)
        return load_fail(l, n, "an example needs \"answers\": a raw response for each request");
    for (const struct node *k = n->first; k; k = k->next) {
        const struct node **slot = list_add(l->arena, &x->answers);
        if (!slot)
            return load_no_memory(l);
        if (k->kind != NODE_TEXT)
            return load_fail(l, k, "an answer is text: a raw HTTP response");
        *slot = k;
    }
    return true;
}

bool load_examples(struct loader *l, const struct node *n)
{
    static const char *const keys[] = { "name",    "source", "port",        "answers", "outcome",
                                        "version", "facts",  "collections", "records", "bytes",
                                        "listed",  "behind", NULL };
    if (n && n->kind != NODE_LIST)
        return load_fail(l, n, "\"examples\" must be a list");
    for (const struct node *k = n ? n->first : NULL; k; k = k->next) {
        struct example *x = list_add(l->arena, &l->entry->examples);
        struct span outcome;
        int64_t port = 0;
        if (!x)
            return load_no_memory(l);
        x->expect = k;
        x->line = k->line;
        if (!load_keys(l, k, keys) || !load_str(l, k, "name", true, &x->name) ||
            !load_text(l, k, "source", true, &x->source) ||
            !load_text(l, k, "outcome", true, &outcome) ||
            !load_answers(l, node_get(k, "answers"), x))
            return false;
        if (!span_starts(x->source, SPAN("recorded ")) && !span_starts(x->source, SPAN("made ")))
            return load_fail(l, k, "\"source\" begins with \"recorded\" or \"made\"");
        if (node_get(k, "port") &&
            (!node_i64(node_get(k, "port"), &port) || port < 1 || port > 65535))
            return load_fail(l, k, "\"port\" is a port number");
        x->port = (uint16_t)port;
    }
    return true;
}
