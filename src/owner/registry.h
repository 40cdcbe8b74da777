/* A database of addresses in MaxMind's format that the user brings: country, autonomous system and
 * the organisation that holds it. It says who runs the network, not whose a machine is. Ajar ships
 * none and fetches none. The only owner of libmaxminddb. */
#ifndef AJAR_OWNER_REGISTRY_H
#define AJAR_OWNER_REGISTRY_H

#include "base/arena.h"
#include "base/error.h"
#include "record/address.h"

struct registry;

/* Opens and maps the file: it needs no disk from then on. NULL and one sentence where it is missing
 * or no such database. The memory is the registry's own; registry_close() frees it. */
struct registry *registry_open(const char *path, struct error *e);
void registry_close(struct registry *r);
const char *registry_path(const struct registry *r);

struct registry_entry {
    struct span country;      /* "CN"; empty where not said */
    struct span organisation; /* foreign text, lies in the mapping; likewise */
    int64_t asn;              /* 0 where not said */
};

/* What it says of an address. False where it says nothing. *ret_broken: the file contradicts itself,
 * and should not be asked again. */
bool registry_find(struct registry *r, const struct address *a, struct registry_entry *ret,
                   bool *ret_broken);

#endif
