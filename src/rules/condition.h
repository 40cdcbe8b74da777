/* The conditions of a rule: all, any, not, and comparisons of one field with constants. A small tree
 * of bounded depth. The room's own header. */
#ifndef AJAR_RULES_CONDITION_H
#define AJAR_RULES_CONDITION_H

#include "rules/field.h"
#include "rules/glob.h"

enum { CONDITION_DEPTH_MAX = 8 };

enum condition_op {
    CONDITION_ALL, CONDITION_ANY, CONDITION_NOT,
    CONDITION_IS, CONDITION_IS_NOT, CONDITION_IN, CONDITION_MATCHES,
    CONDITION_ABOVE, CONDITION_BELOW, CONDITION_AT_LEAST, CONDITION_EXISTS,
};

struct condition {
    enum condition_op op;
    struct condition *children, *next; /* ALL, ANY, NOT */
    struct field field;
    struct value *values;   /* IS, IS_NOT, IN, ABOVE, BELOW, AT_LEAST, EXISTS */
    struct glob *patterns;  /* MATCHES */
    size_t count;           /* of values or patterns */
};

/* NULL and the error where the node is no condition. */
struct condition *condition_compile(struct mapper *m, const struct node *n);
bool condition_holds(const struct condition *c, const struct subject *s);
/* Appends the fact keys that the condition speaks of to `keys`, which has room for `max`. */
size_t condition_names(const struct condition *c, const char **keys, size_t len, size_t max);

#endif
