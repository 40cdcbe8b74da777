/* What counts as one service in sums: one that is asked by its address and by three names is four endpoints,
 * four rows, and one service with its records. */
#ifndef AJAR_RECORD_SERVICES_H
#define AJAR_RECORD_SERVICES_H

#include "base/table.h"
#include "record/record.h"

struct services {
    struct table seen;
};

void services_init(struct services *s, struct arena *a, uint64_t seed);
/* Whether the observation of this visit is of a service that was not added before: at another address or port,
 * of another product, or another by the identity that it states (a run id, a cluster's uuid). Without such
 * an identity, a web page under another name is another service, and all else is the same one. Also true
 * where the arena is full: then it counts more than it should. */
bool services_add(struct services *s, const struct visit *v, const struct observation *o);

#endif
