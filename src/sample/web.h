/* HTTP for samples: one request at a time on a connection that is kept while the server allows. */
#ifndef AJAR_SAMPLE_WEB_H
#define AJAR_SAMPLE_WEB_H

#include "http/response.h"
#include "sample/draw.h"

enum { WEB_HOST_MAX = 262, WEB_ARGS_MAX = 4 };

/* What follows the target in the request line; the last hole is the host. */
#define WEB_PART_HOST ASK_HOLE("host", WEB_HOST_MAX, HOLE_HOST)
#define WEB_HEAD " HTTP/1.1\r\nHost: "
#define WEB_FIELDS                                                                                 \
    "\r\nUser-Agent: ajar/0.1 (security self-audit; a random sample that the owner asked for)\r\n" \
    "Accept: application/json\r\nAccept-Encoding: identity\r\n"
#define WEB_TAIL WEB_FIELDS "\r\n"

struct web {
    struct draw *draw;
    bool alive;
    char host[WEB_HOST_MAX + 1];
};

void web_init(struct web *w, struct draw *d);
/* Asks with the holes filled, all of them; the whole answer, or NULL. */
struct response *web_ask(struct web *w, const struct ask *a, const struct span *args, size_t count);
/* The same for a request whose last hole is the host. */
struct response *web_get(struct web *w, const struct ask *a, const struct span *args, size_t count);
/* The answer's JSON in the arena of the running collection; NULL where it is none or the status is not 200. */
const struct node *web_json(struct web *w, const struct response *r);

#endif
