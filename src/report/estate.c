#include "report/estate.h"

#include <stdlib.h>

enum { PLACE_TEXT_MAX = 320, PLACES_COMPARED = 16, BEFORE_MAX = 64 };

static const int64_t WEEK_MS = 7 * 86400000LL;

void estate_init(struct estate *e, struct arena *a, uint64_t seed)
{
    *e = (struct estate){ .arena = a };
    table_init(&e->by_hash, a, seed);
}

static int64_t time_of(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f ? f->number : COUNT_UNKNOWN;
}

static struct span kept(struct estate *e, const struct observation *o, const char *key)
{
    return arena_copy(e->arena, fact_get_text(o, key));
}

static struct estate_certificate *certificate_of(struct estate *e, const struct stored_certificate *c, struct span hash)
{
    struct estate_certificate *known = table_get(&e->by_hash, hash);
    if (known)
        return known;
    const struct fact *own = fact_get(c->seen, "cert.self_signed");
    struct estate_certificate *one = ARENA_NEW(e->arena, struct estate_certificate);
    struct estate_certificate **slot = one ? list_add(e->arena, &e->all) : NULL;
    if (!slot)
        return NULL;
    *one = (struct estate_certificate){
        .sha256 = arena_copy(e->arena, hash),
        .key = kept(e, c->seen, "cert.spki_sha256"),
        .subject = kept(e, c->seen, "cert.subject"),
        .issuer = kept(e, c->seen, "cert.issuer"),
        .names = kept(e, c->seen, "cert.names"),
        .chain = kept(e, c->seen, "cert.chain"),
        .key_text = kept(e, c->seen, "cert.key"),
        .self_signed = own && own->number,
        .from_ms = time_of(c->seen, "cert.not_before"),
        .until_ms = time_of(c->seen, "cert.not_after"),
        .first_ms = c->first_ms,
        .last_ms = c->last_ms,
    };
    *slot = one;
    return table_put(&e->by_hash, one->sha256, one) ? one : NULL;
}

static const char *where_of(struct arena *a, const struct endpoint *at)
{
    char text[ENDPOINT_TEXT_MAX];
    if (!at->name)
        return arena_str(a, span_str(endpoint_text(at, text)));
    return arena_printf(a, "%.*s at %s", PLACE_TEXT_MAX - ENDPOINT_TEXT_MAX, at->name, endpoint_text(at, text));
}

bool estate_add(struct estate *e, const struct stored_certificate *c)
{
    struct span hash = fact_get_text(c->seen, "cert.sha256");
    if (!hash.len)
        return true;
    struct estate_certificate *one = certificate_of(e, c, hash);
    if (!one)
        return false;
    one->first_ms = c->first_ms < one->first_ms ? c->first_ms : one->first_ms;
    one->last_ms = c->last_ms > one->last_ms ? c->last_ms : one->last_ms;
    one->place_count++;
    one->now_count += c->now;
    if (one->places.len == ESTATE_PLACES_KEPT)
        return true;
    struct estate_place *place = list_add(e->arena, &one->places);
    if (!place)
        return false;
    *place = (struct estate_place){ where_of(e->arena, &c->endpoint), c->now };
    return place->where != NULL;
}

/* ---- what came before ---------------------------------------------------------------------- */

static bool share_a_place(const struct estate_certificate *a, const struct estate_certificate *b)
{
    for (size_t i = 0; i < a->places.len && i < PLACES_COMPARED; i++)
        for (size_t k = 0; k < b->places.len && k < PLACES_COMPARED; k++)
            if (strcmp(a->places.at[i].where, b->places.at[k].where) == 0)
                return true;
    return false;
}

/* Of one subject, in the order of their beginnings: `line` holds them. What came right before line[i] is the last
 * before it that was shown where line[i] is; among thousands of one subject ("localhost") only so many are looked
 * at. */
static size_t before(struct estate_certificate *const *line, size_t i)
{
    size_t k = i;
    while (k > 0 && i - k < BEFORE_MAX && k--)
        if (line[k]->from_ms < line[i]->from_ms && share_a_place(line[k], line[i]))
            return k;
    return i;
}

static void trace(struct estate_certificate *const *line, size_t i)
{
    struct estate_certificate *me = line[i];
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (size_t at = i, k; (k = before(line, at)) != at; at = k) {
        int64_t lead = line[k]->until_ms - line[at]->from_ms;
        if (me->renewals++ == 0) {
            me->lead_ms = lead;
            me->keeps_key = me->key.len && span_eq(line[k]->key, me->key);
        }
        least = lead < least ? lead : least;
        most = lead > most ? lead : most;
    }
    if (me->renewals == 0)
        me->renewal = RENEWED_NEVER;
    else if (least < 0)
        me->renewal = RENEWED_LATE;
    else
        me->renewal = me->renewals >= 2 && most - least <= WEEK_MS ? RENEWED_REGULAR : RENEWED;
}

static const struct estate_certificate *certificate_at(const void *slot)
{
    return *(struct estate_certificate *const *)slot;
}

static int by_subject(const void *a, const void *b)
{
    const struct estate_certificate *x = certificate_at(a), *y = certificate_at(b);
    int order = span_compare(x->subject, y->subject);
    return order ? order : (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static int by_key(const void *a, const void *b)
{
    const struct estate_certificate *x = certificate_at(a), *y = certificate_at(b);
    return span_compare(x->key, y->key);
}

static int by_end(const void *a, const void *b)
{
    const struct estate_certificate *x = certificate_at(a), *y = certificate_at(b);
    if (!x->now_count != !y->now_count)
        return x->now_count ? -1 : 1;
    if (x->until_ms != y->until_ms)
        return x->until_ms < y->until_ms ? -1 : 1;
    return span_compare(x->sha256, y->sha256);
}

typedef bool same_fn(const struct estate_certificate *a, const struct estate_certificate *b);

static bool same_subject(const struct estate_certificate *a, const struct estate_certificate *b)
{
    return span_eq(a->subject, b->subject);
}

static bool same_key(const struct estate_certificate *a, const struct estate_certificate *b)
{
    return span_eq(a->key, b->key);
}

static size_t alike(const struct estate *e, size_t from, same_fn *same)
{
    size_t end = from + 1;
    while (end < e->all.len && same(e->all.at[from], e->all.at[end]))
        end++;
    return end;
}

static void count_sharers(const struct estate *e, size_t from, size_t end)
{
    size_t now = 0;
    for (size_t i = from; i < end; i++)
        now += e->all.at[i]->now_count > 0;
    for (size_t i = from; i < end; i++)
        e->all.at[i]->sharers = e->all.at[i]->key.len ? now - (e->all.at[i]->now_count > 0) : 0;
}

bool estate_settle(struct estate *e)
{
    if (arena_failed(e->arena))
        return false;
    if (!e->all.len)
        return true;
    qsort(e->all.at, e->all.len, sizeof(e->all.at[0]), by_subject);
    for (size_t from = 0, end; from < e->all.len; from = end) {
        end = alike(e, from, same_subject);
        for (size_t i = from; i < end; i++)
            if (e->all.at[i]->now_count)
                trace(e->all.at + from, i - from);
    }
    qsort(e->all.at, e->all.len, sizeof(e->all.at[0]), by_key);
    for (size_t from = 0, end; from < e->all.len; from = end) {
        end = alike(e, from, same_key);
        count_sharers(e, from, end);
    }
    qsort(e->all.at, e->all.len, sizeof(e->all.at[0]), by_end);
    return true;
}
