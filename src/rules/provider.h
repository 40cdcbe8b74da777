/* Facts that are worked out instead of told: the age of a certificate, the end of a version's support.
 *
 * Rules know every fact by its name only. Whoever loads them brings a list of providers, each with the names that it
 * answers for; the engine turns a name into a number when a rule is compiled, and asks each provider once an
 * observation. A name that no provider answers for is a fact of the observation, known or not. */
#ifndef AJAR_RULES_PROVIDER_H
#define AJAR_RULES_PROVIDER_H

#include "record/record.h"

enum value_type { VALUE_NONE, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL, VALUE_TIME, VALUE_NAMES };

/* What is not known is VALUE_NONE, never 0: a rule must not conclude from what nobody said. */
struct value {
    enum value_type type;
    struct span text;
    int64_t number; /* VALUE_NUMBER, VALUE_BOOL, VALUE_TIME (wall ms) */
};

static inline struct value value_none(void)
{
    return (struct value){ .type = VALUE_NONE };
}

/* NULL is not known. The text must live as long as the findings. */
static inline struct value value_text(const char *text)
{
    return (struct value){ .type = text ? VALUE_TEXT : VALUE_NONE, .text = span_str(text) };
}

static inline struct value value_number(int64_t n)
{
    return (struct value){ .type = VALUE_NUMBER, .number = n };
}

static inline struct value value_bool(bool b)
{
    return (struct value){ .type = VALUE_BOOL, .number = b };
}

static inline struct value value_time(bool known, int64_t wall_ms)
{
    return known ? (struct value){ .type = VALUE_TIME, .number = wall_ms } : value_none();
}

enum { PROVIDERS_MAX = 8, COMPUTED_MAX = 64 /* names of all of them */ };

struct provider {
    const char *const *names; /* NULL-ended */
    const char *from;         /* the fact without which none of it is known */
    const void *self;         /* its tables; shared by threads */
    /* Fills ret[], which is all VALUE_NONE, in the order of the names. Pure. Text that it makes lies in the arena;
     * false where that is full. */
    bool (*tell)(const void *self, const struct observation *o, int64_t now_ms, struct arena *a, struct value *ret);
};

struct providers {
    struct provider at[PROVIDERS_MAX];
    size_t len;
};

#endif
