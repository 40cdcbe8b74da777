/* The law about what an HTTP request of the catalog may be (DESIGN, law 1): no credential, no
 * record read, nothing changed. It is checked when a catalog is loaded, so a request that breaks it
 * can never become an ask. The check errs on the side of refusing. */
#ifndef AJAR_HTTP_ALLOW_H
#define AJAR_HTTP_ALLOW_H

#include "base/error.h"
#include "base/span.h"

enum { ALLOW_PATH_MAX = 600, ALLOW_BODY_MAX = 1000, ALLOW_HEADER_MAX = 128 };

/* Whether the method is one that may be used: GET, HEAD, POST, PROPFIND. */
bool allow_method(struct span method, struct error *e);
/* Whether a path with its query may be asked for. Percent-encoding is undone before looking. */
bool allow_path(struct span path, struct error *e);
/* Whether a field may be sent: the name stands on a short list and the value is printable. */
bool allow_header(struct span name, struct span value, struct error *e);
/* Whether a body may be sent to that path. */
bool allow_body(struct span path, struct span body, struct error *e);

#endif
