/* Endpoints that answers name: advertised listeners, nodes of a cluster, replicas (facts `peers`, `master`). Where the
 * user wants them followed, those that the scan may ask and does not ask anyway are visited when all else is through,
 * in rounds: what is named in one is asked in the next.
 *
 * One for all loops of a sweep; every call takes its lock. Memory is bounded by FOLLOW_MAX. */
#ifndef AJAR_SWEEP_FOLLOW_H
#define AJAR_SWEEP_FOLLOW_H

#include "base/error.h"
#include "record/peer.h"
#include "record/remark.h"
#include "sweep/pace.h"

enum {
    FOLLOW_MAX = 256,     /* endpoints in one scan */
    FOLLOW_ROUNDS = 4,
    FOLLOW_NAMED_MAX = 32, /* that one observation names and are looked at */
    FOLLOW_AT_A_NAME = 4,  /* addresses of a name */
};

enum follow_answer {
    FOLLOW_YES,     /* at the endpoints in *ret */
    FOLLOW_ASKED,   /* the scan asks it anyway */
    FOLLOW_OUTSIDE, /* of what may be asked, or a name that leads nowhere we know */
};

struct follow_config {
    /* Which endpoints a named one is: at most FOLLOW_AT_A_NAME of them, in memory that outlives the sweep. NULL:
     * nothing is followed. */
    enum follow_answer (*find)(void *self, const struct peer_place *p, struct endpoint ret[static FOLLOW_AT_A_NAME],
                               size_t *ret_len);
    /* Whether the place was visited before this scan was interrupted. */
    bool (*is_done)(void *self, uint64_t place);
    void *self;
    const struct span *before; /* what visits before that named: lists as in the fact `peers` */
    size_t before_len;
    uint64_t seed;
};

struct follow;
struct follow *follow_new(const struct follow_config *c, struct error *e);
void follow_free(struct follow *f);

/* Takes what the visit names. `f` may be NULL. */
void follow_visit(struct follow *f, const struct visit *v);
/* Begins the next round: false where nothing is to be visited in it. Its endpoints then come from follow_next(), which
 * is a pace_source's. */
bool follow_begin(struct follow *f);
bool follow_next(void *self, struct turn *ret, const char **ret_skip);
/* What was followed and what was not, in at most three remarks whose texts die after the call. */
void follow_tell(const struct follow *f, void (*tell)(void *self, const struct remark *r), void *self);

#endif
