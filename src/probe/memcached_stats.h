/* The statistics of memcached, which come over TCP in lines or packets and over UDP in datagrams. */
#ifndef AJAR_PROBE_MEMCACHED_STATS_H
#define AJAR_PROBE_MEMCACHED_STATS_H

#include "probe/probe.h"

/* What the statistics said; COUNT_UNKNOWN where they did not. */
struct memcached_stats {
    int64_t items, bytes, total, clients, capacity, uptime_s, time_s;
    struct span version;
    struct span items_proof, uptime_proof;
    bool python; /* "False" where memcached writes 0: a decoy written in Python */
    size_t count;
};

void memcached_stats_init(struct memcached_stats *s);
/* One statistic; `proof` is the line or packet that it came in. */
void memcached_stats_add(struct memcached_stats *s, struct span name, struct span value, struct span proof);
/* States what was counted: OUTCOME_OPEN, or OUTCOME_UNCLEAR where that is nothing. */
enum outcome memcached_stats_conclude(const struct memcached_stats *s, struct observation *o, const struct ask *a);
/* Dragonfly speaks memcached too and says "1.6.0 DF". */
void memcached_version_fact(struct observation *o, struct span version, const struct ask *a, struct span proof);

#endif
