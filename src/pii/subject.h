/* What a text is about: how many different words of a subject it holds. */
#ifndef AJAR_PII_SUBJECT_H
#define AJAR_PII_SUBJECT_H

#include "pii/find.h"

struct subject {
    unsigned police, medical; /* different words */
};

/* Of the bytes [from, to) of a text; of a long one only the beginning is looked at. */
struct subject pii_subject_of(const struct detectors *d, const struct text *t, size_t from,
                              size_t to);

#endif
