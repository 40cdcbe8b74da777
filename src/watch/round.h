/* What a round found, turned into messages: compares the store with what was told last, and puts a
 * message for each change into the queue of each receiver, all of them in one step. */
#ifndef AJAR_WATCH_ROUND_H
#define AJAR_WATCH_ROUND_H

#include "watch/config.h"
#include "watch/spool.h"

enum round_end { ROUND_COMPLETE, ROUND_INCOMPLETE, ROUND_FAILED, ROUND_UNKNOWN };

struct round {
    enum round_end end;         /* ROUND_UNKNOWN: nothing was scanned; only tell what is in the store */
    char why[SPOOL_WHY_MAX];    /* where it is not complete */
    int64_t started_ms, ended_ms;
};

enum { ROUND_BURST_MAX = 50 }; /* so many changes at once are told one by one; more are grouped */

/* `s`: NULL where the store cannot be opened. *ret_told: how many changes there were. */
bool round_tell(struct spool *spool, const struct watch_config *c, const char *host, struct store *s,
                const struct round *r, int64_t now_ms, uint64_t *ret_told, struct error *e);

#endif
