/* The one progress line on a terminal. */
#ifndef AJAR_CMD_PROGRESS_H
#define AJAR_CMD_PROGRESS_H

#include <stdbool.h>

#include "record/pipe.h"

struct progress_line {
    int64_t started_ms, shown_ms; /* monotonic */
    bool visible;
};

/* Redraws at most five times a second, cut to the width of the terminal. */
void progress_show(struct progress_line *l, const struct sweep_progress *p, uint64_t endpoints, uint64_t findings,
                   int64_t now_ms);
/* Wipes the line, so that other output starts on a clean one. */
void progress_wipe(struct progress_line *l);

#endif
