/* A random sample of the distinct values of a field, in fixed memory.
 *
 * A value is kept when the top `level` bits of its hash are zero; when the sample is full, the
 * level goes up by one and about half of it leaves. So the sample is always a uniform choice of
 * the distinct values (each counts once, however often it stands there), its ratios are those of
 * the field, and used * 2^level estimates how many distinct values there are. Values themselves
 * are never kept, only their hashes and marks. */
#ifndef AJAR_PII_SAMPLE_H
#define AJAR_PII_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "pii/types.h"

enum { SAMPLE_MAX = 2048, SAMPLE_FIRST = 32 };

/* From this bit on the flags say which national number it has the shape of, plus one. */
enum { SAMPLE_NATIONAL_AT = 8 };

enum sample_flags {
    SAMPLE_TEST = 1,
    SAMPLE_CONTEXT = 2,
    SAMPLE_SEARCH = 4, /* text to be searched */
    SAMPLE_ROLE = 8,    /* a mailbox of an office */
    SAMPLE_CALLING = 16, /* a telephone number with the code of its country */
    SAMPLE_SINGLE = 32,  /* a name of one word */
    SAMPLE_TITLED = 64   /* a name in text behind "Mr" or "Frau" */
};

struct sample_entry {
    pii_set shape, pass;
    uint64_t hash;
    uint64_t count; /* how often the value was seen */
    uint32_t flags;
    uint32_t head; /* hash of the first characters: how widely values spread */
    uint64_t line; /* of its source, where it was seen first and passes as something; 0 = not known */
};

struct sample {
    struct sample_entry *at;
    uint16_t *index; /* entry + 1 by hash, 2 * cap slots */
    uint32_t used, cap, level;
};

/* All samples of a scan share one budget; where it is used up, a sample raises its level instead
 * of growing. */
struct sample_budget {
    size_t left_bytes;
    bool tight; /* some sample could not grow for it */
};

void sample_release(struct sample *s, struct sample_budget *budget);

/* The entry of this hash: a new zeroed one (*ret_new is true), the old one, or NULL where the
 * sample does not want it or there is no memory. The pointer lives until the next call. */
struct sample_entry *sample_add(struct sample *s, struct sample_budget *budget, uint64_t hash,
                                bool *ret_new);

/* Adds the entries of the sample of a later stretch. */
void sample_merge(struct sample *s, struct sample_budget *budget, const struct sample *part);
/* Bytes of the budget that the sample may still come to take. */
size_t sample_bytes_left(const struct sample *s);

/* Bytes of a sample that holds `cap` entries. */
static inline size_t sample_bytes(size_t cap)
{
    return cap * (sizeof(struct sample_entry) + 2 * sizeof(uint16_t));
}

/* The entry of this hash, or NULL. */
static inline struct sample_entry *sample_find(const struct sample *s, uint64_t hash)
{
    if (!s->cap)
        return NULL;
    uint32_t mask = 2 * s->cap - 1;
    for (uint32_t slot = (uint32_t)hash & mask; s->index[slot]; slot = (slot + 1) & mask)
        if (s->at[s->index[slot] - 1].hash == hash)
            return &s->at[s->index[slot] - 1];
    return NULL;
}

static inline bool sample_wants(const struct sample *s, uint64_t hash)
{
    return s->level == 0 || hash >> (64 - s->level) == 0;
}

#endif
