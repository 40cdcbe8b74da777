/* Two walks over the store's exposures: the first finds when the past begins, the second counts, at
 * each moment, what was open then. */
#include "keep/history.h"

#include <string.h>

enum { LAST = REPORT_PAST_POINTS - 1 };

struct counting {
    struct report_past past;
    int64_t all[REPORT_PAST_POINTS], severe[REPORT_PAST_POINTS]; /* what opened less what closed */
};

static bool find_first(void *self, enum severity severity, int64_t opened_ms, int64_t closed_ms)
{
    struct counting *c = self;
    (void)severity;
    (void)closed_ms;
    if (opened_ms > 0 && opened_ms < c->past.from_ms)
        c->past.from_ms = opened_ms;
    return true;
}

/* The first moment that is not before `at_ms`; REPORT_PAST_POINTS where that is after the last. */
static size_t moment_of(const struct report_past *p, int64_t at_ms)
{
    if (at_ms <= p->from_ms)
        return 0;
    if (at_ms > p->to_ms)
        return REPORT_PAST_POINTS;
    double share = (double)(at_ms - p->from_ms) / (double)(p->to_ms - p->from_ms) * LAST;
    size_t whole = (size_t)share;
    return whole + ((double)whole < share && whole < LAST);
}

static bool count(void *self, enum severity severity, int64_t opened_ms, int64_t closed_ms)
{
    struct counting *c = self;
    size_t from = moment_of(&c->past, opened_ms);
    size_t to = closed_ms == COUNT_UNKNOWN ? REPORT_PAST_POINTS : moment_of(&c->past, closed_ms);
    int severe = severity >= SEVERITY_HIGH;
    if (from >= to)
        return true;
    c->all[from]++;
    c->severe[from] += severe;
    if (to < REPORT_PAST_POINTS) {
        c->all[to]--;
        c->severe[to] -= severe;
    }
    return true;
}

static uint32_t number(int64_t n)
{
    return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

bool history_report(const struct report *r, void *state, struct store *s, int64_t now_ms, struct buf *out,
                    struct error *e)
{
    struct counting c = { .past = { .from_ms = now_ms, .to_ms = now_ms } };
    int64_t all = 0, severe = 0;
    if (!r->past || !s)
        return true;
    if (!store_past(s, find_first, &c, e))
        return false;
    if (c.past.from_ms == now_ms)
        return true; /* nothing was open before now */
    if (!store_past(s, count, &c, e))
        return false;
    for (size_t i = 0; i < REPORT_PAST_POINTS; i++) {
        all += c.all[i];
        severe += c.severe[i];
        c.past.all[i] = number(all);
        c.past.severe[i] = number(severe);
    }
    r->past(state, &c.past, out);
    return true;
}
