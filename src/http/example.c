/* Runs the examples inside the catalog's files through the same engine that asks real servers, and
 * the cross check: no other entry may recognise the answers of an example.
 *
 * The key of an answer names the request: "indices"; "info/albums" where the request names a
 * collection; "console.elasticsearch.indices" through a dashboard; "/kibana:status" under a base
 * path. Another entry's request gets an answer where it is the same request. The budgets are those of
 * production. */
#include "http/example.h"

#include "base/clock.h"
#include "http/engine.h"
#include "record/codec.h"

enum { EXAMPLE_ARENA_MAX = 16 * 1024 * 1024, CROSS_REQUESTS_MAX = 100000 };

struct example_asker {
    struct asker asker; /* first member */
    const struct entry *entry;
    const struct example *example;
    LIST_OF(struct response *) parsed; /* in the order of the answers */
    struct error *error;
};

/* The key of an answer, taken apart. */
struct answer_key {
    struct span base, name;
    const struct request *request;
};

static const struct request *named_request(const struct entry *e, struct span name)
{
    for (size_t i = 0; i < e->nested.len; i++)
        if (span_is(name, e->nested.at[i].sent->name))
            return e->nested.at[i].sent;
    return entry_request(e, name);
}

static bool parse_key(const struct entry *e, struct span key, struct answer_key *ret)
{
    ret->base = SPAN_NONE;
    if (key.len && key.at[0] == '/')
        ret->base = span_cut(&key, ':');
    struct span request = span_cut(&key, '/');
    ret->name = key;
    ret->request = named_request(e, request);
    return ret->request != NULL;
}

static struct response *example_fetch(struct asker *self, const struct request *r, struct span name)
{
    struct example_asker *x = (struct example_asker *)self;
    struct response *alike = NULL;
    for (size_t i = 0; i < x->example->answers.len; i++) {
        struct answer_key key;
        if (!parse_key(x->entry, x->example->answers.at[i]->key, &key) || !span_eq(key.request->path, r->path) ||
            !span_eq(key.request->method, r->method) || !span_eq(key.name, name) || !span_eq(key.base, self->base))
            continue;
        if (key.request->same == r->same)
            return x->parsed.at[i];
        alike = alike ? alike : x->parsed.at[i];
    }
    return alike; /* what differs is what it would rather accept */
}

static bool example_fail(const struct example_asker *x, const char *what, struct span got,
                         struct span want)
{
    return error_set(x->error, "%s:%u: example \"%s\": %s is \"%.*s\", expected \"%.*s\"",
                     x->entry->file, x->example->line, x->example->name, what,
                     SPAN_FMT(span_first(got, 80)), SPAN_FMT(span_first(want, 80)));
}

static bool parse_answers(struct example_asker *x)
{
    for (size_t i = 0; i < x->example->answers.len; i++) {
        const struct node *n = x->example->answers.at[i];
        struct answer_key key;
        struct error why;
        if (!parse_key(x->entry, n->key, &key))
            return example_fail(x, "an answer's request", n->key, SPAN("the name of a request"));
        struct response **slot = list_add(x->asker.arena, &x->parsed);
        if (!slot)
            return error_set(x->error, "%s: an example does not fit into memory", x->entry->file);
        *slot = response_from_text(x->asker.arena, n->text, &why);
        if (!*slot)
            return error_set(x->error, "%s:%u: %s", x->entry->file, n->line, why.text);
        (*slot)->ask = key.request->name;
    }
    return true;
}

static struct span fact_words(struct arena *a, const struct fact *f)
{
    char text[TIME_TEXT_MAX];
    if (!f)
        return SPAN("(none)");
    switch (f->type) {
    case FACT_TEXT:
        return f->text;
    case FACT_BOOL:
        return f->number ? SPAN("true") : SPAN("false");
    case FACT_TIME:
        return arena_copy(a, span_str(time_text(f->number, text)));
    case FACT_NUMBER:
        break;
    }
    return span_str(arena_printf(a, "%lld", (long long)f->number));
}

static bool check_number(const struct example_asker *x, const struct node *expect, const char *key,
                         int64_t got)
{
    int64_t want = COUNT_UNKNOWN;
    (void)node_i64(node_get(expect, key), &want);
    if (got == want)
        return true;
    struct arena *a = x->asker.arena;
    return example_fail(x, key, span_str(arena_printf(a, "%lld", (long long)got)),
                        span_str(arena_printf(a, "%lld", (long long)want)));
}

/* `listed: {name: [records, bytes]}`. */
static bool check_listed(const struct example_asker *x, const struct node *listed,
                         const struct observation *o)
{
    for (const struct node *k = listed ? listed->first : NULL; k; k = k->next) {
        const struct collection *found = NULL;
        for (size_t i = 0; i < o->collections.len; i++)
            if (span_eq(o->collections.at[i].name, k->key))
                found = &o->collections.at[i];
        int64_t records = COUNT_UNKNOWN, bytes = COUNT_UNKNOWN;
        (void)node_i64(k->first, &records);
        (void)node_i64(k->first ? k->first->next : NULL, &bytes);
        if (!found || found->records != records || found->bytes != bytes)
            return example_fail(x, "the collection",
                                found ? SPAN("listed with other sizes") : SPAN("(not listed)"),
                                k->key);
    }
    return true;
}

static bool check_observation(const struct example_asker *x, const struct node *expect,
                              const struct observation *o)
{
    struct arena *a = x->asker.arena;
    struct span outcome = node_get(expect, "outcome")->text;
    if (!span_is(outcome, outcome_name(o->outcome)))
        return example_fail(x, "the outcome", span_str(outcome_name(o->outcome)), outcome);
    const struct node *version = node_get(expect, "version"), *facts = node_get(expect, "facts");
    struct span want = version ? version->text : SPAN("(none)");
    struct span got = fact_words(a, fact_get(o, "version"));
    if (!span_eq(got, want))
        return example_fail(x, "the version", got, want);
    for (const struct node *k = facts ? facts->first : NULL; k; k = k->next) {
        const char *key = arena_str(a, k->key);
        got = fact_words(a, key ? fact_get(o, key) : NULL);
        if (!span_eq(got, k->text))
            return example_fail(x, key ? key : "a fact", got, k->text);
    }
    return check_number(x, expect, "collections", o->collection_count) &&
           check_number(x, expect, "records", o->records) &&
           check_number(x, expect, "bytes", o->bytes) &&
           check_listed(x, node_get(expect, "listed"), o);
}

static bool check_behind(const struct example_asker *x, const struct visit *v)
{
    const struct node *behind = node_get(x->example->expect, "behind");
    bool seen = v->observations.len > 1;
    if (!behind && seen)
        return example_fail(x, "the store behind", span_str(v->observations.at[1].product),
                            SPAN("(none)"));
    if (!behind)
        return true;
    struct span product = node_text(node_get(behind, "product"));
    if (!seen || !span_is(product, v->observations.at[1].product))
        return example_fail(x, "the store behind",
                            seen ? span_str(v->observations.at[1].product) : SPAN("(none)"),
                            product);
    if (!node_get(behind, "outcome"))
        return example_fail(x, "the outcome of the store behind", SPAN("missing"),
                            SPAN("a verdict"));
    return check_observation(x, behind, &v->observations.at[1]);
}

/* Another entry may not recognise these answers, wherever it looks and however much it may ask. */
static bool check_other(struct example_asker *x, const struct entry *other)
{
    const struct span bases[] = { x->asker.base, SPAN_NONE };
    bool known = false;
    x->asker.budget = CROSS_REQUESTS_MAX;
    for (size_t i = 0; i < 2 && other != x->entry && !known; i++) {
        x->asker.base = bases[i];
        known = entry_identifies(&x->asker, other, false);
    }
    x->asker.base = bases[0];
    return !known || error_set(x->error,
                               "%s:%u: example \"%s\": the entry \"%s\" recognises these answers too; make "
                               "what one of the two is identified by narrower",
                               x->entry->file, x->example->line, x->example->name, other->product.name);
}

/* What was found travels to the keeper and into the store as bytes. */
static bool check_codec(const struct example_asker *x, const struct visit *v)
{
    struct buf b;
    struct visit decoded;
    struct verdict verdict;
    buf_init(&b, VISIT_ENCODED_MAX + 4);
    visit_encode(&b, v);
    struct reader r = reader_over(&verdict, span_from(buf_span(&b), 4));
    bool ok = buf_ok(&b) && visit_decode(&r, x->asker.arena, &decoded);
    if (!ok)
        (void)example_fail(x, "what cannot be stored",
                           span_str(verdict.why ? verdict.why : "too long"), SPAN("(nothing)"));
    else if (decoded.observations.len != v->observations.len)
        ok = example_fail(x, "what was stored", SPAN("less than was found"), SPAN("all of it"));
    buf_release(&b);
    return ok;
}

static struct example_asker asker_of(const struct catalog *c, const struct entry *e,
                                     const struct example *example, struct arena *a, struct error *why)
{
    return (struct example_asker){ .asker = { .get = asker_get,
                                              .fetch = example_fetch,
                                              .is_example = true,
                                              .arena = a,
                                              .index = c->index,
                                              .behind = OUTCOME_NOT_MINE,
                                              .host = SPAN("example.org") },
                                   .entry = e,
                                   .example = example,
                                   .error = why };
}

/* Plays the example as a visit to its port. */
static void play(struct example_asker *x, const struct catalog *c, struct visit *v)
{
    uint16_t port = x->example->port ? x->example->port : x->entry->ports[0];
    struct endpoint endpoint = { .address = { .family = 4, .bytes = { 127, 0, 0, 1 } },
                                 .port = port ? port : 80 };
    visit_init(v, x->asker.arena, &endpoint);
    (void)engine_visit(&x->asker, c, v, endpoint.port);
}

bool example_check(const struct catalog *c, const struct entry *e, const struct example *example,
                   struct error *why)
{
    struct arena arena;
    struct visit v;
    arena_init(&arena, EXAMPLE_ARENA_MAX);
    struct example_asker x = asker_of(c, e, example, &arena, why);
    bool ok = parse_answers(&x);
    if (ok) {
        play(&x, c, &v);
        const struct observation *o = v.observations.len ? &v.observations.at[0] : NULL;
        ok = o != NULL ||
             example_fail(&x, "the product", SPAN("(none)"), span_str(e->product.name));
        if (ok && strcmp(o->product, e->product.name) != 0)
            ok = example_fail(&x, "the product", span_str(o->product), span_str(e->product.name));
        ok = ok && check_observation(&x, example->expect, o) && check_behind(&x, &v) &&
             check_codec(&x, &v);
        for (size_t i = 0; ok && i < c->entries.len; i++)
            ok = check_other(&x, c->entries.at[i]);
    }
    arena_release(&arena);
    return ok;
}

void example_count_others(const struct catalog *c, const struct entry *e,
                          const struct example *example, const bool *wanted, size_t *ret)
{
    struct arena arena;
    struct visit v;
    struct error unused;
    arena_init(&arena, EXAMPLE_ARENA_MAX);
    struct example_asker x = asker_of(c, e, example, &arena, &unused);
    bool ok = parse_answers(&x);
    if (ok)
        play(&x, c, &v);
    for (size_t i = 0; ok && i < c->entries.len; i++)
        if (wanted[i] && !check_other(&x, c->entries.at[i]))
            ret[i]++;
    arena_release(&arena);
}

bool catalog_check_examples(const struct catalog *c, struct error *e, size_t *ret_examples)
{
    *ret_examples = 0;
    for (size_t i = 0; i < c->entries.len; i++) {
        const struct entry *entry = c->entries.at[i];
        for (size_t k = 0; k < entry->examples.len; k++, ++*ret_examples)
            if (!example_check(c, entry, &entry->examples.at[k], e))
                return false;
    }
    return true;
}
