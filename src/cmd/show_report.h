/* ajar show --format: what is open now, as a report out of the store. */
#ifndef AJAR_CMD_SHOW_REPORT_H
#define AJAR_CMD_SHOW_REPORT_H

#include "report/report.h"
#include "store/store.h"

/* Writes the open findings that the filter lets through, with all that answered beside them, to
 * stdout. The findings are those that were stored; the shipped rules add what proves them, whose
 * they are and since when. Nothing is asked and nothing is stored. False and a sentence. */
bool show_report(struct store *s, const struct store_filter *filter, const struct report *r, size_t columns,
                 struct error *e);

#endif
