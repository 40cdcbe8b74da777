/* The index over all conditions by which one product is told from others (`identify`, `suspect`), so that what an
 * answer costs does not grow with the number of entries. It is built when the catalog loads.
 *
 * A clue is something that an answer must have for a set of tests to hold: a literal of the body, of a field, of the
 * title, a status. One pass over an answer finds the clues of all entries at once (automaton.h), and with them the few
 * entries that the answer concerns. For every other entry each condition on that answer fails, so nobody needs to look;
 * and what all those others wait for is known beforehand. */
#ifndef AJAR_HTTP_INDEX_H
#define AJAR_HTTP_INDEX_H

#include "http/automaton.h"
#include "http/entry.h"
#include "http/response.h"

struct index;

/* Notes the literals in the tests of the catalog as well. Memory: see automaton.h. NULL where the arena is full. */
const struct index *index_build(struct arena *a, struct catalog *c);

/* Which literals a body holds, by the numbers in the tests; kept in the answer. NULL where the arena is full. */
const uint64_t *index_seen(const struct index *i, struct arena *a, struct response *r);

/* Sets of entries: bit n is the catalog's entry n. */
uint64_t *entry_set(struct arena *a, const struct catalog *c); /* an empty one; NULL where the arena is full */
/* The first entry of a set from `from` on; the number of entries where there is none. */
size_t entry_set_next(const uint64_t *set, const struct catalog *c, size_t from);
#define ENTRY_SET_EACH(set, catalog, k)                                                                                \
    for (size_t k = entry_set_next((set), (catalog), 0); k < (catalog)->entries.len;                                   \
         k = entry_set_next((set), (catalog), k + 1))
static inline bool entry_set_has(const uint64_t *set, size_t entry)
{
    return set[entry / 64] >> entry % 64 & 1;
}
static inline void entry_set_add(uint64_t *set, size_t entry)
{
    set[entry / 64] |= (uint64_t)1 << entry % 64;
}

/* Adds the entries that the answer to a request concerns. NULL: the peer failed, which concerns those whose conditions
 * go on with another request then. Costs processor time once for the bytes of the answer. */
void index_concerned(const struct index *i, struct arena *a, const struct request *asked, struct response *answer,
                     uint64_t *set);
/* Adds the entries whose port it is. */
void index_at_port(const struct index *i, uint16_t port, uint64_t *set);
/* Adds the entries of which a mark of a base path stands in a path, and gives back where the first of all marks stands;
 * the path's end where none does. */
size_t index_marked(const struct index *i, struct arena *a, struct span path, uint64_t *set);

/* What an entry that no answer concerned waits for, should nothing point to it: a GET, by an identifying condition. */
struct hope {
    unsigned entry;
    const struct request *request;
};

/* All hopes for one request, in the order of their entries. */
struct hopes {
    LIST_OF(struct hope) list;
    const struct request *same;
    unsigned weight; /* one each, and what its entry leaks */
};

/* By the number of the request. */
const struct hopes *index_hopes(const struct index *i);
/* What an identifying condition of an entry hopes for, or NULL. */
const struct request *index_hope(const struct index *i, size_t entry, const struct condition *c);

#endif
