/* From answers to observations: which product is it, is the door open, what does it hold, and what
 * stands behind it. Works over an asker (match.h), so it never sees a wire. */
#ifndef AJAR_HTTP_ENGINE_H
#define AJAR_HTTP_ENGINE_H

#include "http/match.h"

enum {
    STRANGER_REQUESTS_MAX = 5, /* beyond "GET /", to find out what a server is */
    PRODUCT_REQUESTS_MAX = 48, /* once it is known */
};

/* Whether the entry recognises the answers; `root_only`: looking only at the answer to "GET /". */
bool entry_identifies(struct asker *a, const struct entry *e, bool root_only);

/* Finds the product, adds its observation, and for a dashboard that of the store behind it. The
 * product "web" where no entry knows the server. The outcome of the first observation added. */
enum outcome engine_visit(struct asker *a, const struct catalog *c, struct visit *v, uint16_t port);

/* Counts what the entry counts into the observation (count.c). */
void engine_count(struct asker *a, const struct entry *e, struct observation *o);
/* States the facts `fields` and `fields.count`: names of fields that its schema lists (fields.c). */
void engine_fields(struct asker *a, const struct entry *e, struct observation *o);

#endif
