/* The tables that rules speak of, loaded once and shared by threads: support cycles, flaws that are
 * known to be exploited, and whose names are whose. The room's own header, as rule.h is. */
#ifndef AJAR_RULES_TABLES_H
#define AJAR_RULES_TABLES_H

#include "owner/attribution.h"
#include "tables/exploited.h"
#include "rules/judge.h"
#include "tables/lifecycle.h"
#include "record/record.h"

struct tables {
    struct lifecycle lifecycle;
    struct exploited exploited;
    struct attribution_tables attribution;
};

/* What the tables say about one observation's version. */
struct version_verdict {
    bool known; /* the observation states a version that can be read */
    struct version version;
    struct lifecycle_answer lifecycle;
    struct exploited_answer exploited;
};

/* All zero without tables (NULL) or without a version. */
void version_judge(const struct tables *t, const struct observation *o, int64_t now_ms,
                   struct version_verdict *ret);

#endif
