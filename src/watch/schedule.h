/* When the next round begins, and when a receiver wants to be left alone. Pure computation over wall
 * time; the zone of the machine is asked through localtime_r(). */
#ifndef AJAR_WATCH_SCHEDULE_H
#define AJAR_WATCH_SCHEDULE_H

#include "watch/config.h"

/* The wall time of the next round. `last_ms`: when the last one began, 0 where there was none: then
 * an `every` schedule begins now. `jitter` is a random number that is spread over jitter_ms. */
int64_t schedule_next(const struct schedule *s, int64_t last_ms, int64_t now_ms, uint64_t jitter);
/* Whether a message of this severity has to wait now. */
bool quiet_now(const struct quiet_hours *q, enum severity severity, int64_t now_ms);

#endif
