/* How far a scan is: one line that is drawn again and again on a terminal, and a line a minute where standard error
 * is a file, a pipe or a terminal that cannot go back. */
#ifndef AJAR_CMD_PROGRESS_H
#define AJAR_CMD_PROGRESS_H

#include <stdbool.h>

#include "record/pipe.h"

enum { PROGRESS_LINE_EVERY_MS = 60000 };

struct progress_line {
    int64_t started_ms, shown_ms; /* monotonic */
    bool redraws;                 /* progress_redraws() */
    bool quiet;                   /* nothing is shown */
    bool stopping;                /* the user asked to stop: only what is under way is waited for */
    bool visible;
};

/* Whether standard error is a terminal on which a line can be drawn again. */
bool progress_redraws(void);
/* Redraws at most five times a second, cut to the width of the terminal; or writes a line a minute. */
void progress_show(struct progress_line *l, const struct sweep_progress *p, uint64_t endpoints, uint64_t findings,
                   int64_t now_ms);
/* Wipes the line, so that other output starts on a clean one. */
void progress_wipe(struct progress_line *l);

#endif
