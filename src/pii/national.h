/* Numbers of people by country that are told by what they are called: most have the length of a dozen other
 * numbers and one check digit. A heading or a word in front names a set of them, and only those are tried. */
#ifndef AJAR_PII_NATIONAL_H
#define AJAR_PII_NATIONAL_H

#include "base/span.h"

enum national {
#define NATIONAL(id, name, label, chance) NATIONAL_##id,
#include "pii/national.def"
#undef NATIONAL
    NATIONALS,
};
_Static_assert(NATIONALS <= 64, "a set of them is a word");

enum national_fit { FIT_NOT, FIT_SHAPE, FIT_PASS };

struct national_info {
    const char *name, *label;
    double chance;
    enum national_fit (*fit)(const uint8_t *s, size_t n); /* capitals and digits, 5 to 20 of them */
};

extern const struct national_info NATIONAL_INFO[NATIONALS];

/* Tries those of the set on a value, blanks and marks between its digits left out: the first one all of whose rules
 * it keeps, or whose shape it has; NATIONALS where none does. */
enum national national_of(uint64_t set, struct span value, bool *ret_pass);
/* NATIONALS where none is called so. */
enum national national_by_name(struct span name);

#endif
