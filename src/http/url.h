/* Percent-encoding (RFC 3986 2.1). */
#ifndef AJAR_HTTP_URL_H
#define AJAR_HTTP_URL_H

#include "base/arena.h"

/* Encodes all but unreserved bytes; an empty span where the arena is full. */
struct span url_encode(struct arena *a, struct span s);

/* The base path in a Location that stays on `host` ("name:port", as sent in Host): the segments
 * before the first of `marks`, or all of it where no mark occurs. Returns how many segments were
 * put into ret (0..max); 0 where the redirect leaves the host, is longer, or holds anything but
 * unreserved bytes. */
size_t url_base(struct span location, bool tls, struct span host, const struct span *marks,
                size_t mark_count, struct span *ret, size_t max);

#endif
