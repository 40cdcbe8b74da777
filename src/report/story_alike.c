/* What belongs together: endpoints that show one certificate, and fleets: services of one product
 * and version that share one private key, so that what is wrong with one is wrong with all. */
#include <stdlib.h>

#include "report/story.h"
#include "text/escape.h"

static void add_place(struct story *s, struct story_places *p, const struct endpoint *e)
{
    char text[ENDPOINT_TEXT_MAX];
    if (p->count < STORY_PLACES_MAX)
        p->listed[p->count] = arena_copy(&s->arena, span_str(endpoint_text(e, text)));
    p->count++;
}

static int64_t moment(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_TIME ? f->number : COUNT_UNKNOWN;
}

static bool is_set(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_BOOL && f->number;
}

static void add_certificate(struct story *s, const struct visit *v, const struct observation *o)
{
    struct span hash = fact_get_text(o, "cert.sha256");
    if (!hash.len)
        hash = fact_get_text(o, "cert.subject");
    hash = span_first(hash, STORY_TEXT_MAX);
    struct story_certificate *c = table_get(&s->certificates_by_hash, hash);
    if (c) {
        add_place(s, &c->places, &v->endpoint);
        return;
    }
    c = ARENA_NEW(&s->arena, struct story_certificate);
    hash = arena_copy(&s->arena, hash);
    if (!c || !table_put(&s->certificates_by_hash, hash, c))
        return;
    struct story_certificate **slot = list_add(&s->arena, &s->certificates);
    if (!slot)
        return;
    *slot = c;
    c->subject = story_keep(s, fact_get_text(o, "cert.subject"), 300);
    c->issuer = story_keep(s, fact_get_text(o, "cert.issuer"), 300);
    c->names = story_keep(s, fact_get_text(o, "cert.names"), 600);
    c->key = story_keep(s, fact_get_text(o, "cert.key"), 60);
    c->not_after_ms = moment(o, "cert.not_after");
    c->self_signed = is_set(o, "cert.self_signed");
    add_place(s, &c->places, &v->endpoint);
}

static struct story_fleet *fleet_of(struct story *s, const struct observation *o, const struct observation *cert)
{
    struct span key = span_first(fact_get_text(cert, "cert.spki_sha256"), 128);
    struct span version = span_first(fact_get_text(o, "version"), 128);
    buf_reset(&s->scratch);
    buf_put(&s->scratch, key);
    buf_byte(&s->scratch, 0);
    buf_str(&s->scratch, o->product);
    buf_byte(&s->scratch, 0);
    buf_put(&s->scratch, version);
    struct story_fleet *fleet = table_get(&s->fleets_by_key, buf_span(&s->scratch));
    if (fleet)
        return fleet;
    struct span whole = arena_copy(&s->arena, buf_span(&s->scratch));
    fleet = whole.len ? ARENA_NEW(&s->arena, struct story_fleet) : NULL;
    struct story_fleet **slot = fleet && table_put(&s->fleets_by_key, whole, fleet) ? list_add(&s->arena, &s->fleets)
                                                                                    : NULL;
    if (!slot)
        return NULL;
    *slot = fleet;
    fleet->key_hash = story_keep(s, key, 128);
    fleet->product = story_keep(s, span_str(o->product), 128);
    fleet->version = story_keep(s, version, 128);
    fleet->subject = story_keep(s, fact_get_text(cert, "cert.subject"), 300);
    fleet->not_after_ms = moment(cert, "cert.not_after");
    fleet->records = fleet->bytes = COUNT_UNKNOWN;
    return fleet;
}

/* What is seen through a dashboard counts with the dashboard: it is the door that is alike. */
static void add_fleet(struct story *s, const struct visit *v, const struct observation *front,
                      const struct observation *cert)
{
    struct story_fleet *fleet = fleet_of(s, front, cert);
    if (!fleet)
        return;
    add_place(s, &fleet->places, &v->endpoint);
    fleet->open += front->outcome == OUTCOME_OPEN;
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o != front && (!o->via || strcmp(o->via, front->product) != 0))
            continue;
        fleet->records = story_sum(fleet->records, o->records);
        fleet->bytes = story_sum(fleet->bytes, o->bytes);
    }
}

void story_alike(struct story *s, const struct visit *v)
{
    const struct observation *cert = report_certificate(v);
    if (!cert)
        return;
    add_certificate(s, v, cert);
    if (!fact_get_text(cert, "cert.spki_sha256").len)
        return;
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o->kind != KIND_TLS && !o->via && o->product)
            add_fleet(s, v, o, cert);
    }
}

static int by_end(const void *left, const void *right)
{
    const struct story_certificate *a = *(struct story_certificate *const *)left;
    const struct story_certificate *b = *(struct story_certificate *const *)right;
    return a->not_after_ms < b->not_after_ms ? -1 : a->not_after_ms > b->not_after_ms;
}

static int by_size(const void *left, const void *right)
{
    const struct story_fleet *a = *(struct story_fleet *const *)left, *b = *(struct story_fleet *const *)right;
    if (a->open != b->open)
        return a->open > b->open ? -1 : 1;
    if (a->places.count != b->places.count)
        return a->places.count > b->places.count ? -1 : 1;
    return a->records > b->records ? -1 : a->records < b->records;
}

void story_sort_alike(struct story *s)
{
    if (s->certificates.len)
        qsort(s->certificates.at, s->certificates.len, sizeof(s->certificates.at[0]), by_end);
    if (s->fleets.len)
        qsort(s->fleets.at, s->fleets.len, sizeof(s->fleets.at[0]), by_size);
}
