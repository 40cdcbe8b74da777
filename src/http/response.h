/* One HTTP/1.x response (RFC 9110, RFC 9112), read as forgivingly as browsers read it. The peer is
 * hostile: every part has a ceiling. What meets a ceiling or ends too soon is cut, and what breaks the
 * grammar is passed over; both are noted, and neither loses the rest. */
#ifndef AJAR_HTTP_RESPONSE_H
#define AJAR_HTTP_RESPONSE_H

#include "base/list.h"
#include "text/node.h"
#include "wire/wire.h"

enum {
    RESPONSE_HEADERS_MAX = 100,          /* fields kept, trailers not counted; framing fields always */
    RESPONSE_SAME_NAME_MAX = 8,          /* fields of one name */
    RESPONSE_HEAD_BYTES_MAX = 32 * 1024, /* of kept fields */
    RESPONSE_HEAD_READ_MAX = 512 * 1024, /* of a head; one that goes on is given up, its body too */
    RESPONSE_LINE_MAX = 16 * 1024,       /* a longer line keeps its front */
    RESPONSE_BODY_MAX = 1024 * 1024, /* less than a visit may receive, so that more can be asked */
    RESPONSE_REFUSAL_MAX = 16 * 1024, /* of the page that says no to response_read_front() */
    RESPONSE_INTERIM_MAX = 8,        /* 1xx responses before the real one */
    RESPONSE_VALUES_MAX = 100000,    /* values of one JSON document; the rest is cut */
    WORK_VALUES_MAX = 250000,        /* of all documents of a visit: about 30 ms of processor time */
    WORK_DECODED_MAX = 6 * 1024 * 1024, /* bytes that undoing codings may yield in a visit */
    WORK_TREES_MAX = 40 * 1024 * 1024,  /* memory of the trees of all documents */
};

/* What breaks the grammar of HTTP, or was not asked for, and was read all the same. */
enum response_odd {
    ODD_LINE = 1 << 0,        /* a line among the fields that is none: no colon, no name */
    ODD_STATUS_TWICE = 1 << 1,
    ODD_FIRST_FOLDED = 1 << 2, /* the first field line begins with white space */
    ODD_FIRST_BLANK = 1 << 3,  /* empty lines before the status line */
    ODD_FIELDS = 1 << 4,       /* more or longer fields than are kept */
    ODD_LENGTHS = 1 << 5,      /* lengths that contradict each other, or are no numbers */
    ODD_CHUNKS = 1 << 6,       /* said to be chunked, and is not, or wrongly */
    ODD_CODED = 1 << 7,        /* compressed, though nobody asked; undone */
    ODD_UNDECODED = 1 << 8,    /* compressed in a way that is not understood, or broken */
    ODD_COUNT = 9,
};
/* The words for one of them: "a line without a colon". */
const char *response_odd_text(unsigned bit);

/* What parsing the answers of one visit may cost, over all of them. */
struct response_work {
    struct arena trees; /* of JSON documents */
    size_t values_left, decoded_left;
};
void response_work_init(struct response_work *w);
/* Every node that response_json() returned is gone after this. */
void response_work_release(struct response_work *w);

struct http_header {
    struct span name, value; /* the value without white space around it */
};

struct response {
    const char *ask;     /* name of the ask that it answers, or NULL */
    struct arena *arena; /* what lazily parsed parts are put into */
    struct response_work *work; /* what they may cost, or NULL: what the arena holds */
    unsigned status;     /* 100..999 */
    bool http11;         /* HTTP/1.1, else 1.0 */
    bool keep_alive;     /* the connection can carry another exchange */
    bool cut;            /* only the front of the body is here: it ended too soon, or is too long */
    size_t body_max;     /* of the body so much is read */
    unsigned odd;        /* enum response_odd, joined */
    LIST_OF(struct http_header) headers;
    struct span body;    /* its codings undone */
    bool json_tried, title_tried;
    const struct node *json; /* see response_json() */
    struct span title;
    const uint64_t *seen; /* see index.h */
};

/* Reads one response; `head` says that it answers a HEAD request. NULL where the peer did not send
 * the head of an HTTP/1.x response: the wire's fault says what happened (WIRE_MALFORMED: it speaks
 * something else). A body that ends by close, reset or silence before its end is cut, and then the
 * wire has that fault. The response lies in the wire's arena; its codings are as they came. */
struct response *response_read(struct wire *w, bool head);
/* The same, but what a file begins with is all that is read: of a body `front` bytes, whatever was asked for, is said
 * or goes on being sent; then the connection is not used again. Of an answer that is no success (status 200 to 299)
 * RESPONSE_REFUSAL_MAX bytes, so that it need not be opened again. */
struct response *response_read_front(struct wire *w, size_t front);
/* Undoes the codings of the body, within what `work` leaves. Costs processor time in proportion to
 * the body and to RESPONSE_BODY_MAX; never waits. */
void response_decode(struct response *r, struct response_work *work);

/* Reads a response written down in an example: status line, fields, an empty line, body up to the
 * end; lines end in LF or CRLF. NULL and an error where it is none, or is odd. */
struct response *response_from_text(struct arena *a, struct span text, struct error *e);

/* The value of the first field of that name (ASCII case ignored), or an empty span. */
struct span response_header(const struct response *r, const char *name);
struct span response_header_span(const struct response *r, struct span name);
/* Whether a field of that name is there at all. */
bool response_has_header(const struct response *r, struct span name);

/* The body as JSON or XML, parsed once; NULL where it is neither. Of a body that is cut, or holds more values
 * than allowed, what is whole of it: then r->cut is set, and the lists and maps that go on are marked. */
const struct node *response_json(struct response *r);
/* The text of <title>, trimmed; an empty span where there is none in the first 64 KiB. */
struct span response_title(struct response *r);

/* ---- for the files of this room that make responses (response_head.c) -------------------------- */

/* "HTTP/1.1 200 OK", in any case; the reason may be missing (RFC 9112 4). */
bool response_status_line(struct response *r, struct span line);
/* One field line; `read` is how many bytes of the head came before. False where memory ends. */
bool response_field_line(struct response *r, struct span line, size_t read);

#endif
