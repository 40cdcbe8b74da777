/* Walks over each endpoint as it last answered and puts the stored findings of it, open now, beside
 * it. Memory: one visit at a time, and what the report and the fleets keep of it. */
#include "cmd/show_report.h"

#include <stdlib.h>

#include "base/random.h"
#include "keep/alike.h"
#include "cmd/cmd.h"
#include "keep/closed.h"
#include "keep/history.h"
#include "cmd/stored.h"

enum { RULES_BYTES = 256 << 20, VISIT_BYTES = 64 << 20, SCAN_BYTES = 128 << 20 };

struct reporting {
    struct store *store;
    const struct store_filter *filter;
    const struct report *report;
    const struct rules *rules;
    void *state;
    struct fleets *fleets;
    struct report_run run;
    struct report_summary summary;
    int64_t scan; /* the newest: what it was the first to see is new */
    struct buf out;
    struct error *error;
    bool failed; /* a visit could not be reported: error says why */
};

/* The findings of one visit. */
struct gathering {
    struct arena *arena;
    const struct visit *visit;
    const struct findings *judged; /* by today's rules */
    struct findings stored;
    bool failed;
};

static bool same_name(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

static const struct finding *judged_as(const struct findings *judged, const char *fingerprint)
{
    for (size_t i = 0; i < judged->list.len; i++)
        if (strcmp(judged->list.at[i].fingerprint, fingerprint) == 0)
            return &judged->list.at[i];
    return NULL;
}

/* What is stored says how bad it is and why; today's rules add what is not stored with it. */
static bool gather(void *self, const struct stored_finding *s)
{
    struct gathering *g = self;
    const struct finding *from = &s->finding, *judged = judged_as(g->judged, from->fingerprint);
    if (!same_name(from->endpoint.name, g->visit->endpoint.name) ||
        !same_name(from->endpoint.path, g->visit->endpoint.path))
        return true;
    struct finding *f = list_add(g->arena, &g->stored.list);
    if (f) {
        *f = judged ? *judged : (struct finding){ .seen = SIZE_MAX };
        memcpy(f->fingerprint, from->fingerprint, sizeof(f->fingerprint));
        f->rule = arena_str(g->arena, span_str(from->rule));
        f->title = arena_str(g->arena, span_str(from->title));
        f->product = arena_str(g->arena, span_str(from->product));
        f->via = from->via ? arena_str(g->arena, span_str(from->via)) : NULL;
        f->severity = from->severity;
        f->endpoint = g->visit->endpoint;
        f->version = arena_copy(g->arena, from->version);
        f->why = arena_copy(g->arena, from->why);
        f->fix = arena_copy(g->arena, from->fix);
        f->accepted_until_ms = s->accepted_until_ms > 0 ? s->accepted_until_ms : 0;
        f->accepted_why = s->accepted_until_ms > 0 ? arena_copy(g->arena, s->accepted_why) : SPAN_NONE;
    }
    g->failed = arena_failed(g->arena);
    return !g->failed;
}

static bool is_wanted(const struct store_filter *f, const struct endpoint *e)
{
    const struct address *a = &f->address, *b = &e->address;
    if ((f->port && f->port != e->port) || (a->family && a->family != b->family))
        return false;
    for (unsigned bit = 0; a->family && bit < f->prefix; bit++)
        if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) & (0x80 >> bit % 8))
            return false;
    return true;
}

static bool put_visit(struct reporting *r, const struct visit *v, struct gathering *g)
{
    struct store_filter here = *r->filter;
    here.address = v->endpoint.address;
    here.prefix = v->endpoint.address.family == 4 ? 32 : 128;
    here.port = v->endpoint.port;
    if (!store_findings(r->store, &here, gather, g, r->error))
        return false;
    struct findings *f = &g->stored;
    if (g->failed)
        return error_set(r->error, "no memory for the findings of one endpoint");
    if (!store_lives(r->store, r->scan, f->list.at, f->list.len, r->error))
        return false;
    if (!judge_history(r->rules, v, f, g->arena))
        return error_set(r->error, "no memory for judging");
    for (size_t i = 0; i < f->list.len; i++)
        r->summary.findings[f->list.at[i].severity]++;
    if (r->fleets)
        fleets_visit(r->fleets, v, f->list.at, f->list.len);
    report_tell_visit(r->report, r->state, v, f->list.at, f->list.len, &r->out);
    return stored_flush(&r->out, false, r->error);
}

static bool each_visit(void *self, const struct visit *v)
{
    struct reporting *r = self;
    struct arena a;
    struct findings judged = { 0 };
    struct gathering g = { .arena = &a, .visit = v, .judged = &judged };
    if (!is_wanted(r->filter, &v->endpoint))
        return true;
    arena_init(&a, VISIT_BYTES);
    bool ok = (judge_visit(r->rules, v, r->filter->now_ms, &a, &judged) ||
               error_set(r->error, "no memory for judging")) &&
              put_visit(r, v, &g);
    arena_release(&a);
    r->failed = !ok;
    return ok;
}

/* The numbers of the newest scan stand for the run. */
static bool look_at_scan(struct reporting *r)
{
    struct arena a;
    struct stored_scan scan;
    struct error none;
    arena_init(&a, SCAN_BYTES);
    if (!store_scan_find(r->store, SCAN_NEWEST, &a, &scan, r->error)) {
        arena_release(&a);
        return false;
    }
    r->scan = scan.id;
    if (scan.state != SCAN_COMPLETE)
        store_scan_find(r->store, SCAN_NEWEST_COMPLETE, &a, &scan, &none);
    r->run.endpoints = scan.plan.total;
    r->run.seed = scan.plan.seed;
    r->summary.done = scan.sums.done;
    r->summary.skipped = scan.sums.skipped;
    r->summary.failed = scan.sums.failed;
    r->summary.answered = scan.sums.answered;
    r->summary.interrupted = scan.state != SCAN_COMPLETE;
    r->summary.took_ms = scan.ended_ms > scan.started_ms ? scan.ended_ms - scan.started_ms : 0;
    if (r->summary.took_ms)
        r->summary.rate = 1000.0 * (double)(scan.sums.done + scan.sums.failed) / (double)r->summary.took_ms;
    arena_release(&a);
    return true;
}

static bool put_all(struct reporting *r)
{
    r->report->begin(r->state, &r->run, &r->out);
    bool ok = store_visits(r->store, 0, each_visit, r, r->error) && !r->failed &&
              alike_report(r->fleets, r->store, r->report, r->state, r->filter->now_ms, &r->out, r->error) &&
              closed_report(r->report, r->state, r->store, SCAN_NEWEST, r->filter, &r->out, r->error) &&
              history_report(r->report, r->state, r->store, r->filter->now_ms, &r->out, r->error);
    r->report->end(r->state, &r->summary, &r->out); /* also what it holds is released */
    return ok && stored_flush(&r->out, true, r->error);
}

bool show_report(struct store *s, const struct store_filter *filter, const struct report *report, size_t columns,
                 struct error *e)
{
    struct arena a;
    struct reporting r = { .store = s, .filter = filter, .report = report, .error = e,
                           .run = { .ajar_version = AJAR_VERSION, .started_ms = filter->now_ms,
                                    .columns = (unsigned)columns, .remembers = true } };
    arena_init(&a, RULES_BYTES);
    buf_init(&r.out, STORED_OUT_MAX);
    r.rules = load_rules(&a, NULL, e);
    r.state = calloc(1, report->state_size + 1);
    r.fleets = report->fleets ? fleets_new(random_seed()) : NULL;
    bool ok = r.rules && (r.state || error_set(e, "no memory for a report")) && look_at_scan(&r) && put_all(&r);
    fleets_free(r.fleets);
    free(r.state);
    buf_release(&r.out);
    arena_release(&a);
    return ok;
}
