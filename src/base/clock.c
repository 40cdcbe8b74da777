#include "base/clock.h"

#include <stdio.h>
#include <string.h>
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

static void put_digits(char *at, int64_t value, int digits)
{
    for (int i = digits; i > 0; i--, value /= 10)
        at[i - 1] = (char)('0' + value % 10);
}

/* The civil date of a day number: the inverse of days_from_civil(). */
static void put_civil(char *text, int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    put_digits(text, year_of_era + era * 400 + (month <= 2), 4);
    put_digits(text + 5, month, 2);
    put_digits(text + 8, day, 2);
}

/* Without printf: a report holds several moments a finding. */
char *time_text(int64_t wall_ms, char text[static TIME_TEXT_MAX])
{
    const int64_t first = -62167219200000, last = 253402300799000;
    wall_ms = wall_ms < first ? first : wall_ms > last ? last : wall_ms;
    int64_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t of_day = seconds - days * 86400;
    memcpy(text, "0000-00-00T00:00:00Z", TIME_TEXT_LEN + 1);
    put_civil(text, days);
    put_digits(text + 11, of_day / 3600, 2);
    put_digits(text + 14, of_day / 60 % 60, 2);
    put_digits(text + 17, of_day % 60, 2);
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
