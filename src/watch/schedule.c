#include "watch/schedule.h"

#include <time.h>

static const int64_t MINUTE_MS = 60000, DAY_MINUTES = 24 * 60;

static int minute_of_day(int64_t wall_ms, bool is_local)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm at;
    if (is_local && localtime_r(&t, &at))
        return at.tm_hour * 60 + at.tm_min;
    return (int)(wall_ms / MINUTE_MS % DAY_MINUTES);
}

/* The next minute, after this one, that is one of the times of day. Walked minute by minute, so that
 * a day of 23 or 25 hours needs no thought; an hour that the clock leaves out is left out. */
static int64_t next_time_of_day(const struct schedule *s, int64_t after_ms)
{
    int64_t minute = after_ms / MINUTE_MS + 1;
    for (int64_t i = 0; i < 3 * DAY_MINUTES; i++, minute++)
        for (size_t k = 0; k < s->at.len; k++)
            if (minute_of_day(minute * MINUTE_MS, s->is_local) == s->at.at[k])
                return minute * MINUTE_MS;
    return after_ms + DAY_MINUTES * MINUTE_MS;
}

int64_t schedule_next(const struct schedule *s, int64_t last_ms, int64_t now_ms, uint64_t jitter)
{
    int64_t spread = s->jitter_ms > 0 ? (int64_t)(jitter % (uint64_t)s->jitter_ms) : 0;
    if (s->every_ms == 0)
        return next_time_of_day(s, now_ms) + spread;
    /* A clock that was set back does not stop the watch. */
    if (last_ms <= 0 || last_ms > now_ms)
        return now_ms;
    int64_t next = last_ms + s->every_ms + spread;
    return next > now_ms ? next : now_ms;
}

bool quiet_now(const struct quiet_hours *q, enum severity severity, int64_t now_ms)
{
    if (!q->set || (q->has_except && severity >= q->except))
        return false;
    int now = minute_of_day(now_ms, q->is_local);
    return q->from < q->to ? now >= q->from && now < q->to : now >= q->from || now < q->to;
}
