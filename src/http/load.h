/* What the parts of the loader share. Each function reports the first thing that is wrong as
 * "file: line N: ..." in the loader's error and returns false or NULL; nothing is repaired or
 * guessed, an unknown key is an error. */
#ifndef AJAR_HTTP_LOAD_H
#define AJAR_HTTP_LOAD_H

#include "http/check.h"
#include "http/entry.h"

struct loader {
    struct arena *arena;
    const char *file;
    struct error *error;
    struct catalog *catalog;
    struct entry *entry;
    struct catalog_report *problems; /* what is wrong in `checked` is collected here; NULL: it ends the loading */
    const char *checked;             /* directory with its slash */
};

/* Loads the directories as catalog_load() does. */
struct catalog *load_catalog_into(struct loader *l, const char *const *dirs, size_t dir_count);
/* Collects the loader's error as a problem of `file`; false where it must end the loading. */
bool load_problem(struct loader *l, const char *file);

/* Always false. */
[[gnu::format(printf, 3, 4)]] bool load_fail(struct loader *l, const struct node *at,
                                             const char *format, ...);
bool load_no_memory(struct loader *l);
/* Whether `n` is a map whose keys are all among `allowed` (NULL-ended). */
bool load_keys(struct loader *l, const struct node *n, const char *const *allowed);
/* A scalar as text; false where it is missing and needed, or no scalar, or empty. */
bool load_text(struct loader *l, const struct node *map, const char *key, bool needed,
               struct span *ret);
bool load_str(struct loader *l, const struct node *map, const char *key, bool needed,
              const char **ret);
bool load_bool(struct loader *l, const struct node *map, const char *key, bool *ret);
/* The node's scalar text; false where it is a list or a map. */
bool load_scalar(struct loader *l, const struct node *n, struct span *ret);
bool load_pattern(struct loader *l, const struct node *n, bool capture, struct span *ret);
/* A child that may be written as one value or as a list of values: the first value, and with
 * load_next() the others. */
const struct node *load_first(const struct node *n);
const struct node *load_next(const struct node *n, const struct node *at);

/* load_request.c */
bool load_root(struct loader *l);
bool load_requests(struct loader *l, const struct node *n);
bool load_nested_marks(struct loader *l, const struct node *n);
/* Adds "http.root" and makes it every entry's root; links dashboards to stores and makes their
 * nested requests; collects all asks. */
bool load_link(struct loader *l);
bool load_routes(struct loader *l, const struct node *n);
const struct request *load_request_named(struct loader *l, const struct node *at, struct span name);

/* load_match.c */
const struct condition *load_condition(struct loader *l, const struct node *n, int depth);
bool load_sources(struct loader *l, const struct node *n, struct sources *ret);
bool load_identify(struct loader *l, const struct node *n);
bool load_verdicts(struct loader *l, const struct node *n);
bool load_facts(struct loader *l, const struct node *n);

/* load_count.c */
bool load_counts(struct loader *l, const struct node *n);
bool load_fields(struct loader *l, const struct node *n);
bool load_examples(struct loader *l, const struct node *n);

#endif
