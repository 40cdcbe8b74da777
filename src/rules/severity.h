/* How bad an open door is, by one scale for all rules (doc/rules.md, "Weighing"). The room's own header. */
#ifndef AJAR_RULES_SEVERITY_H
#define AJAR_RULES_SEVERITY_H

#include "base/list.h"
#include "rules/condition.h"

struct step {
    struct condition *when;
    bool raises;      /* else it lowers */
    int by;           /* steps, with sign; 0: up or down to `to` */
    enum severity to;
};

enum weighing { WEIGH_NOTHING, WEIGH_PLACE, WEIGH_DATA };

struct severity_rule {
    enum severity base;
    enum weighing weigh;
    LIST_OF(struct step) steps; /* raises, then lowers, in the order of the file */
};

enum severity severity_judge(const struct severity_rule *r, const struct subject *s);

#endif
