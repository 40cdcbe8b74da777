/* How long a certificate still holds. Every name needs both of its days; what does not apply (expired_days of one that
 * holds) is not known, so that no rule fires on it. */
#include "facts/facts.h"

enum { DAY_MS = 86400000 };

enum { DAYS_LEFT, EXPIRED_DAYS, STARTS_IN_DAYS, LIFE_DAYS, SHARE_LEFT };

static const char *const NAMES[] = {
    [DAYS_LEFT] = "cert.days_left",   [EXPIRED_DAYS] = "cert.expired_days", [STARTS_IN_DAYS] = "cert.starts_in_days",
    [LIFE_DAYS] = "cert.life_days",   [SHARE_LEFT] = "cert.share_left",     NULL,
};

/* Kept within years 0..9999, so that differences cannot overflow. */
static bool cert_time(const struct observation *o, const char *key, int64_t *ret_ms)
{
    const int64_t first = -62167219200000, last = 253402300799000;
    const struct fact *f = fact_get(o, key);
    if (!f || f->type != FACT_TIME)
        return false;
    *ret_ms = f->number < first ? first : f->number > last ? last : f->number;
    return true;
}

static bool tell(const void *self, const struct observation *o, int64_t now_ms, struct arena *a, struct value *ret)
{
    int64_t from, until;
    (void)self;
    (void)a;
    if (!cert_time(o, "cert.not_before", &from) || !cert_time(o, "cert.not_after", &until))
        return true;
    int64_t left = until - now_ms, life = until - from;
    ret[DAYS_LEFT] = value_number(left / DAY_MS - (left % DAY_MS < 0));
    if (left < 0)
        ret[EXPIRED_DAYS] = value_number(-left / DAY_MS);
    if (from > now_ms)
        ret[STARTS_IN_DAYS] = value_number((from - now_ms + DAY_MS - 1) / DAY_MS);
    if (life <= 0)
        return true;
    ret[LIFE_DAYS] = value_number((life + DAY_MS / 2) / DAY_MS);
    ret[SHARE_LEFT] = left <= 0 || left >= life ? value_number(left <= 0 ? 0 : 100)
                                                : value_number(left / (life / 100 ? life / 100 : 1));
    return true;
}

struct provider facts_of_certificate(void)
{
    return (struct provider){ .names = NAMES, .from = "cert.not_after", .tell = tell };
}
