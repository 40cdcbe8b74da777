/* The name under which a finding is known for as long as it lives, in every report and in every store. */
#ifndef AJAR_RECORD_FINGERPRINT_H
#define AJAR_RECORD_FINGERPRINT_H

#include "record/record.h"

enum { EXPOSURE_STORE_MAX = 512 };

/* What makes an exposure the same one, across versions, scans and time: nothing in it depends on what else was
 * seen, nor in which order. */
struct exposure_key {
    const struct endpoint *endpoint; /* address, port, name and path that were asked */
    bool tls;                        /* the scheme: the conversation ran inside TLS, or it is about the certificate */
    const char *product, *rule;      /* their first 128 bytes count */
    const char *via;                 /* the dashboard that it was seen through, or NULL */
    struct span store;               /* which store behind it: see exposure_store(); empty where there is no `via` */
    unsigned rank;                   /* among stores behind it that `store` does not tell apart */
};

/* The key of what a rule says of an observation of the visit. `text` is where `store` lies. Stores that nothing
 * identifies are ranked by what they look like, so that the order in which a dashboard lists them changes nothing. */
struct exposure_key exposure_key(const struct visit *v, const struct observation *o, const char *rule,
                                 uint8_t text[static EXPOSURE_STORE_MAX]);
/* What tells a store behind a dashboard from others of its product: the identity that it states (cluster.uuid,
 * server.uuid, cluster.id), else the names that it and its dashboard give it together with the way that leads to it,
 * and where there is no way, the first of its collections. Empty for what was seen directly, and where nothing is
 * known. Written into `text`. */
struct span exposure_store(const struct observation *o, uint8_t text[static EXPOSURE_STORE_MAX]);

/* Whether the store states an identity of its own. */
bool exposure_is_identified(const struct observation *o);

/* Changing what this gives breaks every history. */
void exposure_fingerprint(const struct exposure_key *of, char ret[static FINGERPRINT_MAX]);

/* As it was made until version 4 of the store: without `via` and `store`, instead with how many of the same stood
 * before it in one visit. For migrations alone. */
void exposure_fingerprint_4(const struct exposure_key *of, unsigned ordinal, char ret[static FINGERPRINT_MAX]);

#endif
