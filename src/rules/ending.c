/* Whether a finding is over, by its rule: asked for each that a visit did not show again. A rule that holds of
 * open doors ends with the door. One that holds of what software says of itself (a version, a certificate, names of
 * collections) ends only where all that it rests on was seen again and says otherwise; what a lock hides has not
 * ended. */
#include "rules/rule.h"

/* ---- what a rule rests on ---- */

/* The fact that a value is worked out from; the value itself may be absent because it is well. */
static const char *source_of(const struct field *f)
{
    if (f->id == FIELD_COMPUTED)
        return f->key;
    if (f->id != FIELD_FACT)
        return NULL;
    if (span_starts(span_str(f->key), SPAN("personal.")))
        return "fields";
    if (span_starts(span_str(f->key), SPAN("sample.")))
        return "sample.records";
    return f->key;
}

static bool speaks_of_collections(const struct field *f)
{
    return f->id == FIELD_COLLECTIONS || f->id == FIELD_COLLECTION_NAMES || f->id == FIELD_RECORDS ||
           f->id == FIELD_BYTES;
}

/* Fewer are listed than there were, and the list does not say that it is whole. */
static bool lists_less(const struct observation *before, const struct observation *now)
{
    if (now->outcome != OUTCOME_OPEN && now->outcome != OUTCOME_PARTIAL)
        return before->collections.len > 0;
    bool part = counts_are_partial(now) || fact_get(now, "collections.readable") || fact_get(now, "http.cut");
    return before->collections.len > 0 && (part || now->collection_count < 0);
}

/* What was left behind on a site ("left.git") is gone where it was asked for again, and hidden where it was not. */
static bool was_asked_for(const char *key, const struct observation *now)
{
    static const struct span prefix = SPAN("left.");
    struct span asked = fact_get_text(now, "left.asked"), what = span_str(key);
    if (!span_starts(what, prefix))
        return false;
    while (asked.len)
        if (span_eq(span_trim(span_cut(&asked, ',')), span_from(what, prefix.len)))
            return true;
    return false;
}

static bool is_hidden(const struct condition *c, const struct observation *before, const struct observation *now)
{
    for (const struct condition *child = c->children; child; child = child->next)
        if (is_hidden(child, before, now))
            return true;
    if (c->op == CONDITION_ALL || c->op == CONDITION_ANY || c->op == CONDITION_NOT)
        return false;
    if (speaks_of_collections(&c->field))
        return lists_less(before, now);
    const char *key = source_of(&c->field);
    return key && fact_get(before, key) && !fact_get(now, key) && !was_asked_for(key, now);
}

/* ---- the ending ---- */

static const struct rule *rule_of(const struct rules *r, const char *id)
{
    for (size_t i = 0; i < r->list.len; i++)
        if (strcmp(r->list.at[i].id, id) == 0)
            return &r->list.at[i];
    return NULL;
}

static struct ending over(enum proof p)
{
    return (struct ending){ .proof = p };
}

static struct ending not_seen(enum unseen u)
{
    return (struct ending){ .unseen = u };
}

/* The rule holds of other verdicts than this one. */
static struct ending of_verdict(const struct rule *rule, const struct observation *before,
                                const struct observation *now)
{
    bool was_open = rule->outcomes & (1u << OUTCOME_OPEN);
    if (now->outcome == OUTCOME_LOCKED || (now->outcome == OUTCOME_PARTIAL && was_open))
        return over(PROOF_REFUSED);
    if (!is_decided(now) || (now->outcome == OUTCOME_IDENTIFIED && (!before || before->outcome != now->outcome)))
        return not_seen(UNSEEN_UNDECIDED);
    return over(now->outcome == OUTCOME_OPEN ? PROOF_WIDER : PROOF_GONE);
}

struct ending rules_ending(const void *self, const char *id, const struct observation *before,
                           const struct observation *now, bool same_look)
{
    const struct rules *r = self;
    const struct rule *rule = rule_of(r, id);
    if (!rule)
        return not_seen(UNSEEN_NO_RULE);
    if (same_look)
        return over(PROOF_JUDGED);
    if (!(rule->outcomes >> now->outcome & 1))
        return of_verdict(rule, before, now);
    if (!rule->when)
        return is_decided(now) ? over(PROOF_GONE) : not_seen(UNSEEN_UNDECIDED);
    if (!before)
        return not_seen(is_decided(now) ? UNSEEN_HIDDEN : UNSEEN_UNDECIDED);
    if (is_hidden(rule->when, before, now))
        return not_seen(is_decided(now) ? UNSEEN_HIDDEN : UNSEEN_UNDECIDED);
    return over(PROOF_GONE);
}
