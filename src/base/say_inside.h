/* Between say.c, which reads a catalogue, and say_made.c, which finds the sentence that a text was made from. */
#ifndef AJAR_BASE_SAY_INSIDE_H
#define AJAR_BASE_SAY_INSIDE_H

#include "base/arena.h"
#include "base/say.h"

struct saying {
    const char *english, *text, *many, *other; /* text: `english` without its context; many: NULL unless it has two */
    bool usable;
};

/* A sentence with holes. */
struct pattern {
    const struct saying *of;
    const char *text;
    unsigned letters; /* bytes outside holes: the more, the surer */
    bool braces;      /* {name} and [sections], not %s */
};

struct sayings {
    struct arena arena;
    struct saying *at; /* in the order of `english` */
    size_t count;
    struct pattern *patterns; /* the surest first */
    size_t pattern_count;
};

const struct sayings *sayings_held(void);
const struct saying *say_find(const char *about, const char *english);
/* Whether it is a template of a rule, with {braces}, which printf never sees. */
bool say_is_template(const struct saying *s);
size_t say_conversion(const char *text, uint32_t *ret_kind, unsigned *ret_at);
/* Finds the patterns; false without memory. */
bool sayings_index(struct sayings *s);

#endif
