/* Storing one visit. A closed port of an endpoint that never answered costs one look at an index
 * and a few bits of the journal; only what was known, answers or failed gets a row. */
#include "base/random.h"
#include "store/ledger.h"
#include "store/pack.h"

/* ---- endpoint ---- */

static struct span address_bytes(const struct address *a)
{
    return span_of(a->bytes, a->family == 4 ? 4 : a->family == 6 ? 16 : 0);
}

static struct known_endpoint find_endpoint(struct store *s, const struct endpoint *e)
{
    struct known_endpoint at = { 0 };
    struct query q = query(s, SQL_ENDPOINT_FIND);
    query_blob(&q, 1, address_bytes(&e->address));
    query_int(&q, 2, endpoint_port(e));
    query_text(&q, 3, span_str(e->name));
    query_text(&q, 4, span_str(e->path));
    if (query_row(&q))
        at = (struct known_endpoint){ query_get(&q, 0), query_get(&q, 1), false };
    query_end(&q);
    return at;
}

static struct known_endpoint add_endpoint(struct store *s, const struct visit *v)
{
    const struct endpoint *e = &v->endpoint;
    struct query q = query(s, SQL_ENDPOINT_ADD);
    query_blob(&q, 1, address_bytes(&e->address));
    query_int(&q, 2, endpoint_port(e));
    query_text(&q, 3, span_str(e->name));
    query_text(&q, 4, span_str(e->path));
    query_int(&q, 5, v->answered ? s->now.scan : 0);
    int64_t id = query_added(&q);
    return (struct known_endpoint){ id, 0, true };
}

static void mark_answered(struct store *s, int64_t endpoint)
{
    struct query q = query(s, SQL_ENDPOINT_ANSWERED);
    query_int(&q, 1, endpoint);
    query_int(&q, 2, s->now.scan);
    query_run(&q);
}

/* ---- observation ---- */

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

static void mix(struct buf *b, struct span bytes)
{
    pack_uint(b, bytes.len);
    buf_put(b, bytes);
}

/* What makes two observations of one endpoint the same: all but the proving bytes, the time, and
 * what moves by itself. */
static uint64_t digest_of(struct store *s, const struct observation *o)
{
    struct buf *b = &s->facts; /* free until the facts are packed */
    buf_reset(b);
    mix(b, span_str(o->product));
    mix(b, span_str(o->via));
    pack_int(b, o->kind * 64 + o->outcome * 2 + o->tls);
    pack_int(b, o->collection_count);
    pack_int(b, coarse(o->records, RECORDS_DIGITS));
    pack_int(b, coarse(o->bytes, BYTES_DIGITS));
    pack_uint(b, o->collections.len);
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        mix(b, c->name);
        pack_int(b, coarse(c->records, RECORDS_DIGITS));
        pack_int(b, coarse(c->bytes, BYTES_DIGITS));
    }
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i];
        if (is_restless(f->key))
            continue;
        mix(b, span_str(f->key));
        buf_byte(b, (uint8_t)f->type);
        if (f->type == FACT_TEXT)
            mix(b, f->text);
        else
            pack_int(b, f->number);
    }
    if (!buf_ok(b))
        error_set(&s->error, "no memory for an observation");
    return siphash(1, 2, buf_span(b));
}

/* How an endpoint looked when it last answered: a row for each place in the visit. */
struct last_look {
    int64_t id[OBSERVATIONS_MAX]; /* 0 = none */
    uint64_t digest[OBSERVATIONS_MAX];
};

/* The newest rows come first, so the walk mostly ends after as many as the visit has places. */
static void find_last_look(struct store *s, const struct known_endpoint *at, size_t places,
                           struct last_look *ret)
{
    *ret = (struct last_look){ 0 };
    if (!at->answered_scan)
        return;
    struct query q = query(s, SQL_OBSERVATIONS_LAST);
    query_int(&q, 1, at->id);
    for (size_t found = 0; found < places && query_row(&q);) {
        int64_t id = query_get(&q, 0);
        uint64_t place = (uint64_t)query_get(&q, 1);
        if (query_get(&q, 3) != at->answered_scan || place >= OBSERVATIONS_MAX || ret->id[place])
            continue;
        ret->id[place] = id;
        ret->digest[place] = (uint64_t)query_get(&q, 2);
        found += place < places;
    }
    query_end(&q);
}

/* It looks as it did: only the end of the interval moves. */
static void extend_observation(struct store *s, int64_t id, int64_t at_ms)
{
    struct query q = query(s, SQL_OBSERVATION_EXTEND);
    query_int(&q, 1, id);
    query_int(&q, 2, s->now.scan);
    query_int(&q, 3, at_ms);
    query_run(&q);
}

static void add_facts(struct store *s, int64_t id, const struct observation *o)
{
    buf_reset(&s->facts);
    buf_reset(&s->collections);
    for (size_t i = 0; i < o->facts.len && store_ok(s); i++) {
        const struct fact *f = &o->facts.at[i];
        struct packed_fact packed = { .type = f->type, .text = f->text, .number = f->number,
                                      .proof = span_first(f->proof, PROOF_MAX) };
        packed.key = store_word(s, f->key);
        packed.ask = store_word(s, f->ask);
        pack_fact(&s->facts, &packed);
    }
    for (size_t i = 0; i < o->collections.len; i++)
        pack_collection(&s->collections, &o->collections.at[i]);
    if (!buf_ok(&s->facts) || !buf_ok(&s->collections)) {
        error_set(&s->error, "no memory for an observation");
        return;
    }
    struct query q = query(s, SQL_FACTS_PUT);
    query_int(&q, 1, id);
    query_blob(&q, 2, buf_span(&s->facts));
    query_blob(&q, 3, buf_span(&s->collections));
    query_run(&q);
}

static int64_t fact_number_or(const struct observation *o, const char *key, int64_t none)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type != FACT_TEXT ? f->number : none;
}

/* The certificate that an observation shows; 0 where it shows none. */
static int64_t store_certificate(struct store *s, const struct observation *o, int64_t at_ms)
{
    struct span sha256 = fact_get_text(o, "cert.sha256");
    if (o->kind != KIND_TLS || sha256.len == 0)
        return 0;
    struct query q = query(s, SQL_CERTIFICATE_PUT);
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

/* Its number. */
static int64_t add_observation(struct store *s, int64_t endpoint, const struct observation *o, size_t place,
                            uint64_t digest, int64_t at_ms)
{
    int64_t product = store_word(s, o->product), via = store_word(s, o->via);
    int64_t certificate = store_certificate(s, o, at_ms);
    struct query q = query(s, SQL_OBSERVATION_ADD);
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
    query_int(&q, 13, s->now.scan);
    query_int(&q, 14, at_ms);
    int64_t id = query_added(&q);
    if (id)
        add_facts(s, id, o);
    return id;
}

static void store_observations(struct store *s, const struct known_endpoint *at,
                               const struct visit *v, int64_t now_ms,
                               int64_t ids[static OBSERVATIONS_MAX])
{
    struct last_look last;
    size_t count =
        v->observations.len < OBSERVATIONS_MAX ? v->observations.len : OBSERVATIONS_MAX;
    find_last_look(s, at, count, &last);
    for (size_t i = 0; i < count && store_ok(s); i++) {
        const struct observation *o = &v->observations.at[i];
        int64_t at_ms = o->at_ms > 0 ? o->at_ms : now_ms;
        uint64_t digest = digest_of(s, o);
        if (last.id[i] && last.digest[i] == digest) {
            ids[i] = last.id[i];
            extend_observation(s, ids[i], at_ms);
            store_certificate(s, o, at_ms);
        } else {
            ids[i] = add_observation(s, at->id, o, i, digest, at_ms);
        }
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
    int64_t why = store_word(s, v->why);
    struct query q = query(s, SQL_VISIT_PUT);
    query_int(&q, 1, s->now.scan);
    query_int(&q, 2, endpoint);
    query_int(&q, 3, end_of(v));
    query_int(&q, 4, why);
    query_int(&q, 5, now_ms - s->now.started_ms);
    query_run(&q);
}

/* An endpoint that never answered is remembered only where something of ours failed. */
static bool is_worth_a_row(enum stored_end end)
{
    return end == STORED_ANSWERED || end == STORED_FAILED;
}

static void store_known(struct store *s, const struct known_endpoint *at, const struct visit *v,
                        struct finding *f, size_t findings, int64_t now_ms)
{
    int64_t ids[OBSERVATIONS_MAX] = { 0 };
    add_visit(s, at->id, v, now_ms);
    if (v->answered) {
        store_observations(s, at, v, now_ms, ids);
        if (!at->is_new && at->answered_scan != s->now.scan)
            mark_answered(s, at->id);
    }
    if (v->end == END_DONE)
        life_of_visit(s, at, v, ids, f, findings, now_ms);
    else if (v->end == END_FAILED)
        life_of_failed(s, at, v->why);
}

bool store_visit(struct store *s, const struct visit *v, struct finding *f, size_t findings,
                 int64_t now_ms, bool *ret_new, struct error *e)
{
    if (!ledger_take(s, v, ret_new) || !*ret_new)
        return store_told(s, e);
    struct known_endpoint at = find_endpoint(s, &v->endpoint);
    if (!at.id && is_worth_a_row(end_of(v)))
        at = add_endpoint(s, v);
    if (at.id)
        store_known(s, &at, v, f, findings, now_ms);
    else
        ledger_count(s, end_of(v), v->why, 1);
    return store_told(s, e);
}
