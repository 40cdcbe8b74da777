#include "keep/rulebook.h"

struct rulebook *rulebook_load(struct arena *a, const char *rules, const char *data, const char *feeds,
                               struct error *e)
{
    struct rulebook *b = ARENA_NEW(a, struct rulebook);
    if (!b) {
        error_set(e, "%s: not enough memory", rules);
        return NULL;
    }
    const struct tables *t = tables_load(a, data, feeds, e);
    if (!t || !(b->names = attribution_load(a, data, e)))
        return NULL;
    facts_init(&b->facts, t);
    b->rules = rules_load_to_judge(a, rules, &b->facts, e);
    return b->rules ? b : NULL;
}
