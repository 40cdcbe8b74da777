/* Reasons come through the pipe, so they are escaped like any foreign text. */
#include "keep/sample_tally.h"

#include "base/say.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

static void add_reason(struct sample_tally *t, struct span why)
{
    why = span_first(why, TALLY_REASON_BYTES);
    t->refused++;
    for (size_t i = 0; i < TALLY_REASONS_MAX; i++) {
        if (t->reasons[i].count && !span_eq(span_of(t->reasons[i].why, t->reasons[i].len), why))
            continue;
        memcpy(t->reasons[i].why, why.at, why.len);
        t->reasons[i].len = why.len;
        t->reasons[i].count++;
        return;
    }
}

void sample_tally_add(struct sample_tally *t, const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        struct span why = fact_get_text(o, "sample.refused");
        const struct fact *drawn = fact_get(o, "sample.records");
        if (why.len)
            add_reason(t, why);
        if (!drawn || drawn->type != FACT_NUMBER || drawn->number < 0)
            continue;
        t->stores++;
        t->records += (uint64_t)drawn->number;
    }
}

void sample_tally_put(const struct sample_tally *t, struct buf *out)
{
    if (t->stores + t->refused == 0)
        return;
    buf_str(out, _("sampled "));
    say_count(out, t->stores, "store", "stores");
    buf_str(out, _(" ("));
    say_count(out, t->records, "record", "records");
    buf_str(out, _(")"));
    if (t->refused)
        buf_printf(out, _("; not sampled: %llu"), (unsigned long long)t->refused);
    for (size_t i = 0; i < TALLY_REASONS_MAX && t->reasons[i].count; i++) {
        buf_str(out, i ? _(", ") : _(" ("));
        buf_printf(out, _("%llu because "), (unsigned long long)t->reasons[i].count);
        words_made(out, NULL, span_of(t->reasons[i].why, t->reasons[i].len));
    }
    if (t->refused)
        buf_str(out, _(")"));
}
