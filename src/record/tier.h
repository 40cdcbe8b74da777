/* How much is at stake, by the tier word of the scope file (doc/owners.md), and the order in which
 * findings are shown. Four words weigh; any other word is shown and changes nothing. */
#ifndef AJAR_RECORD_TIER_H
#define AJAR_RECORD_TIER_H

#include "record/record.h"

/* Whether the word raises a finding by one step: government, finance, health, infrastructure, in any
 * letter case. */
bool tier_raises(struct span tier);

/* For qsort and the like: below zero where `a` is to be shown before `b`. Worst severity first, then
 * tiers that raise, then other tiers, then none; then by endpoint, product and rule, so that the
 * order is the same in every run. */
int finding_order(const struct finding *a, const struct finding *b);

#endif
