/* Fleets: which were seen in which scan, who was in them, and decisions about them.
 *
 * A decision about a fleet becomes one decision for each finding that it covers, marked with the
 * fleet, so that everything that asks about a finding finds it there. What it covers was fixed when
 * it was taken: the rules that its members broke then, and how badly. A member that joins later is
 * excused for the same and for nothing worse; a decision about a finding itself goes before. */
#include <stdlib.h>

#include "store/inside.h"

enum { CANDIDATES_MAX = 64, FLEET_ARENA_MAX = 4 << 20 };

static struct span address_span(const struct address *a)
{
    return span_of(a->bytes, a->family == 4 ? 4 : a->family == 6 ? 16 : 0);
}

/* ---- names ---- */

/* The number of a fleet by its fingerprint, or 0. */
static int64_t known_fleet(struct store *s, const char *fingerprint)
{
    uint8_t bytes[16];
    fingerprint_bytes(fingerprint, bytes);
    struct query q = query(s, SQL_FLEET_FIND);
    query_blob(&q, 1, span_of(bytes, 16));
    return query_value(&q, 0);
}

struct overlap {
    struct store *store;
    int64_t fleet[CANDIDATES_MAX];
    size_t shared[CANDIDATES_MAX];
    size_t count;
};

static bool count_overlap(void *self, const struct fleet_member *m)
{
    struct overlap *o = self;
    struct query q = query(o->store, SQL_FLEETS_OF_ADDRESS);
    query_blob(&q, 1, address_span(&m->endpoint.address));
    while (query_row(&q)) {
        size_t i = 0;
        while (i < o->count && o->fleet[i] != query_get(&q, 0))
            i++;
        if (i == o->count && i < CANDIDATES_MAX) {
            o->fleet[i] = query_get(&q, 0);
            o->shared[o->count++] = 0;
        }
        if (i < o->count)
            o->shared[i]++;
    }
    query_end(&q);
    return store_ok(o->store);
}

/* How many it had, of those that the running scan asked: of the others nobody knows more than then. */
static size_t members_then(struct store *s, int64_t fleet, char fingerprint[static FINGERPRINT_MAX])
{
    struct query q = query(s, s->now.scan ? SQL_FLEET_MEMBERS_ASKED : SQL_FLEET_MEMBERS_THEN);
    query_int(&q, 1, fleet);
    if (s->now.scan)
        query_int(&q, 2, s->now.scan);
    size_t n = 0;
    if (query_row(&q) && query_span(&q, 0).len == 16) {
        fingerprint_text(query_span(&q, 0), fingerprint);
        n = (size_t)query_get(&q, 1);
    }
    query_end(&q);
    return n;
}

static bool is_claimed(const int64_t *claimed, size_t n, int64_t fleet)
{
    for (size_t i = 0; i < n; i++)
        if (claimed[i] == fleet)
            return true;
    return false;
}

/* A new name for a fleet that is known under another: more than half of both are the same hosts. */
static int64_t adopt(struct store *s, struct fleet *f, const struct overlap *o, const int64_t *claimed, size_t count)
{
    char fingerprint[FINGERPRINT_MAX];
    for (size_t i = 0; i < o->count; i++) {
        if (o->shared[i] * 2 <= f->member_count || is_claimed(claimed, count, o->fleet[i]))
            continue;
        if (o->shared[i] * 2 <= members_then(s, o->fleet[i], fingerprint))
            continue;
        memcpy(f->fingerprint, fingerprint, sizeof(fingerprint));
        return o->fleet[i];
    }
    return 0;
}

static int64_t fleet_decision(struct store *s, const char *fingerprint, int64_t now_ms, int64_t *ret_at_ms)
{
    uint8_t bytes[16];
    fingerprint_bytes(fingerprint, bytes);
    struct query q = query(s, SQL_DECISION_NEWEST);
    query_blob(&q, 1, span_of(bytes, 16));
    int64_t until = query_row(&q) ? query_get(&q, 0) : 0;
    *ret_at_ms = query_get(&q, 1);
    query_end(&q);
    return until > now_ms ? until : 0;
}

bool store_fleets_name(struct store *s, struct fleet *list, size_t count, store_members_of *members, void *self,
                       int64_t now_ms, struct error *e)
{
    int64_t at_ms, *claimed = calloc(count + 1, sizeof(*claimed));
    if (!claimed)
        return error_set(e, "no memory for fleets");
    for (size_t i = 0; i < count; i++)
        claimed[i] = known_fleet(s, list[i].fingerprint);
    for (size_t i = 0; i < count && store_ok(s); i++) {
        struct overlap o = { .store = s };
        if (!claimed[i]) {
            members(self, i, count_overlap, &o);
            claimed[i] = adopt(s, &list[i], &o, claimed, count);
        }
        list[i].accepted_until_ms = fleet_decision(s, list[i].fingerprint, now_ms, &at_ms);
    }
    free(claimed);
    return store_told(s, e);
}

/* ---- one scan ---- */

struct keeping {
    struct store *store;
    int64_t fleet, now_ms;
};

static int64_t put_fleet(struct store *s, const struct fleet *f, int64_t now_ms)
{
    uint8_t bytes[16];
    fingerprint_bytes(f->fingerprint, bytes);
    struct query q = query(s, SQL_FLEET_PUT);
    query_blob(&q, 1, span_of(bytes, 16));
    query_int(&q, 2, now_ms);
    query_int(&q, 3, s->now.scan);
    int64_t id = query_row(&q) ? query_get(&q, 0) : 0;
    while (query_row(&q))
        continue;
    return id;
}

static void put_sighting(struct store *s, int64_t fleet, const struct fleet *f)
{
    int64_t product = store_word(s, f->product);
    struct query q = query(s, SQL_FLEET_SIGHTING_PUT);
    query_int(&q, 1, fleet);
    query_int(&q, 2, s->now.scan);
    query_int(&q, 3, product);
    query_int(&q, 4, f->severity);
    query_real(&q, 5, f->score);
    query_blob(&q, 6, f->title);
    query_int(&q, 7, (int64_t)f->member_count);
    query_int(&q, 8, (int64_t)f->open);
    query_int(&q, 9, (int64_t)f->partial);
    query_int(&q, 10, (int64_t)f->locked);
    query_int(&q, 11, f->records);
    query_int(&q, 12, f->bytes);
    query_run(&q);
}

static void put_reasons(struct store *s, int64_t fleet, const struct fleet *f)
{
    for (size_t i = 0; i < f->reasons.len; i++) {
        int64_t trait = store_word(s, f->reasons.at[i].trait);
        struct query q = query(s, SQL_FLEET_REASON_PUT);
        query_int(&q, 1, fleet);
        query_int(&q, 2, s->now.scan);
        query_int(&q, 3, (int64_t)i);
        query_int(&q, 4, trait);
        query_blob(&q, 5, f->reasons.at[i].value);
        query_int(&q, 6, (int64_t)f->reasons.at[i].shared_by);
        query_run(&q);
    }
}

static bool put_member(void *self, const struct fleet_member *m)
{
    struct keeping *k = self;
    struct store *s = k->store;
    uint8_t worst[16];
    int64_t product = store_word(s, m->product);
    if (m->worst[0])
        fingerprint_bytes(m->worst, worst);
    struct query q = query(s, SQL_FLEET_MEMBER_PUT);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, s->now.scan);
    query_blob(&q, 3, address_span(&m->endpoint.address));
    query_int(&q, 4, endpoint_port(&m->endpoint));
    query_text(&q, 5, span_str(m->endpoint.name));
    query_int(&q, 6, product);
    query_blob(&q, 7, m->version);
    query_int(&q, 8, m->outcome);
    query_int(&q, 9, m->severity);
    query_int(&q, 10, m->records);
    query_int(&q, 11, m->bytes);
    query_blob(&q, 12, span_of(worst, m->worst[0] ? sizeof(worst) : 0));
    return query_run(&q);
}

/* ---- members that were not asked ---- */

_Static_assert(OUTCOME_OPEN == 2 && OUTCOME_PARTIAL == 3 && OUTCOME_LOCKED == 4, "the outcomes in FLEET_SUMS");
_Static_assert(STORED_ANSWERED == 0 && STORED_REFUSED == 1, "the ends in DECIDED");

static void put_sums(struct keeping *k, const struct fleet *f)
{
    char title[FLEET_TITLE_MAX];
    struct query q = query(k->store, SQL_FLEET_SIGHTING_SUMS);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, k->store->now.scan);
    query_int(&q, 3, (int64_t)f->member_count);
    query_int(&q, 4, (int64_t)f->open);
    query_int(&q, 5, (int64_t)f->partial);
    query_int(&q, 6, (int64_t)f->locked);
    query_int(&q, 7, f->severity);
    query_int(&q, 8, f->records);
    query_int(&q, 9, f->bytes);
    query_blob(&q, 10, fleet_title(f, title));
    query_run(&q);
}

/* A scan that did not ask a member, or learned nothing of it, changes nothing about it: it stays as it was, and the
 * sums are those of all. */
static void keep_unasked(struct keeping *k)
{
    struct store *s = k->store;
    struct query q = query(s, SQL_FLEET_KEEP_UNASKED);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, s->now.scan);
    if (!query_run(&q) || s->back->changed(s) == 0)
        return;
    q = query(s, SQL_FLEET_SUMS);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, s->now.scan);
    query_row(&q);
    struct fleet f = { .member_count = (size_t)query_get(&q, 0), .open = (size_t)query_get(&q, 1),
                       .partial = (size_t)query_get(&q, 2),      .locked = (size_t)query_get(&q, 3),
                       .severity = (enum severity)query_get(&q, 4), .records = query_get(&q, 5),
                       .bytes = query_get(&q, 6) };
    query_end(&q);
    put_sums(k, &f);
}

/* ---- decisions ---- */

struct decided {
    uint8_t (*at)[16];
    enum severity *severity;
    size_t len, cap;
};

/* What a query gives, before anything is written: fingerprint, severity. */
static bool collect(struct query *q, struct decided *d)
{
    struct store *s = q->store;
    while (query_row(q)) {
        if (d->len == d->cap) {
            size_t cap = d->cap ? d->cap * 2 : 64;
            void *at = realloc(d->at, cap * sizeof(*d->at));
            d->at = at ? at : d->at;
            void *severity = at ? realloc(d->severity, cap * sizeof(*d->severity)) : NULL;
            if (!severity) {
                query_end(q);
                return error_set(&s->error, "no memory for decisions about a fleet");
            }
            d->severity = severity;
            d->cap = cap;
        }
        struct span fingerprint = query_span(q, 0);
        if (fingerprint.len != 16)
            continue;
        memcpy(d->at[d->len], fingerprint.at, 16);
        d->severity[d->len++] = (enum severity)query_get(q, 1);
    }
    return store_ok(s);
}

static void release(struct decided *d)
{
    free(d->at);
    free(d->severity);
}

static void decide(struct store *s, const uint8_t fingerprint[16], int64_t fleet, int64_t until_ms, struct span why,
                   int64_t now_ms)
{
    struct query q = query(s, SQL_DECISION_PUT);
    query_blob(&q, 1, span_of(fingerprint, 16));
    query_int(&q, 2, now_ms);
    query_int(&q, 3, until_ms);
    query_text(&q, 4, why);
    query_int(&q, 5, fleet);
    query_run(&q);
}

/* The decision and what it covers bear one time, which is later than that of the decision before it. */
static int64_t later_than_decided(struct store *s, const uint8_t fingerprint[16], int64_t now_ms)
{
    struct query q = query(s, SQL_DECISION_LATER);
    query_blob(&q, 1, span_of(fingerprint, 16));
    query_int(&q, 2, now_ms);
    int64_t later = query_value(&q, 0);
    return later > now_ms ? later : now_ms;
}

/* Members that joined an accepted fleet. */
static void cover_new(struct keeping *k, int64_t at_ms, int64_t until_ms,
                      void (*accepted)(void *accepted_self, enum severity severity), void *accepted_self)
{
    struct store *s = k->store;
    struct decided d = { 0 };
    struct arena a;
    arena_init(&a, FLEET_ARENA_MAX);
    struct query q = query(s, SQL_FLEET_DECISION_WHY);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, at_ms);
    struct span why = query_row(&q) ? arena_copy(&a, query_span(&q, 0)) : SPAN_NONE;
    query_end(&q);
    q = query(s, SQL_FLEET_JOINED);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, s->now.scan);
    query_int(&q, 3, at_ms);
    query_int(&q, 4, k->now_ms);
    collect(&q, &d);
    for (size_t i = 0; i < d.len && store_ok(s); i++) {
        decide(s, d.at[i], k->fleet, until_ms, why, k->now_ms);
        accepted(accepted_self, d.severity[i]);
    }
    release(&d);
    arena_release(&a);
}

/* Members that left it: hosts that this scan asked, and found to be something else. */
static void uncover_gone(struct keeping *k)
{
    struct store *s = k->store;
    struct decided d = { 0 };
    struct query q = query(s, SQL_FLEET_LEFT);
    query_int(&q, 1, k->fleet);
    query_int(&q, 2, s->now.scan);
    query_int(&q, 3, k->now_ms);
    collect(&q, &d);
    for (size_t i = 0; i < d.len && store_ok(s); i++)
        decide(s, d.at[i], k->fleet, 0, SPAN("it left the fleet"), k->now_ms);
    release(&d);
}

/* A scan that goes on after a break groups again. */
static void forget_scan(struct store *s)
{
    static const enum statement PARTS[] = { SQL_FLEET_SIGHTINGS_DROP, SQL_FLEET_REASONS_DROP, SQL_FLEET_MEMBERS_DROP };
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(*PARTS); i++) {
        struct query q = query(s, PARTS[i]);
        query_int(&q, 1, s->now.scan);
        query_run(&q);
    }
}

bool store_fleets(struct store *s, const struct fleet *list, size_t count, store_members_of *members, void *self,
                  int64_t now_ms, void (*accepted)(void *accepted_self, enum severity severity), void *accepted_self,
                  struct error *e)
{
    int64_t at_ms;
    if (store_batch(s))
        forget_scan(s);
    for (size_t i = 0; i < count && store_ok(s); i++) {
        struct keeping k = { s, put_fleet(s, &list[i], now_ms), now_ms };
        put_sighting(s, k.fleet, &list[i]);
        put_reasons(s, k.fleet, &list[i]);
        members(self, i, put_member, &k);
    }
    for (size_t i = 0; i < count && store_ok(s); i++) {
        struct keeping k = { s, known_fleet(s, list[i].fingerprint), now_ms };
        keep_unasked(&k);
        int64_t until_ms = fleet_decision(s, list[i].fingerprint, now_ms, &at_ms);
        if (until_ms) {
            cover_new(&k, at_ms, until_ms, accepted, accepted_self);
            uncover_gone(&k);
        }
    }
    return store_told(s, e);
}

bool store_fleet_accept(struct store *s, int64_t fleet, int64_t until_ms, const char *why, int64_t now_ms,
                        size_t *ret_findings, struct error *e)
{
    struct decided d = { 0 };
    uint8_t fingerprint[16] = { 0 };
    struct query q = query(s, SQL_FLEET_OWN);
    query_int(&q, 1, fleet);
    bool there = query_row(&q) && query_span(&q, 0).len == sizeof(fingerprint);
    if (there)
        memcpy(fingerprint, query_span(&q, 0).at, sizeof(fingerprint));
    int64_t scan = query_get(&q, 1);
    query_end(&q);
    if (store_ok(s) && !there)
        return error_set(e, "the fleet is not stored any more");
    store_batch(s);
    now_ms = later_than_decided(s, fingerprint, now_ms);
    decide(s, fingerprint, fleet, until_ms, span_str(why), now_ms);
    if (until_ms) {
        q = query(s, SQL_FLEET_COVER_PUT);
        query_int(&q, 1, fleet);
        query_int(&q, 2, scan);
        query_int(&q, 3, now_ms);
        query_run(&q);
    }
    q = query(s, until_ms ? SQL_FLEET_FINDINGS : SQL_FLEET_ACCEPTED);
    query_int(&q, 1, fleet);
    query_int(&q, 2, until_ms ? scan : now_ms);
    collect(&q, &d);
    for (size_t i = 0; i < d.len && store_ok(s); i++)
        decide(s, d.at[i], fleet, until_ms, span_str(why), now_ms);
    *ret_findings = d.len;
    release(&d);
    return store_commit(s, e);
}

/* ---- lists ---- */

_Static_assert(OUTCOME_OPEN == 2, "the outcome in FLEET_COLUMNS");

static void take_reasons(struct store *s, int64_t fleet, int64_t scan, struct arena *a, struct fleet *ret)
{
    struct query q = query(s, SQL_FLEET_REASONS);
    query_int(&q, 1, fleet);
    query_int(&q, 2, scan);
    while (ret->reasons.len < FLEET_REASONS_MAX && query_row(&q)) {
        struct fleet_reason *r = list_add(a, &ret->reasons);
        if (r)
            *r = (struct fleet_reason){ arena_str(a, query_span(&q, 0)), arena_copy(a, query_span(&q, 1)),
                                        (size_t)query_get(&q, 2) };
    }
    query_end(&q);
}

static void take_fleet(struct query *q, struct arena *a, struct stored_fleet *ret)
{
    *ret = (struct stored_fleet){
        .id = query_get(q, 0),
        .fleet = { .product = query_is_null(q, 2) ? NULL : arena_str(a, query_span(q, 2)),
                   .severity = (enum severity)query_get(q, 3),
                   .score = query_get_real(q, 4),
                   .title = arena_copy(a, query_span(q, 5)),
                   .member_count = (size_t)query_get(q, 6),
                   .open = (size_t)query_get(q, 7),
                   .partial = (size_t)query_get(q, 8),
                   .locked = (size_t)query_get(q, 9),
                   .records = query_get(q, 10),
                   .bytes = query_get(q, 11),
                   .accepted_until_ms = query_get(q, 15) },
        .first_ms = query_get(q, 12),
        .last_ms = query_get(q, 13),
        .last_scan = query_get(q, 14),
        .open_now = (size_t)query_get(q, 17),
        .accepted_why = arena_copy(a, query_span(q, 16)),
    };
    fingerprint_text(query_span(q, 1), ret->fleet.fingerprint);
}

bool store_fleet_list(struct store *s, bool with_former, int64_t now_ms,
                      bool (*each)(void *self, const struct stored_fleet *f), void *self, struct error *e)
{
    struct query q = query(s, SQL_FLEETS);
    bool more = true;
    query_int(&q, 1, now_ms);
    query_int(&q, 2, with_former);
    while (more && query_row(&q)) {
        struct arena a;
        struct stored_fleet f;
        arena_init(&a, FLEET_ARENA_MAX);
        take_fleet(&q, &a, &f);
        take_reasons(s, f.id, f.last_scan, &a, &f.fleet);
        more = arena_failed(&a) ? error_set(&s->error, "no memory for a fleet") : each(self, &f);
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}

bool store_fleet_get(struct store *s, const char *prefix, int64_t now_ms, struct arena *a,
                     struct stored_fleet *ret, struct error *e)
{
    uint8_t first[16], last[16];
    e->text[0] = '\0';
    if (!fingerprint_bounds(prefix, first, last))
        return false;
    struct query q = query(s, SQL_FLEET_BY_PREFIX);
    query_int(&q, 1, now_ms);
    query_blob(&q, 2, span_of(first, 16));
    query_blob(&q, 3, span_of(last, 16));
    bool there = query_row(&q);
    if (there)
        take_fleet(&q, a, ret);
    bool more = there && query_row(&q);
    query_end(&q);
    if (!store_told(s, e) || !there)
        return false;
    if (more)
        return error_set(e, "several fleets start with %s; write more of its digits", prefix);
    take_reasons(s, ret->id, ret->last_scan, a, &ret->fleet);
    return store_told(s, e) && (!arena_failed(a) || error_set(e, "no memory for a fleet"));
}

bool store_fleet_members(struct store *s, int64_t fleet, bool (*each)(void *self, const struct fleet_member *m),
                         void *self, struct error *e)
{
    struct query q = query(s, SQL_FLEET_MEMBERS);
    bool more = true;
    query_int(&q, 1, fleet);
    while (more && query_row(&q)) {
        struct arena a;
        struct span address = query_span(&q, 0), name = query_span(&q, 2);
        arena_init(&a, FLEET_ARENA_MAX);
        struct fleet_member m = { .endpoint = { .name = name.len ? arena_str(&a, name) : NULL },
                                  .product = arena_str(&a, query_span(&q, 3)),
                                  .version = arena_copy(&a, query_span(&q, 4)),
                                  .outcome = (enum outcome)query_get(&q, 5),
                                  .severity = (enum severity)query_get(&q, 6),
                                  .records = query_get(&q, 7),
                                  .bytes = query_get(&q, 8) };
        endpoint_set_port(&m.endpoint, (uint32_t)query_get(&q, 1));
        if (address.len == 4 || address.len == 16) {
            m.endpoint.address.family = address.len == 4 ? 4 : 6;
            memcpy(m.endpoint.address.bytes, address.at, address.len);
        }
        if (query_span(&q, 9).len == 16)
            fingerprint_text(query_span(&q, 9), m.worst);
        more = arena_failed(&a) ? error_set(&s->error, "no memory for a member") : each(self, &m);
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}
