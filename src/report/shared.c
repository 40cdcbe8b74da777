/* What several report formats need: finding the observation behind a finding, and numbers without
 * printf (a report of 65,000 findings is mostly numbers). */
#include "report/formats.h"

static bool is_seen(const struct observation *o, const struct finding *f)
{
    bool same_via = o->via && f->via ? strcmp(o->via, f->via) == 0 : !o->via && !f->via;
    return same_via && o->product && f->product && strcmp(o->product, f->product) == 0;
}

const struct observation *report_seen(const struct visit *v, const struct finding *f)
{
    if (f->seen < v->observations.len && is_seen(&v->observations.at[f->seen], f))
        return &v->observations.at[f->seen];
    for (size_t i = 0; i < v->observations.len; i++)
        if (is_seen(&v->observations.at[i], f))
            return &v->observations.at[i];
    return NULL;
}

const struct observation *report_certificate(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}

static void put_digits(uint8_t *at, int64_t value, int digits)
{
    for (int i = digits; i > 0; i--, value /= 10)
        at[i - 1] = (uint8_t)('0' + value % 10);
}

/* The civil date of a day number, by eras of 400 years that begin on 1 March (the inverse of
 * base/clock.c). */
void put_time(struct buf *out, int64_t wall_ms)
{
    const int64_t first = -62167219200000, last = 253402300799000;
    wall_ms = wall_ms < first ? first : wall_ms > last ? last : wall_ms;
    int64_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t of_day = seconds - days * 86400;
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);

    uint8_t text[] = "0000-00-00T00:00:00Z";
    put_digits(text, year, 4);
    put_digits(text + 5, month, 2);
    put_digits(text + 8, day, 2);
    put_digits(text + 11, of_day / 3600, 2);
    put_digits(text + 14, of_day / 60 % 60, 2);
    put_digits(text + 17, of_day % 60, 2);
    buf_put(out, span_of(text, sizeof(text) - 1));
}

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
    uint8_t text[] = { '0', '.', '0', '0', '0', '0' };
    int64_t parts = share > 0 ? share < 1 ? (int64_t)(share * 10000 + 0.5) : 10000 : 0;
    text[0] = (uint8_t)('0' + parts / 10000);
    put_digits(text + 2, parts % 10000, 4);
    buf_put(out, span_of(text, sizeof(text)));
}
