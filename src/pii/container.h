/* Formats that are recognised by their first bytes, to say that what is in them is not read. */
#ifndef AJAR_PII_CONTAINER_H
#define AJAR_PII_CONTAINER_H

#include "base/span.h"

struct container {
    const char *article, *name; /* "a", "zip archive"; an s makes it more than one */
    const char *advice;         /* how to have it read: "unpack it" */
};

/* What begins with these bytes (a few hundred are enough), or NULL where it is none of these.
 * gzip and zstd are among them: whoever unpacks those asks about what was in them. */
const struct container *container_guess(struct span head);
/* The first bytes of what a gzip or zstd file with this head holds, at most `room`; 0 where it is none. For zstd
 * PEEK_BYTES of it may be needed. */
enum { PEEK_BYTES = 160 << 10 };
size_t container_peek(struct span head, uint8_t *out, size_t room);

#endif
