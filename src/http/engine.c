/* See engine.h. What a known product is asked, in this order: what stands behind it, the verdict (law
 * 2), the version, the facts, the counts. Where the door is locked nothing new is asked after the
 * verdict, except for the version. */
#include "http/engine.h"

#include "base/buf.h"
#include "base/clock.h"
#include "http/leavings.h"

/* The answer that a verdict which holds rests on: that to the first request that takes rights. */
static const struct response *deciding_answer(struct asker *a, const struct condition *c)
{
    if (c->kind == CONDITION_TESTS)
        return c->request->rights ? condition_answer(a, c) : NULL;
    for (size_t i = 0; i < c->children.len && c->kind != CONDITION_NOT; i++) {
        const struct response *r = deciding_answer(a, c->children.at[i]);
        if (r)
            return r;
    }
    return NULL;
}

/* "none" with the answer that took rights, or the scheme that was asked for: "Basic realm=..." ->
 * "basic". */
static void state_auth(struct asker *a, const struct verdict_rule *rule, struct observation *o)
{
    const struct response *r = a->refusal;
    if (o->outcome == OUTCOME_OPEN) {
        r = deciding_answer(a, rule->when);
        fact_text(o, "auth", SPAN("none"), r ? r->ask : a->behind_ask,
                  r ? r->body : a->behind_proof);
        return;
    }
    if (o->outcome != OUTCOME_LOCKED && (o->outcome != OUTCOME_PARTIAL || !r))
        return;
    struct span challenge = r ? response_header(r, "www-authenticate") : SPAN_NONE;
    struct span scheme = span_first(challenge, span_index(challenge, ' '));
    uint8_t text[20];
    if (scheme.len == 0 || scheme.len > sizeof(text)) {
        fact_text(o, "auth", SPAN("required"), r ? r->ask : NULL, r ? r->body : SPAN_NONE);
        return;
    }
    for (size_t i = 0; i < scheme.len; i++)
        text[i] = ascii_lower(scheme.at[i]);
    fact_text(o, "auth", span_of(text, scheme.len), r->ask, challenge);
}

static void state_fact(struct asker *a, const struct fact_rule *f, struct observation *o)
{
    struct value v;
    char text[TIME_TEXT_MAX + 8];
    int64_t when;
    if (!sources_value(a, &f->from, &v))
        return;
    switch (f->type) {
    case FACT_TEXT:
        fact_text(o, f->key, v.text, v.ask, v.proof);
        break;
    case FACT_NUMBER:
        if (v.is_number)
            fact_number(o, f->key, v.number, v.ask, v.proof);
        break;
    case FACT_BOOL:
        if (span_is(v.text, "true") || span_is(v.text, "false"))
            fact_bool(o, f->key, span_is(v.text, "true"), v.ask, v.proof);
        break;
    case FACT_TIME:
        if (v.text.len < sizeof(text)) {
            memcpy(text, v.text.at, v.text.len);
            text[v.text.len] = 0;
            if (v.is_number || time_parse(text, &when))
                fact_time(o, f->key, v.is_number ? v.number : when, v.ask, v.proof);
        }
        break;
    }
}

/* Whether verdict `held` rests on whole answers: where one broke off, a `not` in it says nothing, and a row
 * above it may be the one that holds. Open needs no more than what it was proven by. */
static bool rests_on_whole(struct asker *a, const struct entry *e, size_t held)
{
    bool whole = true;
    if (e->verdicts.at[held].outcome == OUTCOME_OPEN)
        return true;
    a->cached_only = true;
    for (size_t i = 0; i < held && whole; i++)
        whole = e->verdicts.at[i].outcome != OUTCOME_OPEN || !condition_may(a, e->verdicts.at[i].when, true);
    whole = whole && !condition_may(a, e->verdicts.at[held].when, false);
    a->cached_only = false;
    return whole;
}

/* The first verdict whose condition holds, or NULL where none does or what broke off may have decided. */
static const struct verdict_rule *judge(struct asker *a, const struct entry *e)
{
    for (size_t i = 0; i < e->verdicts.len; i++)
        if (condition_met(a, e->verdicts.at[i].when))
            return rests_on_whole(a, e, i) ? &e->verdicts.at[i] : NULL;
    return NULL;
}

/* All but what stands behind; the observation is told by index because the list may move. */
static enum outcome run_entry(struct asker *a, const struct entry *e, struct visit *v, size_t index)
{
    struct observation *o = &v->observations.at[index];
    const struct verdict_rule *rule = judge(a, e);
    struct value version;
    o->tls = a->tls;
    o->at_ms = a->now_ms;
    o->outcome = rule ? rule->outcome : e->verdicts.len ? OUTCOME_UNCLEAR : OUTCOME_IDENTIFIED;
    if (sources_value(a, &e->version, &version))
        fact_text(o, "version", version.text, version.ask, version.proof);
    bool told = o->outcome == OUTCOME_OPEN || o->outcome == OUTCOME_PARTIAL;
    a->cached_only = !told && e->verdicts.len; /* who has no door tells what it tells to anyone */
    for (size_t i = 0; i < e->facts.len; i++)
        state_fact(a, &e->facts.at[i], o);
    if (told)
        engine_count(a, e, o);
    if (o->outcome == OUTCOME_OPEN)
        engine_fields(a, e, o);
    state_auth(a, rule, o);
    a->cached_only = false;
    return o->outcome;
}

/* What was passed over to read the answers, and whether one of them is not whole. */
static void state_reading(const struct asker *a, struct observation *o)
{
    struct buf text;
    buf_init(&text, FACT_TEXT_MAX);
    for (unsigned bit = 0; bit < ODD_COUNT; bit++) {
        if (!(a->odd >> bit & 1))
            continue;
        buf_str(&text, text.len ? "; " : "");
        buf_str(&text, response_odd_text(1u << bit));
    }
    if (text.len)
        fact_text(o, "http.odd", buf_span(&text), NULL, SPAN_NONE);
    buf_release(&text);
    if (asker_cut(a))
        fact_bool(o, "http.cut", true, NULL, SPAN_NONE);
}

/* Asks through a dashboard: only what the loader nested, under the dashboard's own base path. */
struct nested_asker {
    struct asker asker; /* first member; it keeps what was answered through this route */
    struct asker *outer;
    const struct entry *dashboard, *store;
    const struct route *route;
};

static struct response *nested_get(struct asker *self, const struct request *r, struct span name)
{
    struct nested_asker *n = (struct nested_asker *)self;
    const struct request *sent = entry_nested(n->dashboard, n->route, n->store, r);
    if (!sent)
        return NULL;
    n->outer->cached_only = self->cached_only;
    struct response *answer = n->outer->get(n->outer, sent, name);
    n->outer->cached_only = false;
    self->unheard = n->outer->unheard;
    asker_note(self, r, answer);
    asker_keep(self, answer);
    return answer;
}

/* Looks for a store through one route. Adds its observation where it shows itself. */
static bool look_through(struct asker *a, const struct entry *e, const struct route *route,
                         struct visit *v)
{
    for (size_t i = 0; i < e->behind.len; i++) {
        const struct entry *store = e->behind.at[i];
        struct nested_asker n = {
            .asker = *a, .outer = a, .dashboard = e, .store = store, .route = route
        };
        n.asker.get = nested_get;
        n.asker.nested = true;
        n.asker.refusal = NULL;
        n.asker.behind = OUTCOME_NOT_MINE;
        n.asker.odd = 0;
        memset(&n.asker.kept, 0, sizeof(n.asker.kept));
        if (!entry_identifies(&n.asker, store, false))
            continue;
        size_t index = v->observations.len;
        struct observation *o = visit_observe(v, store->product.name, store->product.kind);
        if (!o)
            return false;
        o->via = e->product.name;
        fact_text(o, "via.route", span_str(route->name), NULL, SPAN_NONE);
        a->behind = run_entry(&n.asker, store, v, index);
        state_reading(&n.asker, &v->observations.at[index]);
        const struct fact *auth = fact_get(&v->observations.at[index], "auth");
        a->behind_ask = auth ? auth->ask : NULL;
        a->behind_proof = auth ? auth->proof : SPAN_NONE;
        return true;
    }
    return false;
}

static void look_behind(struct asker *a, const struct entry *e, struct visit *v)
{
    a->behind = OUTCOME_NOT_MINE;
    for (size_t i = 0; i < e->routes.len && !a->nested; i++)
        if (!e->routes.at[i].when || condition_met(a, e->routes.at[i].when))
            if (look_through(a, e, &e->routes.at[i], v))
                return;
}

/* Whatever the product is, what the server in front of it calls itself was chosen by who set it up:
 * deployments that were set up alike share it. Only from answers that are there already. */
static void state_headers(struct asker *a, const struct entry *web, struct observation *o)
{
    static const char *const KEYS[] = { "http.server", "http.powered" };
    a->cached_only = true;
    for (size_t i = 0; i < web->facts.len; i++)
        for (size_t j = 0; j < sizeof(KEYS) / sizeof(KEYS[0]); j++)
            if (strcmp(web->facts.at[i].key, KEYS[j]) == 0 && !fact_get(o, KEYS[j]))
                state_fact(a, &web->facts.at[i], o);
    a->cached_only = false;
}

static void state_unasked(const struct found *found, struct observation *o)
{
    struct buf text;
    buf_init(&text, FACT_TEXT_MAX);
    for (size_t i = 0; i < found->unasked && i < UNASKED_NAMES_MAX; i++)
        buf_printf(&text, "%s%s", i ? ", " : "", found->unasked_names[i]);
    if (found->unasked > UNASKED_NAMES_MAX)
        buf_printf(&text, ", and %zu more", found->unasked - UNASKED_NAMES_MAX);
    if (text.len)
        fact_text(o, "unasked", buf_span(&text), NULL, SPAN_NONE);
    buf_release(&text);
}

/* Of the server that no entry knows, its own site; of a product that lives below a path, the site around it. */
static void look_around(struct asker *a, const struct catalog *c, const struct found *found, unsigned budget,
                        uint16_t port, struct observation *o)
{
    struct span base = a->base;
    a->base = a->start;
    if (!found->entry) {
        a->budget = budget;
        listing_state(a, c, o);
        leavings_look(a, c, o);
    } else if (!span_eq(base, a->start) && leavings_kept(a, c, port)) {
        a->budget = a->budget < STRANGER_REQUESTS_MAX ? a->budget : STRANGER_REQUESTS_MAX;
        leavings_look(a, c, o);
    }
    a->base = base;
}

/* One try below one base path; what an earlier try added is dropped. */
static enum outcome run_below(struct asker *a, const struct entry *e, struct span base, size_t index,
                              struct visit *v)
{
    v->observations.len = index;
    if (!visit_observe(v, e->product.name, e->product.kind))
        return OUTCOME_UNCLEAR;
    a->base = base;
    a->refusal = NULL;
    look_behind(a, e, v);
    return run_entry(a, e, v, index);
}

/* Where asking below one path decides nothing, the next is tried; where none does, the first counts. */
enum outcome engine_run(struct asker *a, const struct catalog *c, const struct found *found,
                        struct visit *v)
{
    const struct entry *e = found->entry ? found->entry : c->web;
    size_t index = v->observations.len, tries = found->base_count;
    enum outcome outcome = OUTCOME_UNCLEAR;
    unsigned budget = a->budget; /* of a stranger's, what finding out left */
    a->budget = PRODUCT_REQUESTS_MAX;
    for (size_t i = 0; i < tries && outcome == OUTCOME_UNCLEAR; i++)
        outcome = run_below(a, e, found->bases[i], index, v);
    if (outcome == OUTCOME_UNCLEAR && tries > 1)
        outcome = run_below(a, e, found->bases[0], index, v);
    if (v->observations.len == index)
        return outcome;
    struct observation *o = &v->observations.at[index];
    if (e != c->web)
        state_headers(a, c->web, o);
    else
        state_unasked(found, o);
    look_around(a, c, found, budget, v->endpoint.port, o);
    state_reading(a, o);
    if (a->base.len && a->base.len <= FACT_TEXT_MAX)
        fact_text(o, "http.base", a->base, NULL, SPAN_NONE);
    return outcome;
}

enum outcome engine_visit(struct asker *a, const struct catalog *c, struct visit *v, uint16_t port)
{
    a->budget = STRANGER_REQUESTS_MAX;
    struct found found = look_find(a, c, port);
    return engine_run(a, c, &found, v);
}
