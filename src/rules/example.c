/* The examples inside a rule file: facts in, a severity (or none) and the sentence out. They are
 * the rule's tests and its documentation; a rule without both a finding and a "none" is refused. */
#include "rules/rule.h"

#include "base/clock.h"

enum { EXAMPLE_ARENA_BYTES = 4 * 1024 * 1024 };

struct example {
    const struct rule *rule;
    const struct tables *tables;
    struct place place;
    struct arena *arena;
    struct visit visit;
    int64_t now_ms;
};

static bool known(const struct example *x, const struct node *n, const char *const *keys)
{
    if (!n || n->kind != NODE_MAP)
        return place_error(&x->place, n, "a map is wanted here");
    for (const struct node *child = n->first; child; child = child->next) {
        size_t i = 0;
        while (keys[i] && !span_is(child->key, keys[i]))
            i++;
        if (!keys[i])
            return place_error(&x->place, child, "unknown key");
    }
    return true;
}

/* "10.0.0.5:6379" or "[fd00::1]:6379". */
static bool read_endpoint(const struct node *n, struct endpoint *ret)
{
    struct span text = node_text(n);
    size_t colon = text.len;
    while (colon && text.at[colon - 1] != ':')
        colon--;
    uint64_t port;
    if (colon < 2 || !span_u64(span_from(text, colon), 65535, &port))
        return false;
    struct span host = span_first(text, colon - 1);
    if (host.len > 2 && host.at[0] == '[')
        host = span_sub(host, 1, host.len - 2);
    ret->port = (uint16_t)port;
    return address_parse(host, &ret->address);
}

static bool read_time(const struct example *x, const struct node *n, int64_t *ret)
{
    const char *text = arena_str(x->arena, node_text(n));
    return (text && text[0] && time_parse(text, ret)) ||
           place_error(&x->place, n, "a date such as 2026-11-22 is wanted");
}

static bool read_count(const struct example *x, const struct node *n, int64_t *ret)
{
    if (!n)
        return true;
    return node_i64(n, ret) || place_error(&x->place, n, "a whole number is wanted");
}

/* A fact is a number, a bool, a text, or {time: 2022-07-01}. */
static bool read_fact(const struct example *x, struct observation *o, const struct node *n)
{
    const char *key = arena_str(x->arena, n->key);
    int64_t when;
    if (!key || !fact_key_ok(n->key))
        return place_error(&x->place, n, "this is no fact key");
    switch (n->kind) {
    case NODE_TEXT:
        fact_text(o, key, n->text, "example", n->text);
        return true;
    case NODE_BOOL:
        fact_bool(o, key, n->integer != 0, "example", SPAN_NONE);
        return true;
    case NODE_NUMBER:
        if (!n->is_integer)
            break;
        fact_number(o, key, n->integer, "example", SPAN_NONE);
        return true;
    case NODE_MAP:
        if (n->count != 1 || !node_get(n, "time") || !read_time(x, node_get(n, "time"), &when))
            break;
        fact_time(o, key, when, "example", SPAN_NONE);
        return true;
    default:
        break;
    }
    return place_error(&x->place, n,
                       "a fact is a text, a whole number, true, false or {time: 2022-07-01}");
}

static bool read_collections(const struct example *x, struct observation *o, const struct node *n)
{
    static const char *const KEYS[] = { "name", "records", "bytes", NULL };
    if (n->kind != NODE_LIST)
        return place_error(&x->place, n, "a list is wanted");
    for (const struct node *item = n->first; item; item = item->next) {
        int64_t records = COUNT_UNKNOWN, bytes = COUNT_UNKNOWN;
        if (item->kind == NODE_TEXT) {
            observation_collect(o, item->text, records, bytes, COUNT_UNKNOWN);
            continue;
        }
        if (!known(x, item, KEYS) || !read_count(x, node_get(item, "records"), &records) ||
            !read_count(x, node_get(item, "bytes"), &bytes))
            return false;
        observation_collect(o, node_text(node_get(item, "name")), records, bytes, COUNT_UNKNOWN);
    }
    return true;
}

static bool read_words(const struct example *x, struct observation *o, const struct node *n)
{
    const struct node *kind = node_get(n, "kind"), *outcome = node_get(n, "outcome"),
                      *tls = node_get(n, "tls"), *via = node_get(n, "via");
    if (kind && !kind_parse(node_text(kind), &o->kind))
        return place_error(&x->place, kind, "no such kind");
    if (outcome) {
        int i = 0;
        while (i < OUTCOME_COUNT && !span_is(node_text(outcome), outcome_name((enum outcome)i)))
            i++;
        if (i == OUTCOME_COUNT)
            return place_error(&x->place, outcome, "no such outcome");
        o->outcome = (enum outcome)i;
    }
    if (tls && tls->kind != NODE_BOOL)
        return place_error(&x->place, tls, "true or false is wanted");
    o->tls = tls && tls->integer;
    o->via = via ? arena_str(x->arena, node_text(via)) : NULL;
    return true;
}

static bool read_observation(struct example *x, const struct node *n)
{
    static const char *const KEYS[] = { "product", "kind", "outcome", "tls", "via", "records",
                                        "bytes", "collection_count", "collections", "facts", NULL };
    if (!known(x, n, KEYS))
        return false;
    const char *product = arena_str(x->arena, node_text(node_get(n, "product")));
    struct observation *o = product &&
        product[0] ? visit_observe(&x->visit, product, KIND_STORE) : NULL;
    if (!o)
        return place_error(&x->place, n, "'product' is missing");
    o->at_ms = x->now_ms;
    if (!read_words(x, o, n))
        return false;
    const struct node *list = node_get(n, "collections"), *facts = node_get(n, "facts");
    if (list && !read_collections(x, o, list))
        return false;
    if (!read_count(x, node_get(n, "records"), &o->records) ||
        !read_count(x, node_get(n, "bytes"), &o->bytes) ||
        !read_count(x, node_get(n, "collection_count"), &o->collection_count))
        return false;
    for (const struct node *f = facts ? facts->first : NULL; f; f = f->next)
        if (!read_fact(x, o, f))
            return false;
    return true;
}

static bool read_given(struct example *x, const struct node *n)
{
    static const char *const KEYS[] = { "endpoint", "name", "now", "seen", NULL };
    const struct node *given = node_get(n, "given");
    struct endpoint e = { 0 };
    if (!given)
        return place_error(&x->place, n, "'given' is missing");
    if (!known(x, given, KEYS))
        return false;
    if (!read_endpoint(node_get(given, "endpoint"), &e))
        return place_error(&x->place, given, "'endpoint' such as 10.0.0.5:6379 is missing");
    if (node_get(given, "name"))
        e.name = arena_str(x->arena, node_text(node_get(given, "name")));
    x->now_ms = time_from_civil(2026, 11, 22, 0, 0, 0);
    if (node_get(given, "now") && !read_time(x, node_get(given, "now"), &x->now_ms))
        return false;
    visit_init(&x->visit, x->arena, &e);
    const struct node *seen = node_get(given, "seen");
    if (!seen || seen->kind != NODE_LIST || seen->count == 0)
        return place_error(&x->place, given, "'seen' with a list of observations is missing");
    for (const struct node *item = seen->first; item; item = item->next)
        if (!read_observation(x, item))
            return false;
    return true;
}

static bool check_text(const struct example *x, const struct node *n, const struct finding *f)
{
    const struct node *why = node_get(n, "why"), *fix = node_get(n, "fix_has");
    if (why && !span_eq(span_trim(node_text(why)), f->why))
        return place_error(&x->place, why, "the rule says: %.*s",
                           SPAN_FMT(span_first(f->why, 300)));
    if (fix && span_find(f->fix, span_trim(node_text(fix))) == SIZE_MAX)
        return place_error(&x->place, fix, "the fix does not hold this text");
    return true;
}

/* The first finding of this rule alone on any observation of the example's visit. */
static bool judge_example(struct example *x, struct finding *ret, bool *ret_found)
{
    *ret_found = false;
    for (size_t i = 0; i < x->visit.observations.len && !*ret_found; i++) {
        const struct observation *o = &x->visit.observations.at[i];
        bool full = false;
        if (!(x->rule->kinds >> o->kind & 1) || !(x->rule->outcomes >> o->outcome & 1))
            continue;
        struct subject s = subject_of(&x->visit, o, x->now_ms);
        version_judge(x->tables, o, x->now_ms, &s.version);
        *ret_found = rule_judge(x->rule, &s, x->arena, ret, &full);
        if (full)
            return false;
    }
    return true;
}

static bool run_example(struct example *x, const struct node *n, bool *ret_positive)
{
    static const char *const KEYS[] = { "about", "given", "expect", "why", "fix_has", NULL };
    struct finding f = { 0 };
    bool found = false;
    if (!known(x, n, KEYS) || !read_given(x, n))
        return false;
    const struct node *expect = node_get(n, "expect");
    bool none = span_is(node_text(expect), "none");
    enum severity severity = SEVERITY_INFO;
    if (!expect || (!none && !severity_parse(node_text(expect), &severity)))
        return place_error(&x->place, n, "'expect' with a severity or none is missing");
    if (!judge_example(x, &f, &found))
        return place_error(&x->place, n, "out of memory");
    if (found == none || (found && f.severity != severity))
        return place_error(&x->place, expect, "the rule says %s",
                           found ? severity_name(f.severity) : "none");
    if (found && !node_get(n, "why"))
        return place_error(&x->place, n, "'why' is missing; the rule says: %.*s",
                           SPAN_FMT(span_first(f.why, 300)));
    *ret_positive = found;
    return !found || check_text(x, n, &f);
}

bool rules_check_examples(const struct rules *r, struct error *e, size_t *ret_examples)
{
    *ret_examples = 0;
    for (size_t i = 0; i < r->list.len; i++) {
        const struct rule *rule = &r->list.at[i];
        size_t with = 0, without = 0;
        for (const struct node *n = rule->examples->first; n; n = n->next) {
            struct arena arena;
            arena_init(&arena, EXAMPLE_ARENA_BYTES);
            struct example x = { .rule = rule, .tables = r->tables, .place = { rule->file, e }, .arena = &arena };
            bool positive = false, ok = run_example(&x, n, &positive);
            arena_release(&arena);
            if (!ok)
                return false;
            *(positive ? &with : &without) += 1;
            ++*ret_examples;
        }
        if (!with || !without)
            return error_set(e, "%s: examples: a finding and an 'expect: none' are both wanted",
                             rule->file);
    }
    return true;
}
