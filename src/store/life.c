/* The life of a finding: opened, seen again, closed, opened again.
 *
 * A finding closes only on proof: the port refuses, or the same product was judged and the rule no
 * longer applies, or another product sits there now. Silence, a failure of ours and an unclear
 * answer close nothing. */
#include "store/inside.h"

enum { OPEN_MAX = 32 };

/* A finding as it was stored before the visit. */
struct known {
    int64_t id, severity, observation, product;
    int64_t first_ms, opened_ms, opened_scan, seen_scan;
    uint8_t fingerprint[16];
    bool closed, seen_now;
};

struct life {
    struct store *store;
    const struct known_endpoint *at;
    int64_t now_ms;
    const struct visit *visit;
    int64_t next_id; /* of the endpoint's next new finding; 0 = not looked up yet */
    struct known open[OPEN_MAX]; /* the first of them at the endpoint, by their numbers */
    size_t open_count;
};

/* ---- seen ---- */


static struct known take_known(struct query *q)
{
    struct known k = { .id = query_get(q, 0),          .severity = query_get(q, 1),
                       .observation = query_get(q, 2), .product = query_get(q, 3),
                       .first_ms = query_get(q, 4),    .opened_ms = query_get(q, 5),
                       .opened_scan = query_get(q, 6), .seen_scan = query_get(q, 7),
                       .closed = query_get(q, 9) != 0 };
    struct span fingerprint = query_span(q, 8);
    if (fingerprint.len == sizeof(k.fingerprint))
        memcpy(k.fingerprint, fingerprint.at, sizeof(k.fingerprint));
    return k;
}

/* The next OPEN_MAX that are open at the endpoint and were not seen in the scan (0: in any). */
static void load_open(struct life *l, int64_t from, int64_t scan)
{
    struct query q = query(l->store, SQL_FINDINGS_OPEN_AT);
    query_int(&q, 1, from);
    query_int(&q, 2, id_last(l->at->id));
    query_int(&q, 3, OPEN_MAX);
    query_int(&q, 4, scan);
    while (l->open_count < OPEN_MAX && query_row(&q))
        l->open[l->open_count++] = take_known(&q);
    query_end(&q);
}

static bool find_known(struct store *s, const uint8_t fingerprint[16], struct known *ret)
{
    struct query q = query(s, SQL_FINDING_FIND);
    query_blob(&q, 1, span_of(fingerprint, 16));
    bool there = query_row(&q);
    *ret = there ? take_known(&q) : (struct known){ 0 };
    query_end(&q);
    return there;
}

/* The open one first; else one that is closed, or lies at the same place under another name. */
static bool find_stored(struct life *l, const uint8_t fingerprint[16], struct known *ret)
{
    for (size_t i = 0; i < l->open_count; i++) {
        if (memcmp(l->open[i].fingerprint, fingerprint, 16) != 0)
            continue;
        l->open[i].seen_now = true;
        *ret = l->open[i];
        return true;
    }
    return find_known(l->store, fingerprint, ret);
}

static int64_t next_id(struct life *l)
{
    int64_t first = id_first(l->at->id);
    if (!l->next_id && l->at->is_new)
        l->next_id = first;
    if (!l->next_id) {
        struct query q = query(l->store, SQL_FINDING_LAST_ID);
        query_int(&q, 1, first);
        query_int(&q, 2, id_last(l->at->id));
        int64_t last = query_value(&q, 0);
        l->next_id = last >= first ? last + 1 : first;
    }
    return l->next_id;
}

/* False where a finding of this fingerprint is stored already. */
static bool add_finding(struct life *l, const uint8_t fingerprint[16], const struct finding *f,
                        int64_t observation, const struct observation *seen)
{
    struct store *s = l->store;
    int64_t rule = store_word(s, f->rule), title = store_word(s, f->title),
            product = store_word(s, f->product);
    int64_t via = store_word(s, f->via), fix = store_text(s, f->fix);
    struct query q = query(s, SQL_FINDING_ADD);
    query_int(&q, 1, next_id(l));
    query_blob(&q, 2, span_of(fingerprint, 16));
    query_int(&q, 3, rule);
    query_int(&q, 4, title);
    query_int(&q, 5, product);
    query_int(&q, 6, via);
    query_int(&q, 7, f->severity);
    query_blob(&q, 8, f->version);
    query_blob(&q, 9, f->why);
    query_int(&q, 10, fix);
    query_int(&q, 11, observation);
    query_int(&q, 12, seen ? seen->records : COUNT_UNKNOWN);
    query_int(&q, 13, seen ? seen->bytes : COUNT_UNKNOWN);
    query_int(&q, 14, l->now_ms);
    query_int(&q, 15, s->scan);
    if (!query_run(&q) || sqlite3_changes64(s->db) == 0)
        return false;
    l->next_id++;
    return true;
}

/* Only what moves from scan to scan, so that no index is touched. */
static void touch(struct life *l, int64_t id, const struct finding *f)
{
    struct query q = query(l->store, SQL_FINDING_TOUCH);
    query_int(&q, 1, id);
    query_int(&q, 2, l->now_ms);
    query_int(&q, 3, l->store->scan);
    query_blob(&q, 4, f->why);
    query_run(&q);
}

static void change(struct life *l, int64_t id, const struct finding *f, int64_t observation,
                   const struct observation *seen)
{
    struct store *s = l->store;
    int64_t fix = store_text(s, f->fix), title = store_word(s, f->title),
            via = store_word(s, f->via);
    struct query q = query(s, SQL_FINDING_CHANGE);
    query_int(&q, 1, id);
    query_int(&q, 2, l->now_ms);
    query_int(&q, 3, s->scan);
    query_blob(&q, 4, f->why);
    query_int(&q, 5, f->severity);
    query_blob(&q, 6, f->version);
    query_int(&q, 7, fix);
    query_int(&q, 8, observation);
    query_int(&q, 9, seen ? seen->records : COUNT_UNKNOWN);
    query_int(&q, 10, seen ? seen->bytes : COUNT_UNKNOWN);
    query_int(&q, 11, title);
    query_int(&q, 12, via);
    query_run(&q);
}

static void reopen(struct life *l, int64_t id)
{
    struct query q = query(l->store, SQL_EXPOSURE_KEEP);
    query_int(&q, 1, id);
    query_run(&q);
    q = query(l->store, SQL_FINDING_REOPEN);
    query_int(&q, 1, id);
    query_int(&q, 2, l->now_ms);
    query_int(&q, 3, l->store->scan);
    query_run(&q);
}

static void add_sighting(struct store *s, int64_t finding, const struct finding *f,
                         int64_t observation)
{
    struct query q = query(s, SQL_SIGHTING_PUT);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, finding);
    query_int(&q, 3, f->severity);
    query_int(&q, 4, observation);
    query_run(&q);
}

/* An exposure that opened when the finding was first seen is its only one. */
static size_t times_reopened(struct store *s, const struct known *k)
{
    if (k->first_ms == k->opened_ms)
        return 0;
    struct query q = query(s, SQL_EXPOSURE_COUNT);
    query_int(&q, 1, k->id);
    return (size_t)query_value(&q, 0);
}

static struct finding_life life_of(struct store *s, int64_t scan, const struct known *k)
{
    return (struct finding_life){ .known = true,
                                  .is_new = scan && k->opened_scan == scan &&
                                            k->first_ms == k->opened_ms,
                                  .first_ms = k->first_ms,
                                  .opened_ms = k->opened_ms,
                                  .reopened = times_reopened(s, k) };
}

/* Looks the finding up, and opens it where it is not open. False where it was opened just now, so
 * that nothing more is to be changed. */
static bool find_or_open(struct life *l, const uint8_t fingerprint[16], const struct finding *f,
                         int64_t observation, const struct observation *seen, struct known *ret)
{
    bool stored = !l->at->is_new && find_stored(l, fingerprint, ret);
    /* Tens of thousands of findings at one endpoint: a peer that makes them up. */
    if (!stored && next_id(l) <= id_last(l->at->id) &&
        add_finding(l, fingerprint, f, observation, seen)) {
        *ret = (struct known){ .id = l->next_id - 1,
                               .first_ms = l->now_ms,
                               .opened_ms = l->now_ms,
                               .opened_scan = l->store->scan };
        return false;
    }
    if (!stored && !find_known(l->store, fingerprint, ret))
        return false;
    if (ret->closed) {
        reopen(l, ret->id);
        ret->opened_ms = l->now_ms;
        ret->opened_scan = l->store->scan;
    }
    return true;
}

static void see(struct life *l, struct finding *f, const int64_t *seen)
{
    uint8_t fingerprint[16];
    struct known k = { 0 };
    bool has = f->seen < l->visit->observations.len && f->seen < OBSERVATIONS_MAX;
    const struct observation *o = has ? &l->visit->observations.at[f->seen] : NULL;
    int64_t observation = has ? seen[f->seen] : 0;
    fingerprint_bytes(f->fingerprint, fingerprint);
    if (find_or_open(l, fingerprint, f, observation, o, &k)) {
        if (k.severity == (int64_t)f->severity && k.observation == observation)
            touch(l, k.id, f);
        else
            change(l, k.id, f, observation, o);
    }
    if (!k.id || !store_ok(l->store))
        return;
    add_sighting(l->store, k.id, f, observation);
    f->life = life_of(l->store, l->store->scan, &k);
}

bool store_lives(struct store *s, int64_t scan, struct finding *f, size_t findings,
                 struct error *e)
{
    uint8_t fingerprint[16];
    struct known k;
    for (size_t i = 0; i < findings && store_ok(s); i++) {
        fingerprint_bytes(f[i].fingerprint, fingerprint);
        if (find_known(s, fingerprint, &k))
            f[i].life = life_of(s, scan, &k);
    }
    return store_told(s, e);
}

/* ---- closed ---- */

/* Whether the visit proves that a finding about this product is gone. */
static bool proves_gone(struct store *s, const struct visit *v, int64_t product)
{
    bool other = false;
    if (v->refused)
        return true;
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        bool clear = o->outcome != OUTCOME_UNCLEAR && o->outcome != OUTCOME_NOT_MINE;
        if (store_word(s, o->product) == product)
            return clear;
        /* Nor does a service that nobody knows: it may be the same one, slow or behind a gateway. */
        other |= clear && o->kind != KIND_TLS && o->kind != KIND_UNKNOWN;
    }
    return other;
}

static void close_finding(struct store *s, int64_t id, int64_t now_ms)
{
    struct query q = query(s, SQL_FINDING_CLOSE);
    query_int(&q, 1, id);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, s->scan);
    query_run(&q);
}

/* Closes what is open at the endpoint, was not seen now, and is provably gone. */
static void close_gone(struct life *l)
{
    for (size_t i = 0; i < l->open_count; i++) {
        const struct known *k = &l->open[i];
        if (!k->seen_now && k->seen_scan != l->store->scan &&
            proves_gone(l->store, l->visit, k->product))
            close_finding(l->store, k->id, l->now_ms);
    }
}

bool life_of_visit(struct store *s, const struct known_endpoint *at, const struct visit *v,
                   const int64_t *seen, struct finding *f, size_t findings, int64_t now_ms)
{
    struct life l = { .store = s, .at = at, .now_ms = now_ms, .visit = v };
    if (!at->is_new)
        load_open(&l, id_first(at->id), 0);
    for (size_t i = 0; i < findings && store_ok(s); i++)
        see(&l, &f[i], seen);
    while (l.open_count && store_ok(s)) {
        bool more = l.open_count == OPEN_MAX;
        int64_t after = l.open[l.open_count - 1].id + 1;
        close_gone(&l);
        l.open_count = 0;
        if (more)
            load_open(&l, after, s->scan);
    }
    return store_ok(s);
}

/* A firewall that drops is how a port is often closed: the host answered on another port in the
 * same scan, under whatever name, this one said nothing. */
bool life_of_filtered(struct store *s, int64_t now_ms)
{
    struct query q = query(s, SQL_VISITS_FILTERED);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, STORED_FILTERED);
    query_int(&q, 3, STORED_SILENT);
    query_int(&q, 4, STORED_ANSWERED);
    query_int(&q, 5, STORED_REFUSED);
    query_run(&q);
    q = query(s, SQL_FINDINGS_FILTERED);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, STORED_FILTERED);
    return query_run(&q);
}
