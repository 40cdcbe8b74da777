/* From answers to observations: which product is it, is the door open, what does it hold, and what
 * stands behind it. Works over an asker (asker.h), so it never sees a wire. */
#ifndef AJAR_HTTP_ENGINE_H
#define AJAR_HTTP_ENGINE_H

#include "http/match.h"

enum {
    STRANGER_REQUESTS_MAX = 6, /* "GET /" among them, to find out what a server is, and what was left behind on it */
    PRODUCT_REQUESTS_MAX = 48, /* once it is known */
    BASES_MAX = 4,             /* paths below which one visit looks for products */
    UNASKED_NAMES_MAX = 12,
};

/* What a server is, and below which paths its parts may live: the likeliest first. */
struct found {
    const struct entry *entry; /* NULL: no entry knows it */
    struct span bases[BASES_MAX];
    size_t base_count;
    size_t unasked; /* products that it might be, and for which no request was left */
    const char *unasked_names[UNASKED_NAMES_MAX];
};

/* Whether the entry recognises the answers below a->base; `root_only`: looking only at the answer to
 * "GET /". */
bool entry_identifies(struct asker *a, const struct entry *e, bool root_only);

/* Whether an entry knows the server by the answer to its root alone, which is asked where it was not yet. */
bool look_knows_root(struct asker *a, const struct catalog *c, uint16_t port);

/* Finds out what the server is, with at most a->budget further requests. `port` orders the candidates.
 * Costs processor time once for the bytes of each answer, however many entries there are, and then a microsecond for
 * each of the few that it concerns (index.h). */
struct found look_find(struct asker *a, const struct catalog *c, uint16_t port);

/* Adds the observation of what was found, and for a dashboard that of the store behind it; the product
 * "web" where no entry knows the server. The outcome of the first observation added. */
enum outcome engine_run(struct asker *a, const struct catalog *c, const struct found *found,
                        struct visit *v);
/* Both, within the budgets above: what an example goes through. */
enum outcome engine_visit(struct asker *a, const struct catalog *c, struct visit *v, uint16_t port);

/* Counts what the entry counts into the observation (count.c). */
void engine_count(struct asker *a, const struct entry *e, struct observation *o);
/* States the facts `fields` and `fields.count`: names of fields that its schema lists (fields.c). */
void engine_fields(struct asker *a, const struct entry *e, struct observation *o);

#endif
