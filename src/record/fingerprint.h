/* The name under which a finding is known for as long as it lives, in every report and in every store. */
#ifndef AJAR_RECORD_FINGERPRINT_H
#define AJAR_RECORD_FINGERPRINT_H

#include "record/record.h"

/* What makes a finding the same one, across versions and time. */
struct finding_identity {
    const char *product, *rule; /* their first 128 bytes count */
    bool tls;
    const struct endpoint *endpoint;
    unsigned ordinal; /* how many of the same were seen before it in one visit: two stores behind one dashboard */
};

/* Changing what this gives breaks every history; the store's migrations call it for what is old. */
void fingerprint_make(const struct finding_identity *of, char ret[static FINGERPRINT_MAX]);

#endif
