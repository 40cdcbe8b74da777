/* What a text is about: how many different words of a subject it holds. */
#ifndef AJAR_PII_SUBJECT_H
#define AJAR_PII_SUBJECT_H

#include "pii/detectors.h"

struct subject {
    unsigned police, medical; /* different words */
};

struct subject pii_subject_of(const struct detectors *d, struct span text);

#endif
