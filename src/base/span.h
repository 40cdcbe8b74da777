/* A view of bytes that somebody else owns: never NUL-terminated, never freed through the view.
 * Everything that comes from a peer or a file travels as a span; C strings never do. */
#ifndef AJAR_BASE_SPAN_H
#define AJAR_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *at;
    size_t len;
};

#define SPAN(literal) ((struct span){ (const uint8_t *)("" literal), sizeof(literal) - 1 })
#define SPAN_NONE ((struct span){ NULL, 0 })
/* For printf's "%.*s"; only for text that Ajar itself made or that was escaped. */
#define SPAN_FMT(s) (int)(s).len, (const char *)(s).at

static inline struct span span_of(const void *at, size_t len)
{
    return (struct span){ at, len };
}

static inline struct span span_str(const char *text)
{
    return text ? span_of(text, strlen(text)) : SPAN_NONE;
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool span_is(struct span s, const char *text)
{
    return span_eq(s, span_str(text));
}

/* As memcmp() orders bytes; of two that begin alike, the shorter comes first. */
static inline int span_compare(struct span a, struct span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static inline bool span_starts(struct span s, struct span prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

static inline bool span_ends(struct span s, struct span suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.at + s.len - suffix.len, suffix.at, suffix.len) == 0);
}

/* The part from `from` on, at most `len` bytes; both are clamped to what is there. */
static inline struct span span_sub(struct span s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return span_of(s.at ? s.at + from : NULL, len);
}

static inline struct span span_from(struct span s, size_t from)
{
    return span_sub(s, from, SIZE_MAX);
}

static inline struct span span_first(struct span s, size_t len)
{
    return span_sub(s, 0, len);
}

/* Offset of the first `byte`, or s.len where there is none. */
static inline size_t span_index(struct span s, uint8_t byte)
{
    const uint8_t *hit = s.len ? memchr(s.at, byte, s.len) : NULL;
    return hit ? (size_t)(hit - s.at) : s.len;
}

/* Offset of the first `needle`, or SIZE_MAX where there is none. */
static inline size_t span_find(struct span s, struct span needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return SIZE_MAX;
    const uint8_t *hit = memmem(s.at, s.len, needle.at, needle.len);
    return hit ? (size_t)(hit - s.at) : SIZE_MAX;
}

static inline bool span_has(struct span s, const char *needle)
{
    return span_find(s, span_str(needle)) != SIZE_MAX;
}

static inline uint8_t ascii_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline bool ascii_is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* ASCII case folding only: what HTTP header names and scheme words ask for. */
static inline bool span_eq_nocase(struct span a, struct span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
            return false;
    return true;
}

static inline struct span span_trim(struct span s)
{
    while (s.len && ascii_is_space(s.at[0]))
        s = span_from(s, 1);
    while (s.len && ascii_is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

/* Cuts the text before `byte` off the front of *s and moves *s past it; the whole rest (and an
 * empty *s) where `byte` does not occur. */
static inline struct span span_cut(struct span *s, uint8_t byte)
{
    size_t at = span_index(*s, byte);
    struct span head = span_first(*s, at);
    *s = span_from(*s, at < s->len ? at + 1 : at);
    return head;
}

/* Reads a whole decimal number. False (and *ret untouched) on an empty span, a byte that is no
 * digit, or a value above `max`. */
static inline bool span_u64(struct span s, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.at[i]))
            return false;
        uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > max)
        return false;
    *ret = value;
    return true;
}

#endif
