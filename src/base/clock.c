#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t now_ms(clockid_t id)
{
    struct timespec t = { 0 };
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_mono_ms(void *self)
{
    (void)self;
    return now_ms(CLOCK_MONOTONIC);
}

static int64_t system_wall_ms(void *self)
{
    (void)self;
    return now_ms(CLOCK_REALTIME);
}

const struct clock CLOCK_SYSTEM = { system_mono_ms, system_wall_ms, NULL };

/* Days from 1970-01-01, counted in eras of 400 years that start on 1 March (so that the leap day
 * is the last of its year). */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int64_t time_from_civil(int year, int month, int day, int hour, int minute, int second)
{
    int64_t seconds = days_from_civil(year, month, day) * 86400;
    return (seconds + hour * 3600 + minute * 60 + second) * 1000;
}

char *time_text(int64_t wall_ms, char text[static TIME_TEXT_MAX])
{
    const int64_t first = time_from_civil(0, 1, 1, 0, 0, 0);
    const int64_t last = time_from_civil(9999, 12, 31, 23, 59, 59);
    if (wall_ms < first)
        wall_ms = first;
    if (wall_ms > last)
        wall_ms = last;
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm t;
    gmtime_r(&seconds, &t);
    snprintf(text, TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(t.tm_year + 1900) % 10000u,
             (unsigned)(t.tm_mon + 1) % 100u, (unsigned)t.tm_mday % 100u, (unsigned)t.tm_hour % 100u,
             (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
    return text;
}

bool time_parse(const char *text, int64_t *ret_wall_ms)
{
    int y, mo, d, h = 0, mi = 0, s = 0, used = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &y, &mo, &d, &used) != 3)
        return false;
    if (text[used] == 'T') {
        int more = 0;
        if (sscanf(text + used, "T%2d:%2d:%2dZ%n", &h, &mi, &s, &more) != 3 || more == 0)
            return false;
        used += more;
    }
    if (text[used] != '\0' || mo < 1 || mo > 12 || d < 1 || d > 31 || y < 0 || h < 0 || h > 23 ||
        mi < 0 || mi > 59 || s < 0 || s > 60)
        return false;
    int next_year = mo == 12 ? y + 1 : y, next_month = mo == 12 ? 1 : mo + 1;
    /* 31 February would come out as 3 March. */
    if (days_from_civil(y, mo, d) >= days_from_civil(next_year, next_month, 1))
        return false;
    *ret_wall_ms = time_from_civil(y, mo, d, h, mi, s);
    return true;
}
