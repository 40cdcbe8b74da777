/* Names resolved once for one plan, and pinned. For the files of the plan only. */
#ifndef AJAR_TARGET_PIN_H
#define AJAR_TARGET_PIN_H

#include "target/plan.h"

struct plan_pin {
    const char *name;    /* of the plan's */
    struct address *at;
    size_t len, all;     /* as in struct resolved */
    const char *problem; /* why there is none; NULL where len > 0 */
    bool told;           /* what is wrong with it is among the plan's remarks */
};

/* The pin of a name that a target holds; resolves it the first time. NULL where the arena is
 * full. */
struct plan_pin *plan_pin(struct plan *p, const char *name);
/* The pin, or NULL where it was never resolved. */
const struct plan_pin *plan_pin_get(const struct plan *p, const char *name);

/* The ranges that a target stands for, one call after the other: its own range, or one address
 * for each that its name was pinned to. Start with *at = 0; false after the last. */
bool plan_next_range(const struct plan *p, const struct target *t, size_t *at, struct range *ret);

/* Why the address is never asked, or NULL. `wide`: it is part of a range that is not loopback as a
 * whole. */
const char *plan_never(const struct address *a, bool wide);
/* Whether the range reaches beyond loopback space. */
bool plan_is_wide(const struct range *r);

/* Remarks about a target that is asked: its name leads nowhere, or to more addresses than are asked; a part
 * of its URL was not read. */
bool plan_remark_target(struct plan *p, const struct target *t, struct plan_pin *pinned);
/* Remarks about names of the allow list whose addresses nothing but the name admits. Last of all. */
bool plan_remark_admitted(struct plan *p);

#endif
