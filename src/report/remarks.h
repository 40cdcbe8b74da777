/* Remarks as the reports for people keep them: one visible sentence each, the first ones in full,
 * the others counted. The room's own header. */
#ifndef AJAR_REPORT_REMARKS_H
#define AJAR_REPORT_REMARKS_H

#include "base/list.h"
#include "report/report.h"
#include "report/words.h"

enum { REMARKS_KEPT_MAX = 50 };

struct remarks {
    LIST_OF(struct span) kept; /* "dead.corp: the name does not resolve" */
    uint64_t left;             /* beyond REMARKS_KEPT_MAX, or beyond memory */
    bool incomplete;           /* one of them says that not all was looked at */
};

/* In the language of `in` (words.h). `scratch` is used and left empty. */
void remarks_add(struct remarks *to, struct arena *a, struct buf *scratch, const struct remark *r, tongue *in);

#endif
