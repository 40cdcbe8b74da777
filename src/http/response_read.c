/* Reads HTTP/1.x responses off a wire.
 *
 * The framing follows RFC 9112 section 6.3 in its order: HEAD, 1xx, 204 and 304 have no body; a
 * chunked transfer coding; Content-Length; else everything until the peer closes. Where the framing
 * is ambiguous or broken (two different lengths, a length and a coding, chunks that are none) the
 * connection is never used again, and what came is kept. Lines may end in a bare LF (RFC 9112 2.2). */
#include "http/coding.h"
#include "http/response.h"

enum {
    STATUS_LINE_MAX = 1024,
    BLANK_LINES_MAX = 4, /* before the status line */
    HEAD_LINES_MAX = 5000,
    CHUNK_LINE_MAX = 1024,
    CHUNKS_MAX = 65536,
    TRAILERS_MAX = 100,
    CUT_PAGE_READ = 64 * 1024, /* of a page whose stated length is too long anyway */
    CODINGS_MAX = 3,           /* one over the other */
};

/* Whether a comma list, such as Connection's, holds the word. */
static bool list_holds(struct span list, const char *word)
{
    while (list.len)
        if (span_eq_nocase(span_trim(span_cut(&list, ',')), span_str(word)))
            return true;
    return false;
}

/* All fields of one name as one test: the peer may send Connection twice. */
static bool any_header_holds(const struct response *r, const char *name, const char *word)
{
    for (size_t i = 0; i < r->headers.len; i++)
        if (span_eq_nocase(r->headers.at[i].name, span_str(name)) &&
            list_holds(r->headers.at[i].value, word))
            return true;
    return false;
}

/* Waits for the end of a line. How many bytes it has, its LF included, or SIZE_MAX where the first
 * `max` hold none; 0 once the wire has faulted. Nothing is consumed. */
static size_t line_length(struct wire *w, size_t max)
{
    for (size_t seen = 0;;) {
        struct span heard = wire_heard(w);
        size_t at = seen + span_index(span_from(heard, seen), '\n');
        if (at < heard.len)
            return at < max ? at + 1 : SIZE_MAX;
        if (heard.len >= max)
            return SIZE_MAX;
        seen = heard.len;
        (void)wire_peek(w, seen + 1);
        if (!wire_ok(w))
            return 0;
    }
}

static struct span without_end(struct span line)
{
    if (line.len && line.at[line.len - 1] == '\n')
        line.len--;
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* One line of the head; of a longer one the front, and *bytes grows by all of it. False once the
 * wire has faulted. */
static bool head_line(struct wire *w, struct response *r, struct span *ret, size_t *bytes)
{
    size_t length = line_length(w, RESPONSE_LINE_MAX);
    bool whole = length != SIZE_MAX;
    struct span line = wire_need(w, whole ? length : RESPONSE_LINE_MAX);
    if (!wire_ok(w))
        return false;
    *ret = without_end(line);
    *bytes += line.len;
    while (!whole && *bytes < RESPONSE_HEAD_READ_MAX) {
        r->odd |= ODD_FIELDS;
        length = line_length(w, RESPONSE_LINE_MAX);
        whole = length != SIZE_MAX;
        *bytes += wire_need(w, whole ? length : RESPONSE_LINE_MAX).len;
        if (!wire_ok(w))
            return false;
    }
    return true;
}

/* False where there is no head of a response, or it did not arrive whole. One that does not end is
 * given up, and the body with it: then r->cut is set. */
static bool read_head(struct wire *w, struct response *r)
{
    size_t bytes = 0;
    struct span line = wire_line(w, STATUS_LINE_MAX);
    for (int i = 0; i < BLANK_LINES_MAX && wire_ok(w) && line.len == 0; i++) {
        r->odd |= ODD_FIRST_BLANK;
        line = wire_line(w, STATUS_LINE_MAX);
    }
    if (!wire_ok(w))
        return false;
    if (!response_status_line(r, line))
        return wire_fail(w);
    for (int lines = 0; lines < HEAD_LINES_MAX && bytes < RESPONSE_HEAD_READ_MAX; lines++) {
        if (!head_line(w, r, &line, &bytes))
            return false;
        if (line.len == 0)
            return true;
        if (!response_field_line(r, line, bytes))
            return false;
    }
    r->odd |= ODD_FIELDS;
    r->cut = true;
    return true;
}

/* Joins the pieces of a chunked body in the arena. The room doubles: at most twice the body. */
struct joint {
    struct arena *arena;
    uint8_t *at;
    size_t len, cap;
};

static bool joint_add(struct joint *j, struct span piece)
{
    if (piece.len > j->cap - j->len) {
        size_t wider = j->cap ? j->cap * 2 : 4096;
        while (wider - j->len < piece.len)
            wider *= 2;
        uint8_t *moved = arena_alloc(j->arena, wider);
        if (!moved)
            return false;
        if (j->len)
            memcpy(moved, j->at, j->len);
        j->at = moved;
        j->cap = wider;
    }
    if (piece.len)
        memcpy(j->at + j->len, piece.at, piece.len);
    j->len += piece.len;
    return true;
}

/* "1a;ext=1": the hexadecimal size of a chunk. False on anything else, or beyond 2^40. */
static bool chunk_size(struct span line, uint64_t *ret)
{
    struct span digits = span_trim(span_first(line, span_index(line, ';')));
    uint64_t value = 0;
    if (digits.len == 0 || digits.len > 10)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t c = ascii_lower(digits.at[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
        value = value << 4 | (uint64_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    *ret = value;
    return true;
}

/* At most n bytes: fewer, and the response is cut, where the peer closed, reset or fell silent. */
static struct span as_much_as(struct wire *w, struct response *r, size_t n)
{
    struct span whole = wire_need(w, n);
    if (wire_ok(w))
        return whole;
    r->cut = true;
    return arena_copy(r->arena, span_first(wire_heard(w), n));
}

static void until_close(struct wire *w, struct response *r)
{
    r->body = as_much_as(w, r, r->body_max);
    r->cut = wire_fault(w) != WIRE_CLOSED;
}

/* Trailer fields are read away and not looked at; whether they end is of no matter any more. */
static void skip_trailers(struct wire *w, struct response *r)
{
    for (int i = 0; i < TRAILERS_MAX; i++) {
        struct span line = wire_line(w, RESPONSE_LINE_MAX);
        if (!wire_ok(w))
            break;
        if (line.len == 0)
            return;
    }
    r->keep_alive = false;
}

/* Whether a chunk may begin so: with its size, or with white space before it. */
static bool begins_chunk(struct span first)
{
    uint8_t c = first.len ? ascii_lower(first.at[0]) : 0;
    return ascii_is_digit(c) || (c >= 'a' && c <= 'f') || ascii_is_space(c);
}

/* The size line of the next chunk, consumed. False where the peer is gone, or there is none: then
 * nothing is consumed. What cannot be one is not waited for to its end. */
static bool next_chunk(struct wire *w, struct response *r, uint64_t *ret)
{
    bool may = begins_chunk(wire_peek(w, 1));
    size_t length = may ? line_length(w, CHUNK_LINE_MAX) : SIZE_MAX;
    if (!wire_ok(w)) {
        r->cut = true;
        return false;
    }
    if (length == SIZE_MAX || !chunk_size(without_end(span_first(wire_heard(w), length)), ret)) {
        r->odd |= ODD_CHUNKS;
        return false;
    }
    (void)wire_need(w, length);
    return wire_ok(w);
}

/* Whether the line end behind a chunk is there, consumed. */
static bool chunk_ends(struct wire *w, struct response *r)
{
    size_t length = line_length(w, 2);
    if (wire_ok(w) && length != SIZE_MAX && without_end(span_first(wire_heard(w), length)).len == 0)
        return wire_need(w, length).len > 0;
    if (wire_ok(w))
        r->odd |= ODD_CHUNKS;
    r->cut = true;
    return false;
}

/* The chunks as far as they go; a body that was said to be chunked and is not, as it is. False where
 * memory ends. */
static bool read_chunked(struct wire *w, struct response *r)
{
    struct joint j = { .arena = r->arena };
    uint64_t size;
    for (int chunks = 0; chunks < CHUNKS_MAX; chunks++) {
        if (!next_chunk(w, r, &size)) {
            r->keep_alive = false;
            if (r->odd & ODD_CHUNKS && j.len == 0)
                until_close(w, r);
            else
                r->cut = true;
            return wire_fault(w) != WIRE_MEMORY;
        }
        if (size == 0) {
            skip_trailers(w, r);
            return true;
        }
        size_t room = r->body_max - j.len;
        bool too_long = size > room;
        struct span piece = as_much_as(w, r, too_long ? room : (size_t)size);
        r->cut |= too_long;
        if (wire_fault(w) == WIRE_MEMORY || !joint_add(&j, piece))
            return false;
        r->body = span_of(j.at, j.len);
        if (r->cut || !chunk_ends(w, r))
            return true;
    }
    r->cut = true;
    return true;
}

/* The length that Content-Length states: the largest where several contradict each other. *ret_there
 * says whether there is any; false where they contradict each other or one is no number. */
static bool content_length(const struct response *r, bool *ret_there, uint64_t *ret)
{
    bool agree = true;
    *ret_there = false;
    for (size_t i = 0; i < r->headers.len; i++) {
        if (!span_eq_nocase(r->headers.at[i].name, SPAN("content-length")))
            continue;
        struct span list = r->headers.at[i].value;
        agree &= list.len > 0;
        while (list.len) {
            uint64_t value;
            if (!span_u64(span_trim(span_cut(&list, ',')), INT64_MAX, &value)) {
                agree = false;
                continue;
            }
            agree &= !*ret_there || value == *ret;
            *ret = *ret_there && *ret > value ? *ret : value;
            *ret_there = true;
        }
    }
    return agree;
}

static bool ends_chunked(const struct response *r)
{
    struct span last = SPAN_NONE;
    for (size_t i = 0; i < r->headers.len; i++)
        if (span_eq_nocase(r->headers.at[i].name, SPAN("transfer-encoding")))
            last = r->headers.at[i].value;
    while (span_index(last, ',') < last.len)
        (void)span_cut(&last, ',');
    return span_eq_nocase(span_trim(last), SPAN("chunked"));
}

/* Of a body that is too long: a list is worth counting as far as it goes, a page is known by its front. */
static size_t cut_length(const struct response *r)
{
    struct span type = response_header(r, "content-type");
    size_t most = span_has(type, "html") ? CUT_PAGE_READ : RESPONSE_BODY_MAX;
    return most < r->body_max ? most : r->body_max;
}

/* False where memory ends. */
static bool read_body(struct wire *w, struct response *r, bool head)
{
    bool there;
    uint64_t length = 0;
    if (head || r->status == 204 || r->status == 304)
        return true;
    if (!content_length(r, &there, &length)) {
        r->odd |= ODD_LENGTHS;
        r->keep_alive = false;
    }
    if (response_has_header(r, SPAN("transfer-encoding"))) {
        if (there)
            r->keep_alive = false;
        if (ends_chunked(r))
            return read_chunked(w, r);
        there = false;
    }
    if (there) {
        bool too_long = length > r->body_max;
        r->body = as_much_as(w, r, too_long ? cut_length(r) : (size_t)length);
        r->cut |= too_long;
    } else {
        r->keep_alive = false;
        until_close(w, r);
    }
    return wire_fault(w) != WIRE_MEMORY;
}

/* `front`: how much of the body of a success is wanted; 0: all. */
static struct response *read_one(struct wire *w, bool head, size_t front)
{
    for (int interim = 0; interim <= RESPONSE_INTERIM_MAX; interim++) {
        struct response *r = ARENA_NEW(wire_arena(w), struct response);
        if (!r)
            return NULL;
        r->arena = wire_arena(w);
        if (!read_head(w, r))
            return NULL;
        wire_known(w);
        if (r->status == 101)
            break; /* nobody asked to switch protocols */
        if (r->status < 200 && !r->cut)
            continue;
        r->body_max = !front ? RESPONSE_BODY_MAX : r->status / 100 == 2 ? front : RESPONSE_REFUSAL_MAX;
        bool close = any_header_holds(r, "connection", "close");
        r->keep_alive = r->http11 ? !close
                                  : any_header_holds(r, "connection", "keep-alive") && !close;
        if (!r->cut && !read_body(w, r, head))
            return NULL;
        if (r->cut)
            r->keep_alive = false;
        return r;
    }
    (void)wire_fail(w);
    return NULL;
}

struct response *response_read(struct wire *w, bool head)
{
    return read_one(w, head, 0);
}

struct response *response_read_front(struct wire *w, size_t front)
{
    return read_one(w, false, front);
}

/* The codings in the order in which they were put on, at most CODINGS_MAX of them. */
static size_t list_codings(const struct response *r, const char *name, struct span *ret, size_t count)
{
    for (size_t i = 0; i < r->headers.len; i++) {
        struct span list = r->headers.at[i].value;
        if (!span_eq_nocase(r->headers.at[i].name, span_str(name)))
            continue;
        while (list.len && count < CODINGS_MAX) {
            struct span word = span_trim(span_cut(&list, ','));
            if (word.len && !span_eq_nocase(word, SPAN("chunked")))
                ret[count++] = word;
        }
    }
    return count;
}

/* Takes one coding off. False where it is left as it is. */
static bool take_off(struct response *r, enum coding c, struct response_work *work)
{
    struct buf out;
    bool whole;
    buf_init(&out, work->decoded_left < RESPONSE_BODY_MAX ? work->decoded_left : RESPONSE_BODY_MAX);
    bool some = coding_undo(c, r->body, &out, &whole);
    struct span plain = some ? arena_copy(r->arena, buf_span(&out)) : SPAN_NONE;
    work->decoded_left -= out.len;
    if (some && plain.len == out.len) {
        r->body = plain;
        r->cut |= !whole;
    }
    buf_release(&out);
    return some;
}

void response_decode(struct response *r, struct response_work *work)
{
    struct span names[CODINGS_MAX];
    size_t count = list_codings(r, "content-encoding", names, 0);
    count = list_codings(r, "transfer-encoding", names, count);
    while (count-- > 0 && r->body.len) {
        enum coding c = coding_named(names[count]);
        if (c == CODING_NONE)
            continue;
        if (!take_off(r, c, work)) {
            r->odd |= ODD_UNDECODED;
            return;
        }
        r->odd |= ODD_CODED;
    }
}
