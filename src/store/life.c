/* The life of a finding: opened, seen again, closed, opened again.
 *
 * A finding closes only on proof: the host refuses the port, the same product refuses or shows no more what the rule
 * rests on, or another product sits there now. Whatever decides nothing (silence, a gateway's error, a failure of
 * ours, a fact that is merely hidden) leaves it open: it was not seen, and why is kept beside it. */
#include "record/fingerprint.h"
#include "store/inside.h"

enum { OPEN_MAX = 32, BEFORE_ARENA_MAX = 16 << 20 };

/* A finding as it was stored before the visit. */
struct known {
    int64_t id, severity, observation, product, rule, via;
    int64_t first_ms, opened_ms, opened_scan, seen_scan, seen_ms;
    int64_t unseen, unseen_detail;
    uint8_t fingerprint[16];
    bool closed, seen_now;
};

struct life {
    struct store *store;
    const struct known_endpoint *at;
    int64_t now_ms;
    const struct visit *visit;
    const int64_t *seen; /* the stored observations of the visit's */
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
                       .closed = query_get(q, 9) != 0, .seen_ms = query_get(q, 10),
                       .unseen = query_get(q, 11),     .unseen_detail = query_get(q, 12),
                       .rule = query_get(q, 13),       .via = query_get(q, 14) };
    struct span fingerprint = query_span(q, 8);
    if (fingerprint.len == sizeof(k.fingerprint))
        memcpy(k.fingerprint, fingerprint.at, sizeof(k.fingerprint));
    return k;
}

/* The next OPEN_MAX that are open at the endpoint and were not seen in the scan (0: in any). */
static void load_open(struct life *l, int64_t from, int64_t scan)
{
    struct query q = query(l->store, SQL_FINDINGS_OPEN_AT);
    query_int(&q, 1, l->at->id);
    query_int(&q, 2, from);
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

static bool is_word(struct store *s, const char *word, int64_t id)
{
    return store_word(s, word) == id;
}

/* A lock hides what a store is called; the way that leads to it stays. */
static bool same_way(const struct observation *before, const struct observation *now)
{
    struct span way = fact_get_text(before, "via.route");
    return way.len && span_eq(way, fact_get_text(now, "via.route"));
}

/* A store behind a dashboard that does not state who it is today, as one whose cluster has not formed, is the one that
 * was seen by the same way of the same dashboard: it keeps its name. */
static bool find_unidentified(struct life *l, struct finding *f, const struct observation *o, struct known *ret)
{
    if (!o || !o->via || exposure_is_identified(o))
        return false;
    for (size_t i = 0; i < l->open_count; i++) {
        struct known *k = &l->open[i];
        struct observation before;
        struct arena a;
        if (k->seen_now || !is_word(l->store, f->rule, k->rule) || !is_word(l->store, o->product, k->product) ||
            !is_word(l->store, o->via, k->via))
            continue;
        arena_init(&a, BEFORE_ARENA_MAX);
        k->seen_now = read_observation(l->store, k->observation, &a, &before) && same_way(&before, o);
        arena_release(&a);
        if (!k->seen_now)
            continue;
        *ret = *k;
        fingerprint_text(span_of(k->fingerprint, sizeof(k->fingerprint)), f->fingerprint);
        return true;
    }
    return false;
}

/* Its number; 0 where a finding of this fingerprint is stored already. */
static int64_t add_finding(struct life *l, const uint8_t fingerprint[16], const struct finding *f,
                        int64_t observation, const struct observation *seen)
{
    struct store *s = l->store;
    int64_t rule = store_word(s, f->rule), title = store_word(s, f->title),
            product = store_word(s, f->product);
    int64_t via = store_word(s, f->via), fix = store_text(s, f->fix);
    struct query q = query(s, SQL_FINDING_ADD);
    query_int(&q, 1, l->at->id);
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
    query_int(&q, 15, s->now.scan);
    return query_added(&q);
}

/* Only what moves from scan to scan, so that no index is touched. A clock that went back shortens no life below
 * nothing: what happens later never bears an earlier time than what it ends or follows. */
static void touch(struct life *l, int64_t id, const struct finding *f)
{
    struct query q = query(l->store, SQL_FINDING_TOUCH);
    query_int(&q, 1, id);
    query_int(&q, 2, l->now_ms);
    query_int(&q, 3, l->store->now.scan);
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
    query_int(&q, 3, s->now.scan);
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

/* It is seen again after it was not, without having been closed. */
static void see_again(struct store *s, int64_t id)
{
    struct query q = query(s, SQL_FINDING_SEE_AGAIN);
    query_int(&q, 1, id);
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
    query_int(&q, 3, l->store->now.scan);
    query_run(&q);
}

static void add_sighting(struct store *s, int64_t finding, const struct finding *f,
                         int64_t observation)
{
    struct query q = query(s, SQL_SIGHTING_PUT);
    query_int(&q, 1, s->now.scan);
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
                                  .reopened = times_reopened(s, k),
                                  .seen_ms = k->seen_ms,
                                  .unseen = (unsigned)k->unseen,
                                  .unseen_detail = span_str(store_word_kept(s, k->unseen_detail)) };
}

/* Looks the finding up, and opens it where it is not open. False where it was opened just now, so
 * that nothing more is to be changed. */
static bool find_or_open(struct life *l, const uint8_t fingerprint[16], struct finding *f,
                         int64_t observation, const struct observation *seen, struct known *ret)
{
    bool stored = !l->at->is_new && (find_stored(l, fingerprint, ret) || find_unidentified(l, f, seen, ret));
    int64_t id = stored ? 0 : add_finding(l, fingerprint, f, observation, seen);
    if (id) {
        *ret = (struct known){ .id = id,
                               .first_ms = l->now_ms,
                               .opened_ms = l->now_ms,
                               .seen_ms = l->now_ms,
                               .opened_scan = l->store->now.scan };
        return false;
    }
    if (!stored && !find_known(l->store, fingerprint, ret))
        return false;
    if (ret->closed) {
        reopen(l, ret->id);
        ret->opened_ms = l->now_ms > ret->seen_ms ? l->now_ms : ret->seen_ms;
        ret->opened_scan = l->store->now.scan;
    }
    return true;
}

static void see(struct life *l, struct finding *f)
{
    uint8_t fingerprint[16];
    struct known k = { 0 };
    bool has = f->seen < l->visit->observations.len && f->seen < OBSERVATIONS_MAX;
    const struct observation *o = has ? &l->visit->observations.at[f->seen] : NULL;
    int64_t observation = has ? l->seen[f->seen] : 0;
    fingerprint_bytes(f->fingerprint, fingerprint);
    if (find_or_open(l, fingerprint, f, observation, o, &k)) {
        if (k.severity == (int64_t)f->severity && k.observation == observation)
            touch(l, k.id, f);
        else
            change(l, k.id, f, observation, o);
        if (k.unseen)
            see_again(l->store, k.id);
        k.unseen = k.unseen_detail = 0;
        k.seen_ms = l->now_ms > k.opened_ms ? l->now_ms : k.opened_ms;
    }
    if (!k.id || !store_ok(l->store))
        return;
    add_sighting(l->store, k.id, f, observation);
    f->life = life_of(l->store, l->store->now.scan, &k);
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

/* ---- not seen ---- */

/* What a visit says of one finding that it did not show: `detail` in words for people. */
struct fate {
    struct ending ending;
    const char *detail;
};

static struct fate over(enum proof p, const char *detail)
{
    return (struct fate){ { .proof = p }, detail };
}

static struct fate not_seen(enum unseen u, const char *detail)
{
    return (struct fate){ { .unseen = u }, detail };
}

static bool same_store(const struct observation *before, const struct observation *now)
{
    uint8_t one[EXPOSURE_STORE_MAX], two[EXPOSURE_STORE_MAX];
    return span_eq(exposure_store(before, one), exposure_store(now, two));
}

/* Which observation of the visit shows the product that the finding is about, or OBSERVATIONS_MAX. */
static size_t find_product(struct life *l, const struct known *k, const struct observation *before)
{
    const struct visit *v = l->visit;
    size_t found = OBSERVATIONS_MAX;
    for (size_t i = 0; i < v->observations.len && i < OBSERVATIONS_MAX; i++) {
        const struct observation *o = &v->observations.at[i];
        if (!is_word(l->store, o->product, k->product) || !is_word(l->store, o->via, k->via))
            continue;
        if (!o->via || !before || same_store(before, o))
            return i;
        if (o->outcome != OUTCOME_OPEN && same_way(before, o))
            found = i;
    }
    return found;
}

/* A web server that nobody knows is the same one only where it calls itself the same and answers for itself. */
static bool is_same_web(const struct observation *before, const struct observation *now)
{
    const struct fact *status = fact_get(now, "http.status");
    struct span was = fact_get_text(before, "http.server"), is = fact_get_text(now, "http.server");
    bool elsewhere = status && status->type == FACT_NUMBER && status->number >= 300 && status->number <= 399;
    return !elsewhere && span_eq(span_first(was, span_index(was, '/')), span_first(is, span_index(is, '/')));
}

static struct ending ask(struct store *s, const char *rule, const struct observation *before,
                         const struct observation *now, bool same_look)
{
    if (s->ending)
        return s->ending(s->ending_self, rule, before, now, same_look);
    if (!is_decided(now))
        return (struct ending){ .unseen = UNSEEN_UNDECIDED };
    return (struct ending){ .proof = now->outcome == OUTCOME_LOCKED ? PROOF_REFUSED : PROOF_GONE };
}

/* The product is there, and shows the finding no more. */
static struct fate of_product(struct life *l, const struct known *k, const struct observation *before, size_t i,
                              struct arena *a)
{
    const struct observation *now = &l->visit->observations.at[i];
    if (is_gateway_error(now))
        return not_seen(UNSEEN_GATEWAY, fact_get(now, "http.status") ? "an HTTP error" : NULL);
    if (before && now->kind == KIND_WEB && !is_same_web(before, now))
        return not_seen(UNSEEN_STRANGER, NULL);
    if (before && is_decided(now) && now->kind != KIND_TLS && before->tls != now->tls)
        return over(PROOF_MOVED, now->tls ? "inside TLS" : "in clear");
    const char *rule = store_word_text(l->store, k->rule, a);
    struct ending e = ask(l->store, rule ? rule : "", before, now, k->observation == l->seen[i]);
    return (struct fate){ e, e.proof == PROOF_REFUSED || e.unseen == UNSEEN_UNDECIDED ? now->product : NULL };
}

/* The first of the visit's observations of which `is` holds. */
static const struct observation *first_of(const struct visit *v, bool (*is)(const struct observation *o))
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (is(&v->observations.at[i]))
            return &v->observations.at[i];
    return NULL;
}

static bool is_service(const struct observation *o)
{
    return !o->via && o->kind != KIND_TLS;
}

/* A store that was seen through a dashboard is not seen any more: the dashboard says why, as far as it can. */
static struct fate of_dashboard(struct life *l, const struct known *k, const struct observation *before,
                                const struct observation *front)
{
    const struct visit *v = l->visit;
    if (front->outcome == OUTCOME_LOCKED || front->outcome == OUTCOME_PARTIAL)
        return over(PROOF_REFUSED, front->product);
    if (front->outcome != OUTCOME_OPEN)
        return not_seen(UNSEEN_UNDECIDED, front->product);
    for (size_t i = 0; before && i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o->via && is_word(l->store, o->via, k->via) && is_decided(o) && same_way(before, o) &&
            exposure_is_identified(before) && exposure_is_identified(o) && !same_store(before, o))
            return over(PROOF_OTHER, o->product);
    }
    return not_seen(UNSEEN_BEHIND, front->product);
}

/* The product is not there; something else may be. */
static struct fate of_others(struct life *l, const struct known *k, const struct observation *before)
{
    const struct visit *v = l->visit;
    const struct observation *service = first_of(v, is_service);
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (k->via && !o->via && is_word(l->store, o->product, k->via))
            return of_dashboard(l, k, before, o);
    }
    const struct observation *other = NULL;
    for (size_t i = 0; i < v->observations.len && !other; i++) {
        const struct observation *o = &v->observations.at[i];
        if (!o->via && is_known_product(o) && is_decided(o))
            other = o;
    }
    /* A certificate is gone where what answers there speaks in clear now. */
    if (before && before->kind == KIND_TLS)
        return other && !other->tls ? over(PROOF_MOVED, "in clear") : not_seen(UNSEEN_HIDDEN, NULL);
    if (other)
        return over(PROOF_OTHER, other->product);
    if (service && is_gateway_error(service))
        return not_seen(UNSEEN_GATEWAY, NULL);
    if (service && is_known_product(service))
        return not_seen(UNSEEN_UNDECIDED, service->product);
    return service ? not_seen(UNSEEN_STRANGER, service->product) : not_seen(UNSEEN_UNDECIDED, v->why);
}

static struct fate fate_of(struct life *l, const struct known *k, struct arena *a)
{
    const struct visit *v = l->visit;
    struct observation before;
    if (v->refused)
        return over(PROOF_SHUT, NULL);
    if (!v->answered)
        return not_seen(UNSEEN_SILENT, v->why);
    bool kept = k->observation && read_observation(l->store, k->observation, a, &before);
    size_t i = find_product(l, k, kept ? &before : NULL);
    return i < OBSERVATIONS_MAX ? of_product(l, k, kept ? &before : NULL, i, a)
                                : of_others(l, k, kept ? &before : NULL);
}

static void put_closed(struct store *s, int64_t id, int64_t now_ms, enum proof proof, const char *detail)
{
    int64_t word = store_word(s, detail);
    struct query q = query(s, SQL_FINDING_CLOSE);
    query_int(&q, 1, id);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, s->now.scan);
    query_int(&q, 4, proof);
    query_int(&q, 5, word);
    query_run(&q);
}

/* The newest reason counts, and the first scan that did not see it. */
static void put_unseen(struct store *s, int64_t id, enum unseen unseen, const char *detail)
{
    int64_t word = store_word(s, detail);
    struct query q = query(s, SQL_FINDING_UNSEEN);
    query_int(&q, 1, id);
    query_int(&q, 2, unseen);
    query_int(&q, 3, word);
    query_int(&q, 4, s->now.scan);
    query_run(&q);
}

/* What is open at the endpoint and was not seen now. */
static void settle_rest(struct life *l)
{
    for (size_t i = 0; i < l->open_count && store_ok(l->store); i++) {
        const struct known *k = &l->open[i];
        struct arena a;
        if (k->seen_now || k->seen_scan == l->store->now.scan)
            continue;
        arena_init(&a, BEFORE_ARENA_MAX);
        struct fate f = fate_of(l, k, &a);
        l->store->endings.closed[f.ending.proof] += f.ending.proof != PROOF_NONE;
        l->store->endings.unseen[f.ending.unseen] += f.ending.proof == PROOF_NONE;
        if (f.ending.proof != PROOF_NONE)
            put_closed(l->store, k->id, l->now_ms, f.ending.proof, f.detail);
        else
            put_unseen(l->store, k->id, f.ending.unseen, f.detail);
        arena_release(&a);
    }
}

bool life_of_visit(struct store *s, const struct known_endpoint *at, const struct visit *v,
                   const int64_t *seen, struct finding *f, size_t findings, int64_t now_ms)
{
    struct life l = { .store = s, .at = at, .now_ms = now_ms, .visit = v, .seen = seen };
    if (!at->is_new)
        load_open(&l, 0, 0);
    for (size_t i = 0; i < findings && store_ok(s); i++)
        see(&l, &f[i]);
    while (l.open_count && store_ok(s)) {
        bool more = l.open_count == OPEN_MAX;
        int64_t after = l.open[l.open_count - 1].id + 1;
        settle_rest(&l);
        l.open_count = 0;
        if (more)
            load_open(&l, after, s->now.scan);
    }
    return store_ok(s);
}

bool life_of_failed(struct store *s, const struct known_endpoint *at, const char *why)
{
    int64_t word = store_word(s, why);
    struct query q = query(s, SQL_FINDINGS_FAILED);
    query_int(&q, 1, at->id);
    query_int(&q, 2, UNSEEN_FAILED);
    query_int(&q, 3, word);
    query_int(&q, 4, s->now.scan);
    if (query_run(&q))
        s->endings.unseen[UNSEEN_FAILED] += s->back->changed(s);
    return store_ok(s);
}

/* The host answered on another port in the same scan, under whatever name, this one said nothing. A firewall that
 * drops does that, and so does a packet that was lost: it is told, and closes nothing. */
bool life_of_filtered(struct store *s)
{
    struct query q = query(s, SQL_VISITS_FILTERED);
    query_int(&q, 1, s->now.scan);
    query_int(&q, 2, STORED_FILTERED);
    query_int(&q, 3, STORED_SILENT);
    query_int(&q, 4, STORED_ANSWERED);
    query_int(&q, 5, STORED_REFUSED);
    query_run(&q);
    q = query(s, SQL_FINDINGS_FILTERED);
    query_int(&q, 1, s->now.scan);
    query_int(&q, 2, UNSEEN_FILTERED);
    query_int(&q, 3, STORED_FILTERED);
    uint64_t changed = query_run(&q) ? s->back->changed(s) : 0;
    uint64_t silent = s->endings.unseen[UNSEEN_SILENT], moved = changed < silent ? changed : silent;
    s->endings.unseen[UNSEEN_SILENT] -= moved;
    s->endings.unseen[UNSEEN_FILTERED] += moved;
    return store_ok(s);
}

/* ---- the owner's word ---- */

void store_ask_endings(struct store *s, store_ending_of *ending, const void *self)
{
    s->ending = ending;
    s->ending_self = self;
}

bool store_close_finding(struct store *s, int64_t finding, const char *why, int64_t now_ms, struct error *e)
{
    store_batch(s);
    int64_t word = store_word(s, why);
    struct query q = query(s, SQL_FINDING_CLOSE_BY_OWNER);
    query_int(&q, 1, finding);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, PROOF_OWNER);
    query_int(&q, 4, word);
    bool closed = query_run(&q) && s->back->changed(s) > 0;
    return store_commit(s, e) && (closed || error_set(e, "the finding is closed already"));
}
