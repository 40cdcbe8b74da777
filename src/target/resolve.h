/* Names to addresses, once. */
#ifndef AJAR_TARGET_RESOLVE_H
#define AJAR_TARGET_RESOLVE_H

#include "base/error.h"
#include "record/address.h"

enum { RESOLVED_MAX = 64 };

struct resolver {
    /* Fills at most RESOLVED_MAX addresses, each once. False, and an error, where the name has
     * none. May block. */
    bool (*resolve)(void *self, const char *name, struct address *ret, size_t *ret_count,
                    struct error *e);
    void *self;
};

/* getaddrinfo(). It may block for as long as the system's resolver wants and needs more stack
 * than a fiber has: call it from a thread, before the sandbox closes. */
extern const struct resolver RESOLVER_SYSTEM;

#endif
