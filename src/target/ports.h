/* Sets of ports of TCP and UDP: sorted, each once, never 0. A port is the number of endpoint_port() (record.h): TCP's
 * as it is, UDP's with PORT_UDP added. */
#ifndef AJAR_TARGET_PORTS_H
#define AJAR_TARGET_PORTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"
#include "record/record.h"

enum { PORTS_ALL = 65535, PORTS_BOTH = 2 * PORTS_ALL, PORT_END = 2 * PORT_UDP };

/* `len` 0: no port, or none stated. `at` NULL: every port, 1 to 65535, of TCP where `len` is PORTS_ALL, of TCP and of
 * UDP where it is PORTS_BOTH. */
struct ports {
    const uint32_t *at;
    size_t len;
};

#define PORTS_EVERY ((struct ports){ NULL, PORTS_ALL })
#define PORTS_EVERY_BOTH ((struct ports){ NULL, PORTS_BOTH })

/* Reads "6379,9200-9210" (at most 1024 items). UDP's are written 161/udp, udp/161 or udp:161; `U:` and `T:` hold for
 * what follows them, as in U:53,161,T:22. The error names the item and says what to write. */
bool ports_parse(struct arena *a, struct span text, struct ports *ret, struct error *e);
/* The set of `count` ports given in any order, zeros and repetitions left out. False where the
 * arena is full. */
bool ports_of(struct arena *a, const uint32_t *list, size_t count, struct ports *ret);
/* What both sets hold. False where the arena is full. */
bool ports_meet(struct arena *a, const struct ports *one, const struct ports *two,
                struct ports *ret);
/* What either set holds; `ret` may be one of them. False where the arena is full. */
bool ports_join(struct arena *a, const struct ports *one, const struct ports *two, struct ports *ret);
/* The set, and for each of its TCP ports UDP's of the same number. False where the arena is full. */
bool ports_of_both(struct arena *a, const struct ports *p, struct ports *ret);
/* How many ports both sets hold. */
size_t ports_common(const struct ports *one, const struct ports *two);
bool ports_has(const struct ports *p, uint32_t port);
/* "6379,9200-9210,161/udp", cut with "..." after about 100 bytes; NULL where the arena is full. */
const char *ports_text(struct arena *a, const struct ports *p);

/* The i-th smallest port; i < len. */
static inline uint32_t ports_at(const struct ports *p, size_t i)
{
    if (p->at)
        return p->at[i];
    return i < PORTS_ALL ? (uint32_t)i + 1 : PORT_UDP | (uint32_t)(i - PORTS_ALL + 1);
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
