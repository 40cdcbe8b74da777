/* Random records of a store that its owner has opened to sampling: what personal data is in it, by
 * likelihood. Values stay in this process and die with the sample; what leaves is facts: types, names
 * of fields, k of n, odds, estimates (doc/sample.md). */
#ifndef AJAR_SAMPLE_SAMPLER_H
#define AJAR_SAMPLE_SAMPLER_H

#include "sample/draw.h"

struct sample_config {
    uint32_t records;           /* to draw from each store; 0: no sampling at all */
    uint64_t seed;
    const struct ajar_pii *pii; /* must outlive the sweep */
    /* Why nothing may be drawn here, a static sentence; NULL where the owner allows it. */
    const char *(*refusal)(void *self, const struct endpoint *e);
    void *self;
};

/* Whether --sample has something to say about this observation: a store that is proven open. */
bool sample_concerns(const struct observation *o);
/* What stands in the way of drawing from it, a static sentence, or NULL: the owner's permission, then
 * the store's own means. */
const char *sample_refusal(const struct sample_config *c, const struct endpoint *e, const struct observation *o);
/* Says in *o why nothing was drawn; the sentence is static. */
void sample_refuse(struct observation *o, const char *why);
/* Draws over a wire that has the owner's permission (wire/back.h) and was never opened, and
 * adds the facts to *o. `front`: the dashboard that it is seen through, or NULL; `kept` is the arena of the visit. */
void sample_observation(const struct sample_config *c, struct wire *w, struct observation *o,
                        const struct observation *front, struct arena *kept);

/* Every ask that samples can send; NULL past the end. */
const struct ask *sample_ask(size_t i);

#endif
