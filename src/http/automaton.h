/* Many literals looked for at once (Aho, Corasick 1975): one pass over a text finds all that it holds, so
 * that the cost of a text does not grow with their number. */
#ifndef AJAR_HTTP_AUTOMATON_H
#define AJAR_HTTP_AUTOMATON_H

#include "base/list.h"
#include "base/table.h"

struct automaton;

/* What is to be looked for, while it is collected. */
struct literals {
    struct arena *arena;
    struct table numbers; /* literal -> its number, as a pointer */
    LIST_OF(struct span) list;
    size_t bytes; /* of all: the automaton has no more states */
    bool failed;  /* the arena is full */
};

void literals_init(struct literals *l, struct arena *a);
/* The number of a literal, from 1 on; of one that is longer than `max`, that of its front. 0 where it is empty or
 * there is no room. */
unsigned literals_number(struct literals *l, struct span literal, size_t max);

/* NULL where the arena is full. Memory: about 250 bytes a byte of literals, where they share no fronts. */
const struct automaton *automaton_build(struct literals *l);

/* How many numbers there are, 0 among them. */
size_t automaton_numbers(const struct automaton *x);

/* A text that is read piece by piece. */
struct automaton_scan {
    const struct automaton *automaton;
    uint32_t row;
    uint64_t *seen; /* which literals were seen: a bit set, bit n for the number n */
};

/* False where the arena is full. */
bool automaton_begin(struct automaton_scan *s, const struct automaton *x, struct arena *a);
/* Costs about 2 ns of processor time a byte, whatever the bytes. */
void automaton_read(struct automaton_scan *s, struct span piece);

static inline bool automaton_saw(const uint64_t *seen, unsigned literal)
{
    return seen[literal / 64] >> literal % 64 & 1;
}

#endif
