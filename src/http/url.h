/* Percent-encoding (RFC 3986 2.1), and what a server says about where it lives. */
#ifndef AJAR_HTTP_URL_H
#define AJAR_HTTP_URL_H

#include "base/arena.h"

enum { BASE_DEPTH_MAX = 4 }; /* "/kibana", "/tools/s/space": segments of a base path that a server names */

/* Encodes all but unreserved bytes; an empty span where the arena is full. */
struct span url_encode(struct arena *a, struct span s);

/* The path of a Location or link, without query and fragment, where it stays on the host that `host`
 * names ("name:port", as sent in Host; the port is not compared, since proxies get it wrong, and only
 * our own endpoint is asked anyway). An empty span where it leaves the host, or is no absolute path. */
struct span url_local_path(struct span url, struct span host);

/* Whether a Location leads to https on that very host and port. */
bool url_into_tls(struct span location, struct span host, uint16_t port);

/* A path as the base of others: without the slash at its end. False where it holds anything that may
 * not be filled into a request (ask_base_ok), or lies deeper than BASE_DEPTH_MAX below `start`, or not
 * below it at all. "" is a base. */
bool url_base(struct span path, struct span start, struct span *ret);

#endif
