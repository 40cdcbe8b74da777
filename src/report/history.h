/* Looks findings up in what was known before the run. The room's own header. */
#ifndef AJAR_REPORT_HISTORY_H
#define AJAR_REPORT_HISTORY_H

#include "report/report.h"

/* All times that the finding was open, oldest first; NULL and 0 where there are none, or where
 * there is no history. */
const struct report_exposure *history_of(const struct report_history *h, const char *fingerprint,
                                         size_t *ret_count);
/* Since when it is open without a break: of the newest exposure that did not close, else now_ms. */
int64_t history_since(const struct report_history *h, const char *fingerprint, int64_t now_ms);
/* The acceptance that holds at now_ms, or NULL. */
const struct report_acceptance *history_accepted(const struct report_history *h, const char *fingerprint,
                                                 int64_t now_ms);

#endif
