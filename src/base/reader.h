/* A cursor over one whole message of foreign bytes, with one sticky verdict.
 *
 * After the first failure every getter returns zero or an empty span, consumes nothing and leaves
 * the verdict alone, so a parser reads straight through and checks reader_ok() once before it
 * concludes anything. Child readers share the verdict of their parent. Values read before that
 * check may steer further reading; they may not become a fact, an allocation or a request.
 * Nothing here allocates, logs or touches errno. */
#ifndef AJAR_BASE_READER_H
#define AJAR_BASE_READER_H

#include "base/span.h"

struct verdict {
    const char *why; /* NULL while all is well; else a static sentence */
    size_t offset;   /* where in the message the first failure was seen */
};

struct reader {
    const uint8_t *at, *end, *base;
    struct verdict *verdict;
};

static inline struct reader reader_over(struct verdict *v, struct span message)
{
    v->why = message.len > SIZE_MAX / 2 ? "the message is longer than half the address space" : NULL;
    v->offset = 0;
    size_t len = v->why ? 0 : message.len;
    return (struct reader){ message.at, message.at ? message.at + len : NULL, message.at, v };
}

static inline bool reader_ok(const struct reader *r)
{
    return r->verdict->why == NULL;
}

/* How many bytes are left; 0 once the verdict is bad. */
static inline size_t reader_left(const struct reader *r)
{
    return reader_ok(r) && r->at ? (size_t)(r->end - r->at) : 0;
}

/* The only condition a parsing loop may use: good, and bytes are left. */
static inline bool reader_more(const struct reader *r)
{
    return reader_left(r) > 0;
}

/* A semantic failure ("version 0") joins the same channel as a short message. */
static inline void reader_fail(struct reader *r, const char *why)
{
    if (r->verdict->why)
        return;
    r->verdict->why = why;
    r->verdict->offset = r->at ? (size_t)(r->at - r->base) : 0;
}

static inline struct span reader_take(struct reader *r, size_t n)
{
    if (n > reader_left(r)) {
        reader_fail(r, "the message ends too early");
        return SPAN_NONE;
    }
    struct span s = span_of(r->at, n);
    if (n)
        r->at += n;
    return s;
}

static inline void reader_skip(struct reader *r, size_t n)
{
    (void)reader_take(r, n);
}

static inline struct span reader_rest(struct reader *r)
{
    return reader_take(r, reader_left(r));
}

static inline uint64_t reader_be(struct reader *r, size_t n)
{
    struct span s = reader_take(r, n);
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++)
        value = value << 8 | s.at[i];
    return value;
}

static inline uint64_t reader_le(struct reader *r, size_t n)
{
    struct span s = reader_take(r, n);
    uint64_t value = 0;
    for (size_t i = s.len; i > 0; i--)
        value = value << 8 | s.at[i - 1];
    return value;
}

static inline uint8_t reader_u8(struct reader *r)
{
    return (uint8_t)reader_be(r, 1);
}

static inline uint16_t reader_be16(struct reader *r)
{
    return (uint16_t)reader_be(r, 2);
}

static inline uint32_t reader_be24(struct reader *r)
{
    return (uint32_t)reader_be(r, 3);
}

static inline uint32_t reader_be32(struct reader *r)
{
    return (uint32_t)reader_be(r, 4);
}

static inline uint64_t reader_be64(struct reader *r)
{
    return reader_be(r, 8);
}

static inline uint16_t reader_le16(struct reader *r)
{
    return (uint16_t)reader_le(r, 2);
}

static inline uint32_t reader_le24(struct reader *r)
{
    return (uint32_t)reader_le(r, 3);
}

static inline uint32_t reader_le32(struct reader *r)
{
    return (uint32_t)reader_le(r, 4);
}

static inline uint64_t reader_le64(struct reader *r)
{
    return reader_le(r, 8);
}

/* Text before `byte`, which is consumed too. More than `max` bytes before it is a failure. */
static inline struct span reader_until(struct reader *r, uint8_t byte, size_t max)
{
    struct span left = span_of(r->at, reader_left(r));
    size_t n = span_index(left, byte);
    if (n == left.len || n > max) {
        reader_fail(r, "a delimiter is missing");
        return SPAN_NONE;
    }
    struct span s = reader_take(r, n);
    reader_skip(r, 1);
    return s;
}

static inline struct span reader_cstr(struct reader *r, size_t max)
{
    return reader_until(r, 0, max);
}

/* One line without its LF or CRLF. */
static inline struct span reader_line(struct reader *r, size_t max)
{
    struct span s = reader_until(r, '\n', max);
    if (s.len && s.at[s.len - 1] == '\r')
        s.len--;
    return s;
}

/* True, and consumed, where the next bytes are `literal`; otherwise the verdict turns bad. */
static inline bool reader_literal(struct reader *r, struct span literal)
{
    if (!span_eq(reader_take(r, literal.len), literal) || !reader_ok(r)) {
        reader_fail(r, "an expected literal is missing");
        return false;
    }
    return true;
}

static inline bool reader_sees(const struct reader *r, struct span literal)
{
    return span_starts(span_of(r->at, reader_left(r)), literal);
}

/* A child over the next n bytes; the parent moves past them at once. */
static inline struct reader reader_sub(struct reader *r, size_t n)
{
    struct span s = reader_take(r, n);
    return (struct reader){ s.at, s.at ? s.at + s.len : NULL, r->base, r->verdict };
}

/* Bad unless everything was read: "this must be the whole rest". */
static inline void reader_end(struct reader *r)
{
    if (reader_more(r))
        reader_fail(r, "unexpected bytes after the message");
}

#endif
