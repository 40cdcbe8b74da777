/* The index over all conditions by which one product is told from others (`identify`, `suspect`): the
 * literals that a body must hold for them. It is built when the catalog loads; one pass over a page then
 * finds all of them at once (Aho, Corasick 1975), so that the cost of a page does not grow with the
 * number of entries. Only entries whose literals were all seen look at the page again. */
#ifndef AJAR_HTTP_INDEX_H
#define AJAR_HTTP_INDEX_H

#include "http/entry.h"

struct index;

/* Numbers the literals, notes them in the tests of the catalog, and builds the automaton. Memory: about
 * 200 bytes a byte of literals. NULL where the arena is full. */
const struct index *index_build(struct arena *a, struct catalog *c);

/* Which literals a body holds: a bit set, bit n for the literal n. NULL where the arena is full. Costs
 * about 2 ns of processor time a byte, whatever the body. */
const uint64_t *index_scan(const struct index *i, struct arena *a, struct span body);

static inline bool index_saw(const uint64_t *seen, unsigned literal)
{
    return seen[literal / 64] >> literal % 64 & 1;
}

#endif
