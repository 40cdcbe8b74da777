/* The life of a finding: opened, seen again, closed, opened again.
 *
 * A finding closes only on proof: the port refuses, or the same product was judged and the rule no
 * longer applies, or another product sits there now. Silence, a failure of ours and an unclear
 * answer close nothing. */
#include "store/inside.h"

struct life {
    struct store *store;
    int64_t endpoint, now_ms;
    const struct visit *visit;
};

/* ---- seen ---- */

struct known {
    int64_t id, severity, observation;
    bool closed;
};

static bool find_known(struct store *s, const uint8_t fingerprint[16], struct known *ret)
{
    static const char FIND[] =
        "SELECT id, severity, observation, closed_ms IS NOT NULL FROM findings WHERE fingerprint = ?1";
    struct query q = query(s, FIND);
    query_blob(&q, 1, span_of(fingerprint, 16));
    bool there = query_row(&q);
    *ret = (struct known){ query_get(&q, 0), query_get(&q, 1), query_get(&q, 2),
                           query_get(&q, 3) != 0 };
    query_end(&q);
    return there;
}

static int64_t add_finding(struct life *l, const uint8_t fingerprint[16], const struct finding *f,
                           int64_t observation, const struct observation *seen)
{
    static const char ADD[] =
        "INSERT INTO findings(fingerprint, endpoint, rule, title, product, via, severity, version, why, fix,"
        " observation, records, bytes, first_ms, opened_ms, seen_ms, opened_scan, seen_scan)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?14, ?15, ?15)";
    struct store *s = l->store;
    int64_t rule = store_word(s, f->rule), title = store_word(s, f->title),
            product = store_word(s, f->product);
    int64_t via = store_word(s, f->via), fix = store_text(s, f->fix);
    struct query q = query(s, ADD);
    query_blob(&q, 1, span_of(fingerprint, 16));
    query_int(&q, 2, l->endpoint);
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
    return query_run(&q) ? sqlite3_last_insert_rowid(s->db) : 0;
}

/* Only what moves from scan to scan, so that no index is touched. */
static void touch(struct life *l, int64_t id, const struct finding *f)
{
    static const char SET[] =
        "UPDATE findings SET seen_ms = ?2, seen_scan = ?3, why = ?4 WHERE id = ?1";
    struct query q = query(l->store, SET);
    query_int(&q, 1, id);
    query_int(&q, 2, l->now_ms);
    query_int(&q, 3, l->store->scan);
    query_blob(&q, 4, f->why);
    query_run(&q);
}

static void change(struct life *l, int64_t id, const struct finding *f, int64_t observation,
                   const struct observation *seen)
{
    static const char SET[] =
        "UPDATE findings SET seen_ms = ?2, seen_scan = ?3, why = ?4, severity = ?5, version = ?6,"
        " fix = ?7, observation = ?8, records = ?9, bytes = ?10, title = ?11, via = ?12 WHERE id = ?1";
    struct store *s = l->store;
    int64_t fix = store_text(s, f->fix), title = store_word(s, f->title),
            via = store_word(s, f->via);
    struct query q = query(s, SET);
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
    static const char KEEP[] =
        "INSERT OR REPLACE INTO exposures SELECT id, opened_ms, seen_ms, closed_ms, opened_scan,"
        " seen_scan, closed_scan FROM findings WHERE id = ?1";
    static const char OPEN[] =
        "UPDATE findings SET opened_ms = ?2, opened_scan = ?3, closed_ms = NULL, closed_scan = NULL"
        " WHERE id = ?1";
    struct query q = query(l->store, KEEP);
    query_int(&q, 1, id);
    query_run(&q);
    q = query(l->store, OPEN);
    query_int(&q, 1, id);
    query_int(&q, 2, l->now_ms);
    query_int(&q, 3, l->store->scan);
    query_run(&q);
}

static void add_sighting(struct store *s, int64_t finding, const struct finding *f,
                         int64_t observation)
{
    static const char ADD[] =
        "INSERT OR REPLACE INTO sightings(scan, finding, severity, observation) VALUES (?1, ?2, ?3, ?4)";
    struct query q = query(s, ADD);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, finding);
    query_int(&q, 3, f->severity);
    query_int(&q, 4, observation);
    query_run(&q);
}

static void see(struct life *l, const struct finding *f, const int64_t *seen)
{
    uint8_t fingerprint[16];
    struct known k;
    bool has = f->seen < l->visit->observations.len && f->seen < OBSERVATIONS_MAX;
    const struct observation *o = has ? &l->visit->observations.at[f->seen] : NULL;
    int64_t observation = has ? seen[f->seen] : 0;
    fingerprint_bytes(f->fingerprint, fingerprint);
    if (!find_known(l->store, fingerprint, &k)) {
        k.id = add_finding(l, fingerprint, f, observation, o);
    } else {
        if (k.closed)
            reopen(l, k.id);
        if (k.severity == (int64_t)f->severity && k.observation == observation)
            touch(l, k.id, f);
        else
            change(l, k.id, f, observation, o);
    }
    add_sighting(l->store, k.id, f, observation);
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
        other |= clear && o->kind != KIND_TLS;
    }
    return other;
}

static void close_finding(struct store *s, int64_t id, int64_t now_ms)
{
    static const char SET[] = "UPDATE findings SET closed_ms = ?2, closed_scan = ?3 WHERE id = ?1";
    struct query q = query(s, SET);
    query_int(&q, 1, id);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, s->scan);
    query_run(&q);
}

enum { OPEN_MAX = 256 };

/* Closes what is open at the endpoint, was not seen now, and is provably gone. More than OPEN_MAX
 * at one endpoint: the rest is looked at in the next scan. */
static void close_gone(struct life *l)
{
    static const char FIND[] =
        "SELECT id, product FROM findings WHERE endpoint = ?1 AND closed_ms IS NULL AND seen_scan <> ?2"
        " LIMIT ?3";
    struct {
        int64_t id, product;
    } open[OPEN_MAX];
    size_t count = 0;
    struct query q = query(l->store, FIND);
    query_int(&q, 1, l->endpoint);
    query_int(&q, 2, l->store->scan);
    query_int(&q, 3, OPEN_MAX);
    while (count < OPEN_MAX && query_row(&q)) {
        open[count].id = query_get(&q, 0);
        open[count++].product = query_get(&q, 1);
    }
    query_end(&q);
    for (size_t i = 0; i < count; i++)
        if (proves_gone(l->store, l->visit, open[i].product))
            close_finding(l->store, open[i].id, l->now_ms);
}

bool life_of_visit(struct store *s, int64_t endpoint, const struct visit *v, const int64_t *seen,
                   const struct finding *f, size_t findings, int64_t now_ms)
{
    struct life l = { s, endpoint, now_ms, v };
    for (size_t i = 0; i < findings && store_ok(s); i++)
        see(&l, &f[i], seen);
    if (store_ok(s))
        close_gone(&l);
    return store_ok(s);
}

/* A firewall that drops is how a port is often closed: the host answered on another port in the
 * same scan, this one said nothing. */
bool life_of_filtered(struct store *s, int64_t now_ms)
{
    static const char MARK[] =
        "UPDATE visits SET end = ?2 WHERE scan = ?1 AND end = ?3 AND EXISTS (SELECT 1 FROM endpoints e"
        " JOIN endpoints n ON n.address = e.address AND n.name = e.name"
        " JOIN visits w ON w.scan = ?1 AND w.endpoint = n.id"
        " WHERE e.id = visits.endpoint AND w.end IN (?4, ?5))";
    static const char CLOSE[] =
        "UPDATE findings SET closed_ms = ?2, closed_scan = ?1 WHERE closed_ms IS NULL AND endpoint IN"
        " (SELECT endpoint FROM visits WHERE scan = ?1 AND end = ?3) AND seen_scan <> ?1";
    struct query q = query(s, MARK);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, STORED_FILTERED);
    query_int(&q, 3, STORED_SILENT);
    query_int(&q, 4, STORED_ANSWERED);
    query_int(&q, 5, STORED_REFUSED);
    query_run(&q);
    q = query(s, CLOSE);
    query_int(&q, 1, s->scan);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, STORED_FILTERED);
    return query_run(&q);
}
