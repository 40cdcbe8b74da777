/* See url.h. */
#include "http/url.h"

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

/* The path of a Location on the same host, or an empty span. */
static struct span local_path(struct span location, bool tls, struct span host)
{
    struct span scheme = tls ? SPAN("https://") : SPAN("http://");
    if (location.len && location.at[0] == '/')
        return location.len > 1 && location.at[1] == '/' ? SPAN_NONE : location;
    if (!span_eq_nocase(span_first(location, scheme.len), scheme))
        return SPAN_NONE;
    location = span_from(location, scheme.len);
    size_t slash = span_index(location, '/');
    if (!span_eq_nocase(span_first(location, slash), host))
        return SPAN_NONE;
    return span_from(location, slash);
}

size_t url_base(struct span location, bool tls, struct span host, const struct span *marks,
                size_t mark_count, struct span *ret, size_t max)
{
    struct span path = local_path(location, tls, host);
    size_t count = 0;
    path = span_first(path, span_index(path, '?'));
    path = span_first(path, span_index(path, '#'));
    size_t end = path.len;
    for (size_t i = 0; i < mark_count; i++) {
        size_t at = span_find(path, marks[i]);
        if (at < end)
            end = at;
    }
    path = span_first(path, end);
    while (path.len) {
        struct span segment = span_cut(&path, '/');
        if (segment.len == 0)
            continue;
        if (count == max || span_is(segment, ".") || span_is(segment, ".."))
            return 0;
        for (size_t i = 0; i < segment.len; i++)
            if (!is_unreserved(segment.at[i]))
                return 0;
        ret[count++] = segment;
    }
    return count;
}
