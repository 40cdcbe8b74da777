#include "keep/circumstances.h"

#include "owner/since.h"

/* The same for all findings of one observation, so worked out once, into `about`. */
static bool look(const struct rulebook *b, const struct visit *v, const struct observation *o, int64_t now_ms,
                 struct arena *a, struct finding *about)
{
    *about = (struct finding){ .seen = (size_t)(o - v->observations.at) };
    if (!attribute(b->names, v, o, a, about) || !since_judge(v, o, now_ms, a, about))
        return false;
    about->since.cap = about->since.len; /* shared: whoever adds to it copies it first */
    return true;
}

bool circumstances_add(const struct rulebook *b, const struct visit *v, int64_t now_ms, struct arena *a,
                       struct findings *found)
{
    struct finding about = { .seen = SIZE_MAX };
    for (size_t i = 0; i < found->list.len; i++) {
        struct finding *f = &found->list.at[i];
        if (about.seen != f->seen && !look(b, v, &v->observations.at[f->seen], now_ms, a, &about))
            return false;
        f->owner = about.owner;
        f->tier = about.tier;
        f->contact = about.contact;
        f->tags = about.tags;
        f->owners = about.owners;
        if (rules_speak_of_doors(b->rules, f->rule))
            f->since = about.since;
    }
    return true;
}

bool circumstances_date(const struct rulebook *b, const struct visit *v, struct arena *a, struct findings *found)
{
    for (size_t i = 0; i < found->list.len; i++) {
        struct finding *f = &found->list.at[i];
        if (f->seen >= v->observations.len || !f->rule || !rules_speak_of_doors(b->rules, f->rule))
            continue;
        if (!since_add_history(f, v->observations.at[f->seen].outcome == OUTCOME_PARTIAL, a))
            return false;
    }
    return true;
}
