/* Since when a door may have been open: what in a visit tells of an earlier moment, and how well
 * (doc/owners.md). The strength speaks of the door, not of the moment: a certificate of 2017 proves
 * itself, and is only a hint at a door that was open in 2017. The room's own header. */
#ifndef AJAR_OWNER_SINCE_H
#define AJAR_OWNER_SINCE_H

#include "record/record.h"

enum {
    SINCE_MAX = 8,
    SINCE_NAME_BYTES_MAX = 80,      /* of a collection's name in a sentence */
    SINCE_RENEWED_DAYS = 100,       /* certificates of so short a life are renewed by a machine */
};

/* Fills `since` of a finding that speaks of observation `o` of the visit; nothing where `o` is no
 * open or partial door. False where the arena is full. */
bool since_judge(const struct visit *v, const struct observation *o, int64_t now_ms,
                 struct arena *a, struct finding *f);
/* Adds what the store knows (f->life) to the finding of an open or a partial door. The list moves
 * into arena `a`. False where that is full. */
bool since_add_history(struct finding *f, bool partial, struct arena *a);

#endif
