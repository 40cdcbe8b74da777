/* ajar watch: scans on a schedule and tells what changed. The parts of the verb. */
#ifndef AJAR_CMD_WATCH_H
#define AJAR_CMD_WATCH_H

#include <sys/types.h>

#include "cmd/cmd.h"
#include "watch/config.h"
#include "watch/round.h"

enum { WATCH_TAIL_MAX = 4096, WATCH_HOST_MAX = 256 };

/* A scan in a process of its own. */
struct watch_scan {
    pid_t pid; /* 0: none */
    int from;  /* its standard error */
    size_t len;
    char tail[WATCH_TAIL_MAX]; /* the last of what it said */
    int64_t started_ms;
    bool resumed; /* it goes on with one that was broken off */
};

/* WATCH_PLAN: only its plan; WATCH_RESUME: goes on with the newest scan that did not end. */
enum watch_scan_way { WATCH_SCAN, WATCH_RESUME, WATCH_PLAN };
/* Starts `ajar scan` with what the configuration says. */
bool watch_scan_start(struct watch_scan *s, const struct watch_config *c, enum watch_scan_way way, struct error *e);
/* Takes what it says; false when it has closed its end. */
bool watch_scan_hear(struct watch_scan *s);
/* What its end means. `status` as waitpid() gave it. */
void watch_scan_end(const struct watch_scan *s, int status, struct round *ret);

enum watch_end { WATCH_STOPPED, WATCH_AGAIN, WATCH_FAILED };

/* Runs until it is told to stop (SIGTERM, SIGINT), or to read its configuration again (SIGHUP).
 * `once`: one round, one attempt for each message. *ret_status: the exit status. */
enum watch_end watch_run(const struct watch_config *c, bool once, int *ret_status);

/* "ajar: TEXT" to stderr, foreign text made visible. */
[[gnu::format(printf, 1, 2)]] void watch_say(const char *format, ...);

#endif
