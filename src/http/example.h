/* The examples inside the catalog's files, played through the engine that asks real servers. */
#ifndef AJAR_HTTP_EXAMPLE_H
#define AJAR_HTTP_EXAMPLE_H

#include "http/entry.h"

/* Whether an example of an entry holds: what it expects is what the engine makes of its answers,
 * that can be encoded and decoded, and no other entry recognises them. */
bool example_check(const struct catalog *c, const struct entry *e, const struct example *example,
                   struct error *why);

/* Plays an example of an entry, and counts for each other entry of the catalog that is `wanted` (by
 * its place) whether it recognises the answers too: ret[place]++. Answers that cannot be read
 * count for nobody. */
void example_count_others(const struct catalog *c, const struct entry *e,
                          const struct example *example, const bool *wanted, size_t *ret);

#endif
