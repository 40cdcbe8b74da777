#include "keep/pipeline.h"

#include "keep/circumstances.h"

/* One visit on its way. */
struct passage {
    struct pipeline *p;
    struct visit *visit;
    enum visit_origin origin;
    int64_t now_ms;
    struct arena *arena;
    struct findings found;
    enum pipeline_end end;
    struct error *error; /* says why, where `end` is not PIPELINE_OK */
};

/* The first failure is the one that is told. */
static void note(struct passage *t, enum pipeline_end end, const struct error *why)
{
    if (t->end == PIPELINE_OK)
        *t->error = *why;
    if (end > t->end)
        t->end = end;
}

static void no_memory(struct passage *t)
{
    struct error e;
    error_set(&e, "no memory for judging");
    note(t, PIPELINE_FAILED, &e);
}

static void enrich(struct passage *t)
{
    struct error e;
    enrich_visit(t->p->enrichment, t->visit);
    if (!personal_tell(&t->p->personal, t->visit, &e))
        note(t, PIPELINE_POORER, &e);
}

static void judge(struct passage *t)
{
    struct pipeline *p = t->p;
    struct error e;
    if (!judge_visit(p->book->rules, t->visit, t->now_ms, t->arena, &t->found) ||
        !circumstances_add(p->book, t->visit, t->now_ms, t->arena, &t->found))
        no_memory(t);
    if (p->choose && !p->choose(p->self, t->visit, &t->found, t->arena, &e))
        note(t, PIPELINE_FAILED, &e);
}

/* Stores what was heard and fills the lives of the findings. False where the visit is no news. */
static bool remember(struct passage *t)
{
    struct store *s = t->p->store;
    struct finding *f = t->found.list.at;
    size_t len = t->found.list.len;
    struct error e;
    bool is_new = true;
    if (!s)
        return true;
    if (t->origin == VISIT_HEARD ? store_visit(s, t->visit, f, len, t->now_ms, &is_new, &e)
                                 : store_lives(s, t->p->scan, f, len, &e))
        return is_new;
    note(t, PIPELINE_FAILED, &e);
    return true;
}

/* An accepted risk is reported like any other, and fails no run. */
static void accept_risks(struct passage *t)
{
    struct store *s = t->p->store;
    for (size_t i = 0; i < t->found.list.len; i++) {
        struct finding *f = &t->found.list.at[i];
        if (s && store_accepted(s, f->fingerprint, t->now_ms, &f->accepted_until_ms)) {
            f->accepted_why = store_accepted_why(s, f->fingerprint, t->arena);
            continue;
        }
        const struct baseline_entry *x = baseline_find(t->p->baseline, f, t->now_ms);
        if (x) {
            f->accepted_until_ms = x->until_ms;
            f->accepted_why = span_str(arena_printf(t->arena, "%s (%s)", x->why, x->who));
            continue;
        }
        f->accepted_until_ms = 0;
        t->p->failing += f->severity >= t->p->fail_on;
    }
}

static void count(struct passage *t)
{
    struct report_summary *s = &t->p->summary;
    s->done += t->visit->end == END_DONE;
    s->skipped += t->visit->end == END_SKIPPED;
    s->failed += t->visit->end == END_FAILED;
    s->answered += t->visit->answered;
    for (size_t i = 0; i < t->found.list.len; i++)
        s->findings[t->found.list.at[i].severity]++;
    sample_tally_add(&t->p->samples, t->visit);
    unasked_visit(&t->p->unasked, t->visit);
}

enum pipeline_end pipeline_visit(struct pipeline *p, struct visit *v, enum visit_origin origin, int64_t now_ms,
                                 struct arena *a, struct error *e)
{
    struct passage t = { .p = p, .visit = v, .origin = origin, .now_ms = now_ms, .arena = a, .error = e };
    if (origin == VISIT_HEARD)
        enrich(&t);
    judge(&t);
    if (!remember(&t))
        return t.end;
    if (!circumstances_date(p->book, v, a, &t.found))
        no_memory(&t);
    accept_risks(&t);
    count(&t);
    if (p->fleets)
        fleets_visit(p->fleets, v, t.found.list.at, t.found.list.len);
    report_tell_visit(p->report, p->report_state, v, t.found.list.at, t.found.list.len, p->out);
    return t.end;
}

enum pipeline_end pipeline_places(struct pipeline *p, const struct sweep_places *places, struct error *e)
{
    if (p->store && !store_places(p->store, places, e))
        return PIPELINE_FAILED;
    *(places->end == PLACES_LEFT_OUT ? &p->summary.skipped : &p->summary.done) += places->count;
    return PIPELINE_OK;
}

void pipeline_release(struct pipeline *p)
{
    personal_free(p->personal);
    p->personal = NULL;
}
