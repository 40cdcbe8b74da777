/* Steps, not points: an operator can retrace why this one is critical and that one only high. */
#include "rules/severity.h"

#include "record/tier.h"

/* From these on a store is said to hold a lot: it is what makes a private one critical. */
enum { MANY_RECORDS = 100000 };
static const int64_t MANY_BYTES = 1000000000;

static bool fact_true(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_BOOL && f->number;
}

static bool fact_false(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_BOOL && !f->number;
}

/* A decoy is named by a text (what gave it away) or by true. */
static bool is_decoy(const struct observation *o)
{
    const struct fact *f = o ? fact_get(o, "decoy") : NULL;
    return f && !(f->type == FACT_BOOL && !f->number);
}

static enum severity step(enum severity s, int by)
{
    int to = (int)s + by;
    if (to < SEVERITY_INFO || to > SEVERITY_CRITICAL)
        return to < SEVERITY_INFO ? SEVERITY_INFO : SEVERITY_CRITICAL;
    return (enum severity)to;
}

static int place_step(enum address_class where)
{
    return where == ADDRESS_PUBLIC ? 1 : where == ADDRESS_LOOPBACK ? -1 : 0;
}

/* Nothing is in it, and nobody is known to be able to put something there. */
static bool is_empty(const struct observation *o)
{
    return o->records == 0 && o->bytes <= 0 && o->collection_count <= 0 &&
           !fact_true(o, "writable");
}

static enum severity weigh_data(enum severity base, const struct subject *s)
{
    const struct observation *o = s->seen;
    int by = place_step(s->where);
    if (o->records >= MANY_RECORDS || o->bytes >= MANY_BYTES)
        by++;
    if (fact_true(o, "superuser"))
        by++;
    if (fact_false(o, "writable"))
        by--;
    if (is_empty(o))
        by--;
    enum severity weighed = step(base, by);
    /* Whoever can log in to a machine can read its loopback stores: data stays worth a look. */
    if (o->records > 0 && weighed < SEVERITY_MEDIUM && base >= SEVERITY_MEDIUM)
        weighed = SEVERITY_MEDIUM;
    if (s->where == ADDRESS_PUBLIC && weighed < base)
        weighed = base;
    return weighed;
}

enum severity severity_judge(const struct severity_rule *r, const struct subject *s)
{
    enum severity now = r->base;
    if (r->weigh == WEIGH_PLACE)
        now = step(now, place_step(s->where));
    else if (r->weigh == WEIGH_DATA)
        now = weigh_data(now, s);
    for (size_t i = 0; i < r->steps.len; i++) {
        const struct step *st = &r->steps.at[i];
        if (!condition_holds(st->when, s))
            continue;
        if (st->by)
            now = step(now, st->by);
        else if (st->raises ? st->to > now : st->to < now)
            now = st->to;
    }
    if (now > SEVERITY_INFO && tier_raises(fact_get_text(s->seen, "tag.tier")))
        now = step(now, 1);
    bool decoy = is_decoy(s->seen) || is_decoy(s->front);
    return decoy && r->weigh != WEIGH_NOTHING ? SEVERITY_INFO : now;
}
