/* What the tables say of the version that an observation states. */
#include "facts/facts.h"

enum {
    STATE, CYCLE, SINCE, NEWER, BY, HOW, SOURCE, TABLE,
    DISTRIBUTION, VENDOR,
    CVE, ALL, COUNT, ADDED, RANSOMWARE, RANGE, BITES_IF, UNFIXED_IN, FLAWS_TABLE,
};

static const char *const NAMES[] = {
    [STATE] = "lifecycle.state",
    [CYCLE] = "lifecycle.cycle",
    [SINCE] = "lifecycle.since",
    [NEWER] = "lifecycle.newer",
    [BY] = "lifecycle.by",
    [HOW] = "lifecycle.how",
    [SOURCE] = "lifecycle.source",
    [TABLE] = "lifecycle.table",
    [DISTRIBUTION] = "version.distribution",
    [VENDOR] = "version.vendor",
    [CVE] = "exploited.cve",
    [ALL] = "exploited.all",
    [COUNT] = "exploited.count",
    [ADDED] = "exploited.added",
    [RANSOMWARE] = "exploited.ransomware",
    [RANGE] = "exploited.range",
    [BITES_IF] = "exploited.condition",
    [UNFIXED_IN] = "exploited.distribution",
    [FLAWS_TABLE] = "exploited.table",
    NULL,
};

static void tell_lifecycle(const struct version_verdict *v, struct value *ret)
{
    const struct lifecycle_answer *l = &v->lifecycle;
    ret[STATE] = value_text(lifecycle_state_name(l->state));
    ret[CYCLE] = value_text(l->cycle);
    ret[SINCE] = value_time(l->since_known, l->since_ms);
    ret[NEWER] = value_text(l->newer);
    ret[BY] = value_time(l->by_known, l->by_ms);
    ret[HOW] = value_text(l->how[0] ? l->how : NULL);
    ret[SOURCE] = value_text(l->source);
    ret[TABLE] = value_time(l->product, l->as_of_ms);
    ret[DISTRIBUTION] = value_text(v->version.distribution);
    ret[VENDOR] = value_text(v->version.vendor);
}

static void tell_exploited(const struct version_verdict *v, struct value *ret)
{
    const struct exploited_answer *x = &v->exploited;
    if (!x->of)
        return;
    ret[CVE] = value_text(x->of->cve);
    ret[ALL] = value_text(x->all);
    ret[COUNT] = value_number((int64_t)x->count);
    ret[ADDED] = value_time(true, x->of->added_ms);
    if (x->of->ransomware)
        ret[RANSOMWARE] = value_bool(true);
    ret[RANGE] = value_text(x->of->inferred ? "inferred" : "stated");
    ret[BITES_IF] = value_text(x->of->condition);
    /* A range of that very package already knows its fix. */
    ret[UNFIXED_IN] = value_text(x->of->package ? NULL : v->version.distribution);
    ret[FLAWS_TABLE] = value_time(true, x->of->as_of_ms);
}

static bool tell(const void *self, const struct observation *o, int64_t now_ms, struct arena *a, struct value *ret)
{
    if (!self || !o->product || !fact_get_text(o, "version").len)
        return true;
    struct version_verdict *v = ARENA_NEW(a, struct version_verdict); /* holds texts that the values point at */
    if (!v)
        return false;
    version_judge(self, o, now_ms, v);
    if (v->known) {
        tell_lifecycle(v, ret);
        tell_exploited(v, ret);
    }
    return true;
}

struct provider facts_of_version(const struct tables *t)
{
    return (struct provider){ .names = NAMES, .from = "version", .self = t, .tell = tell };
}
