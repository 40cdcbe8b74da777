/* Law 1 for HTTP: what a request of the catalog may be. It is an allow-list by grammar: what it
 * does not name cannot be sent. The loader asks it before a request becomes an ask, the guard asks
 * it again of captured traffic, and `ajar catalog law` prints it.
 *
 * A request is permitted in one of two ways:
 *
 *   by words  GET and HEAD of a path that is made of words for metadata only: words that say where
 *             ("api", "v1"), that list containers ("databases") and that name a figure ("stats").
 *             It ends with a list or a figure; a name that the server listed may stand only
 *             between those two: /databases/{name}/stats.
 *   by a row  of a table that writes out the path, what may stand in its query and body, and why
 *             it reads no record and changes nothing. All POSTs and PROPFINDs are such rows.
 *
 * A dashboard's proxy is permitted where the request that it carries is. Comparison is exact and in
 * one case; paths are not percent-encoded and values are decoded once, so that there is one way to
 * write a request. No state, no allocation; the cost is a walk over a few hundred rows. */
#ifndef AJAR_HTTP_LAW_H
#define AJAR_HTTP_LAW_H

#include "base/buf.h"
#include "base/error.h"
#include "base/span.h"

enum { LAW_TARGET_MAX = 800, LAW_BODY_MAX = 1000, LAW_VALUE_MAX = 128, LAW_FRONT_MAX = 4096 };

struct law_request {
    struct span product; /* whose entry it is: some rows are for one product only */
    struct span behind;  /* through a dashboard: the product behind it */
    struct span method, target;
    struct span accept; /* the value of Accept */
    struct span fields; /* further field lines, each with its CRLF */
    struct span body;
    bool
        sent; /* as it left: its names are filled in, and which product it was meant for is not known */
};

/* Whether it may be sent; else a sentence that names the part that may not, and what to write. */
bool law_permits(const struct law_request *r, struct error *e);

/* Whether a field may be sent: its name stands on a short list, none of which can carry a
 * credential, and its value has the form of that name. */
bool law_permits_field(struct span name, struct span value, struct error *e);

/* Prints all of it, to be read by people: methods, fields, words, rows. */
void law_print(struct buf *out);

#endif
