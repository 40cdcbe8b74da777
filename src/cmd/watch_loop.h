/* The loop of a watch. */
#ifndef AJAR_CMD_WATCH_LOOP_H
#define AJAR_CMD_WATCH_LOOP_H

#include "watch/config.h"

enum watch_end { WATCH_STOPPED, WATCH_AGAIN, WATCH_FAILED };

/* Runs until it is told to stop (SIGTERM, SIGINT), or to read its configuration again (SIGHUP).
 * `once`: one round, one attempt for each message. *ret_status: the exit status. */
enum watch_end watch_run(const struct watch_config *c, bool once, int *ret_status);

#endif
