/* A growing array inside an arena. Elements move when it grows: keep indexes, not pointers,
 * across an add. */
#ifndef AJAR_BASE_LIST_H
#define AJAR_BASE_LIST_H

#include "base/arena.h"

#define LIST_OF(type)                                                                              \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t len, cap;                                                                           \
    }

/* Makes room for one more element of `size` bytes; false where the arena is full. */
static inline bool list_room(struct arena *a, void **at, size_t len, size_t *cap, size_t size)
{
    if (len < *cap)
        return true;
    size_t wider = *cap ? *cap * 2 : 4;
    void *moved = arena_array(a, wider, size);
    if (!moved)
        return false;
    if (len)
        memcpy(moved, *at, len * size);
    *at = moved;
    *cap = wider;
    return true;
}

/* A pointer to a new zeroed element at the end, or NULL where the arena is full. */
#define list_add(arena, list)                                                                      \
    (list_room((arena), (void **)&(list)->at, (list)->len, &(list)->cap, sizeof(*(list)->at))      \
         ? &(list)->at[(list)->len++]                                                              \
         : NULL)

#endif
