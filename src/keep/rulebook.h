/* What visits are judged by: the rules, the facts that are worked out for them, and whose names are whose. */
#ifndef AJAR_KEEP_RULEBOOK_H
#define AJAR_KEEP_RULEBOOK_H

#include "facts/facts.h"
#include "owner/attribution.h"
#include "rules/judge.h"

struct rulebook {
    const struct rules *rules;
    const struct attribution_tables *names;
    struct providers facts;
};

/* Loads the rules of a directory, the tables of `data` and, in front of them, those of `feeds` (NULL: the user imported
 * none), into the arena. NULL and a sentence. */
struct rulebook *rulebook_load(struct arena *a, const char *rules, const char *data, const char *feeds,
                               struct error *e);

#endif
