/* The scan of a watch's round: `ajar scan` in a process of its own. */
#ifndef AJAR_CMD_WATCH_SCAN_H
#define AJAR_CMD_WATCH_SCAN_H

#include <sys/types.h>

#include "cmd/cmd.h"
#include "watch/config.h"
#include "watch/round.h"

enum { WATCH_TAIL_MAX = 4096 };

struct watch_scan {
    pid_t pid; /* 0: none */
    int from;  /* its standard error */
    size_t len;
    char tail[WATCH_TAIL_MAX]; /* the last of what it said, to be told; nothing is decided by it */
    int64_t started_ms;
    bool resumed; /* it goes on with one that was broken off */
};

/* WATCH_PLAN: only its plan; WATCH_RESUME: goes on with the newest scan that did not end. */
enum watch_scan_way { WATCH_SCAN, WATCH_RESUME, WATCH_PLAN };
/* Starts `ajar scan` with what the configuration says. */
bool watch_scan_start(struct watch_scan *s, const struct watch_config *c, enum watch_scan_way way, struct error *e);
/* Takes what it says; false when it has closed its end. */
bool watch_scan_hear(struct watch_scan *s);
/* What its end means; `status` as waitpid() gave it. Returns its exit status, or -1 where it has none. */
int watch_scan_end(const struct watch_scan *s, int status, struct round *ret);

#endif
