/* Names of collections that live inside something: "shop.public.customers". The parts are peer
 * bytes and may hold anything, so they are joined as bytes, never as C strings. */
#ifndef AJAR_PROBE_NAME_H
#define AJAR_PROBE_NAME_H

#include "base/arena.h"

/* "outer.inner" in the arena; an empty span where that is full. */
static inline struct span name_within(struct arena *a, struct span outer, struct span inner)
{
    if (outer.len > SIZE_MAX / 4 || inner.len > SIZE_MAX / 4)
        return SPAN_NONE;
    uint8_t *at = arena_array(a, outer.len + 1 + inner.len, 1);
    if (!at)
        return SPAN_NONE;
    if (outer.len)
        memcpy(at, outer.at, outer.len);
    at[outer.len] = '.';
    if (inner.len)
        memcpy(at + outer.len + 1, inner.at, inner.len);
    return span_of(at, outer.len + 1 + inner.len);
}

#endif
