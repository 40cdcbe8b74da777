/* How far a scan, or a look at files, is: one line that is drawn again and again on a terminal, and a line a minute
 * where standard error is a file, a pipe or a terminal that cannot go back. */
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
/* Is it time to say more? At most five times a second where it redraws, else once a minute. */
bool progress_is_due(const struct progress_line *l, int64_t now_ms);
/* Redraws the line, cut to the width of the terminal, or writes one; of ASCII. */
void progress_put(struct progress_line *l, const char *text, int64_t now_ms);
/* "6 s left", "3 min left", "1.5 h left" */
void progress_left(double seconds, char *text, size_t cap);
/* Says how far a scan is where that is due. */
void progress_show(struct progress_line *l, const struct sweep_progress *p, uint64_t endpoints, uint64_t findings,
                   int64_t now_ms);
/* Wipes the line, so that other output starts on a clean one. */
void progress_wipe(struct progress_line *l);

#endif
