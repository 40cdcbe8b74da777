/* What the parts of the loader share: text/mapper.h with the catalog that is being filled. Each function
 * reports the first thing that is wrong and returns false or NULL; nothing is repaired or guessed. */
#ifndef AJAR_HTTP_LOAD_H
#define AJAR_HTTP_LOAD_H

#include "http/check.h"
#include "http/entry.h"
#include "text/mapper.h"

struct loader {
    struct mapper map; /* whose `self` this is; its file is the one that is being read */
    struct catalog *catalog;
    struct entry *entry;
    struct catalog_report *problems; /* what is wrong in `checked` is collected here; NULL: it ends the loading */
    const char *checked;             /* directory with its slash */
};

static inline struct loader *loader_of(const struct mapper *m)
{
    return m->self;
}

/* Loads the directories as catalog_load() does. */
struct catalog *load_catalog_into(struct loader *l, const char *const *dirs, size_t dir_count);
/* Collects the loader's error as a problem of `file`; false where it must end the loading. */
bool load_problem(struct loader *l, const char *file);

/* Takers; the comment names the type of `to`. */
bool load_pattern(struct mapper *m, const struct node *n, void *to); /* struct span: matches, captures nothing */
bool load_capture(struct mapper *m, const struct node *n, void *to); /* struct span: captures one value */

/* load_request.c */
bool load_root(struct mapper *m);
bool load_requests(struct mapper *m, const struct node *n, void *to);     /* struct entry */
bool load_nested_marks(struct mapper *m, const struct node *n, void *to); /* struct entry */
bool load_routes(struct mapper *m, const struct node *n, void *to);       /* struct entry */
/* Adds "http.root" and makes it every entry's root; links dashboards to stores and makes their
 * nested requests; collects all asks. */
bool load_link(struct loader *l);
bool load_request_named(struct mapper *m, const struct node *n, void *to); /* const struct request * */

/* load_match.c */
bool load_condition(struct mapper *m, const struct node *n, void *to); /* const struct condition * */
bool load_sources(struct mapper *m, const struct node *n, void *to);   /* struct sources */
bool load_identify(struct mapper *m, const struct node *n, void *to);  /* struct entry */
bool load_verdicts(struct mapper *m, const struct node *n, void *to);  /* struct entry */
bool load_facts(struct mapper *m, const struct node *n, void *to);     /* struct entry */

/* load_leaving.c */
bool load_leavings(struct mapper *m, const struct node *n, void *to); /* struct entry */

/* load_count.c */
bool load_counts(struct mapper *m, const struct node *n, void *to);   /* struct entry */
bool load_fields(struct mapper *m, const struct node *n, void *to);   /* struct entry */
bool load_examples(struct mapper *m, const struct node *n, void *to); /* struct entry */
/* Once all rows are there: which collections each request with {name} is about. */
bool load_over(struct mapper *m, const struct node *entry);

#endif
