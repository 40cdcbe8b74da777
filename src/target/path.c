/* Strict, because the path goes into requests and into the identity of what is found there. */
#include "target/path.h"

#include "base/hex.h"
#include "record/record.h"
#include "text/quote.h"

/* RFC 3986, section 2.3. */
static bool is_unreserved(uint8_t c)
{
    uint8_t low = ascii_lower(c);
    return (low >= 'a' && low <= 'z') || ascii_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* The byte that a character or a %XX at the front stands for, and how long it is written; 0 where a
 * path holds no such thing. */
static size_t read_byte(struct span text, uint8_t *ret)
{
    *ret = text.at[0];
    if (text.at[0] != '%')
        return is_unreserved(text.at[0]) ? 1 : 0;
    if (text.len < 3 || !hex_decode((const char *)text.at + 1, 1, ret))
        return 0;
    return *ret < ' ' || *ret == 0x7f || *ret == '/' || *ret == '\\' ? 0 : 3;
}

static bool read_segment(struct span segment, struct error *e)
{
    struct quoted q;
    bool only_dots = true;
    size_t bytes = 0;
    quote(&q, segment);
    if (segment.len == 0)
        return error_set(e, "the path has two slashes in a row; write one, as in https://db.internal/logs/");
    for (size_t n; segment.len; segment = span_from(segment, n), bytes++) {
        uint8_t c;
        n = read_byte(segment, &c);
        if (n == 0)
            return error_set(e, "the path holds \"%s\"; letters, digits, - . _ ~ and %%XX may stand there", q.text);
        only_dots &= c == '.';
    }
    return !(only_dots && bytes <= 2) || error_set(e, "the path holds \"%s\"; write where it leads", q.text);
}

bool target_path_read(struct arena *a, struct span text, const char **ret, struct error *e)
{
    *ret = NULL;
    if (text.len && text.at[0] == '/')
        text = span_from(text, 1);
    if (text.len > 1 && text.at[text.len - 1] == '/')
        text = span_first(text, text.len - 1);
    if (text.len == 0)
        return true;
    if (text.len + 1 >= ENDPOINT_PATH_MAX)
        return error_set(e, "a path has at most %d bytes", ENDPOINT_PATH_MAX - 1);
    struct span rest = text;
    bool more = true;
    for (size_t n = 0; more; n++) {
        if (n == PATH_SEGMENTS_MAX)
            return error_set(e, "a path has at most %d parts, as in https://db.internal/a/b/", PATH_SEGMENTS_MAX);
        more = span_index(rest, '/') < rest.len;
        if (!read_segment(span_cut(&rest, '/'), e))
            return false;
    }
    *ret = arena_printf(a, "/%.*s", (int)text.len, (const char *)text.at);
    return *ret || error_set(e, "not enough memory for the targets");
}
