/* A set of whole numbers, held as sorted runs. The places of a scan that are done are nearly one
 * run from 0 on, with holes where conversations are still under way: a few thousand runs at most,
 * however large the scan. */
#ifndef AJAR_STORE_RUNS_H
#define AJAR_STORE_RUNS_H

#include "base/buf.h"
#include "base/reader.h"

/* Numbers from `first` up to, not including, `end`. */
struct run {
    uint64_t first, end;
};

struct runs {
    struct run *at; /* sorted, apart by at least one number */
    size_t len, cap;
};

void runs_release(struct runs *r);
bool runs_has(const struct runs *r, uint64_t n);
/* Adds one number below UINT64_MAX; one that is there already changes nothing. False where memory
 * is out. */
bool runs_add(struct runs *r, uint64_t n);
/* Adds first, first + 1 ... first + count - 1, none of which may be there; count > 0. False where memory is out, or
 * one of them is there. */
bool runs_add_run(struct runs *r, uint64_t first, uint64_t count);
/* How many numbers the set holds. */
uint64_t runs_count(const struct runs *r);
/* And of them below `n`. */
uint64_t runs_count_below(const struct runs *r, uint64_t n);
/* The smallest number from `from` on that is not in the set. */
uint64_t runs_gap(const struct runs *r, uint64_t from);

/* As bytes: for each run the gap before it and its length, both as little-endian base 128. */
void runs_encode(const struct runs *r, struct buf *out);
/* False, and an empty set, where the bytes are no set or memory is out. */
bool runs_decode(struct reader *in, struct runs *ret);

#endif
