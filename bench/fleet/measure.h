/* How well fleets are found in a simulation: over all pairs of deployments, how many that were put
 * together belong together (precision), and how many that belong together were put (recall). Recall is also taken over
 * the members that show anything of their design: of the others nobody could say where they belong. */
#ifndef AJAR_BENCH_MEASURE_H
#define AJAR_BENCH_MEASURE_H

#include "fleet/fleet.h"
#include "simulate.h"

struct sim_result {
    uint64_t pairs_right, pairs_found, pairs_true;
    uint64_t shown_right, shown_true; /* of members that show anything of their design */
    size_t deployments, designs_true, fleets;
    double seconds; /* of grouping, processor time */
    struct fleets_measure measure;
};

static inline double sim_precision(const struct sim_result *r)
{
    return r->pairs_found ? (double)r->pairs_right / (double)r->pairs_found : 1;
}

static inline double sim_recall(const struct sim_result *r)
{
    return r->pairs_true ? (double)r->pairs_right / (double)r->pairs_true : 1;
}

static inline double sim_recall_shown(const struct sim_result *r)
{
    return r->shown_true ? (double)r->shown_right / (double)r->shown_true : 1;
}

/* False where memory is out. `out`: where each fleet is described, or NULL. */
struct buf;
bool sim_measure(const struct sim_plan *plan, struct sim_result *ret, struct buf *out);

#endif
