/* The types of data that Ajar knows, and a set of them. Types of the house (detectors that a user
 * adds in YAML) follow the built-in ones. */
#ifndef AJAR_PII_TYPES_H
#define AJAR_PII_TYPES_H

#include <stdbool.h>
#include <stdint.h>

enum pii_category {
    IDENTITY,
    CONTACT,
    LOCATION,
    FINANCE,
    HEALTH,
    JUSTICE,
    SECRET,
    DEVICE,
    ORGANISATION,
    ATTRIBUTE
};

enum pii_traits { T_NAMED = 1, T_TRACE = 2, T_WHOLE = 4, T_SELF = 8, T_ORG = 16 };

enum pii_type {
#define PII_TYPE(id, name, label, category, chance, traits) PII_##id,
#include "pii/types.def"
#undef PII_TYPE
    PII_BUILT_IN,
    PII_HOUSE_MAX = 32,
    PII_TYPES_MAX = PII_BUILT_IN + PII_HOUSE_MAX,
};

struct pii_type_info {
    const char *name, *label;
    enum pii_category category;
    double chance;
    unsigned traits;
};

extern const struct pii_type_info PII_TYPES[PII_BUILT_IN];

const char *pii_category_name(enum pii_category c);

/* A set of types. */
typedef unsigned __int128 pii_set;
_Static_assert(PII_TYPES_MAX <= 128, "a set of types fits in 128 bits");

static inline pii_set pii_bit(unsigned type)
{
    return (pii_set)1 << type;
}

static inline bool pii_has(pii_set set, unsigned type)
{
    return (set >> type) & 1;
}

/* Takes the lowest type out of a set that is not empty. */
static inline unsigned pii_pop(pii_set *set)
{
    uint64_t low = (uint64_t)*set;
    unsigned type = low ? (unsigned)__builtin_ctzll(low)
                        : 64 + (unsigned)__builtin_ctzll((uint64_t)(*set >> 64));
    *set &= *set - 1;
    return type;
}

/* What one value or one piece of text turned out to be. `shape` are the types whose form it has,
 * `pass` those whose every rule it keeps: a subset of shape, and the ratio of the two over many
 * values is what a verdict is made of. */
struct pii_marks {
    pii_set shape, pass;
    bool test; /* a value from a manual or a generator, not a person's */
    bool calling; /* a telephone number with the code of its country */
    bool single;  /* a name of one word */
    bool titled;  /* a name in text behind "Mr" or "Frau" */
    uint8_t national; /* with PII_NATIONAL: which one (national.h), plus one */
};

static inline void pii_mark(struct pii_marks *m, unsigned type, bool pass)
{
    m->shape |= pii_bit(type);
    if (pass)
        m->pass |= pii_bit(type);
}

#endif
