/* The head of a response, line by line. What is no field line is passed over and noted: a browser
 * shows the page all the same, and so the door behind it is there all the same. */
#include "http/response.h"

enum { FRAMING_FIELDS_MAX = 20, VERSION_AT = 7 };

bool response_status_line(struct response *r, struct span line)
{
    uint64_t status;
    if (line.len < 12 || !span_eq_nocase(span_first(line, VERSION_AT), SPAN("HTTP/1.")))
        return false;
    if (!ascii_is_digit(line.at[VERSION_AT]) || line.at[8] != ' ')
        return false;
    if (line.len > 12 && line.at[12] != ' ')
        return false;
    if (!span_u64(span_sub(line, 9, 3), 999, &status) || status < 100)
        return false;
    r->http11 = line.at[VERSION_AT] != '0';
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

/* Fields without which the body cannot be read; they are kept wherever they stand. */
static bool is_framing(struct span name)
{
    static const char *const names[] = { "content-length", "transfer-encoding", "content-encoding",
                                         "content-type",   "connection",        "location" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (span_eq_nocase(name, span_str(names[i])))
            return true;
    return false;
}

static bool is_kept(const struct response *r, struct span name, size_t read)
{
    size_t same = 0;
    for (size_t i = 0; i < r->headers.len; i++)
        same += span_eq_nocase(r->headers.at[i].name, name);
    if (same == RESPONSE_SAME_NAME_MAX)
        return false;
    if (is_framing(name))
        return r->headers.len < RESPONSE_HEADERS_MAX + FRAMING_FIELDS_MAX;
    return r->headers.len < RESPONSE_HEADERS_MAX && read < RESPONSE_HEAD_BYTES_MAX;
}

/* Folded lines (RFC 9112 5.2) are dropped: no field that is used is ever folded. White space before
 * the colon is removed, as 5.1 asks of a client. */
bool response_field_line(struct response *r, struct span line, size_t read)
{
    struct response other = { 0 };
    if (line.at[0] == ' ' || line.at[0] == '\t') {
        if (r->headers.len == 0)
            r->odd |= ODD_FIRST_FOLDED;
        return true;
    }
    size_t colon = span_index(line, ':');
    struct span name = span_trim(span_first(line, colon));
    if (colon == line.len || !is_token(name)) {
        r->odd |= response_status_line(&other, line) ? ODD_STATUS_TWICE : ODD_LINE;
        return true;
    }
    if (!is_kept(r, name, read)) {
        r->odd |= ODD_FIELDS;
        return true;
    }
    struct http_header *h = list_add(r->arena, &r->headers);
    if (h)
        *h = (struct http_header){ name, span_trim(span_from(line, colon + 1)) };
    return h != NULL;
}
