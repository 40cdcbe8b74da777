#include "base/table.h"

#include "base/random.h"

enum { FIRST_CAPACITY = 16 };

void table_init(struct table *t, struct arena *a, uint64_t seed)
{
    struct random r = { seed };
    *t = (struct table){ .arena = a, .key0 = random_next(&r), .key1 = random_next(&r) };
}

/* The slot that holds the key, or the free one where it belongs. The load stays below 3/4, so
 * the walk ends. */
static struct table_slot *find(const struct table *t, struct span key)
{
    size_t i = siphash(t->key0, t->key1, key) & (t->cap - 1);
    while (t->slots[i].value && !span_eq(t->slots[i].key, key))
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

void *table_get(const struct table *t, struct span key)
{
    return t->cap ? find(t, key)->value : NULL;
}

static bool grow(struct table *t)
{
    struct table old = *t;
    size_t cap = old.cap ? old.cap * 2 : FIRST_CAPACITY;
    struct table_slot *slots = arena_array(t->arena, cap, sizeof(*slots));
    if (!slots)
        return false;
    t->slots = slots;
    t->cap = cap;
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].value)
            *find(t, old.slots[i].key) = old.slots[i];
    return true;
}

bool table_put(struct table *t, struct span key, void *value)
{
    if (!value || (t->used + 1 > t->cap / 4 * 3 && !grow(t)))
        return false;
    struct table_slot *slot = find(t, key);
    t->used += slot->value == NULL;
    *slot = (struct table_slot){ key, value };
    return true;
}
