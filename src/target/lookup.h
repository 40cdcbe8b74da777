/* Many names at once, each and all of them within a time.
 *
 * getaddrinfo() knows no deadline and cannot be called off, so the names are looked up by threads of a
 * process of their own: what has not come in time is given up by ending that process. Nothing of it,
 * no thread and no lock, is left in the caller, which may enter its sandbox afterwards. */
#ifndef AJAR_TARGET_LOOKUP_H
#define AJAR_TARGET_LOOKUP_H

#include "base/arena.h"
#include "target/resolve.h"

struct lookup {
    const char *name;    /* set by the caller */
    struct address *at;  /* in the arena, in ascending order; NULL where there is none */
    size_t len, all;     /* as in struct resolved */
    const char *problem; /* why there is none, as part of a sentence; NULL where len > 0 */
};

struct lookup_limits {
    unsigned at_once; /* at most LOOKUPS_MAX */
    int64_t one_ms;   /* for one name; then another takes its turn */
    int64_t silent_ms; /* nothing at all was answered for so long: the rest is given up */
    int64_t all_ms;
};

enum { LOOKUPS_MAX = 256 };

/* What suits so many names: 32 at once, 15 s for one, 30 s of silence, 30 s and 30 ms a name in all. */
struct lookup_limits lookup_limits(size_t count);

struct lookup_watcher {
    void (*answered)(void *self, size_t done); /* now and then; or NULL */
    void *self;
};

/* Looks up all of list[0..count), whose names differ. Every entry gets addresses or a problem. Blocks; the
 * caller must not have threads. False where no process could be made for it, or memory is out. */
bool lookup_all(const struct resolver *r, struct lookup *list, size_t count, const struct lookup_limits *limits,
                const struct lookup_watcher *watcher, struct arena *a, struct error *e);

#endif
