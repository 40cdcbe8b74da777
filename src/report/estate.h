/* The certificates of an estate, as the store saw them through the years: where each is shown, whose key it shares,
 * which came before it and when it was renewed. */
#ifndef AJAR_REPORT_ESTATE_H
#define AJAR_REPORT_ESTATE_H

#include "base/arena.h"
#include "base/list.h"
#include "base/table.h"
#include "store/store.h"

enum { ESTATE_PLACES_KEPT = 1000 /* of one certificate; all are counted */ };

struct estate_place {
    const char *where; /* endpoint_text(), or its name */
    bool now;          /* it shows this certificate still */
};

enum estate_renewal {
    RENEWED_NEVER,    /* no other was seen before it */
    RENEWED,          /* too few renewals to say more */
    RENEWED_REGULAR,  /* at least two, each so many days before the end as the others, give or take a week */
    RENEWED_LATE,     /* once at least the one before had run out */
};

struct estate_certificate {
    struct span sha256, key, subject, issuer, names, chain, key_text; /* as stated; foreign */
    bool self_signed;
    int64_t from_ms, until_ms, first_ms, last_ms; /* its life; when it was seen first and last */
    LIST_OF(struct estate_place) places;
    uint64_t place_count, now_count;
    /* What came before it: of the same subject, at a place that shows this one, too. */
    enum estate_renewal renewal;
    size_t renewals;      /* how often it was renewed */
    int64_t lead_ms;      /* how long before the end of the one before it; negative: after */
    bool keeps_key;       /* the one before it has the same key */
    size_t sharers;       /* other certificates of today with its key */
};

struct estate {
    struct arena *arena;
    struct table by_hash;
    LIST_OF(struct estate_certificate *) all;
};

void estate_init(struct estate *e, struct arena *a, uint64_t seed);
/* Adds what one place showed; false where the arena is full. One without a hash is left out. */
bool estate_add(struct estate *e, const struct stored_certificate *c);
/* Sorts by the end of their lives, those that nobody shows any more last, and works out renewals and shared keys. */
bool estate_settle(struct estate *e);

#endif
