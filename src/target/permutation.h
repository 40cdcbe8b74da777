/* A keyed order of [0, total): each number once, without remembering any. Neighbouring endpoints
 * are then not asked in a row, and a run resumes from one integer. */
#ifndef AJAR_TARGET_PERMUTATION_H
#define AJAR_TARGET_PERMUTATION_H

#include "base/error.h"
#include "base/span.h"

struct permutation {
    uint64_t total;
    uint64_t left, right; /* left * right >= total */
    uint64_t key0, key1;
};

/* total <= 2^63; the same total and seed give the same order everywhere. */
void permutation_init(struct permutation *p, uint64_t total, uint64_t seed);
/* What comes at place i; i < total. */
uint64_t permutation_at(const struct permutation *p, uint64_t i);

/* One of `count` parts of a run; part `index` (0-based) takes the places index, index + count... */
struct shard {
    uint64_t index, count;
};

#define SHARD_WHOLE ((struct shard){ 0, 1 })

/* Reads "2/5": the second of five parts. */
bool shard_parse(struct span text, struct shard *ret, struct error *e);

/* How many places of [0, total) belong to the part. */
static inline uint64_t shard_total(const struct shard *s, uint64_t total)
{
    return total > s->index ? (total - s->index - 1) / s->count + 1 : 0;
}

/* Its k-th place; k < shard_total(). */
static inline uint64_t shard_place(const struct shard *s, uint64_t k)
{
    return s->index + k * s->count;
}

#endif
