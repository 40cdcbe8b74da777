/* Intervals of addresses of one family, as whole numbers. */
#ifndef AJAR_TARGET_RANGE_H
#define AJAR_TARGET_RANGE_H

#include "record/address.h"

typedef unsigned __int128 u128; /* the one integer that a whole IPv6 address fits in */

enum { RANGE_NO_PREFIX = 255 };

/* Both ends belong to it; first <= last. Family 0: no range. */
struct range {
    u128 first, last;
    uint8_t family;
    uint8_t prefix; /* its length where it was written as a prefix, else RANGE_NO_PREFIX */
};

static inline u128 address_value(const struct address *a)
{
    u128 v = 0;
    for (size_t i = 0; i < (a->family == 4 ? 4u : 16u); i++)
        v = v << 8 | a->bytes[i];
    return v;
}

static inline struct address address_from(uint8_t family, u128 value)
{
    struct address a = { .family = family };
    for (size_t n = family == 4 ? 4 : 16; n > 0; n--, value >>= 8)
        a.bytes[n - 1] = (uint8_t)value;
    return a;
}

static inline struct range range_of_address(const struct address *a)
{
    u128 v = address_value(a);
    return (struct range){ v, v, a->family, RANGE_NO_PREFIX };
}

/* How many addresses, UINT64_MAX where there are more than that. */
static inline uint64_t range_count(const struct range *r)
{
    u128 more = r->last - r->first;
    return more >= UINT64_MAX ? UINT64_MAX : (uint64_t)more + 1;
}

static inline bool range_holds(const struct range *r, const struct address *a)
{
    u128 v = address_value(a);
    return r->family == a->family && v >= r->first && v <= r->last;
}

#endif
