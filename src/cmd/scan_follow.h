/* What of the endpoints that answers name a scan may ask (sweep/follow.h). */
#ifndef AJAR_CMD_SCAN_FOLLOW_H
#define AJAR_CMD_SCAN_FOLLOW_H

#include "store/runs.h"
#include "store/store.h"
#include "sweep/follow.h"
#include "target/plan.h"

struct scan_follow {
    const struct plan *plan;
    const struct runs *done; /* places of a scan that goes on */
    LIST_OF(struct span) before;
};

/* A follow_config's. Inside what the plan allows, and asked by none of its numbers under whatever name; a name is known
 * by what it was pinned to, and not looked up. */
enum follow_answer scan_follow_find(void *self, const struct peer_place *p,
                                    struct endpoint ret[static FOLLOW_AT_A_NAME], size_t *ret_len);
bool scan_follow_is_done(void *self, uint64_t place);
/* What the visits of a stored scan named, into the arena. */
bool scan_follow_load(struct scan_follow *f, struct store *s, int64_t scan, struct arena *a, struct error *e);

#endif
