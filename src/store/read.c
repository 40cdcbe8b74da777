/* Stored rows back into visits, so that last year's can be judged with today's rules. */
#include "store/inside.h"

enum { VISIT_ARENA_MAX = 64 << 20 };

static void take_fact(struct store *s, struct query *q, struct arena *a, struct fact *f)
{
    f->key = store_word_text(s, query_get(q, 0), a);
    f->type = (enum fact_type)query_get(q, 1);
    if (f->type == FACT_TEXT)
        f->text = arena_copy(a, query_span(q, 2));
    else
        f->number = query_get(q, 2);
    f->ask = store_word_text(s, query_get(q, 3), a);
    f->proof = arena_copy(a, query_span(q, 4));
}

static void read_facts(struct store *s, int64_t id, struct arena *a, struct observation *o)
{
    static const char FACTS[] =
        "SELECT key, type, value, ask, proof FROM facts WHERE observation = ?1 ORDER BY place";
    struct query q = query(s, FACTS);
    query_int(&q, 1, id);
    while (o->facts.len < FACTS_MAX && query_row(&q)) {
        struct fact *f = list_add(a, &o->facts);
        if (!f)
            break;
        take_fact(s, &q, a, f);
        if (!f->key)
            o->facts.len--;
    }
    query_end(&q);
}

static void read_collections(struct store *s, int64_t id, struct arena *a, struct observation *o)
{
    static const char COLLECTIONS[] =
        "SELECT name, records, bytes, created_ms FROM collections WHERE observation = ?1"
        " ORDER BY place";
    struct query q = query(s, COLLECTIONS);
    query_int(&q, 1, id);
    while (o->collections.len < COLLECTIONS_LISTED_MAX && query_row(&q)) {
        struct collection *c = list_add(a, &o->collections);
        if (!c)
            break;
        *c = (struct collection){ arena_copy(a, query_span(&q, 0)), query_get(&q, 1),
                                  query_get(&q, 2), query_get(&q, 3) };
    }
    query_end(&q);
}

#define OBSERVATION_COLUMNS \
    "id, product, via, kind, outcome, tls, collections, records, bytes, last_ms"

static int64_t take_observation(struct store *s, struct query *q, struct arena *a,
                                struct observation *o)
{
    *o = (struct observation){
        .arena = a,
        .product = store_word_text(s, query_get(q, 1), a),
        .via = store_word_text(s, query_get(q, 2), a),
        .kind = (enum kind)query_get(q, 3),
        .outcome = (enum outcome)query_get(q, 4),
        .tls = query_get(q, 5) != 0,
        .collection_count = query_get(q, 6),
        .records = query_get(q, 7),
        .bytes = query_get(q, 8),
        .at_ms = query_get(q, 9),
    };
    return query_get(q, 0);
}

bool read_observation(struct store *s, int64_t id, struct arena *a, struct observation *o)
{
    static const char GET[] = "SELECT " OBSERVATION_COLUMNS " FROM observations WHERE id = ?1";
    struct query q = query(s, GET);
    query_int(&q, 1, id);
    bool there = query_row(&q);
    if (there)
        take_observation(s, &q, a, o);
    query_end(&q);
    if (there) {
        read_facts(s, id, a, o);
        read_collections(s, id, a, o);
    }
    return there && o->product && store_ok(s) && !arena_failed(a);
}

/* How the endpoint looked in the scan: observations whose interval holds it. */
static void read_observations(struct store *s, int64_t endpoint, int64_t scan, struct visit *v)
{
    static const char SEEN[] = "SELECT " OBSERVATION_COLUMNS
                               " FROM observations WHERE endpoint = ?1 AND last_scan >= ?2"
                               " AND first_scan <= ?2 ORDER BY place";
    int64_t ids[OBSERVATIONS_MAX];
    struct query q = query(s, SEEN);
    query_int(&q, 1, endpoint);
    query_int(&q, 2, scan);
    while (v->observations.len < OBSERVATIONS_MAX && query_row(&q)) {
        struct observation *o = list_add(v->arena, &v->observations);
        if (!o)
            break;
        ids[v->observations.len - 1] = take_observation(s, &q, v->arena, o);
        if (!o->product)
            v->observations.len--;
    }
    query_end(&q);
    for (size_t i = 0; i < v->observations.len; i++) {
        read_facts(s, ids[i], v->arena, &v->observations.at[i]);
        read_collections(s, ids[i], v->arena, &v->observations.at[i]);
    }
}

static void take_endpoint(struct span address, int64_t port, struct span name, struct arena *a,
                          struct endpoint *ret)
{
    *ret = (struct endpoint){ .port = (uint16_t)port,
                              .name = name.len ? arena_str(a, name) : NULL };
    if (address.len == 4 || address.len == 16) {
        ret->address.family = address.len == 4 ? 4 : 6;
        memcpy(ret->address.bytes, address.at, address.len);
    }
}

static void take_end(enum stored_end end, struct visit *v)
{
    v->end = end == STORED_SKIPPED ? END_SKIPPED : end == STORED_FAILED ? END_FAILED : END_DONE;
    v->answered = end == STORED_ANSWERED;
    v->refused = end == STORED_REFUSED;
}

bool store_visits(struct store *s, int64_t scan, bool (*each)(void *self, const struct visit *v),
                  void *self, struct error *e)
{
    static const char OF_SCAN[] =
        "SELECT e.id, e.address, e.port, e.name, v.scan, v.end, v.why FROM visits v"
        " JOIN endpoints e ON e.id = v.endpoint WHERE v.scan = ?1";
    static const char LAST[] =
        "SELECT id, address, port, name, answered_scan, 0, 0 FROM endpoints WHERE answered_scan > 0";
    struct query q = query(s, scan ? OF_SCAN : LAST);
    if (scan)
        query_int(&q, 1, scan);
    bool more = true;
    while (more && query_row(&q)) {
        struct arena a;
        struct endpoint at;
        struct visit v;
        arena_init(&a, VISIT_ARENA_MAX);
        take_endpoint(query_span(&q, 1), query_get(&q, 2), query_span(&q, 3), &a, &at);
        visit_init(&v, &a, &at);
        take_end((enum stored_end)query_get(&q, 5), &v);
        v.why = store_word_text(s, query_get(&q, 6), &a);
        if (v.answered)
            read_observations(s, query_get(&q, 0), query_get(&q, 4), &v);
        if (arena_failed(&a))
            error_set(&s->error, "no memory for a stored visit");
        more = store_ok(s) && each(self, &v);
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}

bool store_finding_visit(struct store *s, int64_t finding, struct arena *a, struct visit *ret,
                         struct error *e)
{
    static const char GET[] = "SELECT e.address, e.port, e.name, f.observation FROM findings f"
                              " JOIN endpoints e ON e.id = f.endpoint WHERE f.id = ?1";
    struct query q = query(s, GET);
    struct endpoint at = { 0 };
    query_int(&q, 1, finding);
    bool there = query_row(&q);
    if (there)
        take_endpoint(query_span(&q, 0), query_get(&q, 1), query_span(&q, 2), a, &at);
    int64_t observation = query_get(&q, 3);
    query_end(&q);
    visit_init(ret, a, &at);
    ret->answered = true;
    struct observation *o = there ? list_add(a, &ret->observations) : NULL;
    if (o && !read_observation(s, observation, a, o))
        ret->observations.len = 0;
    if (store_ok(s) && arena_failed(a))
        return error_set(e, "no memory for an observation");
    return store_told(s, e) && (there || error_set(e, "the finding is not stored any more"));
}
