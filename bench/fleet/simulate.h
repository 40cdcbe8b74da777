/* Simulated deployments with a known truth, for measuring how well fleets are found.
 *
 * Written from what deployments look like, not from how they are compared: designs are drawn as
 * administrators make them (an image or a playbook with a product, a version, ports, perhaps a
 * certificate baked in, names of its data), then members drift: some are upgraded, some get one more
 * service, a certificate is replaced, an index renamed, a door locked or half closed. Around them
 * stand machines that belong to no design: single ones and stock installations. Everything follows
 * from the seed. Two worlds: WORLD_USUAL, and WORLD_OTHER with other products, habits and more drift,
 * which nothing was tuned to. */
#ifndef AJAR_BENCH_SIMULATE_H
#define AJAR_BENCH_SIMULATE_H

#include "base/random.h"
#include "record/record.h"

enum sim_world { WORLD_USUAL, WORLD_OTHER };

struct sim_plan {
    enum sim_world world;
    uint64_t seed;
    size_t deployments, designs;
};

enum { SIM_ALONE = -1 };

/* One deployment: its visits, one a port. `design` is the truth; SIM_ALONE: like no other. `shows`:
 * anything that its design chose can be seen; else (locked, no certificate, no header) nobody could
 * tell where it belongs. The visits die after the call. */
typedef void sim_each(void *self, int design, bool shows, const struct visit *const *visits, size_t count);

/* Plays the whole plan, deployment by deployment, members of designs mixed with the others. */
void simulate(const struct sim_plan *plan, sim_each *each, void *self);

#endif
