/* A scan from its beginning to its end, and its journal. */
#include "store/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/random.h"

static const char *const STATE_NAMES[] = {
    [SCAN_UNFINISHED] = "unfinished", [SCAN_COMPLETE] = "complete"
};

const char *scan_state_name(enum scan_state state)
{
    return state == SCAN_COMPLETE || state == SCAN_UNFINISHED ? STATE_NAMES[state] : "unknown";
}

/* Retention keeps its hands off a scan for so long after its last commit, lest one that runs loses its ground. */
enum { JOURNAL_BYTES_MAX = 256 << 20, LEASE_MS = 24 * 3600 * 1000 };

struct ledger *ledger_new(void)
{
    struct ledger *l = calloc(1, sizeof(*l));
    if (l) {
        buf_init(&l->journal, JOURNAL_BYTES_MAX);
        l->tail_fd = -1;
    }
    return l;
}

void ledger_free(struct ledger *l)
{
    if (!l)
        return;
    tail_close(l);
    runs_release(&l->places);
    buf_release(&l->journal);
    free(l);
}

/* ---- begin, resume ---- */

static void forget_running(struct store *s)
{
    struct ledger *l = s->ledger;
    tail_close(l);
    runs_release(&l->places);
    l->sums = (struct scan_sums){ 0 };
    l->reason_count = 0;
    s->endings = (struct scan_endings){ 0 };
    l->batch = 0;
    s->now.scan = 0;
}

/* This process, in words for whoever finds the scan taken. */
static const char *worker_name(char name[static WORKER_MAX])
{
    char host[64] = "";
    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    snprintf(name, WORKER_MAX, "process %ld on %s", (long)getpid(), host[0] ? host : "this host");
    return name;
}

static void insert_scan(struct store *s, const struct scan_plan *plan, int64_t now_ms)
{
    char worker[WORKER_MAX];
    struct query q = query(s, SQL_SCAN_ADD);
    query_int(&q, 1, SCAN_UNFINISHED);
    query_int(&q, 2, now_ms);
    query_int(&q, 3, (int64_t)plan->seed);
    query_int(&q, 4, (int64_t)plan->total);
    query_int(&q, 5, (int64_t)siphash(plan->total, 0, plan->plan));
    query_text(&q, 6, plan->plan);
    query_text(&q, 7, plan->scope);
    query_text(&q, 8, span_str(plan->version));
    s->now.scan = query_added(&q);
    q = query(s, SQL_PART_ADD);
    query_int(&q, 1, s->now.scan);
    query_int(&q, 2, ONLY_PART);
    query_int(&q, 3, 0);
    query_int(&q, 4, (int64_t)plan->total);
    query_text(&q, 5, span_str(worker_name(worker)));
    query_int(&q, 6, now_ms + LEASE_MS);
    query_blob(&q, 7, SPAN_NONE);
    query_run(&q);
}

bool store_scan_begin(struct store *s, const struct scan_plan *plan, int64_t now_ms,
                      int64_t *ret_id, struct error *e)
{
    forget_running(s);
    if (store_batch(s))
        insert_scan(s, plan, now_ms);
    s->now.started_ms = now_ms;
    s->ledger->total = plan->total;
    if (store_ok(s) && !s->back->claim(s, s->now.scan) && store_ok(s))
        error_set(&s->error, "scan %lld is new, and yet another process works on it", (long long)s->now.scan);
    *ret_id = s->now.scan;
    return store_told(s, e);
}

static bool load_journal(struct store *s, int64_t id, struct runs *places, struct scan_sums *sums, int64_t *batch)
{
    struct query q = query(s, SQL_PART_GET);
    struct verdict bad;
    query_int(&q, 1, id);
    query_int(&q, 2, ONLY_PART);
    if (!query_row(&q))
        return store_ok(s) &&
               error_set(&s->error, "scan %lld has no journal; it cannot be continued",
                         (long long)id);
    struct reader r = reader_over(&bad, query_span(&q, 0));
    bool whole = runs_decode(&r, places);
    *sums = (struct scan_sums){ .done = (uint64_t)query_get(&q, 1),
                                .skipped = (uint64_t)query_get(&q, 2),
                                .failed = (uint64_t)query_get(&q, 3),
                                .answered = (uint64_t)query_get(&q, 4) };
    *batch = query_get(&q, 5);
    query_end(&q);
    return whole || error_set(&s->error, "%s: the journal of scan %lld is damaged: %s", s->path,
                              (long long)id, bad.why);
}

/* Says who has the scan. */
static void tell_taken(struct store *s, int64_t id)
{
    char worker[WORKER_MAX] = "another process";
    struct query q = query(s, SQL_PART_GET);
    query_int(&q, 1, id);
    query_int(&q, 2, ONLY_PART);
    if (query_row(&q) && query_span(&q, 6).len)
        snprintf(worker, sizeof(worker), "another process (%.*s)", (int)query_span(&q, 6).len,
                 (const char *)query_span(&q, 6).at);
    query_end(&q);
    if (store_ok(s)) {
        s->trouble = STORE_BUSY;
        error_set(&s->error, "scan %lld is being worked on by %s", (long long)id, worker);
    }
}

bool store_scan_resume(struct store *s, int64_t id, struct error *e)
{
    forget_running(s);
    if (!s->back->claim(s, id)) {
        tell_taken(s, id);
        return store_told(s, e);
    }
    struct query q = query(s, SQL_SCAN_STATE);
    query_int(&q, 1, id);
    bool there = query_row(&q);
    int64_t state = query_get(&q, 0);
    s->now.started_ms = query_get(&q, 1);
    s->ledger->total = (uint64_t)query_get(&q, 2);
    query_end(&q);
    if (store_ok(s) && !there)
        error_set(&s->error, "there is no scan %lld", (long long)id);
    else if (store_ok(s) && state != SCAN_UNFINISHED) {
        s->trouble = STORE_OVER;
        error_set(&s->error, "scan %lld is complete; there is nothing to continue", (long long)id);
    }
    struct ledger *l = s->ledger;
    if (store_ok(s) && load_journal(s, id, &l->places, &l->sums, &l->batch) && tail_resume(s, id))
        s->now.scan = id;
    return store_told(s, e);
}

const struct runs *store_scan_places(const struct store *s)
{
    return &s->ledger->places;
}

struct scan_endings store_scan_endings(const struct store *s)
{
    return s->endings;
}

struct scan_sums store_scan_sums(const struct store *s)
{
    return s->ledger->sums;
}

struct kept {
    struct runs *places;
    uint64_t total;
};

static bool add_kept(void *self, const struct visit *v, struct span encoded)
{
    struct kept *k = self;
    (void)encoded;
    return (v->place < k->total || v->place & PLACE_FOLLOWED) && runs_add(k->places, v->place);
}

bool store_scan_runs(struct store *s, int64_t id, struct runs *ret, struct error *e)
{
    struct scan_sums sums;
    int64_t batch;
    struct query q = query(s, SQL_SCAN_STATE);
    query_int(&q, 1, id);
    struct kept k = { ret, query_row(&q) ? (uint64_t)query_get(&q, 2) : 0 };
    query_end(&q);
    return load_journal(s, id, ret, &sums, &batch) ? store_tail(s, id, add_kept, &k, e)
                                           : store_told(s, e);
}

/* ---- what is done ---- */

bool ledger_take(struct store *s, const struct visit *v, bool *ret_new)
{
    struct ledger *l = s->ledger;
    *ret_new = false;
    if (store_ok(s) && v->place >= l->total && !(v->place & PLACE_FOLLOWED))
        error_set(&s->error, "a visit at place %llu of a scan of %llu", (unsigned long long)v->place,
                  (unsigned long long)l->total);
    if (!store_ok(s) || runs_has(&l->places, v->place) || !store_batch(s))
        return store_ok(s);
    if (!runs_add(&l->places, v->place))
        return error_set(&s->error, "no memory for the journal");
    l->sums.done += v->end == END_DONE;
    l->sums.skipped += v->end == END_SKIPPED;
    l->sums.failed += v->end == END_FAILED;
    l->sums.answered += v->answered;
    *ret_new = true;
    return true;
}

/* In memory until the commit. Beyond REASONS_MAX different ones: "other". */
void ledger_count(struct store *s, enum stored_end end, const char *why, uint64_t count)
{
    struct ledger *l = s->ledger;
    int64_t word = store_word(s, l->reason_count < REASONS_MAX - 1 ? why : "other");
    size_t i = 0;
    while (i < l->reason_count && (l->reasons[i].why != word || l->reasons[i].end != end))
        i++;
    if (i == l->reason_count && i < REASONS_MAX)
        l->reasons[l->reason_count++] = (struct reason){ end, word, 0 };
    if (i < l->reason_count)
        l->reasons[i].count += count;
}

bool store_places(struct store *s, const struct sweep_places *p, struct error *e)
{
    struct ledger *l = s->ledger;
    bool left_out = p->end == PLACES_LEFT_OUT;
    if (store_ok(s) && (p->first > l->total || p->count > l->total - p->first))
        error_set(&s->error, "places %llu and %llu more of a scan of %llu", (unsigned long long)p->first,
                  (unsigned long long)p->count, (unsigned long long)l->total);
    if (!store_ok(s) || !store_batch(s))
        return store_told(s, e);
    if (!runs_add_run(&l->places, p->first, p->count))
        error_set(&s->error, "places from %llu on are done already, or there is no memory for the journal",
                  (unsigned long long)p->first);
    *(left_out ? &l->sums.skipped : &l->sums.done) += p->count;
    ledger_count(s, left_out ? STORED_SKIPPED : STORED_SILENT, sweep_places_why(p->end), p->count);
    return store_told(s, e);
}

/* ---- commit, end ---- */

/* What is done goes into the same transaction as what was seen, and only upon the batch before: had another process
 * gone on with the scan, what is to be committed now would be its places a second time. */
static void write_journal(struct store *s, int64_t until_ms)
{
    struct ledger *l = s->ledger;
    char worker[WORKER_MAX];
    buf_reset(&l->journal);
    runs_encode(&l->places, &l->journal);
    if (!buf_ok(&l->journal)) {
        error_set(&s->error, "no memory for the journal");
        return;
    }
    struct query q = query(s, SQL_PART_SET);
    query_int(&q, 1, s->now.scan);
    query_int(&q, 2, ONLY_PART);
    query_int(&q, 3, l->batch);
    query_blob(&q, 4, buf_span(&l->journal));
    query_int(&q, 5, (int64_t)l->sums.done);
    query_int(&q, 6, (int64_t)l->sums.skipped);
    query_int(&q, 7, (int64_t)l->sums.failed);
    query_int(&q, 8, (int64_t)l->sums.answered);
    query_text(&q, 9, until_ms ? span_str(worker_name(worker)) : SPAN_NONE);
    query_int(&q, 10, until_ms);
    if (query_run(&q) && s->back->changed(s) != 1)
        error_set(&s->error, "scan %lld went on in another process, or was removed; what came since is not stored",
                  (long long)s->now.scan);
    l->batch++;
}

static void write_reasons(struct store *s)
{
    for (size_t i = 0; i < s->ledger->reason_count; i++) {
        if (!s->ledger->reasons[i].count)
            continue;
        struct query q = query(s, SQL_REASON_ADD);
        query_int(&q, 1, s->now.scan);
        query_int(&q, 2, s->ledger->reasons[i].end);
        query_int(&q, 3, s->ledger->reasons[i].why);
        query_int(&q, 4, (int64_t)s->ledger->reasons[i].count);
        query_run(&q);
        s->ledger->reasons[i].count = 0;
    }
}

static bool commit(struct store *s, int64_t until_ms)
{
    if (s->in_batch && s->now.scan) {
        write_journal(s, until_ms);
        write_reasons(s);
    }
    if (store_batch_end(s, true))
        tail_forget(s->ledger);
    return store_ok(s);
}

bool store_commit(struct store *s, struct error *e)
{
    commit(s, clock_wall_ms(&CLOCK_SYSTEM) + LEASE_MS);
    return store_told(s, e);
}

bool store_scan_end(struct store *s, enum scan_state state, const char *why, int64_t now_ms,
                    struct error *e)
{
    if (!store_batch(s))
        return store_told(s, e);
    if (state == SCAN_COMPLETE)
        life_of_filtered(s);
    struct query q = query(s, SQL_SCAN_END);
    query_int(&q, 1, s->now.scan);
    query_int(&q, 2, state);
    query_int(&q, 3, now_ms);
    query_text(&q, 4, span_str(why));
    query_run(&q);
    if (commit(s, 0)) {
        tail_close(s->ledger);
        tail_remove(s, s->now.scan);
    }
    return store_told(s, e);
}

/* ---- lists ---- */

/* Everything lies in the arena. False where it is full. */
static bool take_scan(struct query *q, struct arena *a, struct stored_scan *ret)
{
    *ret = (struct stored_scan){
        .id = query_get(q, 0),
        .state = (enum scan_state)query_get(q, 1),
        .started_ms = query_get(q, 2),
        .ended_ms = query_get_or_unknown(q, 3),
        .plan = { .seed = (uint64_t)query_get(q, 4),
                  .total = (uint64_t)query_get(q, 5),
                  .plan = arena_copy(a, query_span(q, 6)),
                  .scope = arena_copy(a, query_span(q, 7)),
                  .version = arena_str(a, query_span(q, 8)) },
        .why = arena_copy(a, query_span(q, 9)),
        .sums = { .done = (uint64_t)query_get(q, 10),
                  .skipped = (uint64_t)query_get(q, 11),
                  .failed = (uint64_t)query_get(q, 12),
                  .answered = (uint64_t)query_get(q, 13) },
    };
    return !arena_failed(a);
}

bool store_scan_find(struct store *s, int64_t id, struct arena *a, struct stored_scan *ret,
                     struct error *e)
{
    struct query q = query(s, id > 0 ? SQL_SCAN_BY_ID : SQL_SCAN_NEWEST);
    if (id > 0) {
        query_int(&q, 1, id);
    } else {
        query_int(&q, 1,
                  id == SCAN_NEWEST              ? -1
                  : id == SCAN_NEWEST_UNFINISHED ? SCAN_UNFINISHED
                                                 : SCAN_COMPLETE);
        query_int(&q, 2, id == SCAN_SECOND_COMPLETE);
    }
    bool there = query_row(&q), whole = there && take_scan(&q, a, ret);
    query_end(&q);
    if (!store_told(s, e))
        return false;
    if (there)
        return whole || error_set(e, "no memory for a scan");
    if (id > 0)
        return error_set(e, "there is no scan %lld in %s", (long long)id, s->path);
    return error_set(e, "%s: there is no %sscan yet", s->path,
                     id == SCAN_NEWEST_UNFINISHED ? "unfinished "
                     : id == SCAN_SECOND_COMPLETE ? "second complete "
                     : id == SCAN_NEWEST_COMPLETE ? "complete "
                                                  : "");
}

bool store_scans(struct store *s, bool (*each)(void *self, const struct stored_scan *scan),
                 void *self, struct error *e)
{
    struct query q = query(s, SQL_SCANS);
    bool more = true;
    while (more && query_row(&q)) {
        struct arena a;
        struct stored_scan scan;
        arena_init(&a, PLAN_BYTES_MAX * 2 + 4096);
        more = take_scan(&q, &a, &scan) ? each(self, &scan)
                                        : error_set(&s->error, "no memory for a scan");
        arena_release(&a);
    }
    query_end(&q);
    return store_told(s, e);
}
