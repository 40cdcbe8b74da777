/* Facts and collections of one observation as one value each, so that a service costs one row and
 * not one a fact. doc/store.md describes the bytes; their meaning never changes. The decoder
 * believes nothing: the file may be damaged, or not ours. */
#ifndef AJAR_STORE_PACK_H
#define AJAR_STORE_PACK_H

#include "base/buf.h"
#include "base/reader.h"
#include "record/record.h"

/* A fact with its words as numbers of the dictionary. */
struct packed_fact {
    int64_t key, ask; /* ask 0: none */
    enum fact_type type;
    struct span text; /* FACT_TEXT */
    int64_t number;   /* the others */
    struct span proof;
};

/* Whole numbers in little-endian base 128: seven bits a byte, the high bit says that more follows. */
void pack_uint(struct buf *out, uint64_t value);
uint64_t unpack_uint(struct reader *in);
/* With a sign: 0, -1, 1, -2, 2... as 0, 1, 2, 3, 4... */
void pack_int(struct buf *out, int64_t value);
int64_t unpack_int(struct reader *in);

void pack_fact(struct buf *out, const struct packed_fact *f);
/* One fact; its spans lie in the bytes that are read. The reader's verdict tells. */
void unpack_fact(struct reader *in, struct packed_fact *ret);

void pack_collection(struct buf *out, const struct collection *c);
void unpack_collection(struct reader *in, struct collection *ret);

#endif
