/* Names to addresses, once. */
#ifndef AJAR_TARGET_RESOLVE_H
#define AJAR_TARGET_RESOLVE_H

#include "base/error.h"
#include "record/address.h"

/* More addresses of one name are cut; services with a name of so many are content networks. */
enum { RESOLVED_MAX = 1024 };

/* What a name leads to: each address once, in ascending order, so that which ones a ceiling cuts is the
 * same today and tomorrow. */
struct resolved {
    struct address at[RESOLVED_MAX];
    size_t len;
    size_t all; /* as many as the name has; more than len where they were cut */
};

struct resolver {
    /* False, and an error, where the name has no address. May block. */
    bool (*resolve)(void *self, const char *name, struct resolved *ret, struct error *e);
    void *self;
};

/* getaddrinfo(). It may block for as long as the system's resolver wants and needs more stack than a
 * fiber has: see lookup.h for many names, and for a limit of time. */
extern const struct resolver RESOLVER_SYSTEM;

#endif
