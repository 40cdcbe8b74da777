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

#endif
