/* A report out of the store: what it saw, judged again by today's rules, or what is open now as it was
 * stored. Nothing is asked and nothing is stored. */
#ifndef AJAR_KEEP_STORED_REPORT_H
#define AJAR_KEEP_STORED_REPORT_H

#include "keep/rulebook.h"
#include "report/report.h"
#include "store/store.h"

struct stored_report {
    struct store *store;
    const struct rulebook *book;
    const struct report *report;
    struct report_run run;  /* columns, colour, verbose; the rest is filled */
    int64_t scan;           /* what this scan saw; 0: each endpoint as it last answered */
    enum severity fail_on;  /* see `failing` */
    int64_t now_ms;
    /* The findings that are stored and let through are shown, with all that answered beside them; today's rules add
     * what proves them, whose they are and since when. NULL: today's rules judge what is stored. */
    const struct store_filter *filter;
    const struct tag_filter *tags; /* only what is tagged so is judged; NULL: all. Where there is no filter */
    /* Takes what the report has made so far; all of it where `all`. */
    bool (*flush)(struct buf *out, bool all, struct error *e);

    bool unwritten;   /* filled: it failed because the output could not be made or written */
    uint64_t failing; /* filled: findings at or above fail_on that nobody accepted */
};

/* False and a sentence where the store, memory or the output fails. */
bool stored_report(struct stored_report *r, struct error *e);

#endif
