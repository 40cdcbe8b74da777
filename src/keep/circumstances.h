/* Whose a finding is and since when: what a rule's judgement does not say and every reader wants to know. */
#ifndef AJAR_KEEP_CIRCUMSTANCES_H
#define AJAR_KEEP_CIRCUMSTANCES_H

#include "keep/rulebook.h"

/* Adds owner, tier, contact and what the visit itself tells of an earlier moment to the findings that today's rules
 * made of it. False where the arena is full. */
bool circumstances_add(const struct rulebook *b, const struct visit *v, int64_t now_ms, struct arena *a,
                       struct findings *found);
/* Adds since when a store saw each door open: once, after the findings' lives are filled. False where the arena is
 * full. */
bool circumstances_date(const struct rulebook *b, const struct visit *v, struct arena *a, struct findings *found);

#endif
