/* Where a report comes from: which networks were looked at, from which machine, when, by which command and version. A
 * page that is passed on has to say it of itself. All text that comes out was made visible (escape_tty). */
#ifndef AJAR_REPORT_ORIGIN_H
#define AJAR_REPORT_ORIGIN_H

#include "report/report.h"

enum { ORIGIN_TEXT_MAX = 64 * 1024, ORIGIN_COMMAND_MAX = 2000 };

/* "10.20.0.0/24, db.internal and 12 more": the first `max`, or nothing where they are not known. */
void origin_targets(const struct report_run *run, size_t max, struct buf *out);
/* "2026-11-30 11:19 to 11:21 UTC"; with its date twice where the run went over midnight. */
void origin_when(const struct report_run *run, const struct report_summary *sum, struct buf *out);
/* The machine, the version and the command, as far as known: "on scan1 by Ajar 0.1.0: ajar scan 10.20.0.0/24" */
void origin_how(const struct report_run *run, struct buf *out);

#endif
