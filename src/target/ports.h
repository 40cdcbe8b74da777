/* Sets of TCP ports: sorted, each once, never 0. */
#ifndef AJAR_TARGET_PORTS_H
#define AJAR_TARGET_PORTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"

enum { PORTS_ALL = 65535 };

/* `len` 0: no port, or none stated. `at` NULL and `len` PORTS_ALL: every port, 1 to 65535. */
struct ports {
    const uint16_t *at;
    size_t len;
};

#define PORTS_EVERY ((struct ports){ NULL, PORTS_ALL })

/* Reads "6379,9200-9210" (at most 1024 items). The error names the item and says what to write. */
bool ports_parse(struct arena *a, struct span text, struct ports *ret, struct error *e);
/* The set of `count` ports given in any order, zeros and repetitions left out. False where the
 * arena is full. */
bool ports_of(struct arena *a, const uint16_t *list, size_t count, struct ports *ret);
/* What both sets hold. False where the arena is full. */
bool ports_meet(struct arena *a, const struct ports *one, const struct ports *two,
                struct ports *ret);
/* What either set holds; `ret` may be one of them. False where the arena is full. */
bool ports_join(struct arena *a, const struct ports *one, const struct ports *two, struct ports *ret);
/* How many ports both sets hold. */
size_t ports_common(const struct ports *one, const struct ports *two);
bool ports_has(const struct ports *p, uint16_t port);
/* "6379,9200-9210", cut with "..." after about 100 bytes; NULL where the arena is full. */
const char *ports_text(struct arena *a, const struct ports *p);

/* The i-th smallest port; i < len. */
static inline uint16_t ports_at(const struct ports *p, size_t i)
{
    return p->at ? p->at[i] : (uint16_t)(i + 1);
}

/* Equal sets share one copy, so that a plan of many targets holds few sets and pointers compare. */
struct port_sets {
    struct arena *arena;
    struct table table;
};

void port_sets_init(struct port_sets *s, struct arena *a);
/* The shared copy; NULL where the arena is full. */
const struct ports *port_sets_intern(struct port_sets *s, const struct ports *p);

#endif
