/* Patterns of foreign names: * is any bytes, ? is one. The room's own header. */
#ifndef AJAR_RULES_GLOB_H
#define AJAR_RULES_GLOB_H

#include "text/mapper.h"

enum {
    GLOB_BYTES_MAX = 128,
    NAME_MATCHED_MAX = 256, /* bytes of a foreign name that a pattern looks at */
};

struct glob {
    struct span text; /* lower-case */
    uint8_t first;    /* the byte a match must start with, or 0 */
};

bool glob_compile(struct mapper *m, const struct node *at, struct glob *ret);
/* Whether the whole name (its first NAME_MATCHED_MAX bytes) fits, without regard to ASCII case. Costs at
 * worst the pattern's length times the name's. */
bool glob_fits(const struct glob *p, struct span name);

#endif
