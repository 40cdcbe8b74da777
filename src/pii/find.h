/* Candidates in text, from the masks: runs of digits and capitals, '@', dotted and colon-separated
 * numbers, literals of secrets. Each is cut out, judged and handed to the caller. */
#ifndef AJAR_PII_FIND_H
#define AJAR_PII_FIND_H

#include "pii/detectors.h"
#include "pii/sample.h"

/* Bytes and their masks. base[len .. len + CLASS_SLACK) is readable and zero, and CLASS_SLACK bytes in
 * front of base are readable. */
struct text {
    const uint8_t *base;
    size_t len;
    const struct masks *masks;
};

/* One piece of text that has the form of something, and its profile_hash. */
typedef void find_fn(void *self, struct span token, uint64_t hash, const struct pii_marks *marks);

/* Hands over every candidate that begins in [from, to) and that `wanted` wants (its level may rise
 * meanwhile). Bytes outside are looked at where a candidate touches them. */
void find_tokens(const struct detectors *d, const struct text *t, size_t from, size_t to,
                 const struct sample *wanted, find_fn *found, void *self);

#endif
