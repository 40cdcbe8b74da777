/* A finding as a reader of records gets it: with the observation that it speaks of and what that one
 * holds, and with its life, wherever it comes from: a visit of the running scan, or the store. Made
 * once, in one place, and handed to the formats. The views lie over what they were made of, and die
 * with it. */
#ifndef AJAR_REPORT_VIEW_H
#define AJAR_REPORT_VIEW_H

#include "record/record.h"
#include "store/store.h"

struct finding_view {
    const struct finding *finding;
    const struct observation *seen; /* what it speaks of; NULL where it is not at hand */
    /* What the service says that it holds; COUNT_UNKNOWN where it does not, or where the finding
     * speaks of no service but of its certificate. */
    int64_t collections, records, bytes;
    bool at_least; /* the three are lower bounds */
    const char *verdict, *transport; /* "open", "tls"; NULL where not at hand, or of no service */
    bool judged;      /* of a visit: whether it is new, and on what evidence, is known */
    bool open;        /* not closed, as far as is known */
    int64_t at_ms;    /* when it was seen at last; COUNT_UNKNOWN where not known */
    int64_t closed_ms; /* COUNT_UNKNOWN: it is open */
    enum proof proof;  /* what closed it */
    struct span proof_detail;
    enum unseen unseen; /* why it was not seen when it was asked for last; at_ms says since when */
    struct span unseen_detail;
    struct finding_life life;
    int64_t accepted_until_ms; /* 0: it is not accepted */
    struct span accepted_why;
};

/* Of a visit: it is open, and `f->seen` says what it speaks of. */
struct finding_view view_of_visit(const struct visit *v, const struct finding *f);
/* Out of the store, without what was observed. Whether it is new there is not known. */
struct finding_view view_of_stored(const struct stored_finding *f);

#endif
