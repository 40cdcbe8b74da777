/* Reads HTTP/1.x responses off a wire.
 *
 * The framing follows RFC 9112 section 6.3 in its order: HEAD, 1xx, 204 and 304 have no body; a
 * chunked transfer coding; Content-Length; else everything until the peer closes. Where the framing
 * is ambiguous (two different lengths, a length and a coding, a coding that does not end in
 * chunked) the connection is never used again, and contradictory lengths are refused. Lines may end
 * in a bare LF (RFC 9112 2.2). A compressed body is never asked for and is left as it came. */
#include "http/response.h"

#include "base/reader.h"

enum {
    STATUS_LINE_MAX = 1024,
    CHUNK_LINE_MAX = 1024,
    CHUNKS_MAX = 65536,
    TRAILERS_MAX = 100,
    TITLE_SEARCH_MAX = 64 * 1024,
    TITLE_MAX = 200,
    CUT_BODY_READ = 64 * 1024, /* of a body whose stated length is too long anyway */
};

struct span response_header_span(const struct response *r, struct span name)
{
    for (size_t i = 0; i < r->headers.len; i++)
        if (span_eq_nocase(r->headers.at[i].name, name))
            return r->headers.at[i].value;
    return SPAN_NONE;
}

struct span response_header(const struct response *r, const char *name)
{
    return response_header_span(r, span_str(name));
}

bool response_has_header(const struct response *r, struct span name)
{
    for (size_t i = 0; i < r->headers.len; i++)
        if (span_eq_nocase(r->headers.at[i].name, name))
            return true;
    return false;
}

/* "HTTP/1.1 200 OK": the reason may be missing (RFC 9112 4). */
static bool parse_status_line(struct response *r, struct span line)
{
    uint64_t status;
    if (!span_starts(line, SPAN("HTTP/1.")) || line.len < 12)
        return false;
    if ((line.at[7] != '0' && line.at[7] != '1') || line.at[8] != ' ')
        return false;
    if (line.len > 12 && line.at[12] != ' ')
        return false;
    if (!span_u64(span_sub(line, 9, 3), 599, &status) || status < 100)
        return false;
    r->http11 = line.at[7] == '1';
    r->status = (unsigned)status;
    return true;
}

static bool is_token(struct span s)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        bool alnum = ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
        if (!alnum && (c == 0 || !memchr(others, c, sizeof(others) - 1)))
            return false;
    }
    return s.len > 0;
}

/* One field line. Folded lines (RFC 9112 5.2) are dropped: no field that is used is ever folded.
 * White space before the colon is removed, as 5.1 asks of a client. */
static bool parse_header_line(struct response *r, struct span line)
{
    if (line.at[0] == ' ' || line.at[0] == '\t')
        return r->headers.len > 0;
    size_t colon = span_index(line, ':');
    struct span name = span_trim(span_first(line, colon));
    if (colon == line.len || !is_token(name))
        return false;
    if (r->headers.len == RESPONSE_HEADERS_MAX)
        return false;
    struct http_header *h = list_add(r->arena, &r->headers);
    if (!h)
        return false;
    *h = (struct http_header){ name, span_trim(span_from(line, colon + 1)) };
    return true;
}

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

static bool read_head(struct wire *w, struct response *r)
{
    size_t bytes = 0;
    struct span line = wire_line(w, STATUS_LINE_MAX);
    if (!wire_ok(w))
        return false;
    if (!parse_status_line(r, line))
        return wire_fail(w);
    while (bytes <= RESPONSE_HEAD_BYTES_MAX) {
        line = wire_line(w, RESPONSE_LINE_MAX);
        if (!wire_ok(w))
            return false;
        if (line.len == 0)
            return true;
        bytes += line.len + 2;
        if (!parse_header_line(r, line))
            return wire_fail(w);
    }
    return wire_fail(w);
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

/* Trailer fields are read away and not looked at. */
static bool skip_trailers(struct wire *w)
{
    for (int i = 0; i < TRAILERS_MAX; i++) {
        struct span line = wire_line(w, RESPONSE_LINE_MAX);
        if (!wire_ok(w))
            return false;
        if (line.len == 0)
            return true;
    }
    return wire_fail(w);
}

static bool read_chunked(struct wire *w, struct response *r)
{
    struct joint j = { .arena = wire_arena(w) };
    for (int chunks = 0; chunks < CHUNKS_MAX; chunks++) {
        uint64_t size;
        struct span line = wire_line(w, CHUNK_LINE_MAX);
        if (!wire_ok(w))
            return false;
        if (!chunk_size(line, &size))
            return wire_fail(w);
        if (size == 0) {
            r->body = span_of(j.at, j.len);
            return skip_trailers(w);
        }
        size_t room = RESPONSE_BODY_MAX - j.len;
        r->cut = size > room;
        struct span piece = wire_need(w, r->cut ? room : (size_t)size);
        if (!wire_ok(w) || !joint_add(&j, piece))
            return false;
        r->body = span_of(j.at, j.len);
        if (r->cut)
            return true;
        if (wire_line(w, 2).len != 0)
            return wire_fail(w);
        if (!wire_ok(w))
            return false;
    }
    return wire_fail(w);
}

/* The one length that all Content-Length fields state. False where they contradict each other or
 * are no numbers; *ret_there says whether there is any. */
static bool content_length(const struct response *r, bool *ret_there, uint64_t *ret)
{
    *ret_there = false;
    for (size_t i = 0; i < r->headers.len; i++) {
        if (!span_eq_nocase(r->headers.at[i].name, SPAN("content-length")))
            continue;
        struct span list = r->headers.at[i].value;
        if (list.len == 0)
            return false;
        while (list.len) {
            uint64_t value;
            if (!span_u64(span_trim(span_cut(&list, ',')), INT64_MAX, &value))
                return false;
            if (*ret_there && value != *ret)
                return false;
            *ret = value;
            *ret_there = true;
        }
    }
    return true;
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

static bool read_body(struct wire *w, struct response *r, bool head)
{
    bool there;
    uint64_t length = 0;
    if (head || r->status == 204 || r->status == 304)
        return true;
    if (!content_length(r, &there, &length))
        return wire_fail(w);
    if (response_has_header(r, SPAN("transfer-encoding"))) {
        if (there)
            r->keep_alive = false;
        if (ends_chunked(r))
            return read_chunked(w, r);
        there = false;
    }
    if (there) {
        r->cut = length > RESPONSE_BODY_MAX;
        r->body = wire_need(w, r->cut ? CUT_BODY_READ : (size_t)length);
        return wire_ok(w);
    }
    r->keep_alive = false;
    r->body = wire_until_close(w, RESPONSE_BODY_MAX);
    return wire_ok(w);
}

struct response *response_read(struct wire *w, bool head)
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
        if (r->status < 200)
            continue;
        bool close = any_header_holds(r, "connection", "close");
        r->keep_alive = r->http11 ? !close
                                  : any_header_holds(r, "connection", "keep-alive") && !close;
        if (!read_body(w, r, head))
            return NULL;
        if (r->cut)
            r->keep_alive = false;
        return r;
    }
    (void)wire_fail(w);
    return NULL;
}

struct response *response_from_text(struct arena *a, struct span text, struct error *e)
{
    struct response *r = ARENA_NEW(a, struct response);
    struct verdict v;
    struct reader in = reader_over(&v, text);
    if (!r) {
        error_set(e, "no memory for the response");
        return NULL;
    }
    r->arena = a;
    if (!parse_status_line(r, reader_line(&in, STATUS_LINE_MAX))) {
        error_set(e, "the answer does not begin with an HTTP/1.x status line");
        return NULL;
    }
    while (reader_more(&in)) {
        struct span line = reader_line(&in, RESPONSE_LINE_MAX);
        if (line.len == 0)
            break;
        if (!parse_header_line(r, line)) {
            error_set(e, "the answer has a line among its fields that is none: \"%.*s\"",
                      SPAN_FMT(span_first(line, 60)));
            return NULL;
        }
    }
    r->body = reader_rest(&in);
    if (!reader_ok(&in)) {
        error_set(e, "the answer's head is not complete: %s", v.why);
        return NULL;
    }
    return r;
}

const struct node *response_json(struct response *r)
{
    if (!r->json_tried && !r->cut) {
        struct error e;
        struct span body = span_trim(r->body);
        /* A byte that can begin a JSON text: saves the parser from every HTML page. */
        if (body.len && memchr("{[\"-0123456789tfn", body.at[0], 17))
            r->json = json_parse(r->arena, body, &e);
    }
    r->json_tried = true;
    return r->json;
}

/* Offset of a lower-case needle, ASCII case ignored, or SIZE_MAX. */
static size_t find_nocase(struct span s, struct span needle)
{
    for (size_t i = 0; i + needle.len <= s.len; i++)
        if (span_eq_nocase(span_sub(s, i, needle.len), needle))
            return i;
    return SIZE_MAX;
}

struct span response_title(const struct response *r)
{
    struct span page = span_first(r->body, TITLE_SEARCH_MAX);
    size_t at = find_nocase(page, SPAN("<title"));
    if (at == SIZE_MAX)
        return SPAN_NONE;
    page = span_from(page, at);
    size_t open = span_index(page, '>');
    if (open == page.len)
        return SPAN_NONE;
    page = span_from(page, open + 1);
    return span_trim(span_first(page, span_index(span_first(page, TITLE_MAX), '<')));
}
