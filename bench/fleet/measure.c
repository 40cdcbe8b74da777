/* See measure.h. Members beyond FLEET_MEMBERS_LISTED_MAX are not in a list, so that the truth is
 * looked up through the groups themselves. */
#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "fleet/fleet_inside.h"

struct truth {
    struct fleets *fleets;
    int *design; /* by the last three bytes of the address */
    bool *shows;
    size_t count, cap;
    uint64_t *sizes, *shown;
    size_t designs;
};

static void take(void *self, int design, bool shows, const struct visit *const *visits, size_t count)
{
    struct truth *t = self;
    for (size_t i = 0; i < count; i++)
        fleets_visit(t->fleets, visits[i], NULL, 0);
    if (t->count < t->cap) {
        t->shows[t->count] = shows;
        t->design[t->count++] = design;
    }
    if (design >= 0) {
        t->sizes[design]++;
        t->shown[design] += shows;
    }
}

static uint64_t pairs_of(uint64_t n)
{
    return n * (n - (n > 0)) / 2;
}

static size_t place_of(const struct truth *t, const struct address *a)
{
    size_t n = (size_t)a->bytes[1] << 16 | (size_t)a->bytes[2] << 8 | a->bytes[3];
    return n < t->count ? n : 0;
}

static void describe(const struct truth *t, const struct fleet_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->list.len; i++) {
        const struct fleet *f = &list->list.at[i];
        buf_printf(out, "%.8s %.3f %.*s:", f->fingerprint, f->score, SPAN_FMT(f->title));
        for (size_t k = 0; k < f->members.len; k++)
            buf_printf(out, " %d", t->design[place_of(t, &f->members.at[k].endpoint.address)]);
        for (size_t k = 0; k < f->reasons.len; k++)
            buf_printf(out, "\n    %zu %s: %.*s", f->reasons.at[k].shared_by, f->reasons.at[k].trait,
                       SPAN_FMT(f->reasons.at[k].value));
        buf_byte(out, '\n');
    }
}

static void count_pairs(const struct truth *t, struct sim_result *ret, uint64_t *in_group, uint64_t *shown_in_group)
{
    const struct fleets *f = t->fleets;
    for (size_t g = 0; g < f->group_count; g++) {
        memset(in_group, 0, t->designs * sizeof(*in_group));
        memset(shown_in_group, 0, t->designs * sizeof(*shown_in_group));
        ret->pairs_found += pairs_of(f->starts[g + 1] - f->starts[g]);
        for (uint32_t m = f->starts[g]; m < f->starts[g + 1]; m++) {
            size_t at = place_of(t, &f->deployments.at[f->members[m]].address);
            int d = t->design[at];
            if (d < 0)
                continue;
            ret->pairs_right += in_group[d]++;
            if (t->shows[at])
                ret->shown_right += shown_in_group[d]++;
        }
    }
    for (size_t d = 0; d < t->designs; d++) {
        ret->pairs_true += pairs_of(t->sizes[d]);
        ret->shown_true += pairs_of(t->shown[d]);
    }
}

bool sim_measure(const struct sim_plan *plan, struct sim_result *ret, struct buf *out)
{
    struct truth t = { .fleets = fleets_new(plan->seed ^ 77), .cap = plan->deployments * 2 + 1000, .designs = plan->designs };
    struct fleet_list list;
    struct arena a;
    *ret = (struct sim_result){ 0 };
    t.design = calloc(t.cap, sizeof(*t.design));
    t.sizes = calloc(plan->designs, sizeof(*t.sizes));
    t.shown = calloc(plan->designs, sizeof(*t.shown));
    t.shows = calloc(t.cap, sizeof(*t.shows));
    uint64_t *in_group = calloc(plan->designs, sizeof(*in_group)), *shown = calloc(plan->designs, sizeof(*shown));
    bool ok = t.fleets && t.design && t.shows && t.sizes && t.shown && in_group && shown;
    arena_init(&a, (size_t)1 << 30);
    if (ok)
        simulate(plan, take, &t);
    clock_t began = clock();
    ok = ok && fleets_find(t.fleets, &a, &list);
    ret->seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    if (ok) {
        count_pairs(&t, ret, in_group, shown);
        ret->deployments = t.count;
        ret->designs_true = plan->designs;
        ret->fleets = list.list.len;
        ret->measure = fleets_measure(t.fleets);
        if (out)
            describe(&t, &list, out);
    }
    arena_release(&a);
    fleets_free(t.fleets);
    free(t.design);
    free(t.sizes);
    free(t.shown);
    free(t.shows);
    free(in_group);
    free(shown);
    return ok;
}
