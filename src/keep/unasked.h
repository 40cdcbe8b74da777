/* Why a scan that came to its end is incomplete all the same: one line, for whoever started it to read.
 * The same endpoints make the same line, in whatever order they were asked. */
#ifndef AJAR_KEEP_UNASKED_H
#define AJAR_KEEP_UNASKED_H

#include "base/buf.h"
#include "record/record.h"
#include "record/remark.h"

enum { UNASKED_WHY_BYTES = 240 };

struct unasked {
    uint64_t failed;              /* endpoints that could not be asked, or not to their end */
    struct endpoint first;        /* the lowest of them, without name and path */
    char why[UNASKED_WHY_BYTES];  /* and why */
    char remark[UNASKED_WHY_BYTES]; /* the first remark that says so of what has no endpoint */
};

void unasked_visit(struct unasked *u, const struct visit *v);
void unasked_remark(struct unasked *u, const struct remark *r);
/* One line, escaped; nothing where all was asked. */
void unasked_put(const struct unasked *u, struct buf *out);

#endif
