/* Amounts as people read them: counts, sizes, ages and times. The one place that decides where
 * "119 minutes" become "2 hours" and where a comma stands. Nothing here uses printf or the locale:
 * a report of 65,000 findings is mostly numbers. */
#ifndef AJAR_TEXT_AMOUNT_H
#define AJAR_TEXT_AMOUNT_H

#include "base/buf.h"

/* 1234567 -> 1,234,567 */
void put_count(struct buf *out, uint64_t n);
/* 969830266 -> 969.8 M, 3400000000 -> 3.4 bn: of things that are counted, in thousands, millions, billions and so on;
 * below 100,000 as put_count(). */
void put_brief(struct buf *out, uint64_t n);
/* "1 record", "1,234 records" */
void put_many(struct buf *out, uint64_t n, const char *one, const char *many);
/* The same as a C string, cut where the words are long; returns `text`. */
enum { MANY_TEXT_MAX = 64 };
char *many_text(uint64_t n, const char *one, const char *many, char text[static MANY_TEXT_MAX]);
/* A count alone, for a sentence with %s: COUNTED(1234567) is "1,234,567", as long as the block lasts. */
enum { COUNT_TEXT_MAX = 32 };
char *count_text(uint64_t n, char text[static COUNT_TEXT_MAX]);
#define COUNTED(n) count_text((n), (char[COUNT_TEXT_MAX]){ "" })

/* For people alone, in their language (base/say.h): put_many(), put_brief(), put_age(), put_days(). Never for
 * machines. */
void say_count(struct buf *out, uint64_t n, const char *one, const char *many);
void say_brief(struct buf *out, uint64_t n);
void say_age(struct buf *out, int64_t ms);
void say_days(struct buf *out, uint64_t days);

/* 23.1 TB, in decimal steps, as disks are sold. */
void put_size(struct buf *out, uint64_t bytes);

/* How long something lasts, in the largest unit that fits at least twice: "a moment" (below a
 * minute), "119 minutes", "47 hours", "58 days", "23 months", "2 years". Negative is a moment. */
void put_age(struct buf *out, int64_t ms);
/* The same where only days are known: "less than a day", "1 day", "58 days", and so on. */
void put_days(struct buf *out, uint64_t days);

/* Moments in UTC, wall time in milliseconds; years outside 0..9999 are clamped. */
void put_time(struct buf *out, int64_t wall_ms);   /* 2022-07-01T00:00:00Z */
void put_date(struct buf *out, int64_t wall_ms);   /* 2022-07-01 */
void put_minute(struct buf *out, int64_t wall_ms); /* 2022-07-01 04:27, or "-" where negative */

/* One decimal place, rounded, "." whatever the locale: 123.4. Not finite or negative reads 0.0. */
void put_tenths(struct buf *out, double value);
/* A share from 0 to 1 with four decimal places: 0.0125. */
void put_share(struct buf *out, double share);

#endif
