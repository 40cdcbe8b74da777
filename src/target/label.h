/* What a place was asked for as: one address and port may carry many names, and each of them, with
 * its own Host and SNI, is another door. Labels are interned, so that pointers compare and ten
 * thousand targets of one name hold one label. */
#ifndef AJAR_TARGET_LABEL_H
#define AJAR_TARGET_LABEL_H

#include "base/arena.h"
#include "base/table.h"

struct label {
    const char *name; /* lower case; NULL: by address */
    const char *path; /* below which HTTP is asked, as in struct endpoint; NULL: at "/" */
    size_t number;    /* from 1, in the order in which they were interned: the same targets give the
                       * same order, on which the places of a continued scan rest */
};

struct labels {
    struct arena *arena;
    struct table table;
    size_t count;
};

void labels_init(struct labels *l, struct arena *a);
/* The label of a name and a path; *ret is NULL where both are. The texts must outlive the labels.
 * False where the arena is full. */
bool labels_intern(struct labels *l, const char *name, const char *path, const struct label **ret);
/* The same without making one: NULL also where there is none. */
const struct label *labels_find(const struct labels *l, const char *name, const char *path);

#endif
