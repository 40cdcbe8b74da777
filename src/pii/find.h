/* Candidates in text, from the masks: runs of digits and capitals, '@', dotted and colon-separated
 * numbers, literals of secrets. Each is cut out, judged and handed to the caller. */
#ifndef AJAR_PII_FIND_H
#define AJAR_PII_FIND_H

#include "pii/detectors.h"

/* Bytes and their masks. base[len .. len + CLASS_SLACK) is readable and zero; masks has one block
 * more than the text needs, and it is zero. */
struct text {
    const uint8_t *base;
    size_t len;
    const struct classes *masks;
};

/* One piece of text that has the form of something. */
typedef void find_fn(void *self, struct span token, const struct pii_marks *marks);

/* Hands over every candidate that begins in [from, to). Bytes outside are looked at where a
 * candidate touches them. */
void find_tokens(const struct detectors *d, const struct text *t, size_t from, size_t to,
                 find_fn *found, void *self);

/* The number that begins at s with its groups ("138-0013-8000"), as one or, where that is nothing
 * known, as several between spaces. Shared with whole field values. */
bool find_compact(struct span s, struct compact *ret);

#endif
