/* How a product was verified: what the tapes of its probe and the examples of its catalog entry were made from. Nothing
 * is claimed beside them: a recording of a real server is one, whatever anybody remembers. */
#ifndef AJAR_CMD_VERIFIED_H
#define AJAR_CMD_VERIFIED_H

#include "base/span.h"
#include "http/catalog.h"

/* The worst first; the best of what there is counts. */
enum verified { VERIFIED_BY_NOTHING, VERIFIED_BY_DOCUMENTATION, VERIFIED_BY_SOURCE, VERIFIED_BY_SERVER };

enum { VERIFIED_SERVERS_MAX = 24 };

struct verification {
    enum verified how;
    struct span servers[VERIFIED_SERVERS_MAX]; /* "redis-server 7.0.15", each once, in the order of what was given */
    size_t server_count;
};

struct verification verified_probe(const char *name);
struct verification verified_entry(const struct catalog *c, size_t i);
/* Takes one more source into account: "recorded redis-server 7.0.15, with a password", "made after RFC 1350: ...". */
void verified_add(struct verification *v, struct span source);
/* "real server", "source", "documentation", "nothing". */
const char *verified_name(enum verified how);

#endif
