/* What a Redis or a Sentinel says of itself in INFO, and the facts that become of it. INFO takes no
 * right to the data: it identifies and counts, it never opens a door. */
#ifndef AJAR_PROBE_REDIS_INFO_H
#define AJAR_PROBE_REDIS_INFO_H

#include "record/record.h"

/* The name of the ask that INFO answers. */
#define REDIS_INFO_ASK "redis.info"

/* What the rest of the conversation has to know. */
struct redis_info {
    bool sentinel;
    bool follows;             /* it is a replica */
    bool rights_before_state; /* of the code base that checks rights before "loading", "busy", "moved" */
    struct span role;         /* "master", "slave", ...; or empty */
    struct span read_only;    /* "0" or "1", on a replica; or empty */
    struct span proof;        /* the first bytes */
};

/* States product, version, counts and the like from the body of INFO, of which `cut` says that it is only
 * the front: then counts are lower bounds. Neither the verdict nor who may write is stated here.
 * False, and nothing stated, where the body is no INFO. The result points into `body`. */
bool redis_info_facts(struct observation *o, struct span body, bool cut, int64_t now_ms,
                      struct redis_info *ret);

#endif
