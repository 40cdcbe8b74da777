/* Loads what is looked for in answers: conditions, sources of values, verdicts and facts. The law
 * that a verdict needs two proofs is enforced here: see proves(). */
#include "http/load.h"

static bool load_statuses(struct mapper *m, const struct node *n, struct test *t)
{
    for (const struct node *s = map_first(n); s; s = map_next(n, s)) {
        int64_t status;
        if (!node_i64(s, &status) || status < 100 || status > 599)
            return map_wrong(m, s, "a status is a number from 100 to 599");
        if (t->status_count == STATUSES_MAX)
            return map_wrong(m, s, "at most %d statuses", STATUSES_MAX);
        t->statuses[t->status_count++] = (unsigned)status;
    }
    return t->status_count > 0 || map_wrong(m, n, "\"status\" is empty");
}

static struct test *add_test(struct mapper *m, struct condition *c, enum test_kind kind)
{
    struct test *t = list_add(m->arena, &c->tests);
    if (!t)
        (void)map_no_memory(m);
    else
        t->kind = kind;
    return t;
}

/* `json: {path: pattern}` and `header: {name: pattern}`; `*` as a header's pattern: it is there. A
 * header's name may end in a star: any of those that begin so. */
static bool load_pairs(struct mapper *m, const struct node *n, struct condition *c,
                       enum test_kind kind)
{
    if (n->kind != NODE_MAP || !n->first)
        return map_wrong(m, n, "\"%.*s\" must be a map of patterns", SPAN_FMT(n->key));
    for (const struct node *k = n->first; k; k = k->next) {
        struct test *t = add_test(m, c, kind);
        if (!t)
            return false;
        t->at = k->key;
        if (!load_pattern(m, k, &t->pattern))
            return false;
        if (kind != TEST_HEADER)
            continue;
        t->prefix = span_ends(t->at, SPAN("*"));
        t->at.len -= t->prefix;
        if (t->at.len < 2 || span_index(t->at, '*') < t->at.len)
            return map_wrong(m, k, "a star stands at the end of a header's name, behind two letters or more");
    }
    return true;
}

static bool load_places(struct mapper *m, const struct node *n, struct condition *c,
                        enum test_kind kind)
{
    for (const struct node *k = map_first(n); k; k = map_next(n, k)) {
        struct test *t = add_test(m, c, kind);
        if (!t || !map_scalar(m, k, &t->at))
            return false;
    }
    return true;
}

static bool load_text_test(struct mapper *m, const struct node *n, struct condition *c,
                           enum test_kind kind)
{
    struct test *t = add_test(m, c, kind);
    return t && load_pattern(m, n, &t->pattern);
}

static bool take_outcome(struct mapper *m, const struct node *n, struct span word, enum outcome *ret)
{
    static const enum outcome all[] = { OUTCOME_OPEN, OUTCOME_PARTIAL, OUTCOME_LOCKED,
                                        OUTCOME_UNCLEAR, OUTCOME_IDENTIFIED };
    char shown[MAP_SHOWN_MAX];
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (span_is(word, outcome_name(all[i]))) {
            *ret = all[i];
            return true;
        }
    return map_wrong(m, n, "\"%s\" is no verdict: open, partial, locked, unclear or identified",
                     map_shown(word, shown));
}

static bool load_test(struct mapper *m, const struct node *k, struct condition *c)
{
    struct test *t;
    struct span word;
    if (span_is(k->key, "status"))
        return (t = add_test(m, c, TEST_STATUS)) && load_statuses(m, k, t);
    if (span_is(k->key, "header"))
        return load_pairs(m, k, c, TEST_HEADER);
    if (span_is(k->key, "json"))
        return load_pairs(m, k, c, TEST_JSON);
    if (span_is(k->key, "body"))
        return load_text_test(m, k, c, TEST_BODY);
    if (span_is(k->key, "title"))
        return load_text_test(m, k, c, TEST_TITLE);
    if (span_is(k->key, "has"))
        return load_places(m, k, c, TEST_HAS);
    if (span_is(k->key, "lacks"))
        return load_places(m, k, c, TEST_LACKS);
    if (span_is(k->key, "list"))
        return load_places(m, k, c, TEST_LIST);
    if (span_is(k->key, "map"))
        return load_places(m, k, c, TEST_MAP);
    if (span_is(k->key, "metric"))
        return load_places(m, k, c, TEST_METRIC);
    return (t = add_test(m, c, TEST_BEHIND)) && map_scalar(m, k, &word) &&
           take_outcome(m, k, word, &t->behind);
}

static const struct condition *condition_at(struct mapper *m, const struct node *n, int depth);

static bool load_children(struct mapper *m, const struct node *n, struct condition *c, int depth)
{
    for (const struct node *k = map_first(n); k; k = map_next(n, k)) {
        const struct condition *child = condition_at(m, k, depth + 1);
        const struct condition **slot = child ? list_add(m->arena, &c->children) : NULL;
        if (child && !slot)
            (void)map_no_memory(m);
        if (!slot)
            return false;
        *slot = child;
    }
    return c->children.len > 0 || map_wrong(m, n, "a condition is empty");
}

/* Tests of one answer; all of them must hold. */
static bool load_tests(struct mapper *m, const struct node *n, struct condition *c)
{
    static const struct map_key KEYS[] = {
        { "request", load_request_named, offsetof(struct condition, request), NULL },
        { "status", NULL, 0, NULL }, { "header", NULL, 0, NULL }, { "body", NULL, 0, NULL },
        { "title", NULL, 0, NULL },  { "json", NULL, 0, NULL },   { "has", NULL, 0, NULL },
        { "lacks", NULL, 0, NULL },  { "list", NULL, 0, NULL },   { "map", NULL, 0, NULL },
        { "metric", NULL, 0, NULL }, { "behind", NULL, 0, NULL }, { NULL, NULL, 0, NULL },
    };
    c->request = loader_of(m)->entry->requests.at[0];
    if (!map_keys(m, n, KEYS, c))
        return false;
    for (const struct node *k = n->first; k; k = k->next)
        if (!span_is(k->key, "request") && !load_test(m, k, c))
            return false;
    return c->tests.len > 0 || map_wrong(m, n, "a condition needs at least one test");
}

static bool load_not(struct mapper *m, const struct node *n, struct condition *c, int depth)
{
    const struct condition **slot = list_add(m->arena, &c->children);
    return slot ? (*slot = condition_at(m, n, depth + 1)) != NULL : map_no_memory(m);
}

/* A list: any of them. A map with `all` or `not`: these. Else tests of one answer. */
static bool fill_condition(struct mapper *m, const struct node *n, struct condition *c, int depth)
{
    static const struct map_key all_keys[] = { { "all", NULL, 0, NULL }, { NULL, NULL, 0, NULL } };
    static const struct map_key not_keys[] = { { "not", NULL, 0, NULL }, { NULL, NULL, 0, NULL } };
    const struct node *all = node_get(n, "all"), *not = node_get(n, "not");
    if (depth > CONDITION_DEPTH_MAX)
        return map_wrong(m, n, "conditions nest deeper than %d", CONDITION_DEPTH_MAX);
    c->kind = n->kind == NODE_LIST ? CONDITION_ANY : all ? CONDITION_ALL : not ? CONDITION_NOT : CONDITION_TESTS;
    switch (c->kind) {
    case CONDITION_ANY:
        return load_children(m, n, c, depth);
    case CONDITION_ALL:
        return map_keys(m, n, all_keys, c) && load_children(m, all, c, depth);
    case CONDITION_NOT:
        return map_keys(m, n, not_keys, c) && load_not(m, not, c, depth);
    case CONDITION_TESTS:
        break;
    }
    return load_tests(m, n, c);
}

static const struct condition *condition_at(struct mapper *m, const struct node *n, int depth)
{
    struct condition *c = ARENA_NEW(m->arena, struct condition);
    if (!c)
        map_no_memory(m);
    return c && fill_condition(m, n, c, depth) ? c : NULL;
}

bool load_condition(struct mapper *m, const struct node *n, void *to)
{
    const struct condition **ret = to;
    return (*ret = condition_at(m, n, 0)) != NULL;
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

bool load_verdicts(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    if (n->kind != NODE_LIST)
        return map_wrong(m, n, "\"verdict\" must be a list, tried from the top");
    for (const struct node *k = n->first; k; k = k->next) {
        struct verdict_rule *v = list_add(m->arena, &e->verdicts);
        if (!v)
            return map_no_memory(m);
        if (k->kind != NODE_MAP || k->count != 1)
            return map_wrong(m, k, "a row of \"verdict\" is \"open: condition\", or partial, locked, unclear");
        if (!take_outcome(m, k->first, k->first->key, &v->outcome) || !load_condition(m, k->first, &v->when))
            return false;
        if (v->outcome == OUTCOME_OPEN && !proves(v->when))
            return map_wrong(m, k,
                             "\"open\" must rest on the answer to a request marked \"rights: true\", and on "
                             "more than its status");
    }
    return true;
}

static bool load_source_kind(struct mapper *m, const struct node *n, struct source *s)
{
    static const struct {
        const char *key;
        enum source_kind kind;
        map_take *take; /* NULL: its value says nothing */
        bool captures;  /* `take` takes a pattern, not a place */
    } kinds[] = {
        { "json", SOURCE_JSON, map_text, false },     { "length", SOURCE_LENGTH, map_text, false },
        { "sum", SOURCE_SUM, map_text, false },       { "each", SOURCE_EACH, map_text, false },
        { "header", SOURCE_HEADER, map_text, false },
        { "title", SOURCE_TITLE, load_capture, true }, { "body", SOURCE_BODY, load_capture, true },
        { "metric", SOURCE_METRIC, map_text, false }, { "value", SOURCE_FIXED, map_text, false },
        { "code", SOURCE_STATUS, NULL, false },
    };
    size_t found = 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct node *k = node_get(n, kinds[i].key);
        if (!k)
            continue;
        found++;
        s->kind = kinds[i].kind;
        if (kinds[i].captures && s->pattern.len)
            return map_wrong(m, k, "there is a pattern already");
        if (kinds[i].take && !kinds[i].take(m, k, kinds[i].captures ? &s->pattern : &s->at))
            return false;
    }
    return found == 1 || map_wrong(m, n,
                                   "a value needs exactly one of json, length, sum, each, header, title, body, "
                                   "metric, value, code");
}

static bool take_otherwise(struct mapper *m, const struct node *n, void *to)
{
    struct source *s = to;
    s->has_otherwise = true;
    return map_i64(m, n, &s->otherwise);
}

static bool take_as(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "text", "number", "bool", "time", NULL };
    static const enum fact_type TYPES[] = { FACT_TEXT, FACT_NUMBER, FACT_BOOL, FACT_TIME };
    int which;
    if (!map_word(m, n, WORDS, &which))
        return false;
    *(enum fact_type *)to = TYPES[which];
    return true;
}

static bool load_source(struct mapper *m, const struct node *n, struct source *s)
{
    static const struct map_key KEYS[] = {
        { "request", load_request_named, offsetof(struct source, request), NULL },
        { "json", NULL, 0, NULL },  { "length", NULL, 0, NULL }, { "sum", NULL, 0, NULL },
        { "each", NULL, 0, NULL },
        { "header", NULL, 0, NULL }, { "title", NULL, 0, NULL },  { "body", NULL, 0, NULL },
        { "metric", NULL, 0, NULL }, { "value", NULL, 0, NULL },  { "code", NULL, 0, NULL },
        { "label", map_text, offsetof(struct source, label), NULL },
        { "of", map_text, offsetof(struct source, of), NULL },
        { "pattern", load_capture, offsetof(struct source, pattern), NULL },
        { "when", load_condition, offsetof(struct source, when), NULL },
        { "otherwise", take_otherwise, 0, NULL },
        { "as", take_as, offsetof(struct source, as), NULL },
        { NULL, NULL, 0, NULL },
    };
    s->request = loader_of(m)->entry->requests.at[0];
    s->as = FACT_TEXT;
    if (!map_keys(m, n, KEYS, s) || !load_source_kind(m, n, s))
        return false;
    if (s->request->named)
        return map_wrong(m, n, "a value comes from one answer, not from that about each collection");
    if (s->of.len && s->kind != SOURCE_EACH)
        return map_wrong(m, n, "\"of\" needs \"each\"");
    return s->kind != SOURCE_FIXED || s->when || map_wrong(m, n, "a fixed value needs \"when\"");
}

bool load_sources(struct mapper *m, const struct node *n, void *to)
{
    struct sources *ret = to;
    for (const struct node *k = map_first(n); k; k = map_next(n, k)) {
        struct source *s = list_add(m->arena, &ret->list);
        if (!s)
            return map_no_memory(m);
        if (!load_source(m, k, s))
            return false;
    }
    return true;
}

bool load_identify(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    for (const struct node *k = map_first(n); k; k = map_next(n, k)) {
        const struct condition **slot = list_add(m->arena, &e->identify);
        if (!slot)
            return map_no_memory(m);
        if (!load_condition(m, k, slot))
            return false;
    }
    return true;
}

bool load_facts(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    if (n->kind != NODE_MAP)
        return map_wrong(m, n, "\"facts\" must be a map");
    for (const struct node *k = n->first; k; k = k->next) {
        struct fact_rule *f = list_add(m->arena, &e->facts);
        if (!f || !(f->key = arena_str(m->arena, k->key)))
            return map_no_memory(m);
        if (!fact_key_ok(k->key))
            return map_wrong(m, k, "a fact is words of a-z, 0-9, - and _, joined by dots");
        if (span_is(k->key, "version") || span_is(k->key, "auth"))
            return map_wrong(m, k, "the fact \"%s\" is set by Ajar itself", f->key);
        size_t was = map_enter(m, k->key);
        if (!load_sources(m, k, &f->from))
            return false;
        map_leave(m, was);
        f->type = f->from.list.len ? f->from.list.at[0].as : FACT_TEXT;
    }
    return true;
}
