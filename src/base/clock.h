/* Time as an argument: production hands out the system's, tests hand out their own.
 * Monotonic time and deadlines are milliseconds from an arbitrary start; wall time is
 * milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. */
#ifndef AJAR_BASE_CLOCK_H
#define AJAR_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
    int64_t (*mono_ms)(void *self);
    int64_t (*wall_ms)(void *self);
    void *self;
};

extern const struct clock CLOCK_SYSTEM;

static inline int64_t clock_mono_ms(const struct clock *c)
{
    return c->mono_ms(c->self);
}

static inline int64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c->self);
}

enum { TIME_TEXT_MAX = 32, TIME_TEXT_LEN = 20 };

/* "2022-07-01T00:00:00Z" (RFC 3339, UTC, whole seconds) into text[TIME_TEXT_MAX], TIME_TEXT_LEN bytes and a
 * zero. Years outside 0..9999 are clamped. Returns text. */
char *time_text(int64_t wall_ms, char text[static TIME_TEXT_MAX]);
/* The wall time of a civil UTC date; month 1..12, day 1..31. Proleptic Gregorian calendar. */
int64_t time_from_civil(int year, int month, int day, int hour, int minute, int second);
/* Reads "2026-11-22" or "2026-11-22T03:06:00Z". False where it is neither. */
bool time_parse(const char *text, int64_t *ret_wall_ms);

#endif
