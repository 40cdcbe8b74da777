/* The examples inside a rule file: facts in, a severity (or none) and the sentence out. They are
 * the rule's tests and its documentation; a rule without both a finding and a "none" is refused. */
#include "rules/rule.h"

#include "base/clock.h"
#include "record/words.h"

enum { EXAMPLE_ARENA_BYTES = 4 * 1024 * 1024 };

struct example {
    const struct rule *rule;
    struct visit visit;
    struct endpoint endpoint;
    int64_t now_ms;
    struct span why, fix_has;
    const struct node *expect;
};

/* ---- given: what was seen ---- */

/* "10.0.0.5:6379", "[fd00::1]:6379" or "10.0.0.5:161/udp". */
static bool read_endpoint(struct span text, struct endpoint *ret)
{
    struct span udp = SPAN("/udp");
    if (span_ends(text, udp)) {
        text = span_first(text, text.len - udp.len);
        ret->transport = TRANSPORT_UDP;
    }
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

static bool take_endpoint(struct mapper *m, const struct node *n, void *to)
{
    return read_endpoint(node_text(n), to) || map_wrong(m, n, "expected an address and a port, such as 10.0.0.5:6379");
}

static bool take_time(struct mapper *m, const struct node *n, void *to)
{
    const char *text = arena_str(m->arena, node_text(n));
    return (text && text[0] && time_parse(text, to)) || map_wrong(m, n, "expected a date such as 2026-11-22");
}

/* A fact is a number, a bool, a text, or {time: 2022-07-01}. */
static bool read_fact(struct mapper *m, struct observation *o, const struct node *n)
{
    const char *key = arena_str(m->arena, n->key);
    int64_t when;
    if (!key || !fact_key_ok(n->key))
        return map_wrong(m, n, "this is no fact key");
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
        if (n->count != 1 || !node_get(n, "time") || !take_time(m, node_get(n, "time"), &when))
            break;
        fact_time(o, key, when, "example", SPAN_NONE);
        return true;
    default:
        break;
    }
    return map_wrong(m, n, "a fact is a text, a whole number, true, false or {time: 2022-07-01}");
}

static bool take_facts(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind != NODE_MAP)
        return map_wrong(m, n, "expected a map of facts");
    for (const struct node *f = n->first; f; f = f->next)
        if (!read_fact(m, to, f))
            return false;
    return true;
}

/* A name, or a map that counts what is in it, too. */
static bool take_collections(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "name", map_text, offsetof(struct collection, name), "" },
        { "records", map_i64, offsetof(struct collection, records), NULL },
        { "bytes", map_i64, offsetof(struct collection, bytes), NULL },
        { NULL, NULL, 0, NULL },
    };
    if (n->kind != NODE_LIST)
        return map_wrong(m, n, "expected a list");
    for (const struct node *item = n->first; item; item = item->next) {
        struct collection c = { .name = item->text, .records = COUNT_UNKNOWN, .bytes = COUNT_UNKNOWN };
        if (item->kind != NODE_TEXT && !map_keys(m, item, KEYS, &c))
            return false;
        observation_collect(to, c.name, c.records, c.bytes, COUNT_UNKNOWN);
    }
    return true;
}

static const struct map_key SEEN[] = {
    { "product", map_str, offsetof(struct observation, product), "" },
    { "kind", take_kind, offsetof(struct observation, kind), NULL },
    { "outcome", take_outcome, offsetof(struct observation, outcome), NULL },
    { "tls", map_bool, offsetof(struct observation, tls), NULL },
    { "via", map_str, offsetof(struct observation, via), NULL },
    /* The list first: it counts itself. */
    { "collections", take_collections, 0, NULL },
    { "collection_count", map_i64, offsetof(struct observation, collection_count), NULL },
    { "records", map_i64, offsetof(struct observation, records), NULL },
    { "bytes", map_i64, offsetof(struct observation, bytes), NULL },
    { "facts", take_facts, 0, NULL },
    { NULL, NULL, 0, NULL },
};

static bool take_seen(struct mapper *m, const struct node *n, void *to)
{
    struct example *x = to;
    if (!map_list(m, n))
        return false;
    visit_init(&x->visit, m->arena, &x->endpoint);
    for (const struct node *item = n->first; item; item = item->next) {
        struct observation *o = visit_observe(&x->visit, "", KIND_STORE);
        if (!o)
            return map_no_memory(m);
        o->at_ms = x->now_ms;
        if (!map_keys(m, item, SEEN, o))
            return false;
    }
    return true;
}

static bool take_given(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "endpoint", take_endpoint, offsetof(struct example, endpoint), ", as in 10.0.0.5:6379" },
        { "name", map_str, offsetof(struct example, endpoint.name), NULL },
        { "now", take_time, offsetof(struct example, now_ms), NULL },
        { "seen", take_seen, 0, ": a list of observations" },
        { NULL, NULL, 0, NULL },
    };
    return map_keys(m, n, KEYS, to);
}

static bool take_expect(struct mapper *m, const struct node *n, void *to)
{
    enum severity any;
    struct example *x = to;
    x->expect = n;
    return span_is(node_text(n), "none") || take_severity(m, n, &any);
}

static const struct map_key EXAMPLE[] = {
    { "about", NULL, 0, NULL },
    { "given", take_given, 0, "" },
    { "expect", take_expect, 0, ": a severity or none" },
    { "why", map_text, offsetof(struct example, why), NULL },
    { "fix_has", map_text, offsetof(struct example, fix_has), NULL },
    { NULL, NULL, 0, NULL },
};

/* ---- what the rule says of it ---- */

static bool check_text(struct mapper *m, const struct example *x, const struct node *n, const struct finding *f)
{
    if (!x->why.len)
        return map_wrong(m, n, "\"why\" is missing; the rule says: %.*s", SPAN_FMT(span_first(f->why, 300)));
    if (!span_eq(span_trim(x->why), f->why))
        return map_wrong(m, node_get(n, "why"), "the rule says: %.*s", SPAN_FMT(span_first(f->why, 300)));
    return span_find(f->fix, span_trim(x->fix_has)) != SIZE_MAX ||
           map_wrong(m, node_get(n, "fix_has"), "the fix does not hold this text");
}

/* The first finding of this rule alone on any observation of the example's visit. False where memory ended. */
static bool judge_example(const struct example *x, struct mapper *m, struct finding *ret, bool *ret_found)
{
    *ret_found = false;
    for (size_t i = 0; i < x->visit.observations.len && !*ret_found; i++) {
        const struct observation *o = &x->visit.observations.at[i];
        bool full = false;
        if (!(x->rule->kinds >> o->kind & 1) || !(x->rule->outcomes >> o->outcome & 1))
            continue;
        struct subject s = subject_of(&x->visit, o, x->now_ms);
        if (!subject_compute(&s, m->self, m->arena))
            return false;
        *ret_found = rule_judge(x->rule, &s, m->arena, ret, &full);
        if (full)
            return false;
    }
    return true;
}

static bool run_example(const struct rule *rule, struct mapper *m, const struct node *n, bool *ret_positive)
{
    struct example x = { .rule = rule, .now_ms = time_from_civil(2026, 11, 22, 0, 0, 0) };
    struct finding f = { 0 };
    bool found = false;
    if (!map_keys(m, n, EXAMPLE, &x))
        return false;
    if (!judge_example(&x, m, &f, &found))
        return map_no_memory(m);
    const char *says = found ? severity_name(f.severity) : "none";
    if (!span_is(node_text(x.expect), says))
        return map_wrong(m, x.expect, "the rule says %s", says);
    *ret_positive = found;
    return !found || check_text(m, &x, n, &f);
}

bool rules_check_examples(const struct rules *r, struct error *e, size_t *ret_examples)
{
    *ret_examples = 0;
    for (size_t i = 0; i < r->list.len; i++) {
        const struct rule *rule = &r->list.at[i];
        size_t with = 0, without = 0;
        for (const struct node *n = rule->examples->first; n; n = n->next) {
            struct arena arena;
            struct mapper m = { .arena = &arena, .error = e, .file = rule->file,
                                .self = (void *)(uintptr_t)r->providers, .path = "examples" };
            arena_init(&arena, EXAMPLE_ARENA_BYTES);
            bool positive = false, ok = run_example(rule, &m, n, &positive);
            arena_release(&arena);
            if (!ok)
                return false;
            *(positive ? &with : &without) += 1;
            ++*ret_examples;
        }
        if (!with || !without)
            return error_set(e, "%s: examples: a finding and an \"expect: none\" are both wanted",
                             rule->file);
    }
    return true;
}
