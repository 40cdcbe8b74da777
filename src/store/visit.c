/* Storing one visit. A closed port of an endpoint that never answered costs one look at an index
 * and a few bits of the journal; only what was known, answers or failed gets a row. */
#include "base/random.h"
#include "store/inside.h"

/* ---- endpoint ---- */

static int64_t find_endpoint(struct store *s, const struct endpoint *e, int64_t *ret_answered_scan)
{
    static const char FIND[] =
        "SELECT id, answered_scan FROM endpoints WHERE address = ?1 AND port = ?2 AND name = ?3";
    struct query q = query(s, FIND);
    query_blob(&q, 1,
               span_of(e->address.bytes, e->address.family == 4   ? 4
                                         : e->address.family == 6 ? 16
                                                                  : 0));
    query_int(&q, 2, e->port);
    query_text(&q, 3, span_str(e->name));
    int64_t id = query_row(&q) ? query_get(&q, 0) : 0;
    *ret_answered_scan = id ? query_get(&q, 1) : 0;
    query_end(&q);
    return id;
}

static int64_t add_endpoint(struct store *s, const struct endpoint *e)
{
    static const char ADD[] =
        "INSERT INTO endpoints(address, port, name, answered_scan) VALUES (?1, ?2, ?3, 0)";
    struct query q = query(s, ADD);
    query_blob(&q, 1,
               span_of(e->address.bytes, e->address.family == 4   ? 4
                                         : e->address.family == 6 ? 16
                                                                  : 0));
    query_int(&q, 2, e->port);
    query_text(&q, 3, span_str(e->name));
    return query_run(&q) ? sqlite3_last_insert_rowid(s->db) : 0;
}

static void mark_answered(struct store *s, int64_t endpoint)
{
    static const char SET[] = "UPDATE endpoints SET answered_scan = ?2 WHERE id = ?1";
    struct query q = query(s, SET);
    query_int(&q, 1, endpoint);
    query_int(&q, 2, s->scan);
    query_run(&q);
}

/* ---- observation ---- */

static uint64_t mix(uint64_t digest, struct span bytes)
{
    return siphash(digest, bytes.len, bytes);
}

static uint64_t mix_int(uint64_t digest, int64_t value)
{
    return siphash(digest, 8, span_of(&value, sizeof(value)));
}

/* Numbers of a store in use move all the time. Small ones count exactly, larger ones by their first
 * binary digits: with 5 of them, growth by a sixteenth may look the same, with 3 by a quarter. */
enum { RECORDS_DIGITS = 5, BYTES_DIGITS = 3 };

static int64_t coarse(int64_t n, int digits)
{
    int shift = 0;
    while (n >> shift >= 1 << digits)
        shift++;
    return n < 0 ? n : n >> shift << shift;
}

/* Facts that differ at every look and prove nothing. */
static bool is_restless(const char *key)
{
    return strcmp(key, "clients") == 0 || strcmp(key, "started") == 0;
}

/* What makes two observations of one endpoint the same: all but the proving bytes, the time, and
 * what moves by itself. */
static uint64_t digest_of(const struct observation *o)
{
    uint64_t d = mix(1, span_str(o->product));
    d = mix(d, span_str(o->via));
    d = mix_int(d, o->kind * 64 + o->outcome * 2 + o->tls);
    d = mix_int(mix_int(mix_int(d, o->collection_count), coarse(o->records, RECORDS_DIGITS)),
                coarse(o->bytes, BYTES_DIGITS));
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i];
        if (is_restless(f->key))
            continue;
        d = mix_int(mix(d, span_str(f->key)), f->type);
        d = f->type == FACT_TEXT ? mix(d, f->text) : mix_int(d, f->number);
    }
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        d = mix_int(mix_int(mix(d, c->name), coarse(c->records, RECORDS_DIGITS)),
                    coarse(c->bytes, BYTES_DIGITS));
    }
    return d;
}

/* The observation that looked the same when the endpoint last answered, now seen again; or 0. */
static int64_t extend_observation(struct store *s, int64_t endpoint, int64_t answered_scan,
                                  uint64_t digest, size_t place, int64_t at_ms)
{
    static const char FIND[] =
        "SELECT id FROM observations WHERE endpoint = ?1 AND last_scan = ?2 AND digest = ?3"
        " AND place = ?4";
    static const char EXTEND[] =
        "UPDATE observations SET last_scan = ?2, last_ms = ?3 WHERE id = ?1";
    if (!answered_scan)
        return 0;
    struct query q = query(s, FIND);
    query_int(&q, 1, endpoint);
    query_int(&q, 2, answered_scan);
    query_int(&q, 3, (int64_t)digest);
    query_int(&q, 4, (int64_t)place);
    int64_t id = query_value(&q, 0);
    if (!id)
        return 0;
    q = query(s, EXTEND);
    query_int(&q, 1, id);
    query_int(&q, 2, s->scan);
    query_int(&q, 3, at_ms);
    query_run(&q);
    return id;
}

static void add_facts(struct store *s, int64_t id, const struct observation *o)
{
    static const char FACT[] = "INSERT INTO facts(observation, place, key, type, value, ask, proof)"
                               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    static const char COLLECTION[] =
        "INSERT INTO collections(observation, place, name, records, bytes, created_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for (size_t i = 0; i < o->facts.len && store_ok(s); i++) {
        const struct fact *f = &o->facts.at[i];
        int64_t key = store_word(s, f->key), ask = store_word(s, f->ask);
        struct query q = query(s, FACT);
        query_int(&q, 1, id);
        query_int(&q, 2, (int64_t)i);
        query_int(&q, 3, key);
        query_int(&q, 4, f->type);
        if (f->type == FACT_TEXT)
            query_blob(&q, 5, f->text);
        else
            query_int(&q, 5, f->number);
        query_int(&q, 6, ask);
        query_blob(&q, 7, f->proof);
        query_run(&q);
    }
    for (size_t i = 0; i < o->collections.len && store_ok(s); i++) {
        const struct collection *c = &o->collections.at[i];
        struct query q = query(s, COLLECTION);
        query_int(&q, 1, id);
        query_int(&q, 2, (int64_t)i);
        query_blob(&q, 3, c->name);
        query_int(&q, 4, c->records);
        query_int(&q, 5, c->bytes);
        query_int(&q, 6, c->created_ms);
        query_run(&q);
    }
}

static int64_t fact_number_or(const struct observation *o, const char *key, int64_t none)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type != FACT_TEXT ? f->number : none;
}

/* The certificate that an observation shows; 0 where it shows none. */
static int64_t store_certificate(struct store *s, const struct observation *o, int64_t at_ms)
{
    static const char PUT[] =
        "INSERT INTO certificates(sha256, subject, issuer, not_before_ms, not_after_ms, first_ms, last_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)"
        " ON CONFLICT DO UPDATE SET last_ms = max(last_ms, excluded.last_ms),"
        " first_ms = min(first_ms, excluded.first_ms)"
        " RETURNING id";
    struct span sha256 = fact_get_text(o, "cert.sha256");
    if (o->kind != KIND_TLS || sha256.len == 0)
        return 0;
    struct query q = query(s, PUT);
    query_text(&q, 1, sha256);
    query_blob(&q, 2, fact_get_text(o, "cert.subject"));
    query_blob(&q, 3, fact_get_text(o, "cert.issuer"));
    query_int(&q, 4, fact_number_or(o, "cert.not_before", COUNT_UNKNOWN));
    query_int(&q, 5, fact_number_or(o, "cert.not_after", COUNT_UNKNOWN));
    query_int(&q, 6, at_ms);
    int64_t id = query_row(&q) ? query_get(&q, 0) : 0;
    while (query_row(&q))
        continue;
    return id;
}

static int64_t add_observation(struct store *s, int64_t endpoint, const struct observation *o,
                               size_t place, uint64_t digest, int64_t at_ms)
{
    static const char ADD[] =
        "INSERT INTO observations(endpoint, place, product, via, kind, outcome, tls, collections, records, bytes,"
        " certificate, digest, first_scan, last_scan, first_ms, last_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, nullif(?11, 0), ?12, ?13, ?13, ?14, ?14)";
    int64_t product = store_word(s, o->product), via = store_word(s, o->via);
    int64_t certificate = store_certificate(s, o, at_ms);
    struct query q = query(s, ADD);
    query_int(&q, 1, endpoint);
    query_int(&q, 2, (int64_t)place);
    query_int(&q, 3, product);
    query_int(&q, 4, via);
    query_int(&q, 5, o->kind);
    query_int(&q, 6, o->outcome);
    query_int(&q, 7, o->tls);
    query_int(&q, 8, o->collection_count);
    query_int(&q, 9, o->records);
    query_int(&q, 10, o->bytes);
    query_int(&q, 11, certificate);
    query_int(&q, 12, (int64_t)digest);
    query_int(&q, 13, s->scan);
    query_int(&q, 14, at_ms);
    if (!query_run(&q))
        return 0;
    int64_t id = sqlite3_last_insert_rowid(s->db);
    add_facts(s, id, o);
    return id;
}

static void store_observations(struct store *s, int64_t endpoint, int64_t answered_scan,
                               const struct visit *v, int64_t now_ms,
                               int64_t ids[static OBSERVATIONS_MAX])
{
    for (size_t i = 0; i < v->observations.len && i < OBSERVATIONS_MAX && store_ok(s); i++) {
        const struct observation *o = &v->observations.at[i];
        int64_t at_ms = o->at_ms > 0 ? o->at_ms : now_ms;
        uint64_t digest = digest_of(o);
        ids[i] = extend_observation(s, endpoint, answered_scan, digest, i, at_ms);
        if (!ids[i])
            ids[i] = add_observation(s, endpoint, o, i, digest, at_ms);
        else
            store_certificate(s, o, at_ms);
    }
}

/* ---- visit ---- */

static enum stored_end end_of(const struct visit *v)
{
    if (v->end == END_SKIPPED)
        return STORED_SKIPPED;
    if (v->end == END_FAILED)
        return STORED_FAILED;
    return v->answered ? STORED_ANSWERED : v->refused ? STORED_REFUSED : STORED_SILENT;
}

static void add_visit(struct store *s, int64_t endpoint, const struct visit *v, int64_t now_ms)
{
    static const char ADD[] =
        "INSERT OR REPLACE INTO visits(scan, endpoint, end, why, after_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    int64_t why = store_word(s, v->why);
    struct query q = query(s, ADD);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, endpoint);
    query_int(&q, 3, end_of(v));
    query_int(&q, 4, why);
    query_int(&q, 5, now_ms - s->started_ms);
    query_run(&q);
}

/* Counted in memory until the commit. Beyond REASONS_MAX different ones: "other". */
static void count_reason(struct store *s, const struct visit *v)
{
    enum stored_end end = end_of(v);
    int64_t why = store_word(s, s->reason_count < REASONS_MAX - 1 ? v->why : "other");
    size_t i = 0;
    while (i < s->reason_count && (s->reasons[i].why != why || s->reasons[i].end != end))
        i++;
    if (i == s->reason_count && i < REASONS_MAX)
        s->reasons[s->reason_count++] = (struct reason){ end, why, 0 };
    if (i < s->reason_count)
        s->reasons[i].count++;
}

/* An endpoint that never answered is remembered only where something of ours failed. */
static bool is_worth_a_row(enum stored_end end)
{
    return end == STORED_ANSWERED || end == STORED_FAILED;
}

static void store_known(struct store *s, int64_t endpoint, int64_t answered_scan,
                        const struct visit *v, const struct finding *f, size_t findings,
                        int64_t now_ms)
{
    int64_t ids[OBSERVATIONS_MAX] = { 0 };
    add_visit(s, endpoint, v, now_ms);
    if (v->answered) {
        store_observations(s, endpoint, answered_scan, v, now_ms, ids);
        if (answered_scan != s->scan)
            mark_answered(s, endpoint);
    }
    if (v->end == END_DONE)
        life_of_visit(s, endpoint, v, ids, f, findings, now_ms);
}

bool store_visit(struct store *s, const struct visit *v, const struct finding *f, size_t findings,
                 int64_t now_ms, bool *ret_new, struct error *e)
{
    *ret_new = false;
    if (store_ok(s) && v->place >= s->total)
        error_set(&s->error, "a visit at place %llu of a scan of %llu",
                  (unsigned long long)v->place, (unsigned long long)s->total);
    if (!store_ok(s) || runs_has(&s->places, v->place))
        return store_told(s, e);
    if (!store_batch(s))
        return store_told(s, e);
    if (!runs_add(&s->places, v->place))
        error_set(&s->error, "no memory for the journal");
    s->sums.done += v->end == END_DONE;
    s->sums.skipped += v->end == END_SKIPPED;
    s->sums.failed += v->end == END_FAILED;
    s->sums.answered += v->answered;

    int64_t answered_scan, endpoint = find_endpoint(s, &v->endpoint, &answered_scan);
    if (!endpoint && is_worth_a_row(end_of(v)))
        endpoint = add_endpoint(s, &v->endpoint);
    if (endpoint)
        store_known(s, endpoint, answered_scan, v, f, findings, now_ms);
    else
        count_reason(s, v);
    *ret_new = true;
    return store_told(s, e);
}
