/* How long a scan will take, before it is begun. Nobody knows how many hosts live there, so there are three figures:
 * where nobody answers, where one address in 25 does (ten of a /24), and where all do. A host answers where it
 * refuses, too. The paces are those of sweep/pace.h and doc/pace.md; bench/foretold.py holds the figures against what
 * happens. */
#ifndef AJAR_CMD_ESTIMATE_H
#define AJAR_CMD_ESTIMATE_H

#include "cmd/scan_options.h"

struct scan_estimate {
    double none_s, some_s, all_s; /* 0: nothing is asked */
    bool one_address;             /* some_s means nothing */
    bool near;                    /* all is loopback, which has no pace */
};

/* `endpoints`: how many of the plan's this run asks (a shard may ask a part). `knock_per_second`: 0 where nothing is
 * asked by single packets first. Takes as long as there are groups. */
struct scan_estimate scan_estimate(const struct plan *p, const struct scan_options *o, uint64_t endpoints,
                                   double knock_per_second);
/* "about 25 s"; "about 20 s where nobody answers, 30 s where one address in 25 does, 2 min where all do" */
void scan_estimate_put(const struct scan_estimate *e, struct buf *out);

#endif
