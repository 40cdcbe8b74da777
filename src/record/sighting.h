/* Second witnesses: services that somebody else saw from outside, as the Shadowserver Foundation and Shodan tell
 * those who own the network. */
#ifndef AJAR_RECORD_SIGHTING_H
#define AJAR_RECORD_SIGHTING_H

#include "record/record.h"

struct sighting {
    struct address address;
    uint32_t port;   /* endpoint_port() */
    int64_t at_ms;   /* wall */
    const char *who; /* "Shodan" */
};

struct sightings {
    LIST_OF(struct sighting) list;
};

/* Sorts them by place, then by time; for sightings_at(). */
void sightings_sort(struct sighting *at, size_t len);
/* The first of those at a place, and *ret_len; NULL where there is none. */
const struct sighting *sightings_at(const struct sighting *at, size_t len, const struct endpoint *e, size_t *ret_len);

#endif
