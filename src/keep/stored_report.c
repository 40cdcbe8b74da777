/* Walks over each endpoint as the store saw it, one visit at a time. Memory: that visit, and what the report and the
 * fleets keep of it. */
#include "keep/stored_report.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "keep/closed.h"
#include "keep/fleet_names.h"
#include "keep/history.h"
#include "keep/pipeline.h"

enum { VISIT_BYTES = 64 << 20, SCAN_BYTES = 128 << 20, OUT_BYTES = 512 << 20, TARGETS_BYTES_MAX = 64 * 1024 };

struct reporting {
    struct stored_report *r;
    struct pipeline pipeline;
    struct report_summary scanned; /* what the numbers of the scan say */
    struct buf targets;            /* what it looked at */
    struct buf out;
    struct error *error;
    bool failed; /* a visit could not be reported: error says why */
};

/* ---- the stored findings of one visit ---- */

struct gathering {
    struct arena *arena;
    const struct visit *visit;
    const struct findings *judged; /* by today's rules */
    const struct rules *rules;
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
        f->is_door = rules_speak_of_doors(g->rules, f->rule);
        f->endpoint = g->visit->endpoint;
        f->version = arena_copy(g->arena, from->version);
        f->why = arena_copy(g->arena, from->why);
        f->fix = arena_copy(g->arena, from->fix);
    }
    g->failed = arena_failed(g->arena);
    return !g->failed;
}

static bool is_wanted(const struct store_filter *f, const struct endpoint *e)
{
    const struct address *a = &f->address, *b = &e->address;
    if ((f->port && f->port != endpoint_port(e)) || (a->family && a->family != b->family))
        return false;
    for (unsigned bit = 0; a->family && bit < f->prefix; bit++)
        if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) & (0x80 >> bit % 8))
            return false;
    return true;
}

static bool choose(void *self, const struct visit *v, struct findings *found, struct arena *a, struct error *e)
{
    const struct stored_report *r = self;
    struct gathering g = { .arena = a, .visit = v, .judged = found, .rules = r->book->rules };
    struct store_filter here = *r->filter;
    here.address = v->endpoint.address;
    here.prefix = v->endpoint.address.family == 4 ? 32 : 128;
    here.port = endpoint_port(&v->endpoint);
    if (!store_findings(r->store, &here, gather, &g, e))
        return false;
    *found = g.stored;
    return !g.failed || error_set(e, "no memory for the findings of one endpoint");
}

/* ---- the walk ---- */

/* A visit carries its tags in each of its observations. */
static bool is_tagged(const struct stored_report *r, const struct visit *v)
{
    if (!r->tags || !r->tags->list.len)
        return true;
    return v->observations.len && tag_filter_sees(r->tags, &v->observations.at[0]);
}

static bool each_visit(void *self, const struct visit *v)
{
    struct reporting *w = self;
    struct arena a;
    struct visit copy = *v;
    if (!is_tagged(w->r, v) || (w->r->filter && !is_wanted(w->r->filter, &v->endpoint)))
        return true;
    arena_init(&a, VISIT_BYTES);
    bool ok = pipeline_visit(&w->pipeline, &copy, VISIT_STORED, w->r->now_ms, &a, w->error) != PIPELINE_FAILED &&
              w->r->flush(&w->out, false, w->error);
    arena_release(&a);
    w->failed = !ok;
    return ok;
}

static struct report_summary summary_of(const struct stored_scan *scan)
{
    struct report_summary s = {
        .done = scan->sums.done,
        .skipped = scan->sums.skipped,
        .failed = scan->sums.failed,
        .answered = scan->sums.answered,
        .interrupted = scan->state != SCAN_COMPLETE,
        .took_ms = scan->ended_ms > scan->started_ms ? scan->ended_ms - scan->started_ms : 0,
    };
    if (s.took_ms)
        s.rate = 1000.0 * (double)(s.done + s.failed) / (double)s.took_ms;
    return s;
}

/* The targets of a stored plan, a line each; of a plan without any, the scope file that it was about. */
static void targets_of(struct span plan, struct buf *out)
{
    struct span scope = SPAN_NONE;
    while (plan.len && out->len < TARGETS_BYTES_MAX) {
        struct span value = span_cut(&plan, '\n'), key = span_cut(&value, ' ');
        if (span_is(key, "scope"))
            scope = value;
        if (!span_is(key, "target"))
            continue;
        buf_str(out, out->len ? "\n" : "");
        buf_put(out, value);
    }
    if (!out->len && scope.len) {
        buf_str(out, "all of ");
        buf_put(out, scope);
    }
}

/* The numbers of a scan stand for the run. What is open now is of all scans: then it is the newest complete one, and
 * new is what the newest of all was the first to see. */
static bool look_at_scan(struct reporting *w)
{
    struct stored_report *r = w->r;
    struct arena a;
    struct stored_scan scan;
    struct error none;
    arena_init(&a, SCAN_BYTES);
    bool ok = store_scan_find(r->store, r->scan ? r->scan : SCAN_NEWEST, &a, &scan, w->error);
    if (ok) {
        w->pipeline.scan = scan.id;
        if (r->filter && scan.state != SCAN_COMPLETE)
            store_scan_find(r->store, SCAN_NEWEST_COMPLETE, &a, &scan, &none);
        r->run.started_ms = r->scan ? scan.started_ms : r->now_ms;
        r->run.endpoints = scan.plan.total;
        r->run.seed = scan.plan.seed;
        r->run.scan_ms = scan.started_ms;
        targets_of(scan.plan.plan, &w->targets);
        r->run.targets = buf_span(&w->targets);
        w->scanned = summary_of(&scan);
    }
    arena_release(&a);
    return ok;
}

static void summarise(struct reporting *w, int64_t took_ms)
{
    struct report_summary *s = &w->pipeline.summary, all = w->scanned;
    if (w->r->filter) { /* what was filtered out was asked all the same */
        memcpy(all.findings, s->findings, sizeof(all.findings));
        *s = all;
    } else {
        s->took_ms = took_ms;
    }
}

static bool put_all(struct reporting *w)
{
    struct stored_report *r = w->r;
    struct pipeline *p = &w->pipeline;
    struct store_filter all = { .opened_after_ms = COUNT_UNKNOWN, .now_ms = r->now_ms };
    int64_t began_ms = clock_mono_ms(&CLOCK_SYSTEM);
    if (r->tags)
        all.tags = *r->tags;
    r->run.remembers = true;
    p->report->begin(p->report_state, &r->run, &w->out);
    bool ok = store_visits(r->store, r->scan, each_visit, w, w->error) && !w->failed &&
              fleet_names_report(p->fleets, r->store, p->report, p->report_state, r->now_ms, &w->out, w->error) &&
              closed_report(p->report, p->report_state, r->store, r->filter ? SCAN_NEWEST : p->scan,
                            r->filter ? r->filter : &all, &w->out, w->error) &&
              history_report(p->report, p->report_state, r->store, r->run.started_ms, &w->out, w->error);
    summarise(w, clock_mono_ms(&CLOCK_SYSTEM) - began_ms);
    p->report->end(p->report_state, &p->summary, &w->out); /* also what it holds is released */
    return ok && r->flush(&w->out, true, w->error);
}

bool stored_report(struct stored_report *r, struct error *e)
{
    struct reporting w = { .r = r, .error = e };
    w.pipeline = (struct pipeline){
        .book = r->book,
        .store = r->store,
        .report = r->report,
        .report_state = calloc(1, r->report->state_size + 1),
        .fleets = r->report->fleets ? fleets_new(random_seed()) : NULL,
        .out = &w.out,
        .fail_on = r->fail_on,
        .choose = r->filter ? choose : NULL,
        .self = r,
    };
    buf_init(&w.out, OUT_BYTES);
    buf_init(&w.targets, 4 * TARGETS_BYTES_MAX);
    bool ok = (w.pipeline.report_state || error_set(e, "no memory for a report")) && look_at_scan(&w) && put_all(&w);
    r->failing = w.pipeline.failing;
    r->unwritten = !buf_ok(&w.out);
    pipeline_release(&w.pipeline);
    fleets_free(w.pipeline.fleets);
    free(w.pipeline.report_state);
    buf_release(&w.out);
    buf_release(&w.targets);
    r->run.targets = SPAN_NONE;
    return ok;
}
