/* One HTTP/1.x response, read whole (RFC 9110, RFC 9112). The peer is hostile: every part has a
 * ceiling, a message whose framing contradicts itself is refused, and nothing is concluded from a
 * response that did not arrive complete. */
#ifndef AJAR_HTTP_RESPONSE_H
#define AJAR_HTTP_RESPONSE_H

#include "base/list.h"
#include "text/node.h"
#include "wire/wire.h"

enum {
    RESPONSE_HEADERS_MAX = 100,          /* fields, trailers not counted */
    RESPONSE_HEAD_BYTES_MAX = 32 * 1024, /* status line and fields */
    RESPONSE_LINE_MAX = 16 * 1024,
    RESPONSE_BODY_MAX = 1024 * 1024, /* less than a visit may receive, so that more can be asked */
    RESPONSE_INTERIM_MAX = 8,       /* 1xx responses before the real one */
};

struct http_header {
    struct span name, value; /* the value without white space around it */
};

struct response {
    const char *ask;     /* name of the ask that it answers, or NULL */
    struct arena *arena; /* what lazily parsed parts are put into */
    unsigned status;     /* 100..599 */
    bool http11;         /* HTTP/1.1, else 1.0 */
    bool keep_alive;     /* the connection can carry another exchange */
    bool cut;            /* the body was longer than allowed: only its front is here */
    LIST_OF(struct http_header) headers;
    struct span body;
    bool json_tried;
    struct node *json; /* see response_json() */
};

/* Reads one response; `head` says that it answers a HEAD request. NULL where the peer did not send
 * an HTTP/1.x response: the wire's fault says what happened (WIRE_MALFORMED: it speaks something
 * else, or breaks its framing). The response lies in the wire's arena. */
struct response *response_read(struct wire *w, bool head);

/* Reads a response written down in an example: status line, fields, an empty line, body up to the
 * end; lines end in LF or CRLF. NULL and an error where it is none. */
struct response *response_from_text(struct arena *a, struct span text, struct error *e);

/* The value of the first field of that name (ASCII case ignored), or an empty span. */
struct span response_header(const struct response *r, const char *name);
struct span response_header_span(const struct response *r, struct span name);
/* Whether a field of that name is there at all. */
bool response_has_header(const struct response *r, struct span name);

/* The body as JSON, parsed once; NULL where it is none or was cut. */
const struct node *response_json(struct response *r);
/* The text of <title>, trimmed; an empty span where there is none in the first 64 KiB. */
struct span response_title(const struct response *r);

#endif
