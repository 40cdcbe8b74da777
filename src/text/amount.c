#include "text/amount.h"

#include "base/clock.h"
#include "base/say.h"

static const int64_t MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000;

/* ---- counts and sizes ---- */

void put_count(struct buf *out, uint64_t n)
{
    uint8_t digits[27];
    size_t at = sizeof(digits), count = 0;
    do {
        if (count && count % 3 == 0)
            digits[--at] = ',';
        digits[--at] = (uint8_t)('0' + n % 10);
        count++;
    } while (n /= 10);
    buf_put(out, span_of(digits + at, sizeof(digits) - at));
}

/* Steps of 1,000 with one place after the point. */
static void put_scaled(struct buf *out, uint64_t n, const char *const *units, size_t unit_count)
{
    size_t unit = n > UINT64_MAX / 10;
    uint64_t tenths = unit ? n / 100 : n * 10;
    while (tenths >= 10000 && unit + 1 < unit_count) {
        tenths = tenths / 1000 + (tenths % 1000 >= 500);
        unit++;
    }
    buf_u64(out, tenths / 10);
    if (unit && tenths % 10) {
        buf_byte(out, '.');
        buf_u64(out, tenths % 10);
    }
    buf_byte(out, ' ');
    buf_str(out, units[unit]);
}

void put_brief(struct buf *out, uint64_t n)
{
    static const char *const UNITS[] = { "", "k", "M", "bn", "tn", "qd", "qt" };
    if (n < 100000)
        put_count(out, n);
    else
        put_scaled(out, n, UNITS, sizeof(UNITS) / sizeof(*UNITS));
}

void put_many(struct buf *out, uint64_t n, const char *one, const char *many)
{
    put_count(out, n);
    buf_byte(out, ' ');
    buf_str(out, n == 1 ? one : many);
}

char *count_text(uint64_t n, char text[static COUNT_TEXT_MAX])
{
    struct buf out = { .at = (uint8_t *)text, .cap = COUNT_TEXT_MAX - 1, .max = COUNT_TEXT_MAX - 1 };
    put_count(&out, n);
    text[out.len] = '\0';
    return text;
}

void say_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
    put_count(out, n);
    buf_byte(out, ' ');
    buf_str(out, say_many(one, many, n));
}

/* Units of ten thousand, as in Chinese: 9.7 of the second unit where English says 969.8 of the third. */
static void put_myriads(struct buf *out, uint64_t n, struct span units)
{
    uint64_t step = 10000, tenths = n / (step / 10) + (n % (step / 10) >= step / 20);
    struct span unit = span_cut(&units, ' ');
    while (tenths >= 10 * step && units.len) {
        tenths = tenths / step + (tenths % step >= step / 2);
        unit = span_cut(&units, ' ');
    }
    buf_u64(out, tenths / 10);
    if (tenths % 10) {
        buf_byte(out, '.');
        buf_u64(out, tenths % 10);
    }
    buf_byte(out, ' ');
    buf_put(out, unit);
}

void say_brief(struct buf *out, uint64_t n)
{
    /* TRANSLATORS: where large numbers go by ten thousands, their units (as in 10,000, 100,000,000 and so on), else
     * this. */
    static const char EACH[] = N_("by thousands");
    const char *units = say(EACH);
    if (n < 100000 || strcmp(units, EACH) == 0)
        put_brief(out, n);
    else
        put_myriads(out, n, span_str(units));
}

char *many_text(uint64_t n, const char *one, const char *many, char text[static MANY_TEXT_MAX])
{
    struct buf out = { .at = (uint8_t *)text, .cap = MANY_TEXT_MAX - 1, .max = MANY_TEXT_MAX - 1 };
    put_many(&out, n, one, many);
    text[out.len] = '\0';
    return text;
}

void put_size(struct buf *out, uint64_t bytes)
{
    static const char *const UNITS[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
    put_scaled(out, bytes, UNITS, sizeof(UNITS) / sizeof(*UNITS));
}

/* ---- ages ---- */

/* Whole years, counted so that n of them begin with the fewest days that n years of the calendar can
 * have: 2 with 730 days, 4 with 1461. */
static uint64_t years(uint64_t days)
{
    return days > UINT64_MAX / 8 ? days / 1461 * 4 : (days * 4 + 3) / 1461;
}

/* The same for months, below two years: 2 with 59 days (January and February), 3 with 89. */
static uint64_t months(uint64_t days)
{
    uint64_t n = (days * 12 + 27) / 365;
    return n < 23 ? n : 23;
}

typedef void many_fn(struct buf *out, uint64_t n, const char *one, const char *many);
typedef const char *word_fn(const char *english);

static const char *as_it_is(const char *english)
{
    return english;
}

static void put_days_by(struct buf *out, uint64_t days, many_fn *count, word_fn *word)
{
    if (days == 0)
        buf_str(out, word(N_("less than a day")));
    else if (years(days) >= 2)
        count(out, years(days), "year", "years");
    else if (months(days) >= 2)
        count(out, months(days), "month", "months");
    else
        count(out, days, "day", "days");
}

static void put_age_by(struct buf *out, int64_t ms, many_fn *count, word_fn *word)
{
    if (ms < MINUTE_MS)
        buf_str(out, word(N_("a moment")));
    else if (ms < 2 * HOUR_MS)
        count(out, (uint64_t)(ms / MINUTE_MS), "minute", "minutes");
    else if (ms < 2 * DAY_MS)
        count(out, (uint64_t)(ms / HOUR_MS), "hour", "hours");
    else
        put_days_by(out, (uint64_t)(ms / DAY_MS), count, word);
}

void put_days(struct buf *out, uint64_t days)
{
    put_days_by(out, days, put_many, as_it_is);
}

void put_age(struct buf *out, int64_t ms)
{
    put_age_by(out, ms, put_many, as_it_is);
}

void say_days(struct buf *out, uint64_t days)
{
    put_days_by(out, days, say_count, say);
}

void say_age(struct buf *out, int64_t ms)
{
    put_age_by(out, ms, say_count, say);
}

/* ---- moments ---- */

void put_time(struct buf *out, int64_t wall_ms)
{
    char text[TIME_TEXT_MAX];
    buf_put(out, span_of(time_text(wall_ms, text), TIME_TEXT_LEN));
}

void put_date(struct buf *out, int64_t wall_ms)
{
    char text[TIME_TEXT_MAX];
    buf_put(out, span_of(time_text(wall_ms, text), sizeof("2022-07-01") - 1));
}

void put_minute(struct buf *out, int64_t wall_ms)
{
    char text[TIME_TEXT_MAX];
    if (wall_ms < 0) {
        buf_byte(out, '-');
        return;
    }
    time_text(wall_ms, text)[10] = ' ';
    buf_put(out, span_of(text, sizeof("2022-07-01 04:27") - 1));
}

/* ---- shares ---- */

void put_tenths(struct buf *out, double value)
{
    /* The comparison is false for NaN too. */
    uint64_t tenths = value > 0 && value < 1e15 ? (uint64_t)(value * 10 + 0.5) : 0;
    buf_u64(out, tenths / 10);
    buf_byte(out, '.');
    buf_byte(out, (uint8_t)('0' + tenths % 10));
}

void put_share(struct buf *out, double share)
{
    uint64_t parts = share > 0 ? share < 1 ? (uint64_t)(share * 10000 + 0.5) : 10000 : 0;
    uint8_t text[] = "0.0000";
    text[0] = (uint8_t)('0' + parts / 10000);
    for (size_t i = 5; i > 1; i--, parts /= 10)
        text[i] = (uint8_t)('0' + parts % 10);
    buf_put(out, span_of(text, sizeof(text) - 1));
}
