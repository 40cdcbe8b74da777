/* Loads what is looked for in answers: conditions, sources of values, verdicts and facts. The law
 * that a verdict needs two proofs is enforced here: see proves(). */
#include "http/load.h"

#include "http/pattern.h"

static bool load_statuses(struct loader *l, const struct node *n, struct test *t)
{
    for (const struct node *s = load_first(n); s; s = load_next(n, s)) {
        int64_t status;
        if (!node_i64(s, &status) || status < 100 || status > 599)
            return load_fail(l, s, "a status is a number from 100 to 599");
        if (t->status_count == STATUSES_MAX)
            return load_fail(l, s, "at most %d statuses", STATUSES_MAX);
        t->statuses[t->status_count++] = (unsigned)status;
    }
    return t->status_count > 0 || load_fail(l, n, "\"status\" is empty");
}

static struct test *add_test(struct loader *l, struct condition *c, enum test_kind kind)
{
    struct test *t = list_add(l->arena, &c->tests);
    if (!t)
        (void)load_no_memory(l);
    else
        t->kind = kind;
    return t;
}

/* `json: {path: pattern}` and `header: {name: pattern}`; `*` as a header's pattern: it is there. A
 * header's name may end in a star: any of those that begin so. */
static bool load_pairs(struct loader *l, const struct node *n, struct condition *c,
                       enum test_kind kind)
{
    if (n->kind != NODE_MAP || !n->first)
        return load_fail(l, n, "\"%.*s\" must be a map of patterns", SPAN_FMT(n->key));
    for (const struct node *k = n->first; k; k = k->next) {
        struct test *t = add_test(l, c, kind);
        if (!t)
            return false;
        t->at = k->key;
        if (!load_pattern(l, k, false, &t->pattern))
            return false;
        if (kind != TEST_HEADER)
            continue;
        t->prefix = span_ends(t->at, SPAN("*"));
        t->at.len -= t->prefix;
        if (t->at.len < 2 || span_index(t->at, '*') < t->at.len)
            return load_fail(l, k, "a star stands at the end of a header's name, behind two letters or more");
    }
    return true;
}

static bool load_places(struct loader *l, const struct node *n, struct condition *c,
                        enum test_kind kind)
{
    for (const struct node *k = load_first(n); k; k = load_next(n, k)) {
        struct test *t = add_test(l, c, kind);
        if (!t || !load_scalar(l, k, &t->at))
            return false;
    }
    return true;
}

static bool load_text_test(struct loader *l, const struct node *n, struct condition *c,
                           enum test_kind kind)
{
    struct test *t = add_test(l, c, kind);
    return t && load_pattern(l, n, false, &t->pattern);
}

static bool load_outcome(struct loader *l, const struct node *at, struct span word,
                         enum outcome *ret)
{
    static const enum outcome all[] = { OUTCOME_OPEN, OUTCOME_PARTIAL, OUTCOME_LOCKED,
                                        OUTCOME_UNCLEAR, OUTCOME_IDENTIFIED };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (span_is(word, outcome_name(all[i]))) {
            *ret = all[i];
            return true;
        }
    return load_fail(l, at, "\"%.*s\" is no verdict: open, partial, locked, unclear or identified",
                     SPAN_FMT(span_first(word, 40)));
}

static bool load_test(struct loader *l, const struct node *k, struct condition *c)
{
    struct test *t;
    struct span word;
    if (span_is(k->key, "status"))
        return (t = add_test(l, c, TEST_STATUS)) && load_statuses(l, k, t);
    if (span_is(k->key, "header"))
        return load_pairs(l, k, c, TEST_HEADER);
    if (span_is(k->key, "json"))
        return load_pairs(l, k, c, TEST_JSON);
    if (span_is(k->key, "body"))
        return load_text_test(l, k, c, TEST_BODY);
    if (span_is(k->key, "title"))
        return load_text_test(l, k, c, TEST_TITLE);
    if (span_is(k->key, "has"))
        return load_places(l, k, c, TEST_HAS);
    if (span_is(k->key, "lacks"))
        return load_places(l, k, c, TEST_LACKS);
    if (span_is(k->key, "list"))
        return load_places(l, k, c, TEST_LIST);
    if (span_is(k->key, "map"))
        return load_places(l, k, c, TEST_MAP);
    if (span_is(k->key, "metric"))
        return load_places(l, k, c, TEST_METRIC);
    return (t = add_test(l, c, TEST_BEHIND)) && load_scalar(l, k, &word) &&
           load_outcome(l, k, word, &t->behind);
}

static bool load_children(struct loader *l, const struct node *n, struct condition *c, int depth)
{
    for (const struct node *k = load_first(n); k; k = load_next(n, k)) {
        const struct condition *child = load_condition(l, k, depth + 1);
        const struct condition **slot = child ? list_add(l->arena, &c->children) : NULL;
        if (child && !slot)
            (void)load_no_memory(l);
        if (!slot)
            return false;
        *slot = child;
    }
    return c->children.len > 0 || load_fail(l, n, "a condition is empty");
}

/* A list: any of them. A map with `all` or `not`: these. Else tests of one answer. */
const struct condition *load_condition(struct loader *l, const struct node *n, int depth)
{
    static const char *const keys[] = { "request", "status", "header", "body", "title",
                                        "json",    "has",    "lacks",  "list", "map",
                                        "metric",  "behind", NULL };
    static const char *const all_keys[] = { "all", NULL }, *const not_keys[] = { "not", NULL };
    struct condition *c = ARENA_NEW(l->arena, struct condition);
    if (!c) {
        (void)load_no_memory(l);
        return NULL;
    }
    if (depth > CONDITION_DEPTH_MAX) {
        (void)load_fail(l, n, "conditions nest deeper than %d", CONDITION_DEPTH_MAX);
        return NULL;
    }
    if (n->kind == NODE_LIST) {
        c->kind = CONDITION_ANY;
        return load_children(l, n, c, depth) ? c : NULL;
    }
    if (node_get(n, "all")) {
        c->kind = CONDITION_ALL;
        return load_keys(l, n, all_keys) && load_children(l, node_get(n, "all"), c, depth) ? c
                                                                                           : NULL;
    }
    if (node_get(n, "not")) {
        const struct condition **slot = list_add(l->arena, &c->children);
        c->kind = CONDITION_NOT;
        if (!slot)
            (void)load_no_memory(l);
        return slot && load_keys(l, n, not_keys) &&
                       (*slot = load_condition(l, node_get(n, "not"), depth + 1))
                   ? c
                   : NULL;
    }
    if (!load_keys(l, n, keys))
        return NULL;
    struct span name = SPAN("root");
    if (!load_text(l, n, "request", false, &name) || !(c->request = load_request_named(l, n, name)))
        return NULL;
    for (const struct node *k = n->first; k; k = k->next)
        if (!span_is(k->key, "request") && !load_test(l, k, c))
            return NULL;
    if (c->tests.len == 0) {
        (void)load_fail(l, n, "a condition needs at least one test");
        return NULL;
    }
    return c;
}

/* Law 2: whether a condition that holds is the second proof: the answer to a request that takes
 * rights, looked into further than its status, or an open store seen through the dashboard. */
static bool proves(const struct condition *c)
{
    bool some = false, every = c->children.len > 0;
    for (size_t i = 0; i < c->children.len; i++) {
        bool child = proves(c->children.at[i]);
        some |= child;
        every &= child;
    }
    switch (c->kind) {
    case CONDITION_ALL:
        return some;
    case CONDITION_ANY:
        return every;
    case CONDITION_NOT:
        return false;
    case CONDITION_TESTS:
        break;
    }
    for (size_t i = 0; i < c->tests.len; i++) {
        const struct test *t = &c->tests.at[i];
        if (t->kind == TEST_BEHIND && t->behind == OUTCOME_OPEN)
            return true;
        if (c->request->rights && t->kind != TEST_STATUS && t->kind != TEST_LACKS &&
            t->kind != TEST_BEHIND)
            return true;
    }
    return false;
}

bool load_verdicts(struct loader *l, const struct node *n)
{
    if (!n)
        return true;
    if (n->kind != NODE_LIST)
        return load_fail(l, n, "\"verdict\" must be a list, tried from the top");
    for (const struct node *k = n->first; k; k = k->next) {
        struct verdict_rule *v = list_add(l->arena, &l->entry->verdicts);
        if (!v)
            return load_no_memory(l);
        if (k->kind != NODE_MAP || k->count != 1)
            return load_fail(
                l, k, "a row of \"verdict\" is \"open: condition\", or partial, locked, unclear");
        if (!load_outcome(l, k->first, k->first->key, &v->outcome) ||
            !(v->when = load_condition(l, k->first, 0)))
            return false;
        if (v->outcome == OUTCOME_OPEN && !proves(v->when))
            return load_fail(
                l, k,
                "\"open\" must rest on the answer to a request marked \"rights: true\", and on "
                "more than its status");
    }
    return true;
}

static bool load_source_kind(struct loader *l, const struct node *n, struct source *s)
{
    static const struct {
        const char *key;
        enum source_kind kind;
        bool bare; /* takes no place, only a pattern */
    } kinds[] = {
        { "json", SOURCE_JSON, false },     { "length", SOURCE_LENGTH, false },
        { "sum", SOURCE_SUM, false },       { "header", SOURCE_HEADER, false },
        { "title", SOURCE_TITLE, true },    { "body", SOURCE_BODY, true },
        { "metric", SOURCE_METRIC, false }, { "value", SOURCE_FIXED, false },
        { "code", SOURCE_STATUS, true },
    };
    size_t found = 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct node *k = node_get(n, kinds[i].key);
        if (!k)
            continue;
        found++;
        s->kind = kinds[i].kind;
        if (s->kind == SOURCE_TITLE || s->kind == SOURCE_BODY) {
            if (!load_pattern(l, k, true, &s->pattern))
                return false;
        } else if (s->kind != SOURCE_STATUS && !load_text(l, n, kinds[i].key, true, &s->at)) {
            return false;
        }
    }
    return found == 1 ||
           load_fail(l, n,
                     "a value needs exactly one of json, length, sum, header, title, body, "
                     "metric, value, code");
}

static bool load_source(struct loader *l, const struct node *n, struct sources *ret)
{
    static const char *const keys[] = { "request", "json",      "length", "sum",
                                        "header",  "title",     "body",   "metric",
                                        "value",   "code",      "label",  "pattern",
                                        "when",    "otherwise", "as",     NULL };
    struct source *s = list_add(l->arena, &ret->list);
    struct span name = SPAN("root");
    if (!s)
        return load_no_memory(l);
    if (!load_keys(l, n, keys) || !load_source_kind(l, n, s) ||
        !load_text(l, n, "request", false, &name) || !load_text(l, n, "label", false, &s->label))
        return false;
    if (!(s->request = load_request_named(l, n, name)))
        return false;
    if (s->request->named)
        return load_fail(l, n, "a value comes from one answer, not from that about each collection");
    const struct node *pattern = node_get(n, "pattern"), *when = node_get(n, "when");
    const struct node *otherwise = node_get(n, "otherwise");
    if (pattern && s->pattern.len)
        return load_fail(l, pattern, "there is a pattern already");
    if (pattern && !load_pattern(l, pattern, true, &s->pattern))
        return false;
    if (when && !(s->when = load_condition(l, when, 0)))
        return false;
    if (otherwise && !node_i64(otherwise, &s->otherwise))
        return load_fail(l, otherwise, "\"otherwise\" is a whole number");
    s->has_otherwise = otherwise != NULL;
    if (s->kind == SOURCE_FIXED && !s->when)
        return load_fail(l, n, "a fixed value needs \"when\"");
    return true;
}

bool load_sources(struct loader *l, const struct node *n, struct sources *ret)
{
    for (const struct node *k = load_first(n); k; k = load_next(n, k))
        if (!load_source(l, k, ret))
            return false;
    return true;
}

bool load_identify(struct loader *l, const struct node *n)
{
    for (const struct node *k = load_first(n); k; k = load_next(n, k)) {
        const struct condition *c = load_condition(l, k, 0);
        const struct condition **slot = c ? list_add(l->arena, &l->entry->identify) : NULL;
        if (c && !slot)
            (void)load_no_memory(l);
        if (!slot)
            return false;
        *slot = c;
    }
    return true;
}

bool load_facts(struct loader *l, const struct node *n)
{
    static const struct {
        const char *word;
        enum fact_type type;
    } types[] = { { "text", FACT_TEXT },
                  { "number", FACT_NUMBER },
                  { "bool", FACT_BOOL },
                  { "time", FACT_TIME } };
    if (n && n->kind != NODE_MAP)
        return load_fail(l, n, "\"facts\" must be a map");
    for (const struct node *k = n ? n->first : NULL; k; k = k->next) {
        struct fact_rule *f = list_add(l->arena, &l->entry->facts);
        if (!f || !(f->key = arena_str(l->arena, k->key)))
            return load_no_memory(l);
        if (!fact_key_ok(k->key))
            return load_fail(l, k, "a fact is words of a-z, 0-9, - and _, joined by dots");
        if (span_is(k->key, "version") || span_is(k->key, "auth"))
            return load_fail(l, k, "the fact \"%s\" is set by Ajar itself", f->key);
        if (!load_sources(l, k, &f->from))
            return false;
        struct span as = SPAN("text");
        if (load_first(k) && !load_text(l, load_first(k), "as", false, &as))
            return false;
        size_t i = 0;
        while (i < sizeof(types) / sizeof(types[0]) && !span_is(as, types[i].word))
            i++;
        if (i == sizeof(types) / sizeof(types[0]))
            return load_fail(l, k, "\"as\" is text, number, bool or time");
        f->type = types[i].type;
    }
    return true;
}
