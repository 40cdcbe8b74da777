/* A hash table from byte strings to pointers inside an arena; keyed hashing, so that foreign
 * names cannot make it slow. Keys and values are not copied and must live as long as the table. */
#ifndef AJAR_BASE_TABLE_H
#define AJAR_BASE_TABLE_H

#include "base/arena.h"

struct table_slot {
    struct span key;
    void *value; /* NULL marks a free slot, so a value is never NULL */
};

struct table {
    struct arena *arena;
    struct table_slot *slots;
    size_t used, cap; /* cap is a power of two */
    uint64_t key0, key1;
};

void table_init(struct table *t, struct arena *a, uint64_t seed);
/* The value, or NULL. */
void *table_get(const struct table *t, struct span key);
/* Adds or replaces. False where the arena is full or value is NULL. */
bool table_put(struct table *t, struct span key, void *value);

#endif
