/* Stored rows back into visits, so that last year's can be judged with today's rules. */
#include "store/inside.h"
#include "store/pack.h"

enum { VISIT_ARENA_MAX = 64 << 20, ENDPOINT_ARENA_MAX = 1 << 16 };

static void read_facts(struct store *s, struct span packed, struct arena *a, struct observation *o)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, packed);
    while (o->facts.len < FACTS_MAX && reader_more(&r)) {
        struct packed_fact p;
        unpack_fact(&r, &p);
        const char *key = reader_ok(&r) ? store_word_text(s, p.key, a) : NULL;
        struct fact *f = key ? list_add(a, &o->facts) : NULL;
        if (f)
            *f = (struct fact){ .key = key,
                                .type = p.type,
                                .text = arena_copy(a, p.text),
                                .number = p.number,
                                .ask = store_word_text(s, p.ask, a),
                                .proof = arena_copy(a, p.proof) };
    }
    if (!reader_ok(&r))
        error_set(&s->error, "%s: the facts of an observation are damaged: %s", s->path, bad.why);
}

static void read_collections(struct store *s, struct span packed, struct arena *a,
                             struct observation *o)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, packed);
    while (o->collections.len < COLLECTIONS_LISTED_MAX && reader_more(&r)) {
        struct collection c;
        unpack_collection(&r, &c);
        struct collection *kept = reader_ok(&r) ? list_add(a, &o->collections) : NULL;
        if (!kept)
            break;
        *kept = c;
        kept->name = arena_copy(a, c.name);
    }
    if (!reader_ok(&r))
        error_set(&s->error, "%s: the collections of an observation are damaged: %s", s->path,
                  bad.why);
}


void read_packed(struct store *s, struct span facts, struct span collections, struct arena *a, struct observation *o)
{
    read_facts(s, facts, a, o);
    read_collections(s, collections, a, o);
}

/* False where there is no such observation any more, or none that can be. */
static bool take_observation(struct store *s, struct query *q, struct arena *a,
                             struct observation *o)
{
    *o = (struct observation){
        .arena = a,
        .product = store_word_text(s, query_get(q, 0), a),
        .via = store_word_text(s, query_get(q, 1), a),
        .kind = (enum kind)query_get(q, 2),
        .outcome = (enum outcome)query_get(q, 3),
        .tls = query_get(q, 4) != 0,
        .collection_count = query_get(q, 5),
        .records = query_get(q, 6),
        .bytes = query_get(q, 7),
        .at_ms = query_get(q, 8),
    };
    read_packed(s, query_span(q, 9), query_span(q, 10), a, o);
    return o->product && store_ok(s) && !arena_failed(a);
}

bool read_observation(struct store *s, int64_t id, struct arena *a, struct observation *o)
{
    struct query q = query(s, SQL_OBSERVATION_GET);
    query_int(&q, 1, id);
    bool whole = query_row(&q) && take_observation(s, &q, a, o);
    query_end(&q);
    return whole;
}

/* How the endpoint looked in the scan: observations whose interval holds it. */
static void read_observations(struct store *s, int64_t endpoint, int64_t scan, struct visit *v)
{
    struct query q = query(s, SQL_OBSERVATIONS_SEEN);
    query_int(&q, 1, endpoint);
    query_int(&q, 2, scan);
    while (v->observations.len < OBSERVATIONS_MAX && query_row(&q)) {
        struct observation *o = list_add(v->arena, &v->observations);
        if (o && !take_observation(s, &q, v->arena, o))
            v->observations.len--;
    }
    query_end(&q);
}

/* Columns `at` and the three after it: address, port, name, path. */
static void take_endpoint(struct query *q, int at, struct arena *a, struct endpoint *ret)
{
    struct span address = query_span(q, at), name = query_span(q, at + 2), path = query_span(q, at + 3);
    *ret = (struct endpoint){ .name = name.len ? arena_str(a, name) : NULL,
                              .path = path.len ? arena_str(a, path) : NULL };
    endpoint_set_port(ret, (uint32_t)query_get(q, at + 1));
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

bool store_endpoints(struct store *s, bool (*each)(void *self, const struct endpoint *e), void *self, struct error *e)
{
    struct query q = query(s, SQL_ENDPOINTS);
    bool more = true;
    while (more && query_row(&q)) {
        struct arena a;
        struct endpoint at;
        arena_init(&a, ENDPOINT_ARENA_MAX);
        take_endpoint(&q, 0, &a, &at);
        more = each(self, &at);
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}

bool store_visits(struct store *s, int64_t scan, bool (*each)(void *self, const struct visit *v),
                  void *self, struct error *e)
{
    struct query q = query(s, scan ? SQL_VISITS_OF_SCAN : SQL_VISITS_LAST);
    if (scan)
        query_int(&q, 1, scan);
    bool more = true;
    while (more && query_row(&q)) {
        struct arena a;
        struct endpoint at;
        struct visit v;
        arena_init(&a, VISIT_ARENA_MAX);
        take_endpoint(&q, 1, &a, &at);
        visit_init(&v, &a, &at);
        take_end((enum stored_end)query_get(&q, 6), &v);
        v.why = store_word_text(s, query_get(&q, 7), &a);
        if (v.answered)
            read_observations(s, query_get(&q, 0), query_get(&q, 5), &v);
        if (arena_failed(&a))
            error_set(&s->error, "no memory for a stored visit");
        more = store_ok(s) && each(self, &v);
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}

bool store_certificates(struct store *s, bool (*each)(void *self, const struct stored_certificate *c), void *self,
                        struct error *e)
{
    struct query q = query(s, SQL_CERTIFICATES_EVER);
    query_int(&q, 1, KIND_TLS);
    bool more = true;
    while (more && query_row(&q)) {
        struct arena a;
        struct observation o;
        struct stored_certificate c = { .seen = &o };
        arena_init(&a, VISIT_ARENA_MAX);
        bool whole = take_observation(s, &q, &a, &o);
        take_endpoint(&q, 11, &a, &c.endpoint);
        c.first_ms = query_get(&q, 15);
        c.last_ms = query_get(&q, 16);
        c.now = query_get(&q, 17) != 0;
        if (arena_failed(&a))
            error_set(&s->error, "no memory for a stored certificate");
        more = store_ok(s) && (!whole || each(self, &c));
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}

bool store_finding_visit(struct store *s, int64_t finding, struct arena *a, struct visit *ret,
                         struct error *e)
{
    struct query q = query(s, SQL_FINDING_VISIT);
    struct endpoint at = { 0 };
    query_int(&q, 1, finding);
    bool there = query_row(&q);
    if (there)
        take_endpoint(&q, 0, a, &at);
    int64_t observation = query_get(&q, 4);
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
