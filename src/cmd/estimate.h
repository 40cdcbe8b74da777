/* How long a scan will take, before it is begun. Nobody knows how many hosts live there, so there are two figures:
 * where next to nobody answers, and where everybody does, the lower first. The real time lies between them, give or
 * take what conversations cost. The paces are those of sweep/pace.h and doc/pace.md. */
#ifndef AJAR_CMD_ESTIMATE_H
#define AJAR_CMD_ESTIMATE_H

#include "cmd/scan_options.h"

struct scan_estimate {
    /* few_s: nobody is there; all_s: everybody answers, or drops what comes. few_s <= all_s; 0: nothing is asked. */
    double few_s, all_s;
    bool near;           /* all is loopback, which has no pace */
};

/* `endpoints`: how many of the plan's this run asks (a shard may ask a part). `knock_per_second`: 0 where nothing is
 * asked by single packets first. Takes as long as there are groups. */
struct scan_estimate scan_estimate(const struct plan *p, const struct scan_options *o, uint64_t endpoints,
                                   double knock_per_second);
/* "about 25 s", "about 3 min to 13 min, by how many hosts answer" */
void scan_estimate_put(const struct scan_estimate *e, struct buf *out);

#endif
