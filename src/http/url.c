/* See url.h. */
#include "http/url.h"

#include "wire/ask.h"

static bool is_unreserved(uint8_t c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

struct span url_encode(struct arena *a, struct span s)
{
    static const char hex[] = "0123456789ABCDEF";
    uint8_t *out = arena_alloc(a, s.len * 3 + 1);
    size_t n = 0;
    if (!out)
        return SPAN_NONE;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (is_unreserved(c)) {
            out[n++] = c;
            continue;
        }
        out[n++] = '%';
        out[n++] = (uint8_t)hex[c >> 4];
        out[n++] = (uint8_t)hex[c & 15];
    }
    return span_of(out, n);
}

/* "name:port" or "[::1]:port" taken apart; 0 where there is no port. */
static struct span split_port(struct span host, uint16_t *ret_port)
{
    uint64_t port;
    size_t colon = host.len;
    while (colon > 0 && host.at[colon - 1] != ':' && host.at[colon - 1] != ']')
        colon--;
    *ret_port = 0;
    if (colon == 0 || host.at[colon - 1] != ':')
        return host;
    if (span_u64(span_from(host, colon), UINT16_MAX, &port))
        *ret_port = (uint16_t)port;
    return span_first(host, colon - 1);
}

static bool same_name(struct span a, struct span b)
{
    uint16_t port;
    return span_eq_nocase(split_port(a, &port), split_port(b, &port));
}

/* Cuts "http://" or "https://" and the authority off the front of *url. False where there is none. */
static bool cut_authority(struct span *url, bool *ret_tls, struct span *ret)
{
    bool tls = span_eq_nocase(span_first(*url, 8), SPAN("https://"));
    if (!tls && !span_eq_nocase(span_first(*url, 7), SPAN("http://")))
        return false;
    *url = span_from(*url, tls ? 8 : 7);
    size_t end = 0;
    while (end < url->len && url->at[end] != '/' && url->at[end] != '?' && url->at[end] != '#')
        end++;
    *ret_tls = tls;
    *ret = span_first(*url, end);
    *url = span_from(*url, end);
    return true;
}

struct span url_local_path(struct span url, struct span host)
{
    bool tls;
    struct span authority;
    if (cut_authority(&url, &tls, &authority) && !same_name(authority, host))
        return SPAN_NONE;
    url = span_first(url, span_index(url, '?'));
    url = span_first(url, span_index(url, '#'));
    bool path = url.len && url.at[0] == '/' && !(url.len > 1 && url.at[1] == '/');
    return path ? url : SPAN_NONE;
}

bool url_into_tls(struct span location, struct span host, uint16_t port)
{
    bool tls;
    uint16_t there;
    struct span authority;
    if (!cut_authority(&location, &tls, &authority) || !tls || !same_name(authority, host))
        return false;
    (void)split_port(authority, &there);
    return (there ? there : 443) == port;
}

static size_t count_segments(struct span path)
{
    size_t n = 0;
    for (size_t i = 0; i < path.len; i++)
        n += path.at[i] == '/';
    return n;
}

bool url_base(struct span path, struct span start, struct span *ret)
{
    while (path.len && path.at[path.len - 1] == '/')
        path.len--;
    struct span below = span_from(path, start.len);
    if (!span_starts(path, start) || (below.len && below.at[0] != '/') || !ask_base_ok(path) ||
        count_segments(below) > BASE_DEPTH_MAX)
        return false;
    *ret = path;
    return true;
}
