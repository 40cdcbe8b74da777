/* Rules over one visit. Rules stand in lists by what was seen (kind and outcome), so that a closed
 * port costs nothing and an open store meets only the rules that could fit it; text is rendered
 * only for a finding. */
#include "rules/rule.h"

#include "record/fingerprint.h"

/* ---- index ---- */

static size_t count_rules(const struct rules *r, unsigned kind, unsigned outcome)
{
    size_t n = 0;
    for (size_t i = 0; i < r->list.len; i++)
        n += (r->list.at[i].kinds >> kind & 1) && (r->list.at[i].outcomes >> outcome & 1);
    return n;
}

bool rules_index(struct arena *a, struct rules *r)
{
    for (unsigned kind = 0; kind < KIND_COUNT; kind++)
        for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            size_t n = count_rules(r, kind, outcome);
            const struct rule **at = n ? arena_array(a, n, sizeof(struct rule *)) : NULL;
            if (n && !at)
                return false;
            r->by[kind][outcome].at = at;
            r->by[kind][outcome].len = 0;
            for (size_t i = 0; i < r->list.len && n; i++) {
                const struct rule *rule = &r->list.at[i];
                if ((rule->kinds >> kind & 1) && (rule->outcomes >> outcome & 1))
                    at[r->by[kind][outcome].len++] = rule;
            }
        }
    return true;
}

/* ---- one rule ---- */

static bool fits(const struct rule *r, const struct subject *s)
{
    const struct observation *o = s->seen;
    unsigned on = o->kind == KIND_TLS ? ON_CERTIFICATE : o->via ? ON_BEHIND : ON_SERVICE;
    if (!(r->on & on))
        return false;
    if (r->product_count) {
        size_t i = 0;
        while (i < r->product_count && !glob_fits(&r->products[i], span_str(o->product)))
            i++;
        if (i == r->product_count)
            return false;
    }
    return !r->when || condition_holds(r->when, s);
}

static bool rule_names(const struct rule *r, const char *key)
{
    for (size_t i = 0; i < r->named_count; i++)
        if (strcmp(r->named[i], key) == 0)
            return true;
    return false;
}

/* The facts that a peer's bytes prove, and those the rule itself speaks of. Their spans stay those
 * of the visit. */
static bool gather_evidence(const struct rule *r, const struct observation *o, struct arena *a,
                            struct finding *f)
{
    size_t fit = o->facts.len < EVIDENCE_MAX ? o->facts.len : EVIDENCE_MAX;
    if (fit == 0)
        return true;
    f->evidence.at = arena_array(a, fit, sizeof(*f->evidence.at));
    if (!f->evidence.at)
        return false;
    f->evidence.cap = fit;
    uint64_t is_named[(FACTS_MAX + 63) / 64] = { 0 };
    for (size_t i = 0; i < o->facts.len && i < FACTS_MAX && f->evidence.len < fit; i++)
        if (rule_names(r, o->facts.at[i].key)) {
            is_named[i / 64] |= 1ull << i % 64;
            f->evidence.at[f->evidence.len++] = o->facts.at[i];
        }
    for (size_t i = 0; i < o->facts.len && i < FACTS_MAX && f->evidence.len < fit; i++) {
        const struct fact *fact = &o->facts.at[i];
        if (!(is_named[i / 64] >> i % 64 & 1) && fact->ask && fact->proof.len)
            f->evidence.at[f->evidence.len++] = *fact;
    }
    return true;
}

static struct span choose_fix(const struct rule *r, const struct subject *s, struct arena *a)
{
    const char *product = s->service ? s->service->product : s->seen->product;
    const struct fix *fix = NULL;
    for (size_t i = 0; i < r->fixes.len; i++) {
        const struct fix *f = &r->fixes.at[i];
        if (span_is(f->product, product)) {
            fix = f;
            break;
        }
        if (f->product.len == 0)
            fix = f;
    }
    if (!fix)
        return SPAN_NONE;
    return fix->live ? fix_render(fix, s->visit, s->seen->product, a) : fix->text;
}

static bool is_of_doors(const struct rule *r)
{
    return !(r->outcomes & ~(1u << OUTCOME_OPEN | 1u << OUTCOME_PARTIAL));
}

bool rule_judge(const struct rule *r, const struct subject *s, struct arena *a, struct finding *ret,
                bool *ret_full)
{
    if (!fits(r, s))
        return false;
    const struct observation *o = s->seen;
    struct finding f = {
        .rule = r->id, .title = r->title, .endpoint = s->visit->endpoint, .product = o->product,
        .via = o->via, .version = fact_get_text(o, "version"),
    };
    f.seen = (size_t)(o - s->visit->observations.at);
    f.severity = severity_judge(&r->severity, s);
    f.is_door = is_of_doors(r);
    uint8_t store[EXPOSURE_STORE_MAX];
    struct exposure_key key = exposure_key(s->visit, o, r->id, store);
    exposure_fingerprint(&key, f.fingerprint);
    f.why = template_render(&r->why, s, a);
    f.fix = choose_fix(r, s, a);
    bool ok = gather_evidence(r, o, a, &f) && f.why.len && f.fix.len;
    if (!ok)
        *ret_full = true;
    *ret = f;
    return ok;
}

bool rules_speak_of_doors(const struct rules *r, const char *id)
{
    for (size_t i = 0; i < r->list.len; i++)
        if (strcmp(r->list.at[i].id, id) == 0)
            return is_of_doors(&r->list.at[i]);
    return false;
}

/* One exposure is one finding, by however many ways of a dashboard it was seen: it is as bad as the worst of them. */
static bool add_finding(struct findings *out, const struct finding *f, struct arena *a)
{
    for (size_t i = 0; f->via && i < out->list.len; i++) {
        struct finding *g = &out->list.at[i];
        if (memcmp(g->fingerprint, f->fingerprint, sizeof(g->fingerprint)) != 0)
            continue;
        if (f->severity > g->severity)
            g->severity = f->severity;
        return true;
    }
    struct finding *slot = list_add(a, &out->list);
    if (slot)
        *slot = *f;
    return slot != NULL;
}

bool judge_visit(const struct rules *r, const struct visit *v, int64_t now_ms, struct arena *a,
                 struct findings *out)
{
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if ((unsigned)o->kind >= KIND_COUNT || (unsigned)o->outcome >= OUTCOME_COUNT || !o->product)
            continue;
        const size_t len = r->by[o->kind][o->outcome].len;
        if (len == 0)
            continue;
        struct subject s = subject_of(v, o, now_ms);
        if (!subject_compute(&s, r->providers, a))
            return false;
        for (size_t k = 0; k < len; k++) {
            const struct rule *rule = r->by[o->kind][o->outcome].at[k];
            struct finding f;
            bool full = false;
            bool found = rule_judge(rule, &s, a, &f, &full);
            if (full || (found && !add_finding(out, &f, a)))
                return false;
        }
    }
    return true;
}
