/* The sentence of a finding, compiled to a list of pieces. The room's own header. */
#ifndef AJAR_RULES_TEMPLATE_H
#define AJAR_RULES_TEMPLATE_H

#include "base/list.h"
#include "rules/field.h"

enum { WHY_BYTES_MAX = 2048 };

enum format { FORMAT_DEFAULT, FORMAT_PLAIN, FORMAT_HUMAN, FORMAT_DATE, FORMAT_TIME, FORMAT_AGE,
              FORMAT_LIST, FORMAT_COUNT };

struct piece {
    struct span literal; /* field unused where this has bytes */
    struct field field;
    enum format format;
    struct span one, many; /* FORMAT_COUNT: the words for 1 and for the rest */
    unsigned section;      /* 0: always; else dropped together where one field of it is unknown */
};

struct template {
    LIST_OF(struct piece) pieces;
};

bool template_compile(struct mapper *m, const struct node *n, struct template *ret);
/* Renders into the arena, cut at WHY_BYTES_MAX; an empty span where the arena is full. */
struct span template_render(const struct template *t, const struct subject *s, struct arena *a);
/* As condition_names(). */
size_t template_names(const struct template *t, const char **keys, size_t len, size_t max);

#endif
