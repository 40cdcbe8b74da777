/* The little language in which the law writes down what a path, a query, a value or a body may be.
 *
 *   path    segments joined by "/"; of a segment `a|b` is either, `<kind>` or `{name}` a filling
 *   query   keys joined by "&": `key` takes no value, `key=a|b|<kind>` one of these; `!key` must be
 *           there; `*` adds the keys that only shape how metadata is shown (format, limit, ...)
 *   body    the JSON text without blanks, in which `<kind>` is a filling
 *
 * Kinds: n (to 9999), digits, flag, cols (names of columns), word, version, jmx (the name of a
 * bean of Hadoop's), selector (of Loki), name (a name that the server listed), names (a JSON list of names),
 * resource (of FHIR), sql:DIALECT (law_sql.h). */
#ifndef AJAR_HTTP_LAW_FORM_H
#define AJAR_HTTP_LAW_FORM_H

#include "base/error.h"
#include "base/span.h"

enum { FORM_SEGMENTS_MAX = 12, FORM_VALUE_MAX = 600 };

struct form_path {
    struct span at[FORM_SEGMENTS_MAX];
    size_t len; /* 0: the path "/" */
};

/* Cuts a path at its slashes; one slash may end it. False where it does not begin with a slash,
 * has an empty segment or too many. */
bool form_path_cut(struct span path, struct form_path *ret);

/* How many segments at the front of the path fit the form, which is a path of the table. `sent`:
 * `{name}` is filled in; else it stands there as such. */
size_t form_path_fits(const char *form, const struct form_path *path, bool sent);
size_t form_path_length(const char *form);

/* Whether a query has the form; NULL is no query at all. */
bool form_query_fits(const char *form, struct span query, bool sent, struct error *e);
/* Whether the first key of a query is one of the form's; or neither has any. */
bool form_query_knows(const char *form, struct span query);
/* Whether a body has the form; NULL is no body at all. */
bool form_body_fits(const char *form, struct span body, bool sent, struct error *e);

/* Undoes percent-encoding, once, into out[FORM_VALUE_MAX]; `+` becomes a space. False where an
 * escape is broken, what comes out does not print, or it is too long. */
bool form_decode(struct span s, uint8_t *out, struct span *ret);

/* The keys of `*`, for printing. */
extern const char *const FORM_SHOWING;

#endif
