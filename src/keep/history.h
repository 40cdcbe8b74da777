/* How many findings were open when, out of the store, for the reports that draw it. */
#ifndef AJAR_KEEP_HISTORY_H
#define AJAR_KEEP_HISTORY_H

#include "report/report.h"
#include "store/store.h"

/* Gives the report the past up to now, where it has a place for it and the store knows one. What is
 * held is one struct report_past, however large the store. False and a sentence. */
bool history_report(const struct report *r, void *state, struct store *s, int64_t now_ms, struct buf *out,
                    struct error *e);

#endif
