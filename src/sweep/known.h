/* What the names of one address share: a port that refused, or said nothing, is refused or silent under every
 * other name, too, and is not asked again in the same scan. What answered is asked by each name. */
#ifndef AJAR_SWEEP_KNOWN_H
#define AJAR_SWEEP_KNOWN_H

#include "base/error.h"
#include "record/record.h"

/* Bounded: of KNOWN_MAX places the newest of each bucket is remembered. What was forgotten is asked again. */
enum { KNOWN_MAX = 1 << 16 };

struct known;

/* For all threads. */
struct known *known_new(uint64_t seed, struct error *e);
void known_free(struct known *k);

/* Remembers how a visit ended that nobody answered. `k` NULL: nothing happens. */
void known_note(struct known *k, const struct visit *v);
/* Whether it is known how a visit there would end; *ret_why is then one of our own sentences. `k` NULL: no. */
bool known_find(void *k, const struct endpoint *e, const char **ret_why);
/* Makes a visit end in that way. False, and nothing is changed, where `why` is no sentence of known_find(). */
bool known_fill(const char *why, struct visit *v);

#endif
