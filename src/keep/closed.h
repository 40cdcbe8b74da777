/* What a scan proved closed, out of the store, for the reports that tell it. */
#ifndef AJAR_KEEP_CLOSED_H
#define AJAR_KEEP_CLOSED_H

#include "report/report.h"
#include "store/store.h"

/* Gives the report each finding that scan `scan` (a number, or SCAN_NEWEST) proved closed and that passes
 * `filter`, worst first; whether open or closed is not asked of the filter. Nothing where the format has
 * no place for it or there is no store. False and a sentence. */
bool closed_report(const struct report *r, void *state, struct store *s, int64_t scan,
                   const struct store_filter *filter, struct buf *out, struct error *e);

#endif
