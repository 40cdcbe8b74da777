/* Fleets: deployments that were set up alike. Visits go in one by one, in any order; groups with
 * their reasons come out. Pure computation over what was seen: nothing is asked, nothing kept.
 *
 * A deployment is one address, with all that is on its ports and behind them. Only products that
 * were identified count; a plain web server or a certificate alone makes none. doc/fleets.md says
 * what makes two of them alike. Memory is bounded: beyond FLEET_DEPLOYMENTS_MAX addresses, or
 * FLEET_BYTES_MAX, further ones are counted and not compared. */
#ifndef AJAR_FLEET_FLEET_H
#define AJAR_FLEET_FLEET_H

#include "record/fleet.h"

enum {
    FLEET_DEPLOYMENTS_MAX = 200000,
    FLEET_BYTES_MAX = 512 << 20,
    FLEET_MEMBERS_MIN = 2,
};

struct fleet_list {
    LIST_OF(struct fleet) list; /* worst first, then largest */
};

struct fleets;

/* `seed` keys the tables against peers that choose what they send. NULL where memory is out. */
struct fleets *fleets_new(uint64_t seed);
void fleets_free(struct fleets *f);
/* Takes what counts from a visit and its findings; both may die after the call. */
void fleets_visit(struct fleets *f, const struct visit *v, const struct finding *found, size_t count);
/* Groups all that was seen into `ret`, in the arena; at the end, once. False where memory is out. */
bool fleets_find(struct fleets *f, struct arena *a, struct fleet_list *ret);
/* All members of the i-th fleet of the list, in no order, also beyond those that it lists. What `m` points to
 * dies after the call. */
void fleets_members(const struct fleets *f, size_t fleet, bool (*each)(void *self, const struct fleet_member *m),
                    void *self);

struct fleets_measure {
    size_t deployments; /* addresses with an identified product */
    size_t left_out;    /* visits that were not taken for want of room: 0 unless the scan is huge */
    size_t bytes;       /* held */
    uint64_t comparisons;
};
struct fleets_measure fleets_measure(const struct fleets *f);

#endif
