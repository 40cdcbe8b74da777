/* Where the other members of a Redis cluster listen. */
#ifndef AJAR_PROBE_REDIS_CLUSTER_H
#define AJAR_PROBE_REDIS_CLUSTER_H

#include "record/record.h"
#include "wire/wire.h"

extern const struct ask REDIS_CLUSTER;

/* Asks for the members and states them as the fact `peers`; nothing where that is refused or the answer is no list of
 * members. Of long lists the front is told. */
void redis_cluster_peers(struct wire *w, struct observation *o);

#endif
