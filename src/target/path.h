/* The path of a target URL: below which a product behind a proxy lives, as in https://es.corp/logs/. */
#ifndef AJAR_TARGET_PATH_H
#define AJAR_TARGET_PATH_H

#include "base/arena.h"
#include "base/error.h"

enum { PATH_SEGMENTS_MAX = 4 };

/* Reads what stands behind the host of a URL, up to a "?" or "#": *ret is the path as struct endpoint
 * holds it (it begins with a slash and ends without one), in the arena, or NULL for "" and "/". At most
 * PATH_SEGMENTS_MAX segments of the unreserved characters of RFC 3986 and %XX; "." and "..", also
 * written with %2E, encoded slashes, backslashes and control characters are refused, since servers
 * disagree about where they lead. */
bool target_path_read(struct arena *a, struct span text, const char **ret, struct error *e);

#endif
