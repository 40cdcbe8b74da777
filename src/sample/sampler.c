/* Which store is sampled how, and what of the verdict becomes facts. */
#include "sample/sampler.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"

enum { LABELS_MAX = 24, TEXT_MAX = 1024 };

const struct sampler *const SAMPLERS[] = {
    &SAMPLER_REDIS,   &SAMPLER_POSTGRESQL, &SAMPLER_MYSQL, &SAMPLER_ELASTICSEARCH, &SAMPLER_MONGODB,
    &SAMPLER_COUCHDB, &SAMPLER_CLICKHOUSE, &SAMPLER_ETCD,  &SAMPLER_CASSANDRA,     NULL,
};

static bool lists(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static const struct sampler *sampler_of(const struct observation *o)
{
    for (size_t i = 0; SAMPLERS[i]; i++)
        if (lists(SAMPLERS[i]->products, o->product))
            return SAMPLERS[i];
    return NULL;
}

const struct ask *sample_ask(size_t i)
{
    for (size_t s = 0; SAMPLERS[s]; s++)
        for (size_t k = 0; SAMPLERS[s]->asks[k]; k++)
            if (i-- == 0)
                return SAMPLERS[s]->asks[k];
    return NULL;
}

bool sample_concerns(const struct observation *o)
{
    return o->outcome == OUTCOME_OPEN && (o->kind == KIND_STORE || o->kind == KIND_QUEUE ||
                                          o->kind == KIND_DIRECTORY || o->kind == KIND_COORDINATION);
}

const char *sample_refusal(const struct sample_config *c, const struct endpoint *e, const struct observation *o)
{
    const char *why = c->refusal(c->self, e);
    if (why)
        return why;
    if (fact_get(o, "decoy"))
        return "it is a decoy";
    const struct sampler *s = sampler_of(o);
    if (!s)
        return "Ajar knows no way to draw random records from this product";
    if (o->via && !lists(s->through, o->via))
        return "it is seen through a dashboard that carries no sample; sample the store itself";
    return o->records == 0 ? "it holds no record" : NULL;
}

void sample_refuse(struct observation *o, const char *why)
{
    fact_text(o, "sample.refused", span_str(why), NULL, SPAN_NONE);
}

/* ---- facts ----------------------------------------------------------------------------- */

/* Confirmed first, then by odds: what is cut off at the end says least. */
static int by_weight(const void *one, const void *other)
{
    const struct draw_row *a = one, *b = other;
    if (a->confirmed != b->confirmed)
        return a->confirmed ? -1 : 1;
    if (a->test_data != b->test_data)
        return a->test_data ? 1 : -1;
    return a->log10_odds > b->log10_odds ? -1 : a->log10_odds < b->log10_odds;
}

static bool is_repeated(const struct draw *d, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(d->rows.at[i].type, d->rows.at[row].type) == 0)
            return true;
    return false;
}

/* The kinds of data of one state, each once, the likeliest first. */
static void state_kinds(const struct draw *d, struct observation *o, bool confirmed, const char *key, const char *ask)
{
    struct buf text;
    size_t labels = 0;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < d->rows.len && labels < LABELS_MAX; i++) {
        const struct draw_row *r = &d->rows.at[i];
        if (r->confirmed != confirmed || r->test_data || is_repeated(d, i))
            continue;
        buf_printf(&text, "%s%s", labels++ ? ", " : "", r->label);
    }
    if (labels && buf_ok(&text))
        fact_text(o, key, buf_span(&text), ask, SPAN_NONE);
    buf_release(&text);
}

static void state_rows(const struct draw *d, struct observation *o, const char *ask)
{
    for (size_t i = 0; i < d->rows.len && i < DRAW_ROWS_MAX; i++) {
        const struct draw_row *r = &d->rows.at[i];
        const char *state = r->test_data ? "test-data" : r->confirmed ? "confirmed" : "suspected";
        const char *key = arena_printf(o->arena, "sample.field.%zu", i + 1);
        const char *type = is_repeated(d, i) ? NULL : arena_printf(o->arena, "sample.type.%s", r->type);
        struct buf text;
        buf_init(&text, TEXT_MAX);
        buf_printf(&text, "%s %s %u/%u %.0f ", r->type, state, r->passed, r->shaped,
                   r->log10_odds < 0 ? 0 : floor(r->log10_odds));
        buf_put(&text, r->collection);
        buf_str(&text, " / ");
        buf_put(&text, r->field);
        if (key && buf_ok(&text))
            fact_text(o, key, buf_span(&text), ask, SPAN_NONE);
        if (type)
            fact_text(o, type, span_str(state), ask, SPAN_NONE);
        buf_release(&text);
    }
}

static int64_t whole(double x)
{
    return x < 0 ? 0 : x > 9e15 ? (int64_t)9e15 : (int64_t)x;
}

static void state_estimates(const struct draw_sums *s, struct observation *o, const char *ask)
{
    if (!s->personal)
        return;
    fact_number(o, "sample.personal.records.low", whole(s->records_low), ask, SPAN_NONE);
    if (s->sizes_known) {
        fact_number(o, "sample.personal.records", whole(s->records), ask, SPAN_NONE);
        fact_number(o, "sample.personal.records.high", whole(s->records_high), ask, SPAN_NONE);
    }
    if (!s->persons_known)
        return;
    fact_number(o, "sample.personal.persons.low", whole(s->persons_low), ask, SPAN_NONE);
    if (s->sizes_known) {
        fact_number(o, "sample.personal.persons", whole(s->persons), ask, SPAN_NONE);
        fact_number(o, "sample.personal.persons.high", whole(s->persons_high), ask, SPAN_NONE);
    }
}

static void state_all(struct draw *d, struct observation *o, const struct sampler *s, const char *why)
{
    const char *ask = s->asks[0]->name;
    if (d->sums.drawn == 0) {
        sample_refuse(o, why ? why : d->sums.skip_why ? d->sums.skip_why : "no record could be drawn");
        return;
    }
    if (d->rows.len)
        qsort(d->rows.at, d->rows.len, sizeof(*d->rows.at), by_weight);
    fact_number(o, "sample.records", whole((double)d->sums.drawn), ask, SPAN_NONE);
    fact_number(o, "sample.collections", (int64_t)d->sums.collections, ask, SPAN_NONE);
    fact_text(o, "sample.how", span_str(s->how), ask, SPAN_NONE);
    if (d->sums.cut)
        fact_number(o, "sample.cut", whole((double)d->sums.cut), ask, SPAN_NONE);
    if (d->sums.skipped) {
        fact_number(o, "sample.skipped", (int64_t)d->sums.skipped, ask, SPAN_NONE);
        fact_text(o, "sample.skipped.why", span_str(d->sums.skip_why), ask, SPAN_NONE);
    }
    if (!wire_ok(d->wire))
        fact_text(o, "sample.ended", span_str(wire_fault_text(wire_fault(d->wire))), ask, SPAN_NONE);
    state_kinds(d, o, true, "sample.personal", ask);
    state_kinds(d, o, false, "sample.suspected", ask);
    state_estimates(&d->sums, o, ask);
    state_rows(d, o, ask);
}

void sample_observation(const struct sample_config *c, struct wire *w, struct observation *o,
                        const struct observation *front, struct arena *kept)
{
    const struct sampler *s = sampler_of(o);
    struct draw d = {
        .wire = w, .seen = o, .front = front, .kept = kept, .pii = c->pii, .wanted = c->records, .left = c->records,
        .random = { c->seed ^ siphash(c->seed, wire_endpoint(w)->port,
                                      span_of(wire_endpoint(w)->address.bytes, 16)) },
    };
    draw_collection(&d, SPAN_NONE, COUNT_UNKNOWN, false);
    const char *why = s ? s->draw(&d) : "Ajar knows no way to draw random records from this product";
    draw_judge(&d); /* what a fault left half done, and its memory */
    state_all(&d, o, s, why);
    arena_release(&d.batch);
}
