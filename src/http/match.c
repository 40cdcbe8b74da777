/* See match.h. A condition over an answer that is not there never holds, also not a negative test:
 * absence of evidence proves nothing. Only `not` turns that around, and the loader lets no verdict
 * "open" rest on a `not`. */
#include "http/match.h"

#include "base/buf.h"
#include "http/index.h"
#include "http/metrics.h"
#include "http/pattern.h"
#include "http/url.h"

enum { SUM_DEPTH_MAX = 3, PROOF_BEFORE = 40 };

const struct node *node_at(const struct node *n, struct span path)
{
    return span_is(path, ".") ? n : node_path(n, path);
}

bool node_scalar(struct arena *a, const struct node *n, struct span *ret)
{
    if (!n)
        return false;
    switch (n->kind) {
    case NODE_TEXT:
        *ret = n->text;
        return true;
    case NODE_BOOL:
        *ret = n->integer ? SPAN("true") : SPAN("false");
        return true;
    case NODE_NUMBER:
        *ret = span_str(n->is_integer ? arena_printf(a, "%lld", (long long)n->integer)
                                      : arena_printf(a, "%.17g", n->real));
        return ret->len > 0;
    case NODE_NULL:
    case NODE_LIST:
    case NODE_MAP:
        break;
    }
    return false;
}

static bool is_root(const struct request *r)
{
    return strcmp(r->name, "root") == 0;
}

static bool json_matches(struct asker *a, struct response *r, const struct test *t)
{
    struct span text;
    return node_scalar(a->arena, node_at(response_json(r), t->at), &text) &&
           pattern_match(t->pattern, text, NULL);
}

/* Any field of that name may match: some are sent twice, such as WWW-Authenticate. */
static bool header_matches(const struct response *r, const struct test *t)
{
    for (size_t i = 0; i < r->headers.len; i++) {
        const struct http_header *h = &r->headers.at[i];
        struct span name = t->prefix ? span_first(h->name, t->at.len) : h->name;
        if (span_eq_nocase(name, t->at) && pattern_match(t->pattern, h->value, NULL))
            return true;
    }
    return false;
}

/* Whether a test that does not hold may, once the rest of an answer that was cut is there. What stands in
 * its front stays as it is. */
static bool may_hold_behind(struct response *r, const struct test *t)
{
    const struct node *n = response_json(r);
    struct span none;
    if (!r->cut || t->kind == TEST_STATUS || t->kind == TEST_HEADER || t->kind == TEST_BEHIND)
        return false;
    n = n ? node_at(n, t->at) : NULL;
    if (t->kind == TEST_JSON)
        return !node_scalar(r->arena, n, &none);
    return (t->kind != TEST_LACKS && t->kind != TEST_LIST && t->kind != TEST_MAP) || !n;
}

/* What is missing in a document that was cut may stand behind the cut. */
static bool lacks(struct response *r, struct span at)
{
    const struct node *n = response_json(r);
    return n && !r->cut && !node_at(n, at);
}

static bool test_holds(struct asker *a, struct response *r, const struct test *t)
{
    const struct node *n;
    switch (t->kind) {
    case TEST_STATUS:
        for (size_t i = 0; i < t->status_count; i++)
            if (r->status == t->statuses[i])
                return true;
        return false;
    case TEST_HEADER:
        return header_matches(r, t);
    case TEST_BODY:
        return (t->exact && a->index) || pattern_match(t->pattern, r->body, NULL);
    case TEST_TITLE:
        return pattern_match(t->pattern, response_title(r), NULL);
    case TEST_JSON:
        return json_matches(a, r, t);
    case TEST_HAS:
        return node_at(response_json(r), t->at) != NULL;
    case TEST_LACKS:
        return lacks(r, t->at);
    case TEST_LIST:
        n = node_at(response_json(r), t->at);
        return n && n->kind == NODE_LIST;
    case TEST_MAP:
        n = node_at(response_json(r), t->at);
        return n && n->kind == NODE_MAP;
    case TEST_METRIC:
        return metrics_has(r->body, t->at);
    case TEST_BEHIND:
        break;
    }
    return a->behind == t->behind;
}

/* Whether the body holds the literals that the tests need: one pass over it finds those of all. */
static bool literals_hold(struct asker *a, struct response *r, const struct condition *c)
{
    for (size_t i = 0; i < c->tests.len && a->index; i++) {
        if (!c->tests.at[i].literal)
            continue;
        const uint64_t *seen = index_seen(a->index, a->arena, r);
        if (!seen || !automaton_saw(seen, c->tests.at[i].literal))
            return false;
    }
    return true;
}

/* Whether it is about more than the status, which many servers share. */
static bool looks_inside(const struct condition *c)
{
    for (size_t i = 0; i < c->tests.len; i++)
        if (c->tests.at[i].kind != TEST_STATUS && c->tests.at[i].kind != TEST_LACKS)
            return true;
    return false;
}

/* Tests that cost little come first, and those that need no answer before any is asked for. */
static bool tests_hold(struct asker *a, const struct condition *c, struct span name,
                       struct response **ret)
{
    enum { UNASKED, STATUS, REST, TURNS };
    struct response *r = NULL;
    for (int turn = UNASKED; turn < TURNS; turn++) {
        if (turn == REST && r && !literals_hold(a, r, c))
            return false;
        for (size_t i = 0; i < c->tests.len; i++) {
            const struct test *t = &c->tests.at[i];
            int own = t->kind == TEST_BEHIND ? UNASKED : t->kind == TEST_STATUS ? STATUS : REST;
            if (own != UNASKED && !r && turn != UNASKED && !(r = a->get(a, c->request, name)))
                return false;
            if (own == turn && !test_holds(a, r, t))
                return false;
        }
    }
    a->root_held |= r && is_root(c->request) && looks_inside(c);
    *ret = r;
    return true;
}

static bool child_text(struct asker *a, const struct node *child, struct span path,
                       struct span *ret)
{
    if (span_is(path, "@key")) {
        *ret = child->key;
        return true;
    }
    return node_scalar(a->arena, node_at(child, path), ret);
}

bool collection_name(struct asker *a, const struct count_rule *r, const struct node *child,
                     struct span *ret)
{
    struct span kept;
    if (r->only.len &&
        (!child_text(a, child, r->only_at, &kept) || !pattern_match(r->only, kept, NULL)))
        return false;
    return child_text(a, child, r->name, ret);
}

bool collection_is_system(const struct count_rule *r, struct span name)
{
    for (size_t i = 0; i < r->systems.len; i++)
        if (pattern_match(r->systems.at[i], name, NULL))
            return true;
    return false;
}

/* Whether all tests may hold, had the answer come whole. */
static bool tests_may_hold(struct asker *a, const struct condition *c, struct span name)
{
    a->unheard = false;
    struct response *r = a->get(a, c->request, name);
    for (size_t i = 0; i < c->tests.len; i++) {
        const struct test *t = &c->tests.at[i];
        bool heard = r || t->kind == TEST_BEHIND;
        if (heard ? !test_holds(a, r, t) && !(r && may_hold_behind(r, t)) : !a->unheard)
            return false;
    }
    return true;
}

/* What one collection refuses another may give, so that some are asked, and not all. `may`: whether the
 * tests may hold of one, also of one that stands in a part of the list that was not heard. */
static bool one_holds(struct asker *a, const struct condition *c, bool may, struct response **ret)
{
    const struct count_rule *rule = c->request->over;
    a->unheard = false;
    struct response *answer = rule ? a->get(a, rule->request, SPAN_NONE) : NULL;
    if (may && !answer)
        return a->unheard;
    const struct node *list = answer && answer->status == 200
                                  ? node_at(response_json(answer), rule->each)
                                  : NULL;
    unsigned asked = 0;
    struct span name;
    if (!list || (list->kind != NODE_LIST && list->kind != NODE_MAP))
        return may && answer && answer->status == 200 && answer->cut;
    for (const struct node *k = list->first; k && asked < OVER_COLLECTION_MAX; k = k->next) {
        if (!collection_name(a, rule, k, &name) || collection_is_system(rule, name))
            continue;
        struct span encoded = url_encode(a->arena, name);
        if (encoded.len == 0 || encoded.len > NAME_HOLE_MAX)
            continue;
        asked++;
        if (may ? tests_may_hold(a, c, encoded) : tests_hold(a, c, encoded, ret))
            return true;
    }
    return may && list->cut && asked < OVER_COLLECTION_MAX;
}

static bool condition_tests(struct asker *a, const struct condition *c, struct response **ret)
{
    return c->request->named ? one_holds(a, c, false, ret) : tests_hold(a, c, SPAN_NONE, ret);
}

struct response *condition_answer(struct asker *a, const struct condition *c)
{
    struct response *r = NULL;
    return condition_tests(a, c, &r) ? r : NULL;
}

/* Recursion is bounded by the loader: CONDITION_DEPTH_MAX. */
bool condition_met(struct asker *a, const struct condition *c)
{
    switch (c->kind) {
    case CONDITION_ALL:
        for (size_t i = 0; i < c->children.len; i++)
            if (!condition_met(a, c->children.at[i]))
                return false;
        return true;
    case CONDITION_ANY:
        for (size_t i = 0; i < c->children.len; i++)
            if (condition_met(a, c->children.at[i]))
                return true;
        return false;
    case CONDITION_NOT: {
        bool before = a->root_held, met = condition_met(a, c->children.at[0]);
        a->root_held = before;
        return !met;
    }
    case CONDITION_TESTS:
        break;
    }
    struct response *r = NULL;
    return condition_tests(a, c, &r);
}

bool condition_may(struct asker *a, const struct condition *c, bool hold)
{
    /* All may hold where each may; all may fail where one may. Any is the other way round. */
    bool each = (c->kind == CONDITION_ALL) == hold;
    switch (c->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY:
        for (size_t i = 0; i < c->children.len; i++)
            if (condition_may(a, c->children.at[i], hold) != each)
                return !each;
        return each;
    case CONDITION_NOT:
        return condition_may(a, c->children.at[0], !hold);
    case CONDITION_TESTS:
        break;
    }
    struct response *unused = NULL;
    if (!hold)
        return !condition_tests(a, c, &unused);
    return c->request->named ? one_holds(a, c, true, &unused) : tests_may_hold(a, c, SPAN_NONE);
}

bool condition_root_only(const struct condition *c)
{
    for (size_t i = 0; i < c->children.len; i++)
        if (!condition_root_only(c->children.at[i]))
            return false;
    return c->kind != CONDITION_TESTS || is_root(c->request);
}

/* The bytes of a body around a text that was found in it, for the evidence. */
static struct span around(struct span body, struct span text)
{
    size_t at = text.len ? span_find(body, text) : SIZE_MAX;
    if (at == SIZE_MAX)
        return span_first(body, PROOF_MAX);
    size_t from = at > PROOF_BEFORE ? at - PROOF_BEFORE : 0;
    return span_sub(body, from, PROOF_MAX);
}

/* What stands at a path in which `*` stands for every child. */
struct walk {
    void (*take)(void *self, const struct node *n);
    void *self;
};

static void walk_at(const struct node *n, struct span path, int depth, const struct walk *w)
{
    struct span rest = path, before = SPAN_NONE;
    bool star = false;
    while (rest.len && !star) {
        struct span segment = span_cut(&rest, '.');
        star = span_is(segment, "*");
        if (!star)
            before = span_first(path, (size_t)(segment.at + segment.len - path.at));
    }
    if (!star) {
        n = path.len ? node_at(n, path) : n;
        if (n)
            w->take(w->self, n);
        return;
    }
    n = before.len ? node_at(n, before) : n;
    if (depth == SUM_DEPTH_MAX || !n || (n->kind != NODE_LIST && n->kind != NODE_MAP))
        return;
    for (const struct node *k = n->first; k; k = k->next)
        walk_at(k, rest, depth + 1, w);
}

struct sum {
    int64_t total;
    bool any, overflow;
};

static void add_up(void *self, const struct node *n)
{
    struct sum *sum = self;
    int64_t value;
    if (!node_i64(n, &value))
        return;
    sum->any = true;
    sum->overflow |= __builtin_add_overflow(sum->total, value, &sum->total);
}

struct joined {
    struct arena *arena;
    struct span of;
    struct buf list;
};

/* The texts at the paths of `of` in a child, joined by ":"; empty where one is missing. */
static struct span text_of(const struct joined *j, const struct node *n)
{
    struct span text = SPAN_NONE, paths = j->of, one;
    while (paths.len) {
        if (!node_scalar(j->arena, node_at(n, span_cut(&paths, ':')), &one) || !one.len)
            return SPAN_NONE;
        text = text.len ? span_str(arena_printf(j->arena, "%.*s:%.*s", SPAN_FMT(text), SPAN_FMT(one))) : one;
    }
    return text;
}

static void join(void *self, const struct node *n)
{
    struct joined *j = self;
    struct span text = j->of.len ? text_of(j, n) : node_text(n);
    if (!text.len || j->list.len + text.len + 2 > FACT_TEXT_MAX)
        return;
    buf_str(&j->list, j->list.len ? ", " : "");
    buf_put(&j->list, text);
}

static bool joined_value(struct asker *a, const struct node *root, const struct source *s, struct value *ret)
{
    struct joined j = { .arena = a->arena, .of = s->of };
    buf_init(&j.list, FACT_TEXT_MAX);
    walk_at(root, s->at, 0, &(struct walk){ join, &j });
    ret->text = arena_copy(a->arena, buf_span(&j.list));
    buf_release(&j.list);
    return ret->text.len > 0;
}

static bool number_value(struct asker *a, int64_t number, struct value *ret)
{
    ret->number = number;
    ret->is_number = true;
    ret->text = span_str(arena_printf(a->arena, "%lld", (long long)number));
    return ret->text.len > 0;
}

static bool raw_value(struct asker *a, const struct source *s, struct response *r,
                      struct value *ret)
{
    const struct node *n;
    struct sum sum = { 0 };
    int64_t number;
    switch (s->kind) {
    case SOURCE_JSON:
        n = node_at(response_json(r), s->at);
        ret->is_number = node_i64(n, &ret->number);
        return node_scalar(a->arena, n, &ret->text);
    case SOURCE_LENGTH:
        n = node_at(response_json(r), s->at);
        ret->at_least = n && n->cut;
        return n && (n->kind == NODE_LIST || n->kind == NODE_MAP) &&
               number_value(a, (int64_t)n->count, ret);
    case SOURCE_SUM:
        walk_at(response_json(r), s->at, 0, &(struct walk){ add_up, &sum });
        ret->at_least = r->cut;
        return sum.any && !sum.overflow && number_value(a, sum.total, ret);
    case SOURCE_EACH:
        return joined_value(a, response_json(r), s, ret);
    case SOURCE_HEADER:
        ret->text = response_header_span(r, s->at);
        return ret->text.len > 0;
    case SOURCE_TITLE:
        ret->text = response_title(r);
        return ret->text.len > 0;
    case SOURCE_BODY:
        ret->text = r->body;
        return ret->text.len > 0;
    case SOURCE_METRIC:
        ret->at_least = r->cut;
        if (!s->label.len)
            return metrics_sum(r->body, s->at, &number) && number_value(a, number, ret);
        ret->text = metrics_label(r->body, s->at, s->label);
        return ret->text.len > 0;
    case SOURCE_STATUS:
        return number_value(a, r->status, ret);
    case SOURCE_FIXED:
        ret->text = s->at;
        return true;
    }
    return false;
}

static bool source_value(struct asker *a, const struct source *s, struct value *ret)
{
    *ret = (struct value){ 0 };
    if (s->when && !condition_met(a, s->when))
        return false;
    struct response *r = a->get(a, s->request, SPAN_NONE);
    if (!r)
        return false;
    ret->ask = r->ask;
    if (!raw_value(a, s, r, ret)) {
        bool complete = r->status == 200 && response_json(r) && !r->cut;
        if (!s->has_otherwise || !complete || !number_value(a, s->otherwise, ret))
            return false;
    }
    if (s->pattern.len) {
        struct span captured;
        if (!pattern_match(s->pattern, ret->text, &captured))
            return false;
        ret->text = captured;
        ret->is_number = false;
    }
    if (!ret->is_number) {
        uint64_t number;
        ret->is_number = span_u64(ret->text, INT64_MAX, &number);
        ret->number = ret->is_number ? (int64_t)number : 0;
    }
    bool in_head = s->kind == SOURCE_HEADER || s->kind == SOURCE_STATUS;
    ret->proof = in_head ? ret->text
                         : around(r->body, s->kind == SOURCE_FIXED ? SPAN_NONE : ret->text);
    return ret->text.len > 0;
}

bool sources_value(struct asker *a, const struct sources *s, struct value *ret)
{
    for (size_t i = 0; i < s->list.len; i++)
        if (source_value(a, &s->list.at[i], ret))
            return true;
    return false;
}
