/* Memory for one unit of work (a conversation, a catalog, a report page): many allocations, one
 * release, a hard ceiling. Leaf code never frees.
 *
 * Every call that allocates returns NULL (or a span without bytes) once the ceiling is reached or
 * the system has no memory; the arena then stays usable for what it already holds. */
#ifndef AJAR_BASE_ARENA_H
#define AJAR_BASE_ARENA_H

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t held;                /* bytes taken from the system */
    size_t max;                 /* ceiling for `held` */
    _Atomic size_t *all;        /* where several arenas are counted together; or NULL */
    uint64_t fail_at;           /* tests: the n-th allocation from now fails; 0 = never */
    bool failed;                /* an allocation was refused since init */
};

void arena_init(struct arena *a, size_t max_bytes);
/* Frees everything; the arena may be used again with the same ceiling. */
void arena_release(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
/* A zeroed array; refuses a product that overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy of the bytes. Where there is no memory: an empty span, and arena_failed() is true. */
struct span arena_copy(struct arena *a, struct span s);
/* A NUL-terminated copy, for our own C strings; bytes after an inner NUL are invisible to them. */
char *arena_str(struct arena *a, struct span s);
[[gnu::format(printf, 2, 3)]] char *arena_printf(struct arena *a, const char *format, ...);

static inline bool arena_failed(const struct arena *a)
{
    return a->failed;
}

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif
