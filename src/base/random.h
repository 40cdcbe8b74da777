/* Keyed hashing and random numbers. The seed is an argument, so that a run can be repeated. */
#ifndef AJAR_BASE_RANDOM_H
#define AJAR_BASE_RANDOM_H

#include "base/span.h"

struct random {
    uint64_t state;
};

/* A seed from the kernel. */
uint64_t random_seed(void);
/* SplitMix64 (Steele, Lea, Flood 2014): for jitter and order, never for secrets. */
uint64_t random_next(struct random *r);
/* Uniform in [0, bound); bound > 0. */
uint64_t random_below(struct random *r, uint64_t bound);

/* SipHash-2-4 (Aumasson, Bernstein 2012): tables keyed by foreign bytes, permutations. */
uint64_t siphash(uint64_t key0, uint64_t key1, struct span s);

#endif
